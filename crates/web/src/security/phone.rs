//! Adding a phone as a second step, where the server can send text messages.

use super::second_step::{added, frame, session_of};
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::{Proved, SignedIn};
use crate::forms::{Field, Form};
use crate::page::{Frame, render};
use crate::refusals::{field_of, invalid_words};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use store::{Error, Invalid, Own};

const HERE: &str = "/security/second-step/phone";

#[derive(Template)]
#[template(path = "security/phone.html")]
struct PhonePage {
    frame: Frame,
    /// The number that a code was sent to, shortened.
    waiting: Option<String>,
    /// The one that is to be filled in: code or number.
    form: Form,
    number: Form,
}

#[derive(Deserialize)]
pub struct Number {
    phone: String,
}

#[derive(Deserialize)]
pub struct Typed {
    code: String,
}

fn number_form(number: &str) -> Form {
    let field = Field::input("phone", "Phone number", "tel", "tel", number);
    Form::of(vec![field.hint("With its country in front, such as +49 151 2345678.")])
}

fn code_form() -> Form {
    let field = Field::text("code", "Code", "one-time-code", "");
    Form::of(vec![field.hint("The six digits from the text message. It may take a minute to arrive.")])
}

async fn shown(web: &Web, me: &SignedIn, waiting: Option<String>, form: Form) -> Result<Response, Problem> {
    let frame = frame(web, me, "Codes by SMS").await?;
    Ok(render(&PhonePage { frame, waiting, form, number: number_form("") }))
}

fn offered(web: &Web) -> Result<(), Problem> {
    if web.store.sends_sms() { Ok(()) } else { Err(Problem::not_found()) }
}

pub async fn page(State(web): State<Web>, Proved(me): Proved) -> Result<Response, Problem> {
    offered(&web)?;
    let waiting = web.store.with_account(me.actor(), |own| own.waiting_phone()).await?;
    let form = if waiting.is_some() { code_form() } else { number_form("") };
    shown(&web, &me, waiting, form).await
}

pub async fn send(
    State(web): State<Web>,
    Proved(me): Proved,
    axum::Form(filled): axum::Form<Number>,
) -> Result<Response, Problem> {
    offered(&web)?;
    let number = filled.phone.clone();
    match web.store.with_account(me.actor(), move |own| own.begin_phone(&number)).await {
        Ok(()) => Ok(Redirect::to(HERE).into_response()),
        Err(Error::Invalid(invalid)) => {
            let mut form = number_form(&filled.phone);
            form.refuse(field_of(invalid), invalid_words(invalid));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&web, &me, None, form).await?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn prove(
    State(web): State<Web>,
    Proved(me): Proved,
    axum::Form(typed): axum::Form<Typed>,
) -> Result<Response, Problem> {
    offered(&web)?;
    let session = session_of(&me);
    let job = move |own: &mut Own<'_>| own.confirm_phone(&session, &typed.code);
    if let Some(step) = web.store.with_account(me.actor(), job).await? {
        return added(&web, &me, step).await;
    }
    let waiting = web.store.with_account(me.actor(), |own| own.waiting_phone()).await?;
    let mut form = code_form();
    form.refuse("code", invalid_words(Invalid::Code));
    Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&web, &me, waiting, form).await?).into_response())
}

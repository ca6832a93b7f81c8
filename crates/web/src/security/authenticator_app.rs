//! Adding an authenticator app: a seed to bring into it, and a code of it to show that it works.

use super::qr;
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
use store::{Error, NewTotp, Own};

const HERE: &str = "/security/second-step/totp";

#[derive(Template)]
#[template(path = "security/authenticator_app.html")]
struct NewPage {
    frame: Frame,
    form: Form,
}

#[derive(Template)]
#[template(path = "security/authenticator_app_confirmation.html")]
struct ConfirmPage {
    frame: Frame,
    form: Form,
    /// In groups of four, as it is typed.
    seed: String,
    link: String,
    qr: Option<String>,
}

#[derive(Deserialize)]
pub struct Named {
    name: String,
}

#[derive(Deserialize)]
pub struct Typed {
    code: String,
}

fn name_form(name: &str) -> Form {
    let field = Field::text("name", "Name", "off", name);
    Form::of(vec![field.hint("So that you know it again: the app, or the phone it is on.")])
}

fn code_form() -> Form {
    let field = Field::text("code", "Code", "one-time-code", "");
    Form::of(vec![field.hint("The six digits that your app shows now.")])
}

async fn begin(web: &Web, me: &SignedIn, form: Form) -> Result<Response, Problem> {
    Ok(render(&NewPage { frame: frame(web, me, "Add an authenticator app").await?, form }))
}

async fn confirm(web: &Web, me: &SignedIn, waiting: NewTotp, form: Form) -> Result<Response, Problem> {
    let frame = frame(web, me, "Add an authenticator app").await?;
    let qr = qr::svg(&waiting.link, "Square code for your authenticator app. The same key stands below as text.");
    let letters: Vec<char> = waiting.seed.chars().collect();
    let seed = letters.chunks(4).map(|group| group.iter().collect()).collect::<Vec<String>>().join(" ");
    Ok(render(&ConfirmPage { frame, form, seed, link: waiting.link, qr }))
}

pub async fn page(State(web): State<Web>, Proved(me): Proved) -> Result<Response, Problem> {
    match web.store.with_account(me.actor(), |own| own.waiting_totp()).await? {
        Some(waiting) => confirm(&web, &me, waiting, code_form()).await,
        None => begin(&web, &me, name_form("Authenticator app")).await,
    }
}

pub async fn make(
    State(web): State<Web>,
    Proved(me): Proved,
    axum::Form(named): axum::Form<Named>,
) -> Result<Response, Problem> {
    let name = named.name.clone();
    match web.store.with_account(me.actor(), move |own| own.begin_totp(&name)).await {
        Ok(()) => Ok(Redirect::to(HERE).into_response()),
        Err(Error::Invalid(invalid)) => {
            let mut form = name_form(&named.name);
            form.refuse(field_of(invalid), "A name is needed, of at most 60 characters.");
            Ok((StatusCode::UNPROCESSABLE_ENTITY, begin(&web, &me, form).await?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn prove(
    State(web): State<Web>,
    Proved(me): Proved,
    axum::Form(typed): axum::Form<Typed>,
) -> Result<Response, Problem> {
    let session = session_of(&me);
    let job = move |own: &mut Own<'_>| own.confirm_totp(&session, &typed.code);
    match web.store.with_account(me.actor(), job).await {
        Ok(step) => added(&web, &me, step).await,
        Err(Error::Invalid(invalid)) => {
            let waiting = web.store.with_account(me.actor(), |own| own.waiting_totp()).await?;
            let mut form = code_form();
            form.refuse(field_of(invalid), invalid_words(invalid));
            let page = confirm(&web, &me, waiting.ok_or_else(Problem::not_found)?, form).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

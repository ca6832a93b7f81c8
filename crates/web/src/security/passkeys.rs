//! Making a passkey, and signing in with one alone.

use super::second_step::{added, frame, session_of};
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::{Proved, SignedIn, Visitor};
use crate::forms::{Field, Form};
use crate::page::{Frame, render};
use crate::people::sign_in::inside;
use crate::refusals::{field_of, invalid_words};
use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use store::{Conflict, Error, Own};

#[derive(Template)]
#[template(path = "security/passkeys.html")]
struct NewPage {
    frame: Frame,
    form: Form,
    origin: String,
}

#[derive(Deserialize)]
pub struct Made {
    name: String,
    #[serde(default)]
    passkey: String,
}

#[derive(Deserialize)]
pub struct Signed {
    #[serde(default)]
    passkey: String,
    own_device: Option<String>,
    next: Option<String>,
}

fn form(name: &str) -> Form {
    let field = Field::text("name", "Name", "off", name);
    Form::of(vec![
        field.hint("So that you know it again: the phone, the computer or the password manager it is kept in."),
    ])
}

/// A question for `js/passkeys.js`.
pub fn question(json: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], json).into_response()
}

/// Where passkeys work; a server without a name and https has none.
pub fn origin(web: &Web) -> Result<String, Problem> {
    web.store.passkey_origin().map(str::to_owned).ok_or_else(Problem::not_found)
}

async fn shown(web: &Web, me: &SignedIn, form: Form) -> Result<Response, Problem> {
    let frame = frame(web, me, "Make a passkey").await?.with_script("js/passkeys.js");
    Ok(render(&NewPage { frame, form, origin: origin(web)? }))
}

pub async fn page(State(web): State<Web>, Proved(me): Proved) -> Result<Response, Problem> {
    shown(&web, &me, form("Passkey")).await
}

pub async fn ask(State(web): State<Web>, Proved(me): Proved) -> Result<Response, Problem> {
    Ok(question(web.store.with_account(me.actor(), |own| own.new_passkey_question()).await?))
}

pub async fn add(
    State(web): State<Web>,
    Proved(me): Proved,
    axum::Form(Made { name, passkey }): axum::Form<Made>,
) -> Result<Response, Problem> {
    let (session, typed) = (session_of(&me), name.clone());
    let job = move |own: &mut Own<'_>| own.add_passkey(&session, &typed, &passkey);
    let invalid = match web.store.with_account(me.actor(), job).await {
        Ok(step) => return added(&web, &me, step).await,
        Err(Error::Invalid(invalid)) => (field_of(invalid), invalid_words(invalid)),
        Err(Error::Conflict(Conflict::Taken)) => ("passkey", "This device has a passkey for an account here already."),
        Err(error) => return Err(error.into()),
    };
    let mut form = form(&name);
    form.refuse(invalid.0, invalid.1);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&web, &me, form).await?).into_response())
}

pub async fn ask_anybody(State(web): State<Web>) -> Result<Response, Problem> {
    Ok(question(web.store.passkey_question()?))
}

/// Signing in with a passkey alone.
pub async fn enter(
    State(web): State<Web>,
    visitor: Visitor,
    axum::Form(signed): axum::Form<Signed>,
) -> Result<Response, Problem> {
    origin(&web)?;
    let own_device = signed.own_device.is_some();
    let opened = web.store.sign_in_with_passkey(&signed.passkey, own_device, visitor.origin.clone()).await;
    match opened {
        Ok(opened) => Ok(inside(&web, &opened, &signed.next.unwrap_or_default())),
        Err(Error::WrongProof) => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "That passkey did not work",
            "It may have been removed from your account, or the answer took more than five minutes. Try again, or sign in \
             with your password.",
        )
        .with_way_on("Sign in", "/sign-in")),
        Err(error) => Err(error.into()),
    }
}

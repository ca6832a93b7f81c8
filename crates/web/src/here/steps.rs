//! The steps of a handed-over screen. Whatever is sent is answered by a way to the next page and by no page: a browser keeps what
//! was typed with the page that answers it, and there is none.

use crate::Web;
use crate::edge::cookies;
use crate::edge::problem::Problem;
use crate::edge::session::Visitor;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sharing::RecordId;
use store::{Error, HandoverStep};

/// The secret of the step that this browser is at; empty when it is at none.
pub struct Secret(pub(super) String);

impl FromRequestParts<Web> for Secret {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Self::Rejection> {
        let secret = cookies::here_secret(&parts.headers, &web.settings.base_url);
        Ok(Self(secret.unwrap_or_default().to_owned()))
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Typed {
    who: String,
    secret: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Code {
    code: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Chosen {
    record: String,
}

/// Where the page of a token is; what was never one leads to where nothing is.
fn place(token: &str) -> String {
    let is_one = token.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    format!("/here/{}", if is_one { token } else { "over" })
}

/// To the page of the step, which says so.
fn back(token: &str, said: &str) -> Response {
    Redirect::to(&format!("{}?said={said}", place(token))).into_response()
}

fn refused(token: &str, error: Error, wrong: &'static str) -> Response {
    let said = match error {
        Error::WrongProof | Error::NotSignedIn => wrong,
        Error::Invalid(_) => "unconfirmed",
        Error::TooMany { .. } => "wait",
        Error::Conflict(_) => "linked",
        Error::NotFound => "over",
        _ => "failed",
    };
    back(token, said)
}

fn further(web: &Web, token: &str, step: Result<HandoverStep, Error>, wrong: &'static str) -> Response {
    match step {
        Ok(step) => {
            let cookie = cookies::here(&step.secret, &web.settings.base_url);
            ([(header::SET_COOKIE, cookie)], Redirect::to(&place(token))).into_response()
        }
        Err(error) => refused(token, error, wrong),
    }
}

pub async fn prove(
    State(web): State<Web>,
    visitor: Visitor,
    Path(token): Path<String>,
    axum::Form(typed): axum::Form<Typed>,
) -> Response {
    let step = web.store.prove_at_handover(&token, &typed.who, &typed.secret, visitor.origin).await;
    further(&web, &token, step, "wrong")
}

pub async fn second_step(
    State(web): State<Web>,
    visitor: Visitor,
    Secret(secret): Secret,
    Path(token): Path<String>,
    axum::Form(typed): axum::Form<Code>,
) -> Response {
    let step = web.store.second_step_at_handover(&token, &secret, &typed.code, visitor.origin).await;
    further(&web, &token, step, "code")
}

pub async fn send_code(State(web): State<Web>, Secret(secret): Secret, Path(token): Path<String>) -> Response {
    match web.store.send_code_at_handover(&token, &secret).await {
        Ok(()) => back(&token, "sent"),
        Err(error) => refused(&token, error, "code"),
    }
}

pub async fn accept(
    State(web): State<Web>,
    Secret(secret): Secret,
    Path(token): Path<String>,
    axum::Form(chosen): axum::Form<Chosen>,
) -> Response {
    let Some(record) = RecordId::parse(&chosen.record) else { return back(&token, "over") };
    match web.store.accept_at_handover(&token, &secret, record).await {
        Ok(()) => Redirect::to("/here/done?linked=true").into_response(),
        Err(error) => refused(&token, error, "over"),
    }
}

pub async fn end(State(web): State<Web>, Path(token): Path<String>) -> Result<Response, Problem> {
    web.store.end_handover(&token).await?;
    Ok(Redirect::to("/here/done").into_response())
}

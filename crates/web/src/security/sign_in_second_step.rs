//! The second part of signing in: the password was right, and until this page is done nothing is open.

use super::passkeys::question;
use crate::Web;
use crate::edge::cookies;
use crate::edge::problem::Problem;
use crate::edge::session::{Visitor, in_query};
use crate::forms::{Field, Form};
use crate::page::{Frame, own_path, render};
use crate::people::sign_in::inside;
use crate::refusals::invalid_words;
use askama::Template;
use axum::extract::{FromRequestParts, Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use store::{Error, Given, Invalid, Method};

#[derive(Template)]
#[template(path = "security/sign_in_second_step.html")]
struct SecondStepPage {
    frame: Frame,
    form: Form,
    next: String,
    /// Where passkeys work, when the account has one.
    passkeys: Option<String>,
    sms: bool,
    sent: bool,
}

/// Somebody whose password was right: the text of their cookie.
pub struct Half(String);

impl FromRequestParts<Web> for Half {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let token = cookies::half_token(&parts.headers, &web.settings.base_url);
        token.map(|token| Self(token.to_owned())).ok_or_else(Problem::not_signed_in)
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    next: String,
    sent: bool,
}

#[derive(Deserialize)]
pub struct Filled {
    #[serde(default)]
    code: String,
    #[serde(default)]
    passkey: String,
    remember: Option<String>,
    #[serde(default)]
    next: String,
}

impl Filled {
    fn given(&self) -> Given {
        if self.passkey.is_empty() { Given::Code(self.code.clone()) } else { Given::Passkey(self.passkey.clone()) }
    }
}

fn hint(methods: &[Method]) -> &'static str {
    match (methods.contains(&Method::Totp), methods.contains(&Method::Phone)) {
        (true, true) => "Six digits from your authenticator app or from a text message, or one of your recovery codes.",
        (true, false) => "Six digits from your authenticator app, or one of your recovery codes.",
        (false, true) => "Six digits from a text message, or one of your recovery codes.",
        (false, false) => "One of your recovery codes.",
    }
}

fn form(methods: &[Method]) -> Form {
    Form::of(vec![Field::text("code", "Code", "one-time-code", "").hint(hint(methods))])
}

async fn shown(web: &Web, visitor: &Visitor, half: &Half, asked: &Asked, refused: bool) -> Result<Response, Problem> {
    let methods = web.store.second_steps(&half.0).await?;
    let mut form = form(&methods);
    if refused {
        form.refuse("code", invalid_words(Invalid::Code));
    }
    let origin = web.store.passkey_origin().filter(|_| methods.contains(&Method::Passkey));
    let frame = Frame::plain("Second step", visitor.theme, "/sign-in");
    Ok(render(&SecondStepPage {
        frame: if origin.is_some() { frame.with_script("js/passkeys.js") } else { frame },
        form,
        next: own_path(&asked.next).unwrap_or("/").to_owned(),
        passkeys: origin.map(str::to_owned),
        sms: web.store.sends_sms() && methods.contains(&Method::Phone),
        sent: asked.sent,
    }))
}

pub async fn page(
    State(web): State<Web>,
    visitor: Visitor,
    half: Half,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    shown(&web, &visitor, &half, &asked, false).await
}

pub async fn enter(
    State(web): State<Web>,
    visitor: Visitor,
    half: Half,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, Problem> {
    let remember = filled.remember.is_some();
    match web.store.give_second_step(&half.0, filled.given(), remember, visitor.origin.clone()).await {
        Ok(opened) => Ok(inside(&web, &opened, &filled.next)),
        Err(Error::WrongProof) => {
            let asked = Asked { next: filled.next, sent: false };
            Ok((StatusCode::UNAUTHORIZED, shown(&web, &visitor, &half, &asked, true).await?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn send_code(
    State(web): State<Web>,
    half: Half,
    axum::Form(asked): axum::Form<Asked>,
) -> Result<Response, Problem> {
    web.store.send_second_step_code(&half.0).await?;
    let next = in_query(own_path(&asked.next).unwrap_or("/"));
    Ok(Redirect::to(&format!("/sign-in/second-step?sent=true&next={next}")).into_response())
}

pub async fn ask(State(web): State<Web>, half: Half) -> Result<Response, Problem> {
    Ok(question(web.store.second_step_question(&half.0).await?))
}

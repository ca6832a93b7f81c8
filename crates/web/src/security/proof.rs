//! A fresh proof, for whatever lets more people see more: ten minutes from now, under another session token.

use super::passkeys::question;
use crate::Web;
use crate::edge::cookies;
use crate::edge::problem::Problem;
use crate::edge::session::{EvenLeaving, SignedIn};
use crate::forms::{Field, Form};
use crate::leaving::frame_even_leaving;
use crate::page::{Frame, Place, own_path, render};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use store::{Error, Given, Method, SessionToken};

#[derive(Template)]
#[template(path = "security/proof.html")]
struct ProofPage {
    frame: Frame,
    form: Form,
    next: String,
    /// The other way: a code of an authenticator app, or a passkey; without fields when the account has neither.
    code: Form,
    /// Where passkeys work, when the account has one.
    passkeys: Option<String>,
    /// For password managers, which fill in what belongs to an address.
    email: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    next: String,
}

#[derive(Deserialize)]
pub struct Filled {
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub struct SecondStep {
    #[serde(default)]
    code: String,
    #[serde(default)]
    passkey: String,
    #[serde(default)]
    next: String,
}

fn form() -> Form {
    Form::of(vec![Field::input("password", "Password", "password", "current-password", "")])
}

fn code_form() -> Form {
    let field = Field::text("code", "Code", "one-time-code", "");
    Form::of(vec![field.hint("The six digits that your authenticator app shows now.")])
}

async fn shown(web: &Web, me: &SignedIn, form: Form, wrong_code: bool, next: &str) -> Result<Response, Problem> {
    // An account that is leaving has the password left, and nothing else to be asked for.
    let steps = match me.session.leaving {
        Some(_) => Vec::new(),
        None => web.store.with_account(me.actor(), |own| own.second_steps()).await?.steps,
    };
    let has = |method| steps.iter().any(|step| step.method == method);
    let mut code = if has(Method::Totp) { code_form() } else { Form::default() };
    if wrong_code {
        code.refuse("code", "This code is wrong, was used before, or is too old.");
    }
    let passkeys = web.store.passkey_origin().filter(|_| has(Method::Passkey)).map(str::to_owned);
    let frame = frame_even_leaving(web, me, "Confirm that it is you").await?.at(Place::Security);
    let frame = if passkeys.is_some() { frame.with_script("js/passkeys.js") } else { frame };
    let (next, email) = (own_path(next).unwrap_or("/").to_owned(), me.session.email.clone());
    Ok(render(&ProofPage { frame, form, next, code, passkeys, email }))
}

pub async fn page(
    State(web): State<Web>,
    EvenLeaving(me): EvenLeaving,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    shown(&web, &me, form(), false, &asked.next).await
}

pub async fn prove(
    State(web): State<Web>,
    EvenLeaving(me): EvenLeaving,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, Problem> {
    let token = me.visitor.token.as_deref().unwrap_or_default();
    match web.store.prove_password(token, &filled.password, me.visitor.origin.clone()).await {
        Ok(token) => Ok(onward(&web, &me, &token, own_path(&filled.next).unwrap_or("/"))),
        Err(Error::WrongProof) => {
            let mut form = form();
            form.refuse("password", "That is not the password of this account.");
            Ok((StatusCode::FORBIDDEN, shown(&web, &me, form, false, &filled.next).await?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// The same by an authenticator app or a passkey.
pub async fn prove_by_second_step(
    State(web): State<Web>,
    me: SignedIn,
    axum::Form(SecondStep { code, passkey, next }): axum::Form<SecondStep>,
) -> Result<Response, Problem> {
    let token = me.visitor.token.as_deref().unwrap_or_default();
    let given = if passkey.is_empty() { Given::Code(code) } else { Given::Passkey(passkey) };
    match web.store.prove(token, given, me.visitor.origin.clone()).await {
        Ok(token) => Ok(onward(&web, &me, &token, own_path(&next).unwrap_or("/"))),
        Err(Error::WrongProof) => {
            Ok((StatusCode::FORBIDDEN, shown(&web, &me, form(), true, &next).await?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn ask(State(web): State<Web>, me: SignedIn) -> Result<Response, Problem> {
    Ok(question(web.store.with_account(me.actor(), |own| own.proof_question()).await?))
}

/// On, with the session's new token.
pub fn onward(web: &Web, me: &SignedIn, token: &SessionToken, place: &str) -> Response {
    let cookie = cookies::session(token.as_str(), me.session.own_device, &web.settings.base_url);
    ([(header::SET_COOKIE, cookie)], Redirect::to(place)).into_response()
}

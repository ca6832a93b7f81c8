//! A fresh proof, for whatever lets more people see more: ten minutes from now, under another session token.

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
use store::{Error, SessionToken};

#[derive(Template)]
#[template(path = "security/proof.html")]
struct ProofPage {
    frame: Frame,
    form: Form,
    next: String,
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

fn form() -> Form {
    Form::of(vec![Field::input("password", "Password", "password", "current-password", "")])
}

async fn shown(web: &Web, me: &SignedIn, form: Form, next: &str) -> Result<Response, Problem> {
    let frame = frame_even_leaving(web, me, "Confirm that it is you").await?.at(Place::Security);
    let (next, email) = (own_path(next).unwrap_or("/").to_owned(), me.session.email.clone());
    Ok(render(&ProofPage { frame, form, next, email }))
}

pub async fn page(
    State(web): State<Web>,
    EvenLeaving(me): EvenLeaving,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    shown(&web, &me, form(), &asked.next).await
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
            Ok((StatusCode::FORBIDDEN, shown(&web, &me, form, &filled.next).await?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// On, with the session's new token.
pub fn onward(web: &Web, me: &SignedIn, token: &SessionToken, place: &str) -> Response {
    let cookie = cookies::session(token.as_str(), me.session.own_device, &web.settings.base_url);
    ([(header::SET_COOKIE, cookie)], Redirect::to(place)).into_response()
}

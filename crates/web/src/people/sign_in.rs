//! Signing in and out.

use crate::Web;
use crate::edge::cookies;
use crate::edge::problem::Problem;
use crate::edge::session::{SignedIn, Visitor};
use crate::page::{Frame, own_path, render};
use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use store::Error;

#[derive(Template)]
#[template(path = "people/sign_in.html")]
struct SignInPage<'a> {
    frame: Frame,
    next: &'a str,
    refused: bool,
    confirmed: bool,
    notice: &'static str,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    next: String,
    confirmed: bool,
}

#[derive(Deserialize)]
pub struct Filled {
    email: String,
    password: String,
    own_device: Option<String>,
    next: Option<String>,
}

fn shown(visitor: &Visitor, asked: &Asked, refused: bool) -> Response {
    let frame = Frame::plain("Sign in", visitor.theme, "/sign-in");
    let notice = frame.language.texts().notice_long;
    render(&SignInPage { frame, next: &asked.next, refused, confirmed: asked.confirmed, notice })
}

pub async fn page(visitor: Visitor, Query(asked): Query<Asked>) -> Response {
    shown(&visitor, &asked, false)
}

pub async fn enter(State(web): State<Web>, visitor: Visitor, Form(filled): Form<Filled>) -> Result<Response, Problem> {
    let own_device = filled.own_device.is_some();
    let next = filled.next.unwrap_or_default();
    let signed_in = web.store.sign_in(filled.email.trim(), &filled.password, own_device, visitor.origin.clone()).await;
    match signed_in {
        Ok(token) => {
            let cookie = cookies::session(token.as_str(), own_device, &web.settings.base_url);
            let place = own_path(&next).unwrap_or("/");
            Ok(([(header::SET_COOKIE, cookie)], Redirect::to(place)).into_response())
        }
        Err(Error::NotSignedIn) => {
            let asked = Asked { next, confirmed: false };
            Ok((StatusCode::UNAUTHORIZED, shown(&visitor, &asked, true)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// Tells the browser to forget what it keeps of us, pages in its cache included.
const FORGET: (HeaderName, &str) = (HeaderName::from_static("clear-site-data"), "\"cache\", \"cookies\", \"storage\"");

pub async fn leave(State(web): State<Web>, visitor: Visitor) -> Result<Response, Problem> {
    if let Some(token) = &visitor.token {
        web.store.sign_out(token).await?;
    }
    Ok(gone(&web))
}

pub async fn leave_everywhere(State(web): State<Web>, me: SignedIn) -> Result<Response, Problem> {
    web.store.sign_out_everywhere(me.actor()).await?;
    Ok(gone(&web))
}

fn gone(web: &Web) -> Response {
    let cookie = cookies::session_over(&web.settings.base_url);
    ([FORGET], [(header::SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response()
}

//! The way in from a new device while strangers guess at the password: a mailed link makes this browser known.

use crate::Web;
use crate::edge::cookies;
use crate::edge::problem::Problem;
use crate::edge::session::Visitor;
use crate::page::{Frame, render};
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "people/way_sent.html")]
struct SentPage {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "people/way.html")]
struct WayPage {
    frame: Frame,
    token: String,
}

#[derive(Deserialize)]
pub struct Filled {
    email: String,
}

/// The answer is the same whether the address is known or not, and however often it was asked for.
pub async fn ask(State(web): State<Web>, visitor: Visitor, Form(filled): Form<Filled>) -> Result<Redirect, Problem> {
    web.store.ask_for_way(filled.email.trim(), visitor.origin).await?;
    Ok(Redirect::to("/sign-in/way/sent"))
}

pub async fn sent(visitor: Visitor) -> Response {
    render(&SentPage { frame: Frame::plain("Check your mail", visitor.theme, "/sign-in/way/sent") })
}

/// Opening the link changes nothing (mail scanners open links); the button does.
pub async fn page(visitor: Visitor, Path(token): Path<String>) -> Response {
    render(&WayPage { frame: Frame::plain("Sign in from this device", visitor.theme, "/"), token })
}

pub async fn take(State(web): State<Web>, visitor: Visitor, Path(token): Path<String>) -> Result<Response, Problem> {
    let taken = web.store.take_way(&token, visitor.origin).await;
    let device = taken.map_err(|error| Problem::from(error).with_way_on("Sign in", "/sign-in"))?;
    let mut response = Redirect::to("/sign-in?known=true").into_response();
    if let Some(device) = device {
        let cookie = cookies::device(device.as_str(), &web.settings.base_url);
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

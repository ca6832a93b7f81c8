//! The link from the mail. Opening it changes nothing (mail scanners open links); the button does.

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::Visitor;
use crate::page::{Frame, render};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Redirect, Response};

#[derive(Template)]
#[template(path = "people/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    token: String,
}

pub async fn page(visitor: Visitor, Path(token): Path<String>) -> Response {
    render(&ConfirmPage { frame: Frame::plain("Confirm your address", visitor.theme, "/"), token })
}

pub async fn confirm(State(web): State<Web>, Path(token): Path<String>) -> Result<Redirect, Problem> {
    web.store.confirm_email(&token).await.map_err(|error| Problem::from(error).with_way_on("Sign up", "/sign-up"))?;
    Ok(Redirect::to("/sign-in?confirmed=true"))
}

//! The link of a mail or text message: one button, at three in the morning, without signing in. It takes the alert and shows
//! nothing of it; opening the page changes nothing (mail scanners open links).

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::Visitor;
use crate::page::{Frame, render};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use store::{AlertLink, Error, Invalid};

#[derive(Template)]
#[template(path = "alerts/link.html")]
struct LinkPage {
    frame: Frame,
    token: String,
    state: &'static str,
}

fn shown(visitor: &Visitor, token: String, state: &'static str) -> Response {
    render(&LinkPage { frame: Frame::plain("An alert", visitor.theme, "/").bare(), token, state })
}

pub async fn page(State(web): State<Web>, visitor: Visitor, Path(token): Path<String>) -> Result<Response, Problem> {
    Ok(match web.store.alert_link(&token).await? {
        AlertLink::Good => shown(&visitor, token, "good"),
        AlertLink::Over => (StatusCode::GONE, shown(&visitor, String::new(), "over")).into_response(),
    })
}

pub async fn take(State(web): State<Web>, visitor: Visitor, Path(token): Path<String>) -> Result<Response, Problem> {
    match web.store.take_alert_by_link(&token).await {
        Ok(()) => Ok(shown(&visitor, String::new(), "taken")),
        Err(Error::Invalid(Invalid::Token) | Error::NotFound | Error::Leaving { .. } | Error::Locked) => {
            Ok((StatusCode::GONE, shown(&visitor, String::new(), "over")).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

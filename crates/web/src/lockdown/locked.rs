//! What somebody reads whose account is locked.

use crate::Web;
use crate::edge::session::Visitor;
use crate::page::{Frame, render};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

#[derive(Template)]
#[template(path = "lockdown/locked.html")]
struct LockedPage {
    frame: Frame,
    contact: Option<String>,
    /// Whether this comes after the button or at a sign-in.
    at_sign_in: bool,
}

/// After the button.
pub async fn page(State(web): State<Web>, visitor: Visitor) -> Response {
    let frame = Frame::plain("Your account is locked", visitor.theme, "/lockdown/locked");
    render(&LockedPage { frame, contact: web.settings.support_contact.clone(), at_sign_in: false })
}

/// The password was right, and it opens nothing.
pub fn at_sign_in(visitor: &Visitor) -> Response {
    let frame = Frame::plain("Your account is locked", visitor.theme, "/sign-in");
    (StatusCode::FORBIDDEN, render(&LockedPage { frame, contact: None, at_sign_in: true })).into_response()
}

//! The link of a security mail. Opening it changes nothing (mail scanners open links); the button locks, without a session.

use super::button::done;
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::Visitor;
use crate::page::{Frame, render};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use store::Error;

#[derive(Template)]
#[template(path = "lockdown/mail.html")]
struct MailPage {
    frame: Frame,
    token: String,
}

/// A link that is over still leads somewhere: there are other ways to lock.
fn over(error: Error) -> Problem {
    Problem::from(error).with_way_on("Other ways to lock your account", "/lockdown")
}

pub async fn page(State(web): State<Web>, visitor: Visitor, Path(token): Path<String>) -> Result<Response, Problem> {
    web.store.check_lock_link(&token).await.map_err(over)?;
    Ok(render(&MailPage { frame: Frame::plain("Lock your account", visitor.theme, "/lockdown"), token }))
}

pub async fn lock(State(web): State<Web>, visitor: Visitor, Path(token): Path<String>) -> Result<Response, Problem> {
    web.store.lock_by_mail(&token, visitor.origin).await.map_err(over)?;
    Ok(done(&web))
}

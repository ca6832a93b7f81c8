//! Locking by a recovery code, for somebody who gets at neither a session nor the mail. It can only lock.

use super::button::done;
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::Visitor;
use crate::forms::{Field, Form};
use crate::page::{Frame, render};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use store::Error;

#[derive(Template)]
#[template(path = "lockdown/code.html")]
struct CodePage {
    frame: Frame,
    form: Form,
}

#[derive(Deserialize)]
pub struct Filled {
    email: String,
    code: String,
}

fn form(email: &str) -> Form {
    Form::of(vec![
        Field::input("email", "E-mail", "email", "username", email),
        Field::text("code", "Recovery code", "off", "")
            .hint("One of the ten on your list. Spaces, hyphens and small letters make no difference."),
    ])
}

fn shown(visitor: &Visitor, form: Form) -> Response {
    render(&CodePage { frame: Frame::plain("Lock by recovery code", visitor.theme, "/lockdown/code"), form })
}

pub async fn page(visitor: Visitor) -> Response {
    shown(&visitor, form(""))
}

pub async fn lock(
    State(web): State<Web>,
    visitor: Visitor,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, Problem> {
    match web.store.lock_by_code(filled.email.trim(), &filled.code, visitor.origin.clone()).await {
        Ok(()) => Ok(done(&web)),
        Err(Error::WrongProof) => {
            let mut form = form(&filled.email);
            form.refuse("code", "The address and the code do not belong together, or the code was used before.");
            Ok((StatusCode::FORBIDDEN, shown(&visitor, form)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

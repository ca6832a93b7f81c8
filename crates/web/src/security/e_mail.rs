//! Moving the account to another e-mail address: it is confirmed there first, and the old one can undo it.

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::{Proved, SignedIn};
use crate::forms::{Field, Form};
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sharing::Email;
use store::{Conflict, Error};

#[derive(Template)]
#[template(path = "security/e_mail.html")]
struct EmailPage {
    frame: Frame,
    form: Form,
    email: String,
    sent: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    sent: bool,
}

#[derive(Deserialize)]
pub struct Filled {
    #[serde(default)]
    new_email: String,
}

fn form(value: &str) -> Form {
    let hint = "We send a link there. Your account moves when you follow it.";
    Form::of(vec![Field::input("new_email", "New e-mail address", "email", "email", value).hint(hint)])
}

async fn shown(web: &Web, me: &SignedIn, form: Form, sent: bool) -> Result<Response, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    let frame = frame_of(me, &overview, "E-mail address").at(Place::Security);
    Ok(render(&EmailPage { frame, form, email: me.session.email.clone(), sent }))
}

pub async fn page(State(web): State<Web>, me: Proved, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    shown(&web, &me.0, form(""), asked.sent).await
}

pub async fn ask(
    State(web): State<Web>,
    me: SignedIn,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, Problem> {
    let words = match Email::parse(&filled.new_email) {
        Err(invalid) => invalid.to_string(),
        Ok(email) => match web.store.with_account(me.actor(), move |own| own.ask_new_email(&email)).await {
            Ok(()) => return Ok(Redirect::to("/security/e-mail?sent=true").into_response()),
            Err(Error::Conflict(Conflict::Taken)) => "That is the address of this account already.".to_owned(),
            Err(error) => return Err(error.into()),
        },
    };
    let mut form = form(&filled.new_email);
    form.refuse("new_email", words);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&web, &me, form, false).await?).into_response())
}

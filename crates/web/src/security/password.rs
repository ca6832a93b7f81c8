//! A new password for somebody who is signed in.

use super::proof::onward;
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::forms::{Control, Field, Form};
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use crate::refusals::invalid_words;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use store::Error;

#[derive(Template)]
#[template(path = "security/password.html")]
struct PasswordPage {
    frame: Frame,
    form: Form,
    email: String,
    done: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    done: bool,
}

#[derive(Deserialize)]
pub struct Filled {
    current: String,
    password: String,
}

fn form() -> Form {
    Form::of(vec![
        Field::input("current", "Current password", "password", "current-password", ""),
        Field::new("password", "New password", Control::NewPassword)
            .hint("At least 15 characters; a few words that you make up are good. Password managers are welcome."),
    ])
}

async fn shown(web: &Web, me: &SignedIn, form: Form, done: bool) -> Result<Response, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    let frame = frame_of(me, &overview, "Password").at(Place::Security).with_script("js/forms.js");
    Ok(render(&PasswordPage { frame, form, email: me.session.email.clone(), done }))
}

pub async fn page(State(web): State<Web>, me: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    shown(&web, &me, form(), asked.done).await
}

pub async fn change(
    State(web): State<Web>,
    me: SignedIn,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, Problem> {
    let token = me.visitor.token.as_deref().unwrap_or_default();
    let changed = web.store.change_password(token, &filled.current, &filled.password, me.visitor.origin.clone()).await;
    let (field, words) = match changed {
        Ok(token) => return Ok(onward(&web, &me, &token, "/security/password?done=true")),
        Err(Error::WrongProof) => ("current", "That is not the current password."),
        Err(Error::Invalid(invalid)) => ("password", invalid_words(invalid)),
        Err(error) => return Err(error.into()),
    };
    let mut form = form();
    form.refuse(field, words);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&web, &me, form, false).await?).into_response())
}

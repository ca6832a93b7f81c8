//! Asking to follow somebody by their address. The answer is the same whether or not there is such an account.

use super::following;
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::forms::{Field, Form};
use crate::refusals::{field_of, invalid_words};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sharing::{Email, Id};
use store::{Conflict, Error};

#[derive(Deserialize)]
pub struct Filled {
    email: String,
}

pub fn form(email: &str) -> Form {
    Form::of(vec![Field::input("email", "Their e-mail address", "email", "off", email)])
}

pub async fn ask(
    State(web): State<Web>,
    me: SignedIn,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, Problem> {
    let refused = match Email::parse(filled.email.trim()) {
        Err(error) => ("email", error.to_string()),
        Ok(email) => match web.store.with_account(me.actor(), move |own| own.ask_to_follow(&email)).await {
            Ok(()) => return Ok(Redirect::to("/following?done=asked").into_response()),
            Err(Error::Invalid(invalid)) => (field_of(invalid), invalid_words(invalid).to_owned()),
            Err(Error::Conflict(Conflict::Asked)) => (
                "email",
                "You asked at this address already. The request waits until it is answered, at most a day.".to_owned(),
            ),
            Err(error) => return Err(error.into()),
        },
    };
    let mut form = form(&filled.email);
    form.refuse(refused.0, refused.1);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, following::shown(&web, &me, form, "").await?).into_response())
}

pub async fn withdraw(State(web): State<Web>, me: SignedIn, Path(request): Path<String>) -> Result<Redirect, Problem> {
    let id = Id::parse(&request).ok_or_else(Problem::not_found)?;
    web.store.with_account(me.actor(), move |own| own.withdraw_request(id)).await?;
    Ok(Redirect::to("/following?done=withdrawn"))
}

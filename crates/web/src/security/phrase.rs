//! The person's own phrase, which stands in every mail of ours and in nobody else's.

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::{Proved, SignedIn};
use crate::forms::{Field, Form};
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use crate::refusals::invalid_words;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use store::Error;

#[derive(Template)]
#[template(path = "security/phrase.html")]
struct PhrasePage {
    frame: Frame,
    form: Form,
}

#[derive(Deserialize)]
pub struct Filled {
    #[serde(default)]
    phrase: String,
}

fn form(value: &str) -> Form {
    let hint = "3 to 60 characters. Not your password, and nothing that others know of you. Left empty, there is none.";
    Form::of(vec![Field::text("phrase", "Your phrase", "off", value).hint(hint).optional()])
}

async fn shown(web: &Web, me: &SignedIn, form: Form) -> Result<Response, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    let frame = frame_of(me, &overview, "Your phrase").at(Place::Security);
    Ok(render(&PhrasePage { frame, form }))
}

pub async fn page(State(web): State<Web>, me: Proved) -> Result<Response, Problem> {
    let phrase = web.store.with_account(me.0.actor(), |own| own.phrase()).await?;
    shown(&web, &me.0, form(&phrase.unwrap_or_default())).await
}

pub async fn change(
    State(web): State<Web>,
    me: SignedIn,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, Problem> {
    let phrase = filled.phrase.clone();
    match web.store.with_account(me.actor(), move |own| own.set_phrase(&phrase)).await {
        Ok(()) => Ok(Redirect::to("/security?done=phrase").into_response()),
        Err(Error::Invalid(invalid)) => {
            let mut form = form(&filled.phrase);
            form.refuse("phrase", invalid_words(invalid));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&web, &me, form).await?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

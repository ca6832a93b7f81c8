//! The link that opens a locked account: a new password, then the second step if there is one, then the steps.

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::Visitor;
use crate::forms::{Control, Field, Form};
use crate::page::{Frame, render};
use crate::people::sign_in::let_in;
use crate::refusals::invalid_words;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use store::{Error, Invalid};

#[derive(Template)]
#[template(path = "lockdown/unlock.html")]
struct UnlockPage {
    frame: Frame,
    form: Form,
    token: String,
    email: String,
}

#[derive(Deserialize)]
pub struct Filled {
    password: String,
}

fn form() -> Form {
    Form::of(vec![
        Field::new("password", "New password", Control::NewPassword)
            .hint("At least 15 characters; a few words that you make up are good. One that you use nowhere else."),
    ])
}

fn over(error: Error) -> Problem {
    let problem = Problem::from(error);
    if problem.status == StatusCode::UNPROCESSABLE_ENTITY {
        return Problem {
            text: "This link is wrong, was used before, or is older than an hour. Try to sign in: a new one comes."
                .into(),
            ..problem
        }
        .with_way_on("Go to sign in", "/sign-in");
    }
    problem
}

async fn shown(web: &Web, visitor: &Visitor, token: String, form: Form) -> Result<Response, Problem> {
    let email = web.store.unlock_link(&token).await.map_err(over)?;
    let frame = Frame::plain("Set a new password", visitor.theme, "/sign-in").with_script("js/forms.js");
    Ok(render(&UnlockPage { frame, form, token, email }))
}

pub async fn page(State(web): State<Web>, visitor: Visitor, Path(token): Path<String>) -> Result<Response, Problem> {
    shown(&web, &visitor, token, form()).await
}

pub async fn unlock(
    State(web): State<Web>,
    visitor: Visitor,
    Path(token): Path<String>,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, Problem> {
    match web.store.unlock(&token, &filled.password, visitor.origin.clone()).await {
        Ok(entrance) => Ok(let_in(&web, &entrance, "/lockdown/steps")),
        Err(Error::Invalid(invalid)) if invalid != Invalid::Token => {
            let mut form = form();
            form.refuse("password", invalid_words(invalid));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&web, &visitor, token, form).await?).into_response())
        }
        Err(error) => Err(over(error)),
    }
}

//! A forgotten password: asking for a link, and choosing a new one by it. The answer never tells whether there is such an
//! account; opening the link changes nothing.

use crate::Web;
use crate::edge::cookies;
use crate::edge::problem::Problem;
use crate::edge::session::Visitor;
use crate::forms::{Control, Field, Form};
use crate::page::{Frame, render};
use crate::refusals::invalid_words;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use store::{Error, Invalid};

#[derive(Template)]
#[template(path = "people/password_reset.html")]
struct AskPage {
    frame: Frame,
    form: Form,
}

#[derive(Template)]
#[template(path = "people/password_reset_sent.html")]
struct SentPage {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "people/password_reset_new.html")]
struct ChoosePage {
    frame: Frame,
    form: Form,
    token: String,
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    email: String,
}

#[derive(Deserialize)]
pub struct Chosen {
    #[serde(default)]
    password: String,
}

pub async fn page(visitor: Visitor) -> Response {
    let form = Form::of(vec![Field::input("email", "E-mail", "email", "username", "")]);
    render(&AskPage { frame: Frame::plain("Forgotten your password?", visitor.theme, "/password-reset"), form })
}

pub async fn ask(
    State(web): State<Web>,
    visitor: Visitor,
    axum::Form(asked): axum::Form<Asked>,
) -> Result<Redirect, Problem> {
    web.store.ask_password_reset(asked.email.trim(), visitor.origin.clone()).await?;
    Ok(Redirect::to("/password-reset/sent"))
}

pub async fn sent(visitor: Visitor) -> Response {
    render(&SentPage { frame: Frame::plain("Check your mail", visitor.theme, "/password-reset/sent") })
}

fn shown(visitor: &Visitor, token: String, error: Option<&str>) -> Response {
    let mut form = Form::of(vec![
        Field::new("password", "New password", Control::NewPassword)
            .hint("At least 15 characters; a few words that you make up are good. Password managers are welcome."),
    ]);
    if let Some(error) = error {
        form.refuse("password", error);
    }
    let frame = Frame::plain("Choose a new password", visitor.theme, "/").with_script("js/forms.js");
    render(&ChoosePage { frame, form, token })
}

fn refused(error: Error) -> Problem {
    Problem::from(error).with_way_on("Ask for a new link", "/password-reset")
}

pub async fn chosen_page(
    State(web): State<Web>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    web.store.password_reset(&token).await.map_err(refused)?;
    Ok(shown(&visitor, token, None))
}

pub async fn choose(
    State(web): State<Web>,
    visitor: Visitor,
    Path(token): Path<String>,
    axum::Form(chosen): axum::Form<Chosen>,
) -> Result<Response, Problem> {
    match web.store.reset_password(&token, &chosen.password, visitor.origin.clone()).await {
        Ok(device) => {
            let mut response = Redirect::to("/sign-in?reset=true").into_response();
            if let Some(device) = device {
                let cookie = cookies::device(device.as_str(), &web.settings.base_url);
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            Ok(response)
        }
        Err(Error::Invalid(invalid @ Invalid::Password(_))) => {
            Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&visitor, token, Some(invalid_words(invalid)))).into_response())
        }
        Err(error) => Err(refused(error)),
    }
}

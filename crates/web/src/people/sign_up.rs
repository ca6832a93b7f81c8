//! A new account. The answer is the same whether the address is known or not.

use super::choices;
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::Visitor;
use crate::forms::{Control, Field, Form};
use crate::page::{Frame, render};
use crate::refusals::{field_of, invalid_words};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use glucose::Unit;
use serde::Deserialize;
use sharing::Email;
use store::{Error, NewAccount};
use words::Language;

#[derive(Template)]
#[template(path = "people/sign_up.html")]
struct SignUpPage {
    frame: Frame,
    form: Form,
}

#[derive(Template)]
#[template(path = "people/sign_up_sent.html")]
struct SentPage {
    frame: Frame,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Filled {
    email: String,
    password: String,
    name: String,
    with_record: Option<String>,
    born_on: String,
    country: String,
    language: String,
    unit: String,
    zone: String,
}

fn form(filled: &Filled, is_new: bool) -> Form {
    let unit = choices::unit_of(&filled.unit).unwrap_or(Unit::MgDl);
    let language = Language::of_tag(&filled.language).unwrap_or_default();
    Form::of(vec![
        Field::text("name", "Your name", "name", &filled.name),
        Field::input("email", "E-mail", "email", "email", &filled.email).hint("We send you a link to confirm it."),
        Field::new("password", "Password", Control::NewPassword)
            .hint("At least 15 characters; a few words that you make up are good. Password managers are welcome."),
        Field::tick(
            "with_record",
            "Make a record for me (leave out if you follow somebody, or add your child later)",
            is_new || filled.with_record.is_some(),
        ),
        Field::input("born_on", "Your date of birth", "date", "bday", &filled.born_on)
            .optional()
            .hint("Only for your own record; it stands on reports."),
        choices::country(&filled.country),
        choices::unit(unit),
        choices::zone("zone", "Time zone", &filled.zone)
            .hint("Device clocks are read in this zone, such as Europe/Berlin."),
        choices::language(language),
    ])
}

fn shown(visitor: &Visitor, form: Form) -> Response {
    let frame = Frame::plain("Sign up", visitor.theme, "/sign-up").with_script("js/forms.js");
    render(&SignUpPage { frame, form })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    /// Comes to follow somebody, and needs no record.
    follows: bool,
}

pub async fn page(visitor: Visitor, Query(asked): Query<Asked>) -> Response {
    shown(&visitor, form(&Filled::default(), !asked.follows))
}

pub async fn sent(visitor: Visitor) -> Response {
    render(&SentPage { frame: Frame::plain("Check your mail", visitor.theme, "/sign-up/sent") })
}

pub async fn join(
    State(web): State<Web>,
    visitor: Visitor,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, Problem> {
    let (field, text) = match new_account(&filled) {
        Err(refused) => refused,
        Ok(new) => match web.store.sign_up(new, visitor.origin.clone()).await {
            Ok(()) => return Ok(Redirect::to("/sign-up/sent").into_response()),
            Err(Error::Invalid(invalid)) => (field_of(invalid), invalid_words(invalid).to_owned()),
            Err(error) => return Err(error.into()),
        },
    };
    let mut form = form(&filled, false);
    form.refuse(field, text);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&visitor, form)).into_response())
}

fn new_account(filled: &Filled) -> Result<NewAccount, (&'static str, String)> {
    let email = Email::parse(&filled.email).map_err(|error| ("email", error.to_string()))?;
    let born_on = choices::date(&filled.born_on)
        .map_err(|_| ("born_on", "Write the date as year-month-day, such as 1984-03-12.".to_owned()))?;
    if !choices::is_country(&filled.country) {
        return Err(("country", "Choose a country.".to_owned()));
    }
    Ok(NewAccount {
        email,
        password: filled.password.clone(),
        name: filled.name.trim().to_owned(),
        born_on,
        country: filled.country.clone(),
        language: Language::of_tag(&filled.language).unwrap_or_default().tag().to_owned(),
        unit: choices::unit_of(&filled.unit).ok_or(("unit", "Choose a unit.".to_owned()))?,
        zone: filled.zone.trim().to_owned(),
        with_record: filled.with_record.is_some(),
    })
}

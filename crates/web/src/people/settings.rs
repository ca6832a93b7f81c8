//! Settings of one's own account.

use super::choices;
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::forms::{Field, Form};
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use crate::refusals::{field_of, invalid_words};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use store::{Account, AccountSettings, Error};
use words::Language;

#[derive(Template)]
#[template(path = "people/settings.html")]
struct SettingsPage {
    frame: Frame,
    email: String,
    form: Form,
}

#[derive(Deserialize)]
pub struct Filled {
    name: String,
    country: String,
    unit: String,
    zone: String,
    language: String,
}

pub fn settings_of(account: Account) -> AccountSettings {
    let Account { name, country, language, unit, zone, .. } = account;
    AccountSettings { name, country, language, unit, zone }
}

fn form(settings: &AccountSettings) -> Form {
    Form::of(vec![
        Field::text("name", "Your name", "name", &settings.name),
        choices::country(&settings.country),
        choices::unit(settings.unit).hint("All pages and reports show glucose in this unit."),
        choices::zone("zone", "Time zone", &settings.zone).hint("Of your own; each record has one besides."),
        choices::language(Language::of_tag(&settings.language).unwrap_or_default()),
    ])
}

async fn shown(web: &Web, me: &SignedIn, form: Form) -> Result<Response, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    let frame = frame_of(me, &overview, "Your settings").at(Place::Settings);
    Ok(render(&SettingsPage { frame, email: me.session.email.clone(), form }))
}

pub async fn page(State(web): State<Web>, me: SignedIn) -> Result<Response, Problem> {
    let account = web.store.with_account(me.actor(), |own| own.account()).await?;
    shown(&web, &me, form(&settings_of(account))).await
}

pub async fn change(
    State(web): State<Web>,
    me: SignedIn,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, Problem> {
    let settings = AccountSettings {
        name: filled.name.trim().to_owned(),
        country: filled.country,
        language: Language::of_tag(&filled.language).unwrap_or_default().tag().to_owned(),
        unit: choices::unit_of(&filled.unit).unwrap_or(me.session.unit),
        zone: filled.zone.trim().to_owned(),
    };
    let new = settings.clone();
    match web.store.with_account(me.actor(), move |own| own.change_settings(&new)).await {
        Ok(()) => Ok(Redirect::to("/settings").into_response()),
        Err(Error::Invalid(invalid)) => {
            let mut form = form(&settings);
            form.refuse(field_of(invalid), invalid_words(invalid));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&web, &me, form).await?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

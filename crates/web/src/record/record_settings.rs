//! Settings of a record: whose it is, unit and zone.

use super::visit::Visit;
use crate::edge::problem::Problem;
use crate::forms::{Field, Form};
use crate::page::{Frame, Tab, render};
use crate::people::choices;
use crate::refusals::{field_of, invalid_words};
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sharing::Purpose;
use store::{Access, Error, Manage, Record, RecordSettings};

#[derive(Template)]
#[template(path = "record/settings.html")]
struct SettingsPage {
    frame: Frame,
    record: String,
    form: Form,
}

#[derive(Deserialize)]
pub struct Filled {
    name: String,
    born_on: String,
    unit: String,
    zone: String,
}

impl Filled {
    fn of(record: &Record) -> Self {
        Self {
            name: record.name.clone(),
            born_on: record.born_on.map_or_else(String::new, |on| on.to_string()),
            unit: record.unit.symbol().to_owned(),
            zone: record.zone.iana_name().unwrap_or("UTC").to_owned(),
        }
    }
}

fn form(filled: &Filled) -> Form {
    Form::of(vec![
        Field::text("name", "Name", "off", &filled.name).hint("The person the data is about."),
        Field::input("born_on", "Date of birth", "date", "off", &filled.born_on).optional(),
        choices::unit(choices::unit_of(&filled.unit).unwrap_or_default()),
        choices::zone("zone", "Time zone", &filled.zone)
            .hint("The wall clock of this person. Device times in files are read in this zone."),
    ])
}

async fn shown(visit: &Visit, filled: Option<&Filled>, refused: Option<(&str, String)>) -> Result<Response, Problem> {
    let record = visit.with(Purpose::Settings, |patient: &mut Access<'_, Manage>| patient.record()).await?;
    let mut form = form(filled.unwrap_or(&Filled::of(&record)));
    if let Some((field, text)) = refused {
        form.refuse(field, text);
    }
    let frame = visit.frame(&format!("{}: settings", record.name), &record, Tab::Settings).await?;
    Ok(render(&SettingsPage { frame, record: visit.record.to_string(), form }))
}

pub async fn page(visit: Visit) -> Result<Response, Problem> {
    shown(&visit, None, None).await
}

pub async fn change(visit: Visit, axum::Form(filled): axum::Form<Filled>) -> Result<Response, Problem> {
    let refused = match settings(&filled) {
        Err(refused) => refused,
        Ok(settings) => {
            let changed = visit.web.store.with_patient(
                visit.me.actor(),
                visit.record,
                Purpose::Settings,
                move |patient: &mut Access<'_, Manage>| patient.change_record(&settings),
            );
            match changed.await {
                Ok(()) => return Ok(Redirect::to(&visit.url("/settings")).into_response()),
                Err(Error::Invalid(invalid)) => (field_of(invalid), invalid_words(invalid).to_owned()),
                Err(error) => return Err(error.into()),
            }
        }
    };
    let page = shown(&visit, Some(&filled), Some(refused)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn settings(filled: &Filled) -> Result<RecordSettings, (&'static str, String)> {
    let wrong_date = |_| ("born_on", "Write the date as year-month-day, such as 1984-03-12.".to_owned());
    Ok(RecordSettings {
        name: filled.name.trim().to_owned(),
        born_on: choices::date(&filled.born_on).map_err(wrong_date)?,
        unit: choices::unit_of(&filled.unit).ok_or(("unit", "Choose a unit.".to_owned()))?,
        zone: filled.zone.trim().to_owned(),
    })
}

//! What a clinic is called, and what patients see beside the name.

use super::Places;
use super::office::Office;
use crate::edge::problem::Problem;
use crate::forms::{Field, Form};
use crate::page::{Frame, render};
use crate::sharing::proving;
use askama::Template;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use store::{ChangeClinic, ClinicSettings, Desk};

#[derive(Template)]
#[template(path = "clinic/settings.html")]
struct SettingsPage {
    frame: Frame,
    places: Places,
    url: String,
    saved: bool,
    form: Form,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Filled {
    pub name: String,
    pub contact: String,
    pub password: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    done: String,
}

pub fn form(filled: &Filled) -> Form {
    Form::of(vec![
        Field::text("name", "Name of the clinic", "organization", &filled.name)
            .hint("Patients see it when you offer them a link."),
        Field::area("contact", "Address and phone", &filled.contact)
            .optional()
            .hint("What patients see beside the name, at most 300 characters in a few lines."),
    ])
}

async fn shown(office: &Office, form: Form, saved: bool) -> Result<Response, Problem> {
    let frame = office.frame("Settings of the clinic").await?;
    let (places, url) = (office.places("Settings"), office.url(""));
    Ok(render(&SettingsPage { frame, places, url, saved, form }))
}

pub async fn page(office: Office, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let read = |desk: &mut Desk<'_, ChangeClinic>| desk.clinic_settings();
    let ClinicSettings { name, contact } = office.with(read).await?;
    shown(&office, form(&Filled { name, contact, ..Filled::default() }), asked.done == "saved").await
}

pub async fn change(office: Office, axum::Form(filled): axum::Form<Filled>) -> Result<Response, Problem> {
    let mut form = form(&filled);
    let new = ClinicSettings { name: filled.name, contact: filled.contact };
    let change = move |desk: &mut Desk<'_, ChangeClinic>| desk.change_clinic(&new);
    match office.with(change).await {
        Ok(()) => Ok(Redirect::to(&office.url("/settings?done=saved")).into_response()),
        Err(why) => {
            let status = proving::refuse(&mut form, why, proving::NEEDED, None)?;
            Ok((status, shown(&office, form, false).await?).into_response())
        }
    }
}

//! Closing a clinic: what ends, what can be saved before, and its name typed once.

use super::Places;
use super::office::Office;
use crate::edge::problem::Problem;
use crate::forms::{Field, Form};
use crate::page::{Frame, render};
use crate::sharing::proving::{self, Proven};
use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use store::{ChangeClinic, Closing, Desk};

#[derive(Template)]
#[template(path = "clinic/closing.html")]
struct ClosingPage {
    frame: Frame,
    places: Places,
    url: String,
    closing: Closing,
    until: String,
    prints: bool,
    form: Form,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Typed {
    confirmation: String,
    password: String,
}

fn form() -> Form {
    let hint = "Type the name of the clinic, so that nothing is closed by a slip.";
    Form::of(vec![Field::text("confirmation", "Name of the clinic", "off", "").hint(hint)])
}

async fn shown(office: &Office, form: Form) -> Result<Response, Problem> {
    let closing = office.with(|desk: &mut Desk<'_, ChangeClinic>| desk.closing()).await?;
    Ok(render(&ClosingPage {
        frame: office.frame("Close the clinic").await?,
        places: office.places("Settings"),
        url: office.url(""),
        until: office.moment(closing.until),
        prints: crate::routes::leads_somewhere("/clinics/{clinic}/reports"),
        closing,
        form,
    }))
}

/// Asks for a proof before anything is typed.
pub async fn page(office: Office) -> Result<Response, Problem> {
    let page = shown(&office, form()).await?;
    Ok(office.proof_first().unwrap_or(page))
}

pub async fn close(mut office: Office, axum::Form(typed): axum::Form<Typed>) -> Result<Response, Problem> {
    office.with(|desk: &mut Desk<'_, ChangeClinic>| desk.clinic_name()).await?;
    let mut form = form();
    match Proven::by(&office.web.clone(), &mut office.me, &typed.password).await {
        Ok(proven) => Ok(proven.onto(send(&office, typed.confirmation, form).await)),
        Err(why) => {
            let status = proving::refuse(&mut form, why, proving::NEEDED, None)?;
            Ok((status, shown(&office, form).await?).into_response())
        }
    }
}

async fn send(office: &Office, typed: String, mut form: Form) -> Result<Response, Problem> {
    let why = match office.with(move |desk: &mut Desk<'_, ChangeClinic>| desk.close_clinic(&typed)).await {
        Ok(_) => return Ok(Redirect::to("/clinics?done=closed").into_response()),
        Err(why) => why,
    };
    let status = proving::refuse(&mut form, why, proving::NEEDED, None)?;
    Ok((status, shown(office, form).await?).into_response())
}

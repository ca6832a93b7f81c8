//! A patient leaves the clinic, comes back, or is deleted for good; with what happens in plain words before it happens.

use super::Places;
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::forms::{Field, Form as Fields};
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use crate::refusals::{field_of, invalid_words};
use crate::show;
use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use sharing::{ClinicId, ClinicRight, ClinicRole, RecordId, clinic_allows};
use store::{Desk, Error, LetPatientsGo, PatientProfile};

#[derive(Template)]
#[template(path = "clinic/leaving.html")]
struct LeavingPage {
    frame: Frame,
    places: Places,
    clinic: String,
    record: String,
    name: String,
    left: Option<String>,
    may_delete: bool,
    form: Fields,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Choice {
    /// `left` or `back`.
    what: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Typed {
    confirmation: String,
}

fn ids(clinic: &str, record: &str) -> Result<(ClinicId, RecordId), Problem> {
    ClinicId::parse(clinic).zip(RecordId::parse(record)).ok_or_else(Problem::not_found)
}

async fn look(
    web: &Web,
    me: &SignedIn,
    clinic: ClinicId,
    record: RecordId,
) -> Result<(ClinicRole, PatientProfile), Error> {
    let look = move |desk: &mut Desk<'_, LetPatientsGo>| Ok((desk.role(), desk.patient(record)?));
    web.store.with_clinic(me.actor(), clinic, look).await
}

pub async fn page(
    State(web): State<Web>,
    me: SignedIn,
    Path((clinic, record)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (clinic, record) = ids(&clinic, &record)?;
    shown(&web, &me, clinic, record, None).await
}

async fn shown(
    web: &Web,
    me: &SignedIn,
    clinic: ClinicId,
    record: RecordId,
    refused: Option<store::Invalid>,
) -> Result<Response, Problem> {
    let (role, patient) = look(web, me, clinic, record).await?;
    let overview = web.store.overview(me.actor()).await?;
    let field = Field::text("confirmation", "The patient’s name, to confirm", "off", "");
    let mut form = Fields::of(vec![field.hint(format!("Type {}", patient.name))]);
    if let Some(invalid) = refused {
        form.refuse(field_of(invalid), invalid_words(invalid));
    }
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = LeavingPage {
        frame: frame_of(me, &overview, "Leaving the clinic").at(Place::Clinic),
        places: Places::of(clinic, role, ""),
        clinic: clinic.to_string(),
        record: record.to_string(),
        left: patient.left_at.map(|at| show::moment(at, &patient.zone, me.language)),
        name: patient.name,
        may_delete: clinic_allows(role, false, ClinicRight::DeletePatients).is_ok(),
        form,
    };
    Ok((status, render(&page)).into_response())
}

pub async fn note(
    State(web): State<Web>,
    me: SignedIn,
    Path((clinic, record)): Path<(String, String)>,
    Form(choice): Form<Choice>,
) -> Result<Redirect, Problem> {
    let (clinic, record) = ids(&clinic, &record)?;
    let note = move |desk: &mut Desk<'_, LetPatientsGo>| match choice.what.as_str() {
        "left" => desk.patient_left(record),
        "back" => desk.patient_back(record),
        _ => Err(Error::Invalid(store::Invalid::Empty)),
    };
    web.store.with_clinic(me.actor(), clinic, note).await?;
    Ok(Redirect::to(&format!("/clinics/{clinic}/patients/{record}/leaving")))
}

pub async fn delete(
    State(web): State<Web>,
    me: SignedIn,
    Path((clinic, record)): Path<(String, String)>,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    let (clinic, record) = ids(&clinic, &record)?;
    match web.store.delete_patient(me.actor(), clinic, record, &typed.confirmation).await {
        Ok(()) => Ok(Redirect::to(&format!("/clinics/{clinic}/patients")).into_response()),
        Err(Error::Invalid(invalid)) => shown(&web, &me, clinic, record, Some(invalid)).await,
        Err(error) => Err(error.into()),
    }
}

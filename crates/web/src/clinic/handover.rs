//! Handing the clinic's screen to a patient: what is asked for, and then the page that is the patient's alone.

use crate::Web;
use crate::edge::cookies;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::forms::{Field, Form};
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use crate::sharing::link_terms::TypedLink;
use crate::sharing::zone_name;
use crate::{clinic::Places, refusals};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use sharing::{ClinicId, LinkTerms, RecordId, Visibility};
use store::{Desk, Error, Link, PatientProfile};

#[derive(Template)]
#[template(path = "clinic/handover.html")]
struct HandoverPage {
    frame: Frame,
    places: Places,
    clinic: String,
    patient: PatientProfile,
    form: Form,
}

/// Everything, without an end: what most clinics ask for, and the patient may narrow at any time.
const USUAL: LinkTerms = LinkTerms { visibility: Visibility::ALL, until_at: None };

pub async fn page(
    State(web): State<Web>,
    me: SignedIn,
    Path((clinic, record)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (clinic, profile) = ids(&clinic, &record)?;
    let patient = patient(&web, &me, clinic, profile).await?;
    let form = Form::of(fields(&TypedLink::of(&USUAL, &patient.zone), &patient));
    shown(&web, &me, clinic, patient, form).await
}

pub async fn hand_over(
    State(web): State<Web>,
    me: SignedIn,
    Path((clinic, record)): Path<(String, String)>,
    axum::Form(typed): axum::Form<TypedLink>,
) -> Result<Response, Problem> {
    let (clinic, profile) = ids(&clinic, &record)?;
    let patient = patient(&web, &me, clinic, profile).await?;
    let mut form = Form::of(fields(&typed, &patient));
    if let Some(terms) = typed.terms(&patient.zone, None, &mut form) {
        let begin = move |desk: &mut Desk<'_, Link>| desk.hand_over(profile, &terms);
        match web.store.with_clinic(me.actor(), clinic, begin).await {
            Ok(token) => return away(&web, &me, &token).await,
            Err(Error::Invalid(invalid)) => form.refuse("until", refusals::invalid_words(invalid)),
            Err(other) => return Err(other.into()),
        }
    }
    Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&web, &me, clinic, patient, form).await?).into_response())
}

/// The member's session ends here, for the screen is the patient's now.
async fn away(web: &Web, me: &SignedIn, token: &str) -> Result<Response, Problem> {
    if let Some(session) = &me.visitor.token {
        web.store.sign_out(session).await?;
    }
    let over = cookies::session_over(&web.settings.base_url);
    Ok(([(header::SET_COOKIE, over)], Redirect::to(&format!("/here/{token}"))).into_response())
}

fn fields(typed: &TypedLink, patient: &PatientProfile) -> Vec<Field> {
    let end = format!("The link ends as this day ends, in {}. Leave it empty for no end.", zone_name(&patient.zone));
    typed.fields(Visibility::ALL, "What your clinic sees once linked", end)
}

fn ids(clinic: &str, record: &str) -> Result<(ClinicId, RecordId), Problem> {
    ClinicId::parse(clinic).zip(RecordId::parse(record)).ok_or_else(Problem::not_found)
}

async fn patient(web: &Web, me: &SignedIn, clinic: ClinicId, profile: RecordId) -> Result<PatientProfile, Problem> {
    let read = move |desk: &mut Desk<'_, Link>| desk.patient(profile);
    Ok(web.store.with_clinic(me.actor(), clinic, read).await?)
}

async fn shown(
    web: &Web,
    me: &SignedIn,
    clinic: ClinicId,
    patient: PatientProfile,
    form: Form,
) -> Result<Response, Problem> {
    let role = web.store.with_clinic(me.actor(), clinic, |desk: &mut Desk<'_, Link>| Ok(desk.role())).await?;
    let overview = web.store.overview(me.actor()).await?;
    let frame = frame_of(me, &overview, "Link here and now").at(Place::Clinic);
    let places = Places::of(clinic, role, "Patients");
    Ok(render(&HandoverPage { frame, places, clinic: clinic.to_string(), patient, form }))
}

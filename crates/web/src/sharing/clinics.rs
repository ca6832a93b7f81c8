//! Clinics that see a record, beside its care partners: what each sees, changed and ended by the owner.

use super::link_terms::TypedLink;
use super::proving::{self, Proven};
use super::record::{Shared, clock, shared};
use super::terms::by_clock;
use super::words::{self, Clock};
use crate::edge::problem::Problem;
use crate::forms::Form;
use crate::page::{Frame, Tab, render};
use crate::record::visit::Visit;
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sharing::{ClinicId, Purpose, Visibility};
use store::{Access, LinkedClinicLine, Manage};

/// A clinic in words.
pub struct ClinicCard {
    /// Ties the parts of one card together on the page.
    pub key: String,
    pub record_name: String,
    pub name: String,
    pub contact: String,
    pub state: String,
    pub is_active: bool,
    pub hint: &'static str,
    pub sees: String,
    pub since: String,
    pub until: String,
    pub url: String,
}

impl ClinicCard {
    pub fn of(line: &LinkedClinicLine, clock: Clock<'_>) -> Self {
        let (state, is_active, hint) = match line.terms.until_at {
            Some(until) if until <= clock.now => {
                let hint = "Sees nothing any more. Give another last day to let it in again, or end the link.";
                (format!("Ended {}", clock.moment(until)), false, hint)
            }
            _ if line.suspended_at.is_some() => {
                let hint = "Sees nothing until you let it in again in the steps of the lockdown.";
                ("Suspended by lockdown".to_owned(), false, hint)
            }
            _ => ("Active".to_owned(), true, ""),
        };
        Self {
            key: format!("{}-{}", line.record, line.clinic),
            record_name: line.record_name.clone(),
            name: line.name.clone(),
            contact: line.contact.clone(),
            state,
            is_active,
            hint,
            sees: words::kinds(line.terms.visibility),
            since: clock.moment(line.since_at),
            until: line.terms.until_at.map_or_else(|| "no end".to_owned(), |until| clock.moment(until)),
            url: format!("/records/{}/clinics/{}", line.record, line.clinic),
        }
    }
}

#[derive(Template)]
#[template(path = "sharing/clinic.html")]
struct ClinicPage {
    frame: Frame,
    record: String,
    card: ClinicCard,
    form: Form,
}

#[derive(Template)]
#[template(path = "sharing/clinic_removal.html")]
struct RemovalPage {
    frame: Frame,
    record: String,
    card: ClinicCard,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Filled {
    password: String,
    #[serde(flatten)]
    terms: TypedLink,
}

/// One clinic of this record, after the gate.
pub async fn linked(visit: &Visit, clinic: &str) -> Result<LinkedClinicLine, Problem> {
    let clinic = ClinicId::parse(clinic).ok_or_else(Problem::not_found)?;
    let lines = visit.with(Purpose::ClinicLink, |patient: &mut Access<'_, Manage>| patient.linked_clinics()).await?;
    lines.into_iter().find(|line| line.clinic == clinic).ok_or_else(Problem::not_found)
}

fn form(typed: &TypedLink, shared: &Shared) -> Form {
    let end = format!("Leave it empty for no end. {}", by_clock(&shared.record.zone));
    Form::of(typed.fields(Visibility::ALL, "What the clinic sees", end))
}

async fn shown(visit: &Visit, shared: &Shared, line: &LinkedClinicLine, form: Form) -> Result<Response, Problem> {
    let title = format!("{}: {}", shared.record.name, line.name);
    let frame = Frame { narrow: true, ..visit.frame(&title, &shared.record, Tab::Share).await? };
    let card = ClinicCard::of(line, clock(visit, &shared.record));
    Ok(render(&ClinicPage { frame, record: visit.record.to_string(), card, form }))
}

pub async fn page(visit: Visit, Path((_, clinic)): Path<(String, String)>) -> Result<Response, Problem> {
    let shared = shared(&visit).await?;
    let line = linked(&visit, &clinic).await?;
    let form = form(&TypedLink::of(&line.terms, &shared.record.zone), &shared);
    shown(&visit, &shared, &line, form).await
}

pub async fn change(
    mut visit: Visit,
    Path((_, clinic)): Path<(String, String)>,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, Problem> {
    let shared = shared(&visit).await?;
    let line = linked(&visit, &clinic).await?;
    match Proven::by(&visit.web, &mut visit.me, &filled.password).await {
        Ok(proven) => Ok(proven.onto(edit(&visit, &shared, &line, &filled).await)),
        Err(why) => {
            let mut form = form(&filled.terms, &shared);
            let status = proving::refuse(&mut form, why, proving::NEEDED, None)?;
            Ok((status, shown(&visit, &shared, &line, form).await?).into_response())
        }
    }
}

async fn edit(visit: &Visit, shared: &Shared, line: &LinkedClinicLine, filled: &Filled) -> Result<Response, Problem> {
    let mut form = form(&filled.terms, shared);
    let Some(terms) = filled.terms.terms(&shared.record.zone, Some(&line.terms), &mut form) else {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(visit, shared, line, form).await?).into_response());
    };
    let clinic = line.clinic;
    let change = move |patient: &mut Access<'_, Manage>| patient.edit_link(clinic, &terms);
    let changed = visit.web.store.with_patient(visit.me.actor(), visit.record, Purpose::ClinicLink, change).await;
    let status = match changed {
        Ok(()) => {
            let place = visit.url(&format!("/sharing?done=clinic-changed&clinic={clinic}"));
            return Ok(Redirect::to(&place).into_response());
        }
        Err(why) => proving::refuse(&mut form, why, "It will see more than before. Confirm that it is you.", None)?,
    };
    Ok((status, shown(visit, shared, line, form).await?).into_response())
}

/// Asked once more, and then at once.
pub async fn removal(visit: Visit, Path((_, clinic)): Path<(String, String)>) -> Result<Response, Problem> {
    let shared = shared(&visit).await?;
    let line = linked(&visit, &clinic).await?;
    let title = format!("{}: end the link with {}", shared.record.name, line.name);
    let frame = Frame { narrow: true, ..visit.frame(&title, &shared.record, Tab::Share).await? };
    let card = ClinicCard::of(&line, clock(&visit, &shared.record));
    Ok(render(&RemovalPage { frame, record: visit.record.to_string(), card }))
}

pub async fn remove(visit: Visit, Path((_, clinic)): Path<(String, String)>) -> Result<Redirect, Problem> {
    let clinic = ClinicId::parse(&clinic).ok_or_else(Problem::not_found)?;
    visit.with(Purpose::ClinicLink, move |patient: &mut Access<'_, Manage>| patient.remove_clinic(clinic)).await?;
    Ok(Redirect::to(&visit.url("/sharing?done=clinic-removed")))
}

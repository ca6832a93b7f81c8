//! Choosing whose reports to print. The choice is kept while searching: everything is one form.

use super::choice::{Ordered, Wanted};
use super::jobs::{KEPT_MIN, Ticket};
use super::make::Work;
use crate::Web;
use crate::clinic::Places;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use crate::uploading::JobId;
use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use glucose::{Ranges, local_day};
use jiff::tz::TimeZone;
use reports::Show;
use sharing::{ClinicId, ClinicRole};
use std::collections::BTreeSet;
use std::time::Duration;
use store::{Desk, PrintReports, ToPrint};
use tokio::runtime::Handle;

/// More are not listed; searching finds the others.
const MOST_LISTED: usize = 200;

type Fields = Vec<(String, String)>;

#[derive(Template)]
#[template(path = "clinic/print.html")]
struct PrintPage {
    frame: Frame,
    places: Places,
    clinic: String,
    job: JobId,
    wanted: Wanted,
    chosen: Vec<Line>,
    found: Vec<Line>,
    more: String,
    wholes: Vec<(String, String)>,
    unknown: String,
    refused: Option<(&'static str, String)>,
}

struct Line {
    id: String,
    name: String,
    about: String,
}

impl PrintPage {
    fn refusal(&self, field: &str) -> Option<&str> {
        self.refused.as_ref().filter(|(name, _)| *name == field).map(|(_, words)| words.as_str())
    }
}

/// The clinic as the page needs it.
struct Here {
    clinic: ClinicId,
    role: ClinicRole,
    patients: Vec<ToPrint>,
}

async fn here(web: &Web, me: &SignedIn, clinic: &str) -> Result<Here, Problem> {
    let clinic = ClinicId::parse(clinic).ok_or_else(Problem::not_found)?;
    let look = |desk: &mut Desk<'_, PrintReports>| Ok((desk.role(), desk.all_to_print()?));
    let (role, patients) = web.store.with_clinic(me.actor(), clinic, look).await?;
    Ok(Here { clinic, role, patients })
}

pub async fn page(
    State(web): State<Web>,
    me: SignedIn,
    Path(clinic): Path<String>,
    Query(fields): Query<Fields>,
) -> Result<Response, Problem> {
    let here = here(&web, &me, &clinic).await?;
    shown(&web, &me, here, Wanted::of_query(&fields), None).await
}

/// The same with what was chosen so far, and with patients chosen on another page.
pub async fn choose(
    State(web): State<Web>,
    me: SignedIn,
    Path(clinic): Path<String>,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let here = here(&web, &me, &clinic).await?;
    let is_ours = fields.iter().any(|(name, _)| name == "days");
    let wanted = if is_ours { Wanted::of_form(&fields) } else { Wanted::of_query(&fields) };
    shown(&web, &me, here, wanted, None).await
}

async fn shown(
    web: &Web,
    me: &SignedIn,
    here: Here,
    wanted: Wanted,
    refused: Option<(&'static str, String)>,
) -> Result<Response, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let unknown: Vec<&str> = wanted.pasted().filter(|number| !is_known(&here.patients, number)).collect();
    let (unknown, wholes) = (unknown.join(", "), wholes(&here.patients));
    let (chosen, rest): (Vec<_>, Vec<_>) = here.patients.iter().partition(|patient| wanted.chose(patient));
    let mut found: Vec<_> = rest.into_iter().filter(|patient| wanted.finds(patient)).collect();
    let more = found.len().saturating_sub(MOST_LISTED);
    found.truncate(MOST_LISTED);
    let line = |patient: &ToPrint| line(patient, me);
    let page = PrintPage {
        frame: frame_of(me, &overview, "Print reports").at(Place::Clinic).wide(),
        places: Places::of(here.clinic, here.role, "Print reports"),
        clinic: here.clinic.to_string(),
        job: JobId::new(),
        chosen: chosen.into_iter().map(line).collect(),
        found: found.into_iter().map(line).collect(),
        more: if more > 0 { me.language.count(more as u64) } else { String::new() },
        wholes,
        unknown,
        wanted,
        refused,
    };
    Ok((status, render(&page)).into_response())
}

fn is_known(patients: &[ToPrint], number: &str) -> bool {
    patients.iter().any(|patient| patient.details.number.to_lowercase() == number.to_lowercase())
}

fn line(patient: &ToPrint, me: &SignedIn) -> Line {
    let born = patient.born_on.map(|day| format!("born {}", me.language.short_date(day)));
    let number =
        Some(&patient.details.number).filter(|number| !number.is_empty()).map(|number| format!("no. {number}"));
    let linked = if patient.linked.is_some() { "linked" } else { "not linked" }.to_owned();
    let about = [number, born, Some(linked)].into_iter().flatten().collect::<Vec<_>>().join(", ");
    Line { id: patient.profile.to_string(), name: patient.name.clone(), about }
}

/// Groups and tags, as values of the form and in words.
fn wholes(patients: &[ToPrint]) -> Vec<(String, String)> {
    let groups: BTreeSet<&String> = patients.iter().map(|patient| &patient.details.group).collect();
    let tags: BTreeSet<&String> = patients.iter().flat_map(|patient| &patient.details.tags).collect();
    let groups = groups.into_iter().filter(|group| !group.is_empty());
    let groups = groups.map(|group| (format!("group:{group}"), format!("Group {group}")));
    groups.chain(tags.into_iter().map(|tag| (format!("tag:{tag}"), format!("Tag {tag}")))).collect()
}

/// Begins the job and leads to its page; the reports are made beside the request.
pub async fn begin(
    State(web): State<Web>,
    me: SignedIn,
    Path((clinic, job)): Path<(String, String)>,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let here = here(&web, &me, &clinic).await?;
    let job = JobId::parse(&job).ok_or_else(Problem::not_found)?;
    let wanted = Wanted::of_form(&fields);
    let chosen = here.patients.iter().filter(|patient| wanted.chose(patient)).cloned().collect();
    let show = Show { language: me.language, unit: me.session.unit, ranges: Ranges::ADULT };
    let now = web.clock.now();
    let ordered = match wanted.order(chosen, show, local_day(now, &TimeZone::UTC)) {
        Ok(ordered) => ordered,
        Err(refused) => return shown(&web, &me, here, wanted, Some(refused)).await,
    };
    let ticket = Ticket { job, account: me.session.account, clinic: here.clinic };
    web.printing.begin(&ticket, ordered.patients.len(), now)?;
    let place = format!("/clinics/{}/reports/jobs/{}", here.clinic, ticket.job);
    make(web, &me, ticket, ordered);
    Ok(Redirect::to(&place).into_response())
}

/// Waits for a place, makes the reports, and drops the file when nobody takes it.
#[expect(
    clippy::disallowed_methods,
    reason = "it outlives the request that ordered it; when the server ends, the file goes with it and each report is whole or not there"
)]
fn make(web: Web, me: &SignedIn, ticket: Ticket, ordered: Ordered) {
    let actor = me.actor().clone();
    tokio::spawn(async move {
        let printing = web.printing.clone();
        let clock = web.clock.clone();
        let work = Work { web, actor, ticket, ordered, handle: Handle::current() };
        let job = work.ticket.job.clone();
        if let Ok(place) = printing.places.acquire().await {
            let made = tokio::task::spawn_blocking(move || work.run()).await;
            drop(place);
            if made.is_err() {
                printing.end(&job, super::jobs::State::Failed, None, clock.now());
            }
        }
        tokio::time::sleep(Duration::from_secs(60 * KEPT_MIN.unsigned_abs())).await;
        printing.drop_old(clock.now());
    });
}

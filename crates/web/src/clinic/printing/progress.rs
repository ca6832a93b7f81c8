//! How far a job is, ending it, and taking its file away.

use super::jobs::{KEPT_MIN, Printed, Seen, Source, State as JobState, Ticket};
use crate::Web;
use crate::clinic::Places;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::leaving::pipe::pipe;
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use crate::uploading::JobId;
use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use sharing::{ClinicId, ClinicRole};
use store::{Desk, Error, PrintReports};

#[derive(Template)]
#[template(path = "clinic/print_job.html")]
struct JobPage {
    frame: Frame,
    places: Places,
    clinic: String,
    job: JobId,
    seen: Seen,
    kept_min: i64,
}

impl JobPage {
    fn percent(&self) -> usize {
        self.seen.done() * 100 / self.seen.total.max(1)
    }
}

impl Source {
    fn words(self) -> &'static str {
        match self {
            Self::Linked => "from the patient’s own record (linked)",
            Self::Own => "from what the clinic uploaded",
        }
    }
}

/// Decides anew that this member may print in this clinic, and that the job is theirs.
async fn ticket(web: &Web, me: &SignedIn, clinic: &str, job: &str) -> Result<(Ticket, ClinicRole, Seen), Problem> {
    let clinic = ClinicId::parse(clinic).ok_or_else(Problem::not_found)?;
    let role = web.store.with_clinic(me.actor(), clinic, |desk: &mut Desk<'_, PrintReports>| Ok(desk.role())).await?;
    let job = JobId::parse(job).ok_or_else(Problem::not_found)?;
    let ticket = Ticket { job, account: me.session.account, clinic };
    let over = || Problem::not_found().with_way_on("Print reports", format!("/clinics/{clinic}/reports"));
    let seen = web.printing.look(&ticket, web.clock.now()).ok_or_else(over)?;
    Ok((ticket, role, seen))
}

pub async fn page(
    State(web): State<Web>,
    me: SignedIn,
    Path((clinic, job)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (ticket, role, seen) = ticket(&web, &me, &clinic, &job).await?;
    if headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"application/json")) {
        let running = seen.state.is_running();
        let file = serde_json::json!({ "name": "", "state": "making", "done": seen.done(), "total": seen.total });
        return Ok(Json(serde_json::json!({ "running": running, "files": [file] })).into_response());
    }
    let overview = web.store.overview(me.actor()).await?;
    let frame = frame_of(&me, &overview, "Print reports").at(Place::Clinic).wide();
    let frame = if seen.state.is_running() { frame.with_script("js/upload.js") } else { frame };
    let places = Places::of(ticket.clinic, role, "Print reports");
    let (clinic, job) = (ticket.clinic.to_string(), ticket.job);
    Ok(render(&JobPage { frame, places, clinic, job, seen, kept_min: KEPT_MIN }))
}

pub async fn cancel(
    State(web): State<Web>,
    me: SignedIn,
    Path((clinic, job)): Path<(String, String)>,
) -> Result<Redirect, Problem> {
    let (ticket, _, _) = ticket(&web, &me, &clinic, &job).await?;
    web.printing.end(&ticket.job, JobState::Cancelled, None, web.clock.now());
    Ok(Redirect::to(&format!("/clinics/{}/reports/jobs/{}", ticket.clinic, ticket.job)))
}

/// The file, once, and only while every patient in it may still be printed.
pub async fn file(
    State(web): State<Web>,
    me: SignedIn,
    Path((clinic, job)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (ticket, _, seen) = ticket(&web, &me, &clinic, &job).await?;
    let ended = ended(&web, &me, ticket.clinic, seen.printed).await?;
    let again = format!("/clinics/{}/reports", ticket.clinic);
    let made = web.printing.take(&ticket, web.clock.now());
    let made = made.ok_or_else(|| gone().with_way_on("Print reports", again.clone()))?;
    if !ended.is_empty() {
        return Err(refused(&ended).with_way_on("Print reports", again));
    }
    let disposition = format!("attachment; filename=\"{}\"", made.name);
    let disposition = HeaderValue::try_from(disposition).map_err(|_| Problem::ours())?;
    let (mut pipe, body) = pipe();
    let mut file = made.file;
    tokio::task::spawn_blocking(move || {
        let cut_off = pipe.breaker();
        if std::io::copy(&mut file, &mut pipe).and_then(|_| pipe.finish()).is_err() {
            cut_off();
        }
    });
    let kind = HeaderValue::from_static(made.kind);
    let length = HeaderValue::from(made.length);
    let headers =
        [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition), (header::CONTENT_LENGTH, length)];
    Ok((headers, body).into_response())
}

/// Who of them the clinic may not print any more, or not as they were printed.
async fn ended(web: &Web, me: &SignedIn, clinic: ClinicId, printed: Vec<Printed>) -> Result<Vec<String>, Problem> {
    let check = move |desk: &mut Desk<'_, PrintReports>| {
        let mut ended = Vec::new();
        for one in &printed {
            let is_there = match desk.one_to_print(one.profile) {
                Ok(now) => one.source == Source::Own || (now.linked, now.link) == (Some(one.record), one.link),
                Err(Error::NotFound) => false,
                Err(error) => return Err(error),
            };
            if !is_there {
                ended.push(one.name.clone());
            }
        }
        Ok(ended)
    };
    Ok(web.store.with_clinic(me.actor(), clinic, check).await?)
}

fn gone() -> Problem {
    let text = "A file can be downloaded once, and is dropped after a while. Make the reports again.";
    Problem::new(StatusCode::GONE, "This file is gone", text)
}

fn refused(ended: &[String]) -> Problem {
    let text = format!(
        "Since the reports were made, your clinic lost access to, or sees other data of: {}. The file was dropped. Make the reports again.",
        ended.join(", ")
    );
    Problem::new(StatusCode::CONFLICT, "Access has ended", text)
}

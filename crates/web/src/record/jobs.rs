//! One upload on its way: receiving it, asking about another person's file, and the result page.

use super::visit::Visit;
use crate::edge::problem::Problem;
use crate::page::{Frame, Tab, render};
use crate::uploading::{
    self, Ask, Brought, FileState, FileWork, Found, JobId, Received, TooLarge, bring_all, receive_files,
};
use askama::Template;
use axum::extract::{Form, Multipart, RawPathParams};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Json, extract::Path};
use serde::Deserialize;
use sharing::Purpose;
use store::{Access, Record, Upload, UploadOutcome};

#[derive(Template)]
#[template(path = "record/job.html")]
struct JobPage {
    frame: Frame,
    record: String,
    job: JobId,
    running: bool,
    files: Vec<Shown>,
}

/// A file in the words of the page.
struct Shown {
    index: usize,
    name: String,
    state: ShownState,
}

enum ShownState {
    Waiting,
    Reading { percent: usize },
    Stopped,
    Asked { question: String, found: ShownFound },
    Kept { found: ShownFound, summary: String, number: u32 },
    Refused { why: String },
    Declined,
}

struct ShownFound {
    days: String,
    rows: String,
    readings: String,
    events: String,
    found: std::sync::Arc<Found>,
}

/// Whoever may upload may know the zone; the front desk of a clinic may do no more.
async fn let_in(visit: &Visit) -> Result<Record, Problem> {
    visit.with(Purpose::Import, |patient: &mut Access<'_, Upload>| patient.record()).await
}

fn job_of(params: &RawPathParams) -> Result<JobId, Problem> {
    let text = params.iter().find_map(|(name, value)| (name == "job").then_some(value));
    text.and_then(JobId::parse).ok_or_else(Problem::not_found)
}

/// Receives the form's files, reads and keeps them. The progress is asked for beside it.
async fn bring_files(visit: &Visit, job: &JobId, form: Multipart) -> Result<(), Problem> {
    let record = let_in(visit).await?;
    let account = visit.me.session.account;
    let _running = visit.web.uploading.begin(job, account, visit.record, visit.web.clock.now())?;
    let files: Vec<Received> = receive_files(form).await?;
    if files.is_empty() {
        return Err(Problem::invalid("No file was chosen.").with_way_on("Choose files", visit.url("/uploads")));
    }
    if let [Received { content: Err(_), .. }] = &files[..] {
        let too_large = Problem::too_large(TooLarge::words());
        return Err(too_large.with_way_on("Choose another file", visit.url("/uploads")));
    }
    visit.web.uploading.add_files(job, files.iter().map(|file| file.name.clone()));
    bring_all(&visit.web, &brought(visit, &record, false), job, files).await
}

fn brought(visit: &Visit, record: &Record, accepted: bool) -> Brought {
    let actor = visit.me.actor().clone();
    Brought { actor, record: visit.record, zone: record.zone.clone(), accepted, job: None }
}

pub async fn bring(
    visit: Visit,
    params: RawPathParams,
    headers: HeaderMap,
    form: Multipart,
) -> Result<Response, Problem> {
    let job = job_of(&params)?;
    bring_files(&visit, &job, form).await?;
    let place = visit.url(&format!("/uploads/jobs/{job}"));
    let by_script =
        headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"application/json"));
    Ok(if by_script {
        Json(serde_json::json!({ "page": place })).into_response()
    } else {
        Redirect::to(&place).into_response()
    })
}

/// The result, or how far it is; as JSON for the script that shows the progress.
pub async fn page(visit: Visit, params: RawPathParams, headers: HeaderMap) -> Result<Response, Problem> {
    let job = job_of(&params)?;
    let record = let_in(&visit).await?;
    let now = visit.web.clock.now();
    let looked = visit.web.uploading.look(&job, visit.me.session.account, visit.record, now);
    let over = || Problem::not_found().with_way_on("Sources and uploads", visit.url("/uploads"));
    let (files, running) = looked.ok_or_else(over)?;
    if headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"application/json")) {
        return Ok(Json(progress(&files, running)).into_response());
    }
    let frame = visit.frame(&format!("{}: upload", record.name), &record, Tab::Uploads).await?;
    let frame = if running { frame.with_script("js/upload.js") } else { frame };
    let files =
        files.into_iter().enumerate().map(|(index, file)| shown(index, file, running, &visit, &record)).collect();
    Ok(render(&JobPage { frame, record: visit.record.to_string(), job, running, files }))
}

fn progress(files: &[FileWork], running: bool) -> serde_json::Value {
    let line = |file: &FileWork| {
        let (what, percent) = match &file.state {
            FileState::Waiting => ("waiting", 0),
            FileState::Reading { done, total } => ("reading", done * 100 / (*total).max(1)),
            FileState::Asked { .. } => ("asks a question", 100),
            FileState::Kept { .. } => ("kept", 100),
            FileState::Refused { .. } | FileState::Declined => ("not taken", 100),
        };
        serde_json::json!({ "name": file.name, "state": what, "percent": percent })
    };
    serde_json::json!({ "running": running, "files": files.iter().map(line).collect::<Vec<_>>() })
}

fn shown(index: usize, file: FileWork, running: bool, visit: &Visit, record: &Record) -> Shown {
    let found = |found| shown_found(found, visit, record);
    let state = match file.state {
        FileState::Waiting | FileState::Reading { .. } if !running => ShownState::Stopped,
        FileState::Waiting => ShownState::Waiting,
        FileState::Reading { done, total } => ShownState::Reading { percent: done * 100 / total.max(1) },
        FileState::Asked { ask, found: what, .. } => {
            ShownState::Asked { question: question(&ask, &record.name), found: found(what) }
        }
        FileState::Kept { found: what, outcome } => ShownState::Kept {
            number: outcome.upload,
            summary: summary(&outcome, what.problem_count, visit.me.language),
            found: found(what),
        },
        FileState::Refused { why } => ShownState::Refused { why },
        FileState::Declined => ShownState::Declined,
    };
    Shown { index, name: file.name, state }
}

fn shown_found(found: std::sync::Arc<Found>, visit: &Visit, record: &Record) -> ShownFound {
    let language = visit.me.language;
    let day = |at| glucose::local_day(at, &record.zone);
    ShownFound {
        days: match (found.first_at, found.last_at) {
            (Some(first), Some(last)) => language.days(day(first), day(last)),
            _ => String::new(),
        },
        rows: language.count(found.rows as u64),
        readings: language.count(found.readings as u64),
        events: language.count(found.events as u64),
        found,
    }
}

fn question(ask: &Ask, name: &str) -> String {
    match ask {
        Ask::AnotherName { in_file } => {
            format!("This file says that it belongs to “{in_file}”. This record is {name}’s. Is it the right file?")
        }
        Ask::AnotherSerial { serials } => format!(
            "This file comes from a device that this record has not had before (serial number {}). Is it {name}’s?",
            serials.join(", ")
        ),
    }
}

/// `3,214 readings and 512 events added. 120 were already here. 4 rows were not read.`
pub fn summary(outcome: &UploadOutcome, problems: usize, language: words::Language) -> String {
    let count = |count: u64, one: &str, other: &str| {
        format!("{} {}", language.count(count), if count == 1 { one } else { other })
    };
    let added = format!(
        "{} and {} added.",
        count(outcome.added_readings, "reading", "readings"),
        count(outcome.added_events, "event", "events")
    );
    let known = outcome.already_here_readings + outcome.already_here_events;
    let mut text = added;
    if known > 0 {
        text.push_str(&format!(" {} already here.", count(known, "was", "were")));
    }
    if problems > 0 {
        text.push_str(&format!(" {} not read.", count(problems as u64, "row was", "rows were")));
    }
    text
}

#[derive(Deserialize)]
pub struct Answer {
    file: usize,
    accept: Option<String>,
}

/// The answer to *is this the right file?*
pub async fn accept(
    visit: Visit,
    Path((_, job)): Path<(String, String)>,
    Form(answer): Form<Answer>,
) -> Result<Redirect, Problem> {
    let job = JobId::parse(&job).ok_or_else(Problem::not_found)?;
    let record = let_in(&visit).await?;
    let (account, now) = (visit.me.session.account, visit.web.clock.now());
    let (files, _) = visit.web.uploading.look(&job, account, visit.record, now).ok_or_else(Problem::not_found)?;
    let file = files.into_iter().nth(answer.file).ok_or_else(Problem::not_found)?;
    let place = visit.url(&format!("/uploads/jobs/{job}"));
    let FileState::Asked { spool, .. } = file.state else { return Ok(Redirect::to(&place)) };
    let state = if answer.accept.is_some() {
        let brought = Brought { job: Some((job.clone(), answer.file)), ..brought(&visit, &record, true) };
        uploading::bring(&visit.web, &brought, &file.name, spool).await?
    } else {
        FileState::Declined
    };
    visit.web.uploading.set(&job, answer.file, state);
    Ok(Redirect::to(&place))
}

//! Services that are asked for a record's data: those there are, how they do, and more of them.

use super::services::{self, Filled, Offered};
use super::visit::Visit;
use crate::edge::problem::Problem;
use crate::forms::Form;
use crate::page::{Frame, Tab, render};
use crate::sharing::proving::{self, Proven};
use crate::show;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sharing::{Id, Purpose};
use store::{Access, Error, Manage, PullLine, PullState, Record};

#[derive(Template)]
#[template(path = "record/sources.html")]
struct SourcesPage {
    frame: Frame,
    record: String,
    record_name: String,
    done: &'static str,
    sources: Vec<Line>,
    offered: &'static [Offered],
}

struct Line {
    id: String,
    name: String,
    service: &'static str,
    whom: String,
    /// `good`, `bad` or nothing, and what it does in words.
    tone: &'static str,
    state: String,
    last: Option<String>,
    paused: bool,
}

#[derive(Template)]
#[template(path = "record/source.html")]
struct SourcePage {
    frame: Frame,
    record: String,
    title: String,
    lead: String,
    hint: &'static str,
    action: String,
    button: &'static str,
    form: Form,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    done: String,
}

fn done_words(done: &str) -> &'static str {
    match done {
        "added" => "The source is there and is being asked. Look again in a moment: how it went stands below.",
        "asked" => "It is being asked now. Look again in a moment.",
        "paused" => "It is paused: nothing comes from there until you resume it.",
        "resumed" => "It is asked again from now on.",
        "changed" => "The sign-in is changed, and it is being asked with it.",
        "removed" => {
            "That source is gone, and its password with it. What it brought stays; you can take it back below Uploads."
        }
        _ => "",
    }
}

fn line(pull: PullLine, record: &Record, visit: &Visit) -> Line {
    let moment = |at| show::moment(at, &record.zone, visit.me.language);
    let whom = [services::place(&pull), pull.user.clone(), pull.person.clone()];
    let (tone, state) = match pull.state {
        PullState::New => ("", "It is asked within a moment.".to_owned()),
        PullState::Working => ("", "It is being asked just now.".to_owned()),
        PullState::Works => ("good", "Works.".to_owned()),
        PullState::Paused => ("", "Paused: it is not asked.".to_owned()),
        PullState::Waits(since, why) => {
            let (what, next) = (services::waits(why), moment(pull.due_at));
            ("bad", format!("Waits: {what} since {}. It is asked again {next}.", moment(since)))
        }
        PullState::Stopped(why) => ("bad", format!("Stopped: {}", services::stopped(why))),
    };
    Line {
        id: pull.id.to_string(),
        paused: pull.state == PullState::Paused,
        last: pull.worked_at.map(moment),
        service: services::name(&pull.service),
        whom: whom.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "),
        name: pull.name,
        tone,
        state,
    }
}

pub async fn page(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let (record, pulls): (Record, _) = visit
        .with(Purpose::Tokens, |patient: &mut Access<'_, Manage>| Ok((patient.record()?, patient.pulls()?)))
        .await?;
    let sources = pulls.into_iter().map(|pull| line(pull, &record, &visit)).collect();
    let frame = visit.frame(&format!("{}: from another service", record.name), &record, Tab::Uploads).await?;
    Ok(render(&SourcesPage {
        frame,
        record: visit.record.to_string(),
        record_name: record.name,
        done: done_words(&asked.done),
        sources,
        offered: services::OFFERED,
    }))
}

/// Where a service is added.
pub async fn new(visit: Visit, Path((_, service)): Path<(String, String)>) -> Result<Response, Problem> {
    let offered = services::find(&service).ok_or_else(Problem::not_found)?;
    let record = record(&visit).await?;
    let mut form = offered.form(&Filled::default());
    if !visit.me.session.is_fresh(visit.web.clock.now()) {
        services::ask_proof(&mut form);
    }
    added(&visit, &record, offered, form).await
}

pub async fn add(
    mut visit: Visit,
    Path((_, service)): Path<(String, String)>,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, Problem> {
    let offered = services::find(&service).ok_or_else(Problem::not_found)?;
    // Whoever may not connect anything is not asked for a password first.
    let record = record(&visit).await?;
    let mut form = offered.form(&filled);
    let web = visit.web.clone();
    match Proven::by(&web, &mut visit.me, &filled.password).await {
        Ok(proven) => Ok(proven.onto(connected(&visit, &record, offered, &filled, form).await)),
        Err(why) => {
            let status = proving::refuse(&mut form, why, proving::NEEDED, None)?;
            Ok((status, added(&visit, &record, offered, form).await?).into_response())
        }
    }
}

async fn connected(
    visit: &Visit,
    record: &Record,
    offered: &'static Offered,
    filled: &Filled,
    mut form: Form,
) -> Result<Response, Problem> {
    let Some(new) = offered.pull(filled, &mut form) else {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, added(visit, record, offered, form).await?).into_response());
    };
    let add = move |patient: &mut Access<'_, Manage>| patient.add_pull(&new);
    match visit.web.store.with_patient(visit.me.actor(), visit.record, Purpose::Tokens, add).await {
        Ok(_) => Ok(done(visit, "added").into_response()),
        Err(why) => {
            let needed = "From there on somebody else’s server writes into this record. Confirm that it is you.";
            let status = proving::refuse(&mut form, why, needed, None)?;
            Ok((status, added(visit, record, offered, form).await?).into_response())
        }
    }
}

async fn added(visit: &Visit, record: &Record, offered: &'static Offered, form: Form) -> Result<Response, Problem> {
    let frame = visit.frame(&format!("{}: {}", record.name, offered.name), record, Tab::Uploads).await?;
    Ok(render(&SourcePage {
        frame,
        record: visit.record.to_string(),
        title: offered.name.to_owned(),
        lead: format!("Kinsight asks {} every few minutes and brings what is new for {}.", offered.name, record.name),
        hint: offered.hint,
        action: visit.url(&format!("/sources/new/{}", offered.word)),
        button: "Connect",
        form,
    }))
}

/// Where another password or token is typed.
pub async fn sign_in(visit: Visit, Path((_, source)): Path<(String, String)>) -> Result<Response, Problem> {
    let (record, pull) = known(&visit, &source).await?;
    let mut form = services::sign_in_form(&pull, &Filled { user: pull.user.clone(), ..Filled::default() });
    if !visit.me.session.is_fresh(visit.web.clock.now()) {
        services::ask_proof(&mut form);
    }
    changing(&visit, &record, &pull, form).await
}

pub async fn change(
    mut visit: Visit,
    Path((_, source)): Path<(String, String)>,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, Problem> {
    let (record, pull) = known(&visit, &source).await?;
    let mut form = services::sign_in_form(&pull, &filled);
    let web = visit.web.clone();
    let proven = match Proven::by(&web, &mut visit.me, &filled.password).await {
        Ok(proven) => proven,
        Err(why) => {
            let status = proving::refuse(&mut form, why, proving::NEEDED, None)?;
            return Ok((status, changing(&visit, &record, &pull, form).await?).into_response());
        }
    };
    let id = pull.id;
    let (user, secret) = (filled.user.trim().to_owned(), filled.secret.trim().to_owned());
    let user = (!user.is_empty()).then_some(user);
    let change = move |patient: &mut Access<'_, Manage>| patient.change_pull_secret(id, user.as_deref(), &secret);
    let answer = match visit.web.store.with_patient(visit.me.actor(), visit.record, Purpose::Tokens, change).await {
        Ok(()) => Ok(done(&visit, "changed").into_response()),
        Err(why) => {
            let status = proving::refuse(&mut form, why, proving::NEEDED, None)?;
            Ok((status, changing(&visit, &record, &pull, form).await?).into_response())
        }
    };
    Ok(proven.onto(answer))
}

async fn changing(visit: &Visit, record: &Record, pull: &PullLine, form: Form) -> Result<Response, Problem> {
    let frame = visit.frame(&format!("{}: {}", record.name, pull.name), record, Tab::Uploads).await?;
    Ok(render(&SourcePage {
        frame,
        record: visit.record.to_string(),
        title: format!("Sign-in of {}", pull.name),
        lead: "What you type takes the place of what was there. Nothing that came is lost.".to_owned(),
        hint: "",
        action: visit.url(&format!("/sources/{}/sign-in", pull.id)),
        button: "Change",
        form,
    }))
}

pub async fn ask_all(visit: Visit) -> Result<Redirect, Problem> {
    visit.with(Purpose::Tokens, |patient: &mut Access<'_, Manage>| patient.pull_all_now()).await?;
    Ok(done(&visit, "asked"))
}

pub async fn ask(visit: Visit, Path((_, source)): Path<(String, String)>) -> Result<Redirect, Problem> {
    act(&visit, &source, "asked", |patient, id| patient.pull_now(id)).await
}

pub async fn pause(visit: Visit, Path((_, source)): Path<(String, String)>) -> Result<Redirect, Problem> {
    act(&visit, &source, "paused", |patient, id| patient.pause_pull(id)).await
}

pub async fn resume(visit: Visit, Path((_, source)): Path<(String, String)>) -> Result<Redirect, Problem> {
    act(&visit, &source, "resumed", |patient, id| patient.resume_pull(id)).await
}

pub async fn remove(visit: Visit, Path((_, source)): Path<(String, String)>) -> Result<Redirect, Problem> {
    act(&visit, &source, "removed", |patient, id| patient.remove_pull(id)).await
}

type Act = fn(&mut Access<'_, Manage>, Id) -> Result<(), Error>;

async fn act(visit: &Visit, source: &str, what: &str, act: Act) -> Result<Redirect, Problem> {
    let id = Id::parse(source).ok_or_else(Problem::not_found)?;
    visit.with(Purpose::Tokens, move |patient: &mut Access<'_, Manage>| act(patient, id)).await?;
    Ok(done(visit, what))
}

fn done(visit: &Visit, what: &str) -> Redirect {
    Redirect::to(&visit.url(&format!("/sources?done={what}")))
}

async fn record(visit: &Visit) -> Result<Record, Problem> {
    visit.with(Purpose::Tokens, |patient: &mut Access<'_, Manage>| patient.record()).await
}

async fn known(visit: &Visit, source: &str) -> Result<(Record, PullLine), Problem> {
    let id = Id::parse(source).ok_or_else(Problem::not_found)?;
    let look = move |patient: &mut Access<'_, Manage>| {
        let pull = patient.pulls()?.into_iter().find(|pull| pull.id == id).ok_or(Error::NotFound)?;
        Ok((patient.record()?, pull))
    };
    visit.with(Purpose::Tokens, look).await
}

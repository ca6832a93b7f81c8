//! Shutting a care partner out until a time, and letting them in again sooner.

use super::proving::{self, Proven};
use super::record::{Shared, clock, partner, shared};
use super::terms::moment;
use super::words::{Clock, zone_name};
use crate::edge::problem::Problem;
use crate::edge::session::to_proof;
use crate::forms::{Field, Form};
use crate::page::{Frame, Tab, render};
use crate::record::visit::Visit;
use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use sharing::{AccountId, Purpose};
use store::{Access, CarePartnerLine, Error, Manage};

#[derive(Template)]
#[template(path = "sharing/pause.html")]
struct PausePage {
    frame: Frame,
    record: String,
    partner: String,
    name: String,
    form: Form,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Filled {
    how: String,
    pause: String,
    pause_time: String,
    password: String,
}

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
const MORNING: Time = Time::constant(7, 0, 0, 0);

/// The quick choices, with the instants they lead to.
fn choices(clock: Clock<'_>) -> [(&'static str, &'static str, Option<Timestamp>); 3] {
    let today = clock.zone.to_datetime(clock.now).date();
    // After midnight the next morning is that of the same day.
    let days = [Some(today), today.tomorrow().ok()].into_iter().flatten();
    let morning = days
        .filter_map(|day| clock.zone.to_timestamp(day.to_datetime(MORNING)).ok())
        .find(|morning| *morning > clock.now);
    let after = |span| clock.now.checked_add(span).ok();
    [("hour", "1 hour", after(HOUR)), ("morning", "Until the next morning", morning), ("week", "One week", after(WEEK))]
}

fn form(filled: &Filled, clock: Clock<'_>) -> Form {
    let quick = choices(clock).map(|(key, words, until)| {
        let until = until.map_or_else(String::new, |until| clock.moment(until));
        (key, format!("{words} (to {until})").into())
    });
    let options = quick.into_iter().chain([("date", "Until the day and time below".into())]);
    let chosen = if filled.how.is_empty() { "hour" } else { &filled.how };
    let by = format!("By the clock of {}. At most a year.", zone_name(clock.zone));
    Form::of(vec![
        Field::pick("how", "For how long", options, chosen),
        Field::input("pause", "Last day", "date", "off", &filled.pause).optional().hint(by),
        Field::input("pause_time", "Time on that day", "time", "off", &filled.pause_time)
            .optional()
            .hint("Without a time, the pause ends as the day ends."),
    ])
}

/// Until when, or `None` with the error at its field. A day that was filled in means that day, whatever was ticked before.
fn until(filled: &Filled, clock: Clock<'_>, form: &mut Form) -> Option<Timestamp> {
    if filled.how == "date" {
        let refuse = &mut |field: &str, text: String| form.refuse(field, text);
        let at = moment("pause", &filled.pause, &filled.pause_time, clock.zone, refuse)?;
        if at.is_none() {
            form.refuse("pause", "Choose a day.");
        }
        return at;
    }
    if !filled.pause.is_empty() {
        form.refuse("how", "You filled in a day: choose “Until the day and time below”, or leave the day empty.");
        return None;
    }
    let until = choices(clock).into_iter().find(|(key, ..)| *key == filled.how).and_then(|(.., until)| until);
    if until.is_none() {
        form.refuse("how", "Choose how long.");
    }
    until
}

async fn shown(visit: &Visit, shared: &Shared, line: &CarePartnerLine, form: Form) -> Result<Response, Problem> {
    let title = format!("{}: pause {}", shared.record.name, line.name);
    let frame = Frame { narrow: true, ..visit.frame(&title, &shared.record, Tab::Share).await? };
    let (record, partner, name) = (visit.record.to_string(), line.partner.to_string(), line.name.clone());
    Ok(render(&PausePage { frame, record, partner, name, form }))
}

pub async fn page(visit: Visit, Path((_, who)): Path<(String, String)>) -> Result<Response, Problem> {
    let shared = shared(&visit).await?;
    let line = partner(&visit, &who).await?;
    let form = form(&Filled::default(), clock(&visit, &shared.record));
    shown(&visit, &shared, &line, form).await
}

pub async fn pause(
    mut visit: Visit,
    Path((_, who)): Path<(String, String)>,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, Problem> {
    let shared = shared(&visit).await?;
    let line = partner(&visit, &who).await?;
    match Proven::by(&visit.web, &mut visit.me, &filled.password).await {
        Ok(proven) => Ok(proven.onto(shut_out(&visit, &shared, &line, &filled).await)),
        Err(why) => {
            let mut form = form(&filled, clock(&visit, &shared.record));
            let status = proving::refuse(&mut form, why, proving::NEEDED, None)?;
            Ok((status, shown(&visit, &shared, &line, form).await?).into_response())
        }
    }
}

async fn shut_out(
    visit: &Visit,
    shared: &Shared,
    line: &CarePartnerLine,
    filled: &Filled,
) -> Result<Response, Problem> {
    let clock = clock(visit, &shared.record);
    let mut form = form(filled, clock);
    let Some(until) = until(filled, clock, &mut form) else {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(visit, shared, line, form).await?).into_response());
    };
    let partner = line.partner;
    let pause = move |patient: &mut Access<'_, Manage>| patient.pause_care_partner(partner, until);
    let status = match visit.web.store.with_patient(visit.me.actor(), visit.record, Purpose::Sharing, pause).await {
        Ok(()) => {
            let place = visit.url(&format!("/sharing?done=paused&partner={partner}"));
            return Ok(Redirect::to(&place).into_response());
        }
        Err(why) => {
            proving::refuse(&mut form, why, "This lets them in sooner than before. Confirm that it is you.", None)?
        }
    };
    Ok((status, shown(visit, shared, line, form).await?).into_response())
}

/// Nothing was typed, so the proof is asked for on its own page, and the button is pressed again.
pub async fn resume(visit: Visit, Path((_, who)): Path<(String, String)>) -> Result<Response, Problem> {
    let partner = AccountId::parse(&who);
    let resume = move |patient: &mut Access<'_, Manage>| patient.resume_care_partner(partner.ok_or(Error::NotFound)?);
    match visit.web.store.with_patient(visit.me.actor(), visit.record, Purpose::Sharing, resume).await {
        Ok(()) => {
            let place = visit.url(&format!("/sharing?done=resumed&partner={who}"));
            Ok(Redirect::to(&place).into_response())
        }
        Err(Error::ProofNeeded) => Ok(to_proof(&visit.url("/sharing"))),
        Err(error) => Err(error.into()),
    }
}

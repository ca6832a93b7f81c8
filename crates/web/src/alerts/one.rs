//! One alert, with one big button: whoever presses it looks after the person, and the others are told.

use super::words::{AlertCard, Told};
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::{SignedIn, in_query};
use crate::page::{Frame, Tab, render};
use crate::record::now::Now;
use crate::record::visit::Visit;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use sharing::{Id, Purpose};
use store::{Access, View};

#[derive(Template)]
#[template(path = "alerts/one.html")]
struct OnePage {
    frame: Frame,
    base: String,
    name: String,
    alert: AlertCard,
    now: Option<Now>,
}

/// An alert that nobody may see is like one that never was.
async fn visit(web: Web, me: SignedIn, alert: &str) -> Result<(Visit, Id), Problem> {
    let id = Id::parse(alert).ok_or_else(Problem::not_found)?;
    let record = web.store.record_of_alert(me.actor(), id).await?;
    Ok((Visit { web, me, record, eyes: None }, id))
}

/// A tap on a message leads here: whoever is signed out signs in, and is here again.
pub async fn page(
    State(web): State<Web>,
    me: Result<SignedIn, Problem>,
    Path(alert): Path<String>,
) -> Result<Response, Problem> {
    let me = match me {
        Err(problem) if problem.status == StatusCode::UNAUTHORIZED => {
            let back = format!("/alerts/{alert}");
            return Ok(Redirect::to(&format!("/sign-in?next={}", in_query(&back))).into_response());
        }
        me => me?,
    };
    let (visit, id) = visit(web, me, &alert).await?;
    let look = move |patient: &mut Access<'_, View>| Ok((patient.alert(id)?, patient.latest()?, patient.record()?));
    let (alert, latest, record) = visit.with(Purpose::Alerts, look).await?;
    let (show, now) = (visit.show(), visit.web.clock.now());
    let told = Told { show: &show, zone: &record.zone };
    let title = format!("{}: {}", record.name, store::alert_words(alert.kind));
    let frame = Frame { narrow: true, ..visit.frame(&title, &record, Tab::Alerts).await?.with_script("js/live.js") };
    let last = latest.as_ref().and_then(|latest| latest.reading.as_ref());
    let previous = latest.as_ref().and_then(|latest| latest.previous.as_ref());
    Ok(render(&OnePage {
        frame,
        base: visit.url(""),
        name: record.name.split_whitespace().next().unwrap_or(&record.name).to_owned(),
        alert: AlertCard::of(&alert, &told),
        now: last.map(|reading| Now::of(reading, previous, &show, now)),
    }))
}

pub async fn take(State(web): State<Web>, me: SignedIn, Path(alert): Path<String>) -> Result<Response, Problem> {
    let id = Id::parse(&alert).ok_or_else(Problem::not_found)?;
    web.store.take_alert(me.actor(), id).await?;
    Ok(Redirect::to(&format!("/alerts/{id}")).into_response())
}

//! What a visit pass shows: figures, glucose profile and daily review of its days. The gate cuts the data to them; here only
//! the headings follow.

use super::visit::{PassVisit, days_of, show_of};
use crate::Web;
use crate::edge::cookies;
use crate::edge::problem::Problem;
use crate::page::{Frame, render};
use crate::record::agp::{self, AgpReport};
use crate::record::chosen_days::{Asked, ChosenDays, Week};
use crate::record::daily::{self, Day, events_around, shown_period};
use askama::Template;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use glucose::{Event, Period, Reading, local_day};
use serde::Serialize;
use sharing::Purpose;
use store::{Access, Record, View};

#[derive(Template)]
#[template(path = "pass/profile.html")]
struct ProfilePage {
    frame: Frame,
    name: String,
    filter: Filter,
    report: AgpReport,
    notice: &'static str,
}

#[derive(Template)]
#[template(path = "pass/daily.html")]
struct DailyPage {
    frame: Frame,
    name: String,
    filter: Filter,
    days: Vec<Day>,
    left_out: Option<String>,
    zone_name: String,
    notice: &'static str,
}

/// Which of the days are shown, and the way to others of them.
struct Filter {
    report: &'static str,
    chosen: ChosenDays,
    days: String,
    whole: Period,
}

impl Filter {
    fn weeks(&self) -> Vec<(&'static str, &'static str, bool)> {
        Week::CHOICES.iter().map(|&(name, words)| (name, words, name == self.chosen.week.name())).collect()
    }
}

/// What one job at the gate brings.
struct Seen {
    record: Record,
    whole: Period,
    chosen: ChosenDays,
    readings: Vec<Reading>,
    events: Vec<Event>,
}

/// `around`: with the events of the days beside, which reach into these.
async fn look(visit: &PassVisit, purpose: Purpose, asked: Asked, around: bool) -> Result<Seen, Problem> {
    let job = move |patient: &mut Access<'_, View>| {
        let record = patient.record()?;
        let whole = days_of(&record).ok_or(store::Error::NotFound)?;
        let chosen = ChosenDays::within(&asked, whole);
        let period = if around { shown_period(&chosen) } else { chosen.period };
        let (from, to) = period.instants(&record.zone);
        let readings = patient.readings_within(from, to)?;
        let events = if around { events_around(patient, from, to)? } else { patient.events_within(from, to)? };
        Ok(Seen { record, whole, chosen, readings, events })
    };
    visit.look(purpose, job).await
}

pub async fn profile(visit: PassVisit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let seen = look(&visit, Purpose::AgpReport, asked, false).await?;
    let show = show_of(&seen.record);
    let frame = visit.frame("Glucose profile", &seen.record);
    let (name, filter) = (seen.record.name.clone(), seen.filter("profile"));
    let drawn =
        tokio::task::spawn_blocking(move || agp::draw(&seen.readings, &seen.events, &seen.chosen, &seen.record, &show));
    let report = drawn.await.map_err(|_| Problem::ours())?;
    let page = ProfilePage { frame, name, filter, report, notice: show.texts().notice_long };
    Ok(ending(&visit, render(&page)))
}

pub async fn daily(visit: PassVisit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let today_at = visit.web.clock.now();
    let seen = look(&visit, Purpose::DailyReport, asked, true).await?;
    let show = show_of(&seen.record);
    let frame = visit.frame("Daily review", &seen.record).with_script("js/chart.js");
    let (name, filter, left_out) = (seen.record.name.clone(), seen.filter("daily"), daily::left_out(&seen.chosen));
    let zone_name = seen.record.zone.iana_name().unwrap_or("UTC").to_owned();
    let drawn = tokio::task::spawn_blocking(move || {
        let today = local_day(today_at, &seen.record.zone);
        daily::draw(&seen.readings, &seen.events, &seen.chosen, today, &seen.record, &show)
    });
    let days = drawn.await.map_err(|_| Problem::ours())?;
    let page = DailyPage { frame, name, filter, days, left_out, zone_name, notice: show.texts().notice_long };
    Ok(ending(&visit, render(&page)))
}

impl Seen {
    fn filter(&self, report: &'static str) -> Filter {
        let language = words::Language::default();
        let days = language.days(self.chosen.period.first, self.chosen.period.last);
        Filter { report, chosen: self.chosen, days, whole: self.whole }
    }
}

/// Without script the browser leaves the page by itself when the time is over.
fn ending(visit: &PassVisit, mut page: Response) -> Response {
    let after = format!("{};url=/pass/over", visit.left_s() + 1);
    let after = HeaderValue::try_from(after).expect("a number and a path are plain ASCII");
    page.headers_mut().insert(header::REFRESH, after);
    page
}

/// What a page asks every few seconds.
#[derive(Default, Serialize)]
pub struct Running {
    open: bool,
    tag: String,
    left_s: i64,
}

/// Whether a pass runs in this browser. Answers anybody the same who has none.
pub async fn state(visit: Result<PassVisit, Problem>) -> Result<Json<Running>, Problem> {
    match visit {
        Ok(visit) => Ok(Json(Running { open: true, tag: visit.pass.tag.clone(), left_s: visit.left_s() })),
        Err(problem) if problem.status == StatusCode::NOT_FOUND => Ok(Json(Running::default())),
        Err(problem) => Err(problem),
    }
}

/// Done, also when it was over already.
pub async fn end(State(web): State<Web>, headers: HeaderMap) -> Result<Response, Problem> {
    let base = &web.settings.base_url;
    if let Some(token) = cookies::pass_token(&headers, base) {
        web.store.finish_pass(token).await?;
    }
    Ok(([(header::SET_COOKIE, cookies::pass_over(base))], Redirect::to("/pass/over")).into_response())
}

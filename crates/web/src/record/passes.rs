//! Visit passes, the patient's side: made with a square and a code that are shown once, seen with who looks and how long, ended
//! with one tap.

use super::visit::Visit;
use crate::edge::problem::Problem;
use crate::forms::{Field, Form};
use crate::page::{Frame, Tab, render};
use crate::people::choices;
use crate::security::qr;
use crate::show;
use crate::whence::Whence;
use askama::Template;
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use glucose::{Period, local_day};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sharing::{Id, Purpose, Visibility};
use store::{Access, Error, MadePass, Manage, NewPass, PassLine, Record, View};

/// What is offered; the gate takes 10 to 120.
const MINUTES: [(&str, &str); 5] =
    [("10", "10 minutes"), ("20", "20 minutes"), ("30", "30 minutes"), ("60", "1 hour"), ("120", "2 hours")];
const DAYS: [(&str, &str); 5] = [
    ("7", "The last 7 days"),
    ("14", "The last 14 days"),
    ("30", "The last 30 days"),
    ("90", "The last 90 days"),
    ("dates", "From one date to another, below"),
];
const MOST_DAYS: u32 = 366;

#[derive(Template)]
#[template(path = "record/passes.html")]
struct PassesPage {
    frame: Frame,
    record: String,
    /// Shown now and never again.
    new: Option<New>,
    form: Form,
    passes: Vec<Line>,
    state: String,
    /// Whether one may be made without another proof.
    fresh: bool,
}

struct New {
    id: String,
    qr: Option<String>,
    link: String,
    address: String,
    code: String,
    until: String,
}

struct Line {
    id: String,
    name: String,
    days: String,
    sees: String,
    minutes: u16,
    left_s: i64,
    until: String,
    opened: Option<Opened>,
}

struct Opened {
    at: String,
    whence: Whence,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Filled {
    label: String,
    days: String,
    from: String,
    to: String,
    minutes: String,
    insulin: Option<String>,
    carbs: Option<String>,
    notes: Option<String>,
    devices: Option<String>,
}

impl Filled {
    /// What a doctor needs as a rule; notes are for whom the person writes them.
    fn usual() -> Self {
        let yes = || Some("yes".to_owned());
        let (days, minutes) = ("14".to_owned(), "30".to_owned());
        Self { days, minutes, insulin: yes(), carbs: yes(), devices: yes(), ..Self::default() }
    }

    fn visibility(&self) -> Visibility {
        Visibility {
            insulin: self.insulin.is_some(),
            carbs: self.carbs.is_some(),
            notes: self.notes.is_some(),
            devices: self.devices.is_some(),
        }
    }

    fn period(&self, today: Date) -> Result<Period, (&'static str, &'static str)> {
        if self.days != "dates" {
            let days = DAYS.iter().find(|(value, _)| *value == self.days).and_then(|(value, _)| value.parse().ok());
            return days.map(|days| Period::ending(today, days)).ok_or(("days", "Choose which days."));
        }
        let date = |name, text| match choices::date(text) {
            Ok(Some(date)) => Ok(date),
            _ => Err((name, "Write the date as year-month-day, such as 2026-03-12.")),
        };
        let period = Period { first: date("from", &self.from)?, last: date("to", &self.to)? };
        let fits = period.first <= period.last && period.days() <= MOST_DAYS;
        if fits {
            Ok(period)
        } else {
            Err(("from", "Choose at least one day and at most a year, the first day first."))
        }
    }

    fn pass(&self, today: Date) -> Result<NewPass, (&'static str, &'static str)> {
        let label = self.label.trim();
        if label.chars().count() > 60 || label.chars().any(char::is_control) {
            return Err(("label", "At most 60 characters."));
        }
        let minutes =
            MINUTES.iter().find(|(value, _)| *value == self.minutes).and_then(|(value, _)| value.parse().ok());
        Ok(NewPass {
            label: label.to_owned(),
            days: self.period(today)?,
            minutes: minutes.ok_or(("minutes", "Choose how long."))?,
            visibility: self.visibility(),
        })
    }

    fn form(&self) -> Form {
        Form::of(vec![
            Field::text("label", "For whom", "off", &self.label)
                .optional()
                .hint("Such as the doctor’s name, so that you know the look again. The doctor does not see it."),
            Field::choose("days", "Which days", &DAYS, &self.days),
            Field::input("from", "First day", "date", "off", &self.from).optional(),
            Field::input("to", "Last day", "date", "off", &self.to).optional(),
            Field::choose("minutes", "For how long", &MINUTES, &self.minutes).hint("From when it is opened."),
            Field::tick("insulin", "Shows insulin", self.insulin.is_some()),
            Field::tick("carbs", "Shows carbohydrates and meals", self.carbs.is_some()),
            Field::tick("notes", "Shows your notes", self.notes.is_some()),
            Field::tick("devices", "Shows device settings and alarms", self.devices.is_some()),
        ])
    }
}

/// As a page compares it: which passes there are, and which of them are opened.
fn state_of(passes: &[PassLine]) -> String {
    let one = |pass: &PassLine| format!("{}:{}", pass.id, if pass.opened.is_some() { "opened" } else { "waiting" });
    passes.iter().map(one).collect::<Vec<_>>().join(" ")
}

async fn shown(visit: &Visit, form: Form, made: Option<MadePass>) -> Result<Response, Problem> {
    let job = |patient: &mut Access<'_, Manage>| Ok((patient.record()?, patient.passes()?));
    let (record, passes): (Record, _) = visit.with(Purpose::VisitPass, job).await?;
    let frame = visit.frame(&format!("{}: visit passes", record.name), &record, Tab::Settings).await?;
    Ok(render(&PassesPage {
        frame: frame.with_script("js/passes.js"),
        record: visit.record.to_string(),
        new: made.map(|made| new(visit, &record, made)),
        form,
        state: state_of(&passes),
        passes: passes.into_iter().map(|pass| line(visit, &record, pass)).collect(),
        fresh: visit.me.session.is_fresh(visit.web.clock.now()),
    }))
}

fn new(visit: &Visit, record: &Record, made: MadePass) -> New {
    let base = &visit.web.settings.base_url;
    let link = format!("{base}/pass/{}", made.link);
    New {
        id: made.id.to_string(),
        qr: qr::svg(&link, "Square code with the link to this visit pass"),
        link,
        address: format!("{base}/pass"),
        code: made.code,
        until: show::time(made.open_until_at, &record.zone, visit.me.language),
    }
}

fn line(visit: &Visit, record: &Record, pass: PassLine) -> Line {
    let language = visit.me.language;
    let time = |at| show::time(at, &record.zone, language);
    let until = pass.opened.map_or(pass.open_until_at, |(_, until)| until);
    let opened = pass.opened.map(|(at, _)| Opened {
        at: time(at),
        whence: Whence::of(pass.opened_from.as_deref().unwrap_or_default(), visit.web.settings.places.as_deref()),
    });
    Line {
        id: pass.id.to_string(),
        name: if pass.label.is_empty() { "Visit pass".to_owned() } else { pass.label },
        days: language.days(pass.days.first, pass.days.last),
        sees: sees(pass.visibility),
        minutes: pass.minutes,
        left_s: left_s(until, visit.web.clock.now()),
        until: time(until),
        opened,
    }
}

fn left_s(until: Timestamp, now: Timestamp) -> i64 {
    until.duration_since(now).max(SignedDuration::ZERO).as_secs()
}

fn sees(seen: Visibility) -> String {
    let kinds =
        [("insulin", seen.insulin), ("carbohydrates", seen.carbs), ("notes", seen.notes), ("devices", seen.devices)];
    let more = kinds.iter().filter(|(_, on)| *on).map(|(words, _)| format!(", {words}"));
    std::iter::once("glucose".to_owned()).chain(more).collect()
}

pub async fn page(visit: Visit) -> Result<Response, Problem> {
    shown(&visit, Filled::usual().form(), None).await
}

pub async fn make(visit: Visit, axum::Form(filled): axum::Form<Filled>) -> Result<Response, Problem> {
    let now = visit.web.clock.now();
    let job = move |patient: &mut Access<'_, Manage>| {
        let today = local_day(now, &patient.record()?.zone);
        // A wrong form is answered after the gate, so that strangers hear of nothing.
        match filled.pass(today) {
            Ok(new) => patient.make_pass(&new).map(Ok),
            Err(refused) => Ok(Err((refused, filled.form()))),
        }
    };
    match visit.with(Purpose::VisitPass, job).await? {
        Ok(made) => shown(&visit, Filled::usual().form(), Some(made)).await,
        Err(((field, text), mut form)) => {
            form.refuse(field, text);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&visit, form, None).await?).into_response())
        }
    }
}

/// One tap, and no harm in tapping twice.
pub async fn end(visit: Visit, Path((_, pass)): Path<(String, String)>) -> Result<Redirect, Problem> {
    let id = Id::parse(&pass).ok_or_else(Problem::not_found)?;
    let job = move |patient: &mut Access<'_, Manage>| match patient.end_pass(id) {
        Err(Error::NotFound) => Ok(()),
        ended => ended,
    };
    visit.with(Purpose::VisitPass, job).await?;
    Ok(Redirect::to(&visit.url("/passes")))
}

#[derive(Serialize)]
pub struct State {
    state: String,
}

/// What an open page asks every few seconds: a look like any other, so that it is one line of the history.
pub async fn state(visit: Visit) -> Result<Json<State>, Problem> {
    let passes = visit.with(Purpose::VisitPass, |patient: &mut Access<'_, View>| patient.passes()).await?;
    Ok(Json(State { state: state_of(&passes) }))
}

//! The clinic's patients at a glance, sorted so that who needs a call stands on top.

use super::Places;
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use glucose::Ranges;
use reports::Show;
use serde::Deserialize;
use sharing::{ClinicId, ClinicRole};
use std::cmp::Ordering;
use store::{RecordLine, Summary14};

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    sort: String,
    /// `up` or `down`; each column has its usual one.
    order: String,
}

#[derive(Template)]
#[template(path = "clinic/patients.html")]
struct PatientsPage {
    frame: Frame,
    clinic: String,
    name: String,
    places: Places,
    columns: Vec<Column>,
    rows: Vec<Row>,
    count: String,
}

struct Column {
    name: &'static str,
    words: &'static str,
    is_number: bool,
    /// For `aria-sort`.
    sorted: &'static str,
    next_order: &'static str,
}

struct Row {
    address: String,
    name: String,
    newest: String,
    days: String,
    mean: String,
    gmi: String,
    in_range: String,
    below: String,
}

type Compare = fn(&RecordLine, &RecordLine) -> Ordering;

/// Column, words, number or text, whether it usually starts with the largest, and how two rows compare.
const COLUMNS: [(&str, &str, bool, bool, Compare); 7] = [
    ("name", "Name", false, false, |a, b| a.name.to_lowercase().cmp(&b.name.to_lowercase())),
    ("newest", "Newest data", false, false, |a, b| a.summary.newest_at.cmp(&b.summary.newest_at)),
    ("days", "Days with data of 14", true, false, |a, b| a.summary.days_with_data.cmp(&b.summary.days_with_data)),
    ("mean", "Mean", true, true, |a, b| by_number(mean(a), mean(b))),
    ("gmi", "GMI", true, true, |a, b| by_number(gmi(a), gmi(b))),
    ("in_range", "Time in range", true, false, |a, b| by_number(share(a, in_range), share(b, in_range))),
    ("below", "Time below", true, true, |a, b| by_number(share(a, below), share(b, below))),
];

fn mean(line: &RecordLine) -> Option<f64> {
    line.summary.mean_mg_dl
}

/// By the mean alone, so it needs no more than the summary (Bergenstal 2018, metrics 1.2).
fn gmi(line: &RecordLine) -> Option<f64> {
    mean(line).map(glucose::gmi_of_mean)
}

fn in_range(summary: &Summary14) -> f64 {
    summary.in_range
}

fn below(summary: &Summary14) -> f64 {
    summary.very_low + summary.low
}

/// Percent of the readings, when there are any.
fn share(line: &RecordLine, of: fn(&Summary14) -> f64) -> Option<f64> {
    (line.summary.readings > 0).then(|| of(&line.summary))
}

fn by_number(a: Option<f64>, b: Option<f64>) -> Ordering {
    a.unwrap_or(-1.0).total_cmp(&b.unwrap_or(-1.0))
}

pub async fn page(
    State(web): State<Web>,
    me: SignedIn,
    Path(clinic): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let clinic = ClinicId::parse(&clinic).ok_or_else(Problem::not_found)?;
    let mut patients = web.store.clinic_patients(me.actor(), clinic).await?;
    let overview = web.store.overview(me.actor()).await?;
    let (sort, _, _, largest_first, compare) =
        COLUMNS.into_iter().find(|column| column.0 == asked.sort).unwrap_or(COLUMNS[0]);
    let down = match asked.order.as_str() {
        "up" => false,
        "down" => true,
        _ => largest_first,
    };
    patients.patients.sort_by(|a, b| if down { compare(b, a) } else { compare(a, b) });
    let columns = COLUMNS.iter().map(|column| heading(column, sort, down)).collect();
    let show = Show { language: me.language, unit: me.session.unit, ranges: Ranges::ADULT };
    let now = web.clock.now();
    let rows: Vec<Row> = patients.patients.iter().map(|line| row(line, patients.role, &show, now)).collect();
    Ok(render(&PatientsPage {
        frame: frame_of(&me, &overview, &patients.name).at(Place::Clinic).wide(),
        clinic: clinic.to_string(),
        places: Places::of(clinic, patients.role, "Patients"),
        name: patients.name,
        columns,
        count: show.language.count(rows.len() as u64),
        rows,
    }))
}

fn heading(column: &(&'static str, &'static str, bool, bool, Compare), sort: &str, down: bool) -> Column {
    let (name, words, is_number, largest_first, _) = *column;
    let is_sorted = name == sort;
    let sorted = match (is_sorted, down) {
        (false, _) => "none",
        (true, false) => "ascending",
        (true, true) => "descending",
    };
    let next_down = if is_sorted { !down } else { largest_first };
    Column { name, words, is_number, sorted, next_order: if next_down { "down" } else { "up" } }
}

/// The front desk brings data and sees none, so it is led to the uploads.
fn row(line: &RecordLine, role: ClinicRole, show: &Show, now: jiff::Timestamp) -> Row {
    let summary = &line.summary;
    let language = show.language;
    let percent = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| language.percent(value, 0));
    let is_desk = role == ClinicRole::FrontDesk;
    let none = if is_desk { "–" } else { "none yet" };
    Row {
        address: format!("/records/{}{}", line.id, if is_desk { "/uploads" } else { "" }),
        name: line.name.clone(),
        newest: summary.newest_at.map_or_else(|| none.to_owned(), |at| language.ago(at, now)),
        days: if is_desk { none.to_owned() } else { language.count(u64::from(summary.days_with_data)) },
        mean: mean(line).map_or_else(|| "–".to_owned(), |mean| show.mg_dl(mean)),
        gmi: gmi(line).map_or_else(|| "–".to_owned(), |gmi| language.percent(gmi, 1)),
        in_range: percent(share(line, in_range)),
        below: percent(share(line, below)),
    }
}

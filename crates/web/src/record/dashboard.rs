//! What a screen shows of one person right now, as data: the last value, today's time in range, the last hours. Not bulk: nothing
//! older than a day can be asked for, so *View only* is enough.

use super::home::{hours_before, status};
use super::now::Now;
use super::visit::Visit;
use crate::edge::problem::Problem;
use crate::edge::session::Quiet;
use axum::Json;
use axum::extract::Query;
use glucose::{Band, Limit, Period, Reading, TimeInRange, local_day};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use reports::Show;
use serde::{Deserialize, Serialize};
use sharing::Purpose;
use store::{Access, Latest, View};

const LONGEST_H: u8 = 24;

#[derive(Deserialize)]
pub struct Asked {
    hours: Option<u8>,
}

#[derive(Serialize)]
pub struct Dashboard {
    unit: &'static str,
    now: Option<Last>,
    /// Percent of the readings since midnight where the person lives; none without any.
    today: Option<Today>,
    /// Oldest first.
    readings: Vec<Point>,
    status: Vec<Said>,
}

#[derive(Serialize)]
struct Last {
    at_ms: i64,
    value: String,
    band: &'static str,
    /// In words.
    arrow: Option<&'static str>,
    delta: Option<String>,
    age: String,
    is_old: bool,
}

#[derive(Serialize)]
struct Today {
    readings: u64,
    very_low: f64,
    low: f64,
    in_range: f64,
    high: f64,
    very_high: f64,
}

#[derive(Serialize)]
struct Point {
    at_ms: i64,
    value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<&'static str>,
}

#[derive(Serialize)]
struct Said {
    name: &'static str,
    value: String,
    age: String,
}

/// What one job at the gate brings.
struct Seen {
    zone: TimeZone,
    latest: Option<Latest>,
    /// Since midnight there, and at least as many hours as were asked for.
    readings: Vec<Reading>,
    midnight: Timestamp,
}

pub async fn data(Quiet(visit): Quiet<Visit>, Query(asked): Query<Asked>) -> Result<Json<Dashboard>, Problem> {
    let now = visit.web.clock.now();
    let from = hours_before(now, asked.hours.unwrap_or(LONGEST_H).clamp(1, LONGEST_H));
    let seen = visit.with(Purpose::Home, move |patient: &mut Access<'_, View>| look(patient, from, now)).await?;
    Ok(Json(dashboard(&seen, from, &visit.show(), now)))
}

fn look(patient: &mut Access<'_, View>, from: Timestamp, now: Timestamp) -> Result<Seen, store::Error> {
    let zone = patient.record()?.zone;
    let today = local_day(now, &zone);
    let (midnight, _) = Period { first: today, last: today }.instants(&zone);
    let readings = patient.readings_within(from.min(midnight), now)?;
    Ok(Seen { latest: patient.latest()?, zone, readings, midnight })
}

fn dashboard(seen: &Seen, from: Timestamp, show: &Show, now: Timestamp) -> Dashboard {
    let since = |at: Timestamp| &seen.readings[seen.readings.partition_point(|reading| reading.at < at)..];
    let latest = seen.latest.as_ref();
    let last = latest.and_then(|latest| latest.reading.as_ref());
    let previous = latest.and_then(|latest| latest.previous.as_ref());
    Dashboard {
        unit: show.unit_symbol(),
        now: last.map(|reading| Last::of(Now::of(reading, previous, show, now))),
        today: TimeInRange::of(since(seen.midnight), &show.ranges).as_ref().map(Today::of),
        readings: since(from).iter().map(|reading| Point::of(reading, show)).collect(),
        status: status(latest, &seen.zone, show, now).into_iter().map(Said::of).collect(),
    }
}

impl Last {
    fn of(now: Now) -> Self {
        let arrow = now.arrow.map(|arrow| arrow.words);
        let Now { value, band, delta, ago, at_ms, is_old, .. } = now;
        // What is old is never shown as current: no arrow, no change.
        Self {
            at_ms,
            value,
            band,
            arrow: arrow.filter(|_| !is_old),
            delta: delta.filter(|_| !is_old),
            age: ago,
            is_old,
        }
    }
}

impl Today {
    fn of(times: &TimeInRange) -> Self {
        let percent = |band| times.share(band).percent;
        Self {
            readings: times.readings,
            very_low: percent(Band::VeryLow),
            low: percent(Band::Low),
            in_range: percent(Band::In),
            high: percent(Band::High),
            very_high: percent(Band::VeryHigh),
        }
    }
}

impl Point {
    fn of(reading: &Reading, show: &Show) -> Self {
        let limit = reading.limit.map(|limit| if limit == Limit::Above { "above" } else { "below" });
        Self { at_ms: reading.at.as_millisecond(), value: reading.glucose.display_in(show.unit), limit }
    }
}

impl Said {
    fn of((name, value, age): (&'static str, String, String)) -> Self {
        Self { name, value, age }
    }
}

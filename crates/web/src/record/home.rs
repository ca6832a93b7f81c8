//! Home: how it is now, the last hours or one day as a chart, today's time in range.

use super::daily::events_around;
use super::figures::RangeCard;
use super::now::Now;
use super::visit::{Visit, may};
use crate::alerts::words::{AlertLine, Told};
use crate::edge::problem::Problem;
use crate::page::{Frame, Tab, render};
use crate::show;
use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use glucose::{Period, Reading, ReadingKind, local_day};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use reports::{DayView, Show, Size, Svg, day_chart, describe_day};
use serde::Deserialize;
use sharing::{Purpose, RightKind};
use store::{Access, Latest, Record, View};

const RANGES_H: [u8; 4] = [3, 6, 12, 24];
const USUAL_H: u8 = 6;

#[derive(Deserialize)]
pub struct Asked {
    hours: Option<u8>,
    on: Option<String>,
}

/// What the chart shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stretch {
    LastHours(u8),
    Day(Date),
}

#[derive(Template)]
#[template(path = "record/home.html")]
struct HomePage {
    frame: Frame,
    base: String,
    may_upload: bool,
    alert: Option<AlertLine>,
    now: Option<Now>,
    status: Vec<(&'static str, String, String)>,
    chart: Chart,
    today: RangeCard,
}

struct Chart {
    title: String,
    wide: Svg,
    narrow: Svg,
    words: String,
    /// Hours, and whether they are shown.
    ranges: Vec<(u8, bool)>,
    on: String,
    previous: String,
    next: Option<String>,
    newest: Option<(String, String)>,
    rows: Vec<Row>,
    time_zone: String,
}

struct Row {
    time: String,
    value: String,
    band: &'static str,
    how: &'static str,
}

/// What one job at the gate brings.
struct Seen {
    record: Record,
    latest: Option<Latest>,
    day: DayView,
    today: Vec<Reading>,
    last_at: Option<Timestamp>,
    alert: Option<store::AlertNow>,
}

pub async fn page(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let now = visit.web.clock.now();
    let stretch = stretch(&asked);
    let seen = visit.look(Purpose::Home, move |patient: &mut Access<'_, View>| look(patient, stretch, now)).await?;
    let title = format!("{}: home", seen.record.name);
    let frame = visit.frame(&title, &seen.record, Tab::Home).await?.with_script("js/live.js");
    let show = visit.show();
    let today = RangeCard::of_today(&seen.today, &show);
    let last = seen.latest.as_ref().and_then(|latest| latest.reading.as_ref());
    let previous = seen.latest.as_ref().and_then(|latest| latest.previous.as_ref());
    let told = Told { show: &show, zone: &seen.record.zone };
    let page = HomePage {
        frame,
        alert: seen.alert.as_ref().filter(|_| visit.eyes.is_none()).map(|alert| AlertLine::of(alert, &told)),
        base: visit.url(""),
        may_upload: may(&seen.record, RightKind::Upload, now),
        now: last.map(|reading| Now::of(reading, previous, &show, now)),
        status: status(seen.latest.as_ref(), &seen.record.zone, &show, now),
        chart: chart(&seen, stretch, &show, now),
        today,
    };
    Ok(render(&page))
}

fn stretch(asked: &Asked) -> Stretch {
    match asked.on.as_deref().and_then(|on| on.parse().ok()) {
        Some(on) => Stretch::Day(on),
        None => Stretch::LastHours(asked.hours.filter(|hours| RANGES_H.contains(hours)).unwrap_or(USUAL_H)),
    }
}

fn look(patient: &mut Access<'_, View>, stretch: Stretch, now: Timestamp) -> Result<Seen, store::Error> {
    let record = patient.record()?;
    let zone = record.zone.clone();
    let (from, to) = match stretch {
        Stretch::Day(on) => Period { first: on, last: on }.instants(&zone),
        Stretch::LastHours(hours) => (hours_before(now, hours), now),
    };
    let readings = patient.readings_within(from, to)?;
    let events = events_around(patient, from, to)?;
    let day = match stretch {
        Stretch::Day(on) => DayView::of_day(on, &readings, &events, &zone),
        Stretch::LastHours(_) => DayView::between(from, to, &readings, &events, &zone),
    };
    let today = local_day(now, &zone);
    let (midnight, _) = Period { first: today, last: today }.instants(&zone);
    let today = patient.readings_within(midnight, now)?;
    let last_at = patient.extent()?.map(|(_, last)| last);
    let alert = patient.open_alert()?;
    Ok(Seen { latest: patient.latest()?, record, day, today, last_at, alert })
}

pub fn hours_before(at: Timestamp, hours: u8) -> Timestamp {
    at.saturating_sub(SignedDuration::from_hours(i64::from(hours))).unwrap_or(Timestamp::MIN)
}

fn chart(seen: &Seen, stretch: Stretch, show: &Show, now: Timestamp) -> Chart {
    let zone = &seen.record.zone;
    let today = local_day(now, zone);
    let (title, on) = match stretch {
        Stretch::LastHours(hours) => (format!("The last {hours} hours"), today),
        Stretch::Day(on) => (show.language.long_date(on), on),
    };
    let is_empty = seen.day.readings.is_empty();
    let newest = seen.last_at.filter(|_| is_empty).map(|last| local_day(last, zone));
    Chart {
        title,
        wide: day_chart(&seen.day, show, Size::WIDE),
        narrow: day_chart(&seen.day, show, Size::NARROW),
        words: describe_day(&seen.day, show),
        ranges: RANGES_H.iter().map(|&hours| (hours, stretch == Stretch::LastHours(hours))).collect(),
        on: on.to_string(),
        previous: match stretch {
            Stretch::LastHours(_) => today.to_string(),
            Stretch::Day(on) => on.yesterday().unwrap_or(on).to_string(),
        },
        next: match stretch {
            Stretch::Day(on) if on < today => on.tomorrow().ok().map(|next| next.to_string()),
            _ => None,
        },
        newest: newest.map(|on| (on.to_string(), show.language.date(on))),
        rows: seen.day.readings.iter().rev().map(|reading| row(reading, seen, show)).collect(),
        time_zone: zone.iana_name().unwrap_or("UTC").to_owned(),
    }
}

fn row(reading: &Reading, seen: &Seen, show: &Show) -> Row {
    Row {
        time: show::time(reading.at, &seen.record.zone, show.language),
        value: show::reading(reading, show),
        band: show.band_name(show.ranges.band(reading.glucose)),
        how: match reading.kind {
            ReadingKind::Cgm => show.texts().sensor,
            ReadingKind::Scan => show.texts().scan,
            ReadingKind::Meter => show.texts().meter,
        },
    }
}

/// What the devices say of themselves: name, value, when.
pub fn status(
    latest: Option<&Latest>,
    zone: &TimeZone,
    show: &Show,
    now: Timestamp,
) -> Vec<(&'static str, String, String)> {
    let Some(latest) = latest else { return Vec::new() };
    let ago = |at: Timestamp| show.language.ago(at, now);
    let mut lines = Vec::new();
    if let Some((at, units)) = latest.on_board {
        lines.push(("Insulin on board", format!("{} U", show.language.insulin(units)), ago(at)));
    }
    if let Some((at, units)) = latest.reservoir {
        lines.push(("Reservoir", format!("{} U", show.language.insulin(units)), ago(at)));
    }
    if let Some((at, percent)) = latest.battery {
        lines.push(("Battery", show.language.percent(percent, 0), ago(at)));
    }
    if let Some(at) = latest.sensor_started_at {
        lines.push(("Sensor started", ago(at), show::moment(at, zone, show.language)));
    }
    if let Some(at) = latest.set_changed_at {
        lines.push(("Set changed", ago(at), show::moment(at, zone, show.language)));
    }
    lines
}

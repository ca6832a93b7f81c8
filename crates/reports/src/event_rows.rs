//! The events of a day as rows of words: the table beside the chart, on page and paper.

use crate::{charts::sign, day::DayView, show::Show};
use glucose::{
    Event, EventKind, ReadingKind,
    event::{BasalDelivery, BolusOrigin, InsulinKind},
};
use jiff::Timestamp;
use words::fill;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    pub at: Timestamp,
    /// By the record's wall clock: `07:30`.
    pub time: String,
    /// The sign it has on the chart, when it has one.
    pub sign: Option<&'static str>,
    /// `Bolus`.
    pub name: String,
    /// `5.2 U`. May hold words of the person or the device.
    pub details: String,
}

/// What happened, in order of time: meter values among the events; basal rates only where they were set by hand.
pub fn event_rows(day: &DayView, show: &Show) -> Vec<EventRow> {
    let texts = show.texts();
    let row = |at: Timestamp, sign, name: &str, details: String| EventRow {
        at,
        time: show.language.time(day.zone.to_datetime(at).time()),
        sign,
        name: name.to_owned(),
        details,
    };
    let meter = day.of_kind(ReadingKind::Meter).map(|reading| {
        let value = format!("{} {}", show.glucose(reading.glucose), show.unit_symbol());
        row(reading.at, None, texts.meter, value)
    });
    let events = day.events.iter().filter_map(|event| {
        let (name, details) = told(event, show)?;
        Some(row(event.at, sign(&event.kind), &name, details))
    });
    let mut rows: Vec<EventRow> = meter.chain(events).collect();
    rows.sort_by_key(|row| row.at);
    rows
}

/// Name and details; none for what is drawn or summed only.
fn told(event: &Event, show: &Show) -> Option<(String, String)> {
    let texts = show.texts();
    let named = |name: &str, details: String| Some((name.to_owned(), details));
    match &event.kind {
        EventKind::Bolus { .. } => named(texts.bolus, bolus(&event.kind, show)),
        EventKind::Basal { rate, duration_ms, delivery: BasalDelivery::Temporary } => {
            let rate = fill(texts.units_an_hour, &[&show.language.insulin(*rate)]);
            named(texts.basal, with_duration(format!("{rate}, {}", texts.temporary), *duration_ms, show))
        }
        EventKind::Injection { units, insulin } => named(texts.injection, injection(*units, *insulin, show)),
        EventKind::Carbs { grams, .. } => named(texts.carbs, fill(texts.grams, &[&show.language.number(*grams, 0)])),
        EventKind::Calibration { glucose } => {
            named(texts.calibration, format!("{} {}", show.glucose(*glucose), show.unit_symbol()))
        }
        EventKind::Alarm { text, cleared: false, .. } => named(texts.alarm, text.clone()),
        EventKind::Suspend { reason } => named(texts.suspended, reason.clone()),
        EventKind::Resume => named(texts.resumed, String::new()),
        EventKind::Mode { name, .. } => named(texts.mode, name.clone()),
        EventKind::Sensor { what } => named(texts.sensor, what.clone()),
        EventKind::SetChange { what, units } => named(texts.set_change, set_change(what, *units, show)),
        EventKind::Exercise { duration_ms, intensity } => {
            named(texts.exercise, with_duration(intensity.clone(), *duration_ms, show))
        }
        EventKind::Ketone { mmol_l } => named(texts.ketone, format!("{} mmol/L", show.language.number(*mmol_l, 1))),
        EventKind::Note { text } => named(texts.note, text.clone()),
        EventKind::ClockChange { by_ms } => named(texts.clock_change, clock_change(*by_ms, show)),
        EventKind::Target { low, high, duration_ms, reason } => {
            let range =
                [*low, *high].into_iter().flatten().map(|mg_dl| show.mg_dl(mg_dl)).collect::<Vec<_>>().join("–");
            let words = [range, reason.clone()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
            named(texts.temporary_target, with_duration(words.join(", "), *duration_ms, show))
        }
        EventKind::Other { name, text } => named(name, text.clone()),
        EventKind::Basal { .. }
        | EventKind::AutoInsulinDay { .. }
        | EventKind::DailyTotal { .. }
        | EventKind::Calculation { .. }
        | EventKind::Alarm { cleared: true, .. }
        | EventKind::Settings { .. }
        | EventKind::Status { .. } => None,
    }
}

fn bolus(kind: &EventKind, show: &Show) -> String {
    let EventKind::Bolus { normal, extended, duration_ms, programmed, origin } = kind else { return String::new() };
    let texts = show.texts();
    let units = |units: f64| fill(texts.units, &[&show.language.insulin(units)]);
    let mut words = units(normal + extended);
    if *extended > 0.0 {
        let over = fill(texts.extended_over, &[&units(*extended), &show.language.duration(*duration_ms)]);
        words = format!("{words}, {over}");
    }
    if let Some(programmed) = programmed.filter(|programmed| (programmed - normal - extended).abs() > 0.005) {
        words = format!("{words}, {}", fill(texts.programmed, &[&units(programmed)]));
    }
    if *origin == BolusOrigin::Automatic {
        words = format!("{words}, {}", texts.automatic);
    }
    words
}

fn injection(units: f64, insulin: InsulinKind, show: &Show) -> String {
    let texts = show.texts();
    let amount = fill(texts.units, &[&show.language.insulin(units)]);
    match insulin {
        InsulinKind::Rapid => format!("{amount}, {}", texts.rapid),
        InsulinKind::Long => format!("{amount}, {}", texts.long_acting),
        InsulinKind::Other => amount,
    }
}

fn set_change(what: &str, units: Option<f64>, show: &Show) -> String {
    match units {
        Some(units) => format!("{what}, {}", fill(show.texts().units, &[&show.language.insulin(units)])),
        None => what.to_owned(),
    }
}

fn clock_change(by_ms: i64, show: &Show) -> String {
    let sign = if by_ms < 0 { '−' } else { '+' };
    format!("{sign}{}", show.language.duration(by_ms.saturating_abs()))
}

fn with_duration(words: String, duration_ms: Option<i64>, show: &Show) -> String {
    let duration = duration_ms.map(|duration| show.language.duration(duration)).unwrap_or_default();
    [words, duration].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

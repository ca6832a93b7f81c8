//! The answer that displays for CareLink's followers read: the last day of a record in the shape of its `display/message`.
//!
//! Sensor values are whole mg/dL whatever the site shows, a gap is 0, times are UTC.

use crate::{document::json_number, times::iso};
use glucose::{Event, EventKind, Limit, Reading, ReadingKind, Trend, event::BolusOrigin};
use serde_json::{Map, Value, json};

/// What is known of a record, oldest first.
#[derive(Clone, Copy, Debug, Default)]
pub struct CareLink<'a> {
    pub now_ms: i64,
    pub first_name: &'a str,
    pub last_name: &'a str,
    /// Of at least the last day.
    pub readings: &'a [Reading],
    pub events: &'a [Event],
}

const FIVE_MIN_MS: i64 = 300_000;
const DAY_MS: i64 = 86_400_000;
/// Without a value for so long nothing is in range.
const IN_RANGE_MS: i64 = 20 * 60_000;

/// The message; without `history` only what holds now.
pub fn message(of: &CareLink<'_>, history: bool) -> Value {
    let mut data = now(of);
    if history {
        data.insert("sgs".to_owned(), sgs(of).into());
        data.insert("markers".to_owned(), markers(of).into());
        data.insert("notificationHistory".to_owned(), json!({"activeNotifications": [], "clearedNotifications": []}));
    }
    json!({"metadata": {"conversionVersion": "kinsight"}, "patientData": data})
}

fn sensor<'a>(of: &CareLink<'a>) -> impl DoubleEndedIterator<Item = &'a Reading> + use<'a> {
    let (readings, since, now) = (of.readings, of.now_ms - DAY_MS, of.now_ms);
    let within = move |at: i64| since < at && at <= now;
    let is_sensor = move |reading: &&Reading| reading.kind == ReadingKind::Cgm && within(reading.at.as_millisecond());
    readings.iter().filter(is_sensor)
}

fn now(of: &CareLink<'_>) -> Map<String, Value> {
    let last = sensor(of).next_back();
    let last_ms = last.map(|reading| reading.at.as_millisecond());
    let in_range = last_ms.is_some_and(|at| of.now_ms - at <= IN_RANGE_MS);
    let mut data = Map::new();
    let mut put = |name: &str, value: Value| drop(data.insert(name.to_owned(), value));
    put("firstName", of.first_name.into());
    put("lastName", of.last_name.into());
    put("medicalDeviceFamily", "NGP".into());
    put("bgUnits", "MG_DL".into());
    put("currentServerTime", of.now_ms.into());
    put("lastConduitUpdateServerDateTime", last_ms.unwrap_or(0).into());
    put("lastSensorTS", last_ms.unwrap_or(0).into());
    for name in ["conduitInRange", "conduitMedicalDeviceInRange", "conduitSensorInRange"] {
        put(name, in_range.into());
    }
    put("lastSG", last.map_or_else(|| sg(None, of.now_ms), |reading| sg(Some(reading), reading.at.as_millisecond())));
    put("lastSGTrend", last.filter(|_| in_range).and_then(|reading| reading.trend).map_or("NONE", trend).into());
    shares(of).into_iter().for_each(|(name, value)| put(name, value));
    status(of).into_iter().for_each(|(name, value)| put(name, value));
    data
}

/// As CareLink names an arrow; it has none for slow changes.
fn trend(trend: Trend) -> &'static str {
    match trend {
        Trend::TripleUp => "UP_TRIPLE",
        Trend::DoubleUp => "UP_DOUBLE",
        Trend::SingleUp => "UP",
        Trend::FortyFiveUp | Trend::Flat | Trend::FortyFiveDown => "NONE",
        Trend::SingleDown => "DOWN",
        Trend::DoubleDown => "DOWN_DOUBLE",
        Trend::TripleDown => "DOWN_TRIPLE",
    }
}

fn sg(reading: Option<&Reading>, at_ms: i64) -> Value {
    let value = reading.map_or(0, |reading| reading.glucose.to_mg_dl().round() as i64);
    let state = match reading.map(|reading| reading.limit) {
        None => "NO_DATA_FROM_PUMP",
        Some(Some(Limit::Below)) => "BELOW_MINIMUM",
        Some(Some(Limit::Above)) => "ABOVE_MAXIMUM",
        Some(None) => "NO_ERROR_MESSAGE",
    };
    json!({"sg": value, "timestamp": iso(at_ms), "kind": "SG", "sensorState": state})
}

/// 288 places of five minutes, oldest first; a place without a value is a gap.
fn sgs(of: &CareLink<'_>) -> Vec<Value> {
    let Some(newest) = sensor(of).next_back().map(|reading| reading.at.as_millisecond()) else { return Vec::new() };
    let mut places: Vec<Option<&Reading>> = vec![None; 288];
    for reading in sensor(of) {
        let back = (newest - reading.at.as_millisecond() + FIVE_MIN_MS / 2) / FIVE_MIN_MS;
        if let Some(place) = usize::try_from(287 - back).ok().and_then(|place| places.get_mut(place)) {
            *place = Some(reading);
        }
    }
    let at = |place: usize| newest - (287 - place as i64) * FIVE_MIN_MS;
    let shown = |(place, reading): (usize, &Option<&Reading>)| {
        sg(*reading, reading.map_or_else(|| at(place), |reading| reading.at.as_millisecond()))
    };
    places.iter().enumerate().map(shown).collect()
}

/// Of the last day's values.
fn shares(of: &CareLink<'_>) -> Vec<(&'static str, Value)> {
    let values: Vec<f64> = sensor(of).map(|reading| reading.glucose.to_mg_dl()).collect();
    if values.is_empty() {
        return Vec::new();
    }
    let all = values.len() as f64;
    let percent = |holds: fn(f64) -> bool| {
        json_number((values.iter().filter(|value| holds(**value)).count() as f64 / all * 100.0).round())
    };
    vec![
        ("averageSG", json_number((values.iter().sum::<f64>() / all).round())),
        ("belowHypoLimit", percent(|value| value < 70.0)),
        ("aboveHyperLimit", percent(|value| value > 180.0)),
        ("timeInRange", percent(|value| (70.0..=180.0).contains(&value))),
    ]
}

/// What the pump said of itself last.
fn status(of: &CareLink<'_>) -> Vec<(&'static str, Value)> {
    let newest = of.events.iter().rev().filter(|event| event.at.as_millisecond() > of.now_ms - IN_RANGE_MS);
    let mut told: Vec<(&'static str, Value)> = Vec::new();
    for event in newest {
        let EventKind::Status { on_board, reservoir, battery, .. } = &event.kind else { continue };
        let at = iso(event.at.as_millisecond());
        let active = on_board.map(|units| json!({"amount": units, "datetime": at, "kind": "Insulin"}));
        told.extend(active.map(|active| ("activeInsulin", active)));
        told.extend(reservoir.map(|units| ("reservoirRemainingUnits", json_number(units))));
        told.extend(battery.map(|percent| ("pumpBatteryLevelPercent", json_number(percent))));
        break;
    }
    told
}

fn markers(of: &CareLink<'_>) -> Vec<Value> {
    let since = of.now_ms - DAY_MS;
    let is_recent = |at: i64| since < at && at <= of.now_ms;
    let events = of.events.iter().filter(|event| is_recent(event.at.as_millisecond()));
    let mut all: Vec<(i64, Value)> =
        events.filter_map(|event| Some((event.at.as_millisecond(), marker(event)?))).collect();
    let fingers = of.readings.iter().filter(|reading| reading.kind == ReadingKind::Meter);
    for reading in fingers.filter(|reading| is_recent(reading.at.as_millisecond())) {
        let at = reading.at.as_millisecond();
        let value = json_number(reading.glucose.to_mg_dl());
        all.push((at, mark("BG_READING", at, json!({"unitValue": value, "bgUnits": "MG_DL"}))));
    }
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, marker)| marker).collect()
}

fn marker(event: &Event) -> Option<Value> {
    let at = event.at.as_millisecond();
    Some(match &event.kind {
        EventKind::Bolus { normal, extended, programmed, origin, .. } => {
            let automatic = *origin == BolusOrigin::Automatic;
            let values = json!({
                "deliveredFastAmount": normal,
                "programmedFastAmount": programmed.unwrap_or(*normal),
                "deliveredExtendedAmount": extended,
                "bolusType": if *extended > 0.0 { "DUAL" } else { "FAST" },
                "activationType": if automatic { "AUTOCORRECTION" } else { "RECOMMENDED" },
                "completed": true,
            });
            mark("INSULIN", at, values)
        }
        EventKind::Carbs { grams, .. } => mark("MEAL", at, json!({"amount": grams})),
        EventKind::Calibration { glucose } => {
            let value = json_number(glucose.to_mg_dl());
            mark("CALIBRATION", at, json!({"unitValue": value, "bgUnits": "MG_DL", "calibrationSuccess": true}))
        }
        _ => return None,
    })
}

fn mark(kind: &str, at_ms: i64, values: Value) -> Value {
    json!({"type": kind, "timestamp": iso(at_ms), "data": {"dataValues": values}})
}

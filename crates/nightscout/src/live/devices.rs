//! What devices said of themselves last: insulin and carbohydrate on board, batteries, loops, pumps.
//!
//! Insulin on board is a device's own; it is never reckoned here.

use super::{Live, at, ms_of, only};
use crate::{
    Collection, Document,
    document::{json_number, number, text},
    meaning,
};
use glucose::EventKind;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// A status older than this says nothing of now.
const RECENT_MS: i64 = 30 * 60_000;
/// A loop that has not run for so long has stopped.
const LOOP_MS: i64 = 15 * 60_000;

fn recent(live: &Live) -> impl Iterator<Item = &Document> {
    let since = live.now_ms - RECENT_MS;
    live.statuses.iter().rev().filter(move |status| ms_of(status, "created_at").is_some_and(|ms| ms >= since))
}

/// What a status tells, read as files are read.
fn told(status: &Document, pick: impl Fn(&EventKind) -> Option<f64>) -> Option<f64> {
    meaning(Collection::DeviceStatus, status, "", &TimeZone::UTC).events.iter().find_map(|event| pick(&event.kind))
}

fn source(status: &Document) -> &'static str {
    match () {
        () if status.contains_key("loop") => "Loop",
        () if status.contains_key("openaps") => "OpenAPS",
        () => "Pump",
    }
}

/// The property `iob`.
pub fn insulin_on_board(live: &Live) -> Value {
    let of = |kind: &EventKind| if let EventKind::Status { on_board, .. } = kind { *on_board } else { None };
    let Some((status, units)) = recent(live).find_map(|status| Some((status, told(status, of)?))) else {
        return json!({});
    };
    let display = format!("{:.2}", units + 0.0);
    json!({
        "iob": json_number((units * 1000.0).round() / 1000.0),
        "source": source(status),
        "device": status.get("device").cloned().unwrap_or_default(),
        "mills": ms_of(status, "created_at"),
        "display": display,
        "displayLine": format!("IOB: {display}U"),
    })
}

/// The property `cob`.
pub fn carbs_on_board(live: &Live) -> Value {
    let of =
        |kind: &EventKind| if let EventKind::Status { carbs_on_board, .. } = kind { *carbs_on_board } else { None };
    let Some((status, grams)) = recent(live).find_map(|status| Some((status, told(status, of)?))) else {
        return json!({});
    };
    let display = json_number((grams * 10.0).round() / 10.0);
    json!({
        "cob": json_number(grams),
        "source": source(status),
        "device": status.get("device").cloned().unwrap_or_default(),
        "mills": ms_of(status, "created_at"),
        "displayLine": format!("COB: {display}g"),
        "display": display,
    })
}

/// The battery of whatever sent a status: in quarters, and as people read it.
fn battery(status: &Document) -> Option<Value> {
    let percent = at(status, &["uploader", "battery"]).or_else(|| at(status, &["uploaderBattery"])).and_then(number);
    let percent = percent.filter(|percent| (0.0..=100.0).contains(percent))?;
    let level = match percent {
        _ if percent >= 95.0 => 100,
        _ if percent >= 55.0 => 75,
        _ if percent >= 30.0 => 50,
        _ => 25,
    };
    let value = json_number(percent);
    Some(json!({"battery": value, "value": value, "display": format!("{value}%"), "level": level}))
}

/// A status as sockets send it.
pub fn status_shown(status: &Document) -> Document {
    let mut shown = status.clone();
    if let Some(Value::Object(battery)) = battery(status) {
        shown.shift_remove("uploaderBattery");
        let mut uploader = shown.get("uploader").and_then(Value::as_object).cloned().unwrap_or_default();
        uploader.extend(battery);
        shown.insert("uploader".to_owned(), Value::Object(uploader));
    }
    shown
}

/// The property `upbat`.
pub fn uploader(live: &Live) -> Value {
    let mut devices = Document::new();
    for status in recent(live) {
        let Some(battery) = battery(status) else { continue };
        let uri = text(status, "device").unwrap_or("uploader");
        let name = uri.rsplit("://").next().unwrap_or(uri);
        let mut one = only(status, &["created_at", "_id"]);
        one.insert("uploader".to_owned(), battery.clone());
        one.insert("mills".to_owned(), ms_of(status, "created_at").into());
        devices.entry(uri).or_insert_with(|| json!({"name": name, "uri": uri, "statuses": [one], "min": battery}));
    }
    let percent = |device: &&Value| device["min"]["value"].as_f64().map(|value| (value * 100.0) as i64);
    let Some(min) = devices.values().min_by_key(percent).map(|device| device["min"].clone()) else {
        return json!({"display": "?%", "devices": {}});
    };
    json!({"level": min["level"], "display": min["display"], "status": "current", "devices": devices, "min": min})
}

/// The property `pump`: the last status with one.
pub fn pump(live: &Live) -> Value {
    let Some(status) = recent(live).find(|status| status.get("pump").is_some_and(Value::is_object)) else {
        return json!({});
    };
    let mut pump = status_shown(status);
    let clock = at(status, &["pump", "clock"]).and_then(crate::Moment::of).map(|moment| moment.ms);
    pump.insert("clockMills".to_owned(), clock.or(ms_of(status, "created_at")).into());
    let reservoir = at(status, &["pump", "reservoir"]).and_then(number);
    let battery = at(status, &["pump", "battery", "percent"]).and_then(number);
    let mut data = json!({"level": -3, "title": "Pump Status"});
    if let Some(units) = reservoir {
        let display = format!("{}U", json_number(units));
        data["reservoir"] = json!({"value": json_number(units), "label": "Reservoir", "display": display, "level": -3});
    }
    if let Some(percent) = battery {
        let display = format!("{}%", json_number(percent));
        data["battery"] = json!({"value": json_number(percent), "unit": "percent", "label": "Battery", "display": display, "level": -3});
    }
    pump.insert("data".to_owned(), data);
    Value::Object(pump)
}

/// The property `loop`.
pub fn looping(live: &Live) -> Value {
    let all = || live.statuses.iter().rev().filter_map(|status| status.get("loop")?.as_object());
    let ok = all().find(|one| !one.contains_key("failureReason"));
    let enacted = all().find_map(|one| one.get("enacted"));
    let predicted = all().find_map(|one| one.get("predicted"));
    let moment = ok.and_then(|one| ms_of(one, "timestamp"));
    json!({
        "lastLoop": all().next(),
        "lastEnacted": enacted,
        "lastPredicted": predicted,
        "lastOkMoment": moment.map(crate::times::iso),
        "display": display(live, moment),
    })
}

/// The property `openaps`.
pub fn open_aps(live: &Live) -> Value {
    let all = || live.statuses.iter().rev().filter_map(|status| status.get("openaps")?.as_object());
    let last = |name: &str| all().find_map(|one| one.get(name).filter(|value| value.is_object()));
    let (enacted, suggested) = (last("enacted"), last("suggested"));
    let at = |value: Option<&Value>| value.and_then(Value::as_object).and_then(|value| ms_of(value, "timestamp"));
    json!({
        "lastEnacted": enacted,
        "lastSuggested": suggested,
        "lastIOB": last("iob"),
        "lastPredBGs": suggested.or(enacted).and_then(|value| value.get("predBGs")),
        "status": display(live, at(enacted).max(at(suggested))),
    })
}

fn display(live: &Live, moment: Option<i64>) -> Value {
    match moment.is_some_and(|ms| live.now_ms - ms <= LOOP_MS) {
        true => json!({"symbol": "↻", "code": "looping", "label": "Looping"}),
        false => json!({"symbol": "⚠", "code": "warning", "label": "Warning"}),
    }
}

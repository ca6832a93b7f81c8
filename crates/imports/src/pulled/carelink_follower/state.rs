//! What the pump said of itself, in the shape of Nightscout's device status, because phone apps ask for that.

use super::{Gather, Message, Node, instant};
use glucose::{EventKind, NewEvent};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

const PERCENT: std::ops::RangeInclusive<f64> = 0.0..=100.0;
/// What is passed on in CareLink's own words.
const WORDS: [&str; 6] = [
    "sensorState",
    "calibStatus",
    "systemStatusMessage",
    "conduitInRange",
    "conduitSensorInRange",
    "sensorDurationMinutes",
];

pub(super) fn read(message: &Message<'_, '_>, gather: &mut Gather<'_>) {
    let data = message.data;
    let on_board = data.get("activeInsulin").and_then(|active| active.number("amount")).filter(|units| *units >= 0.0);
    let reservoir = reservoir(data);
    let battery = data.first_number(&["pumpBatteryLevelPercent", "medicalDeviceBatteryLevelPercent"]);
    let battery = battery.filter(|percent| PERCENT.contains(percent));
    let at = gather.heard_at.or_else(|| instant(data, "currentServerTime"));
    let Some(at) = at.filter(|_| on_board.or(reservoir).or(battery).is_some()) else { return };
    let json = as_device_status(data, at, on_board, reservoir, battery).to_string();
    let kind = EventKind::Status { on_board, carbs_on_board: None, reservoir, battery, json };
    let offset_min = message.clock.offset_min(at, gather);
    gather.event(NewEvent { device: message.device, ..NewEvent::new(at, offset_min, kind) });
}

/// U. Messages of 2015 have what is left where later ones have the size.
fn reservoir(data: Node<'_>) -> Option<f64> {
    let amount = || data.number("reservoirAmount").filter(|_| data.text("medicalDeviceFamily") == Some("PARADIGM"));
    data.number("reservoirRemainingUnits").or_else(amount).filter(|units| *units >= 0.0)
}

fn as_device_status(
    data: Node<'_>,
    at: Timestamp,
    on_board: Option<f64>,
    reservoir: Option<f64>,
    battery: Option<f64>,
) -> Value {
    let mut pump = Map::new();
    let mut put = |key: &str, value: Option<Value>| pump.extend(value.map(|value| (key.to_owned(), value)));
    put("clock", Some(at.to_string().into()));
    put("iob", on_board.map(|units| json!({"bolusiob": units, "timestamp": at.to_string()})));
    put("reservoir", reservoir.map(Value::from));
    put("battery", battery.map(|percent| json!({"percent": percent})));
    let suspended = data.flag("pumpSuspended").or_else(|| data.flag("medicalDeviceSuspended"));
    put("status", suspended.map(|suspended| json!({"suspended": suspended})));
    let mut status = json!({"device": "CareLink", "created_at": at.to_string(), "pump": pump});
    if let Some(percent) = data.number("conduitBatteryLevel").filter(|percent| PERCENT.contains(percent)) {
        status["uploader"] = json!({"battery": percent});
    }
    let own: Map<String, Value> = WORDS.iter().filter_map(|key| Some(((*key).to_owned(), plain(data, key)?))).collect();
    status["connect"] = own.into();
    status
}

/// A word, a number or a yes or no; nothing that could be anything else.
fn plain(data: Node<'_>, key: &str) -> Option<Value> {
    let word = || data.code(key).map(Value::from);
    data.flag(key).map(Value::from).or_else(|| data.number(key).map(Value::from)).or_else(word)
}

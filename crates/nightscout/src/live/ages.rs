//! How old site, sensor, insulin and battery are.

use super::{Live, ms_of};
use crate::{Document, document::text};
use serde_json::{Value, json};

/// Name of the property, and the kinds of treatment that begin it anew.
const KINDS: [(&str, &[&str]); 4] = [
    ("cage", &["Site Change", "Cannula Change"]),
    ("sage", &["Sensor Start", "Sensor Change"]),
    ("iage", &["Insulin Change", "Insulin Cartridge Change", "Reservoir Change"]),
    ("bage", &["Pump Battery Change"]),
];
const HOUR_MS: i64 = 3_600_000;

/// One property of each.
pub fn ages(live: &Live) -> Vec<(&'static str, Value)> {
    KINDS.iter().map(|(name, kinds)| (*name, of(live, name, kinds))).collect()
}

fn of(live: &Live, name: &str, kinds: &[&str]) -> Value {
    if name != "sage" {
        return newest(live, kinds).map_or_else(|| none(name), |treatment| age(live, treatment));
    }
    // Of a sensor it is told apart how it began, and which is the later one.
    let one = |kind: &'static str| (kind, newest(live, &[kind]));
    let [start, change] = [one("Sensor Start"), one("Sensor Change")];
    let told =
        |found: Option<&Document>| found.map_or_else(|| json!({"found": false, "level": -3}), |found| age(live, found));
    let at = |found: Option<&Document>| found.and_then(|found| ms_of(found, "created_at"));
    let min = if at(change.1) > at(start.1) { change.0 } else { start.0 };
    json!({"Sensor Start": told(start.1), "Sensor Change": told(change.1), "min": min})
}

fn newest<'l>(live: &'l Live, kinds: &[&str]) -> Option<&'l Document> {
    let is_past = |treatment: &&Document| ms_of(treatment, "created_at").is_some_and(|ms| ms <= live.now_ms);
    let of_kind = |treatment: &&Document| text(treatment, "eventType").is_some_and(|kind| kinds.contains(&kind));
    live.treatments.iter().rev().filter(of_kind).find(is_past)
}

fn none(name: &str) -> Value {
    let mut none = json!({"found": false, "age": 0, "treatmentDate": null, "level": -3});
    if name == "cage" {
        none["display"] = "n/a ".into();
    }
    none
}

fn age(live: &Live, treatment: &Document) -> Value {
    let since = ms_of(treatment, "created_at").unwrap_or(live.now_ms);
    let hours = (live.now_ms - since) / HOUR_MS;
    let (days, rest) = (hours / 24, hours % 24);
    let display = if days > 0 { format!("{days}d{rest}h") } else { format!("{hours}h") };
    json!({
        "found": true,
        "age": hours,
        "days": days,
        "hours": rest,
        "minFractions": (live.now_ms - since) % HOUR_MS / 60_000,
        "treatmentDate": since,
        "notes": treatment.get("notes").cloned().unwrap_or_default(),
        "level": -3,
        "display": display,
    })
}

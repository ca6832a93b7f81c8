//! What changed since the sensor value before: one client cannot read a list in which a value lacks it.

use crate::{Document, document::json_number};
use serde_json::Value;

/// Values further apart than this are no change but a gap.
const MOST_MS: f64 = 20.0 * 60_000.0;

/// Adds `delta` to each sensor value of a list, newest first, that has none. Where no value comes before, it is 0.
pub fn add_deltas(entries: &mut [Document]) {
    let sensor: Vec<Option<(f64, f64)>> = entries.iter().map(value).collect();
    for (place, entry) in entries.iter_mut().enumerate() {
        let Some(this) = sensor[place] else { continue };
        if !entry.get("delta").is_some_and(Value::is_number) {
            let before = sensor[place + 1..].iter().flatten().next();
            entry.insert("delta".to_owned(), json_number(between(before.copied(), this)));
        }
    }
}

/// Instant and value of a sensor value.
pub(super) fn value(entry: &Document) -> Option<(f64, f64)> {
    let is_sensor = entry.get("type").and_then(Value::as_str) == Some("sgv");
    let number = |name| entry.get(name).and_then(Value::as_f64);
    is_sensor.then(|| Some((number("date")?, number("sgv")?))).flatten()
}

/// To a thousandth.
pub(super) fn between(before: Option<(f64, f64)>, this: (f64, f64)) -> f64 {
    let near = before.filter(|(at, _)| (0.0..=MOST_MS).contains(&(this.0 - at)));
    near.map_or(0.0, |(_, value)| ((this.1 - value) * 1000.0).round() / 1000.0)
}

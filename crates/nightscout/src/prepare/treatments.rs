//! Treatments: amounts as numbers, nothing that says nothing, and a meal that is announced as a second one.

use super::{Refused, common::time};
use crate::{
    Document, Moment,
    document::{json_number, text},
    times::iso,
};
use jiff::Timestamp;
use serde_json::Value;

const NUMBERS: &[&str] = &[
    "insulin",
    "carbs",
    "glucose",
    "duration",
    "percent",
    "absolute",
    "relative",
    "preBolus",
    "targetTop",
    "targetBottom",
];
/// Dropped when they are empty, zero or unreadable.
const SAY_NOTHING: &[&str] = &["targetTop", "targetBottom", "carbs", "insulin", "percent", "relative", "preBolus"];
/// Zero says something here.
const MAY_BE_ZERO: &[&str] = &["absolute", "duration"];

pub(super) fn prepare(mut document: Document, now: Timestamp) -> Result<Vec<Document>, Refused> {
    let moment = time(&document, &["created_at", "eventTime"], now)?;
    let moment = moment.unwrap_or(Moment { ms: now.as_millisecond(), offset_min: Some(0) });
    document.shift_remove("eventTime");
    document.insert("created_at".to_owned(), iso(moment.ms).into());
    document.insert("utcOffset".to_owned(), moment.offset_min.unwrap_or(0).into());
    NUMBERS.iter().for_each(|name| read(&mut document, name));
    if text(&document, "notes").is_some_and(|notes| notes.trim().is_empty()) {
        document.shift_remove("notes");
    }
    if text(&document, "eventType") == Some("Announcement") {
        document.insert("isAnnouncement".to_owned(), true.into());
    }
    let meal = meal(&mut document, moment);
    Ok([Some(document), meal].into_iter().flatten().collect())
}

fn read(document: &mut Document, name: &str) {
    let Some(value) = document.get(name) else { return };
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) if !text.trim().is_empty() => text.trim().parse().ok(),
        _ => None,
    };
    match number.filter(|number: &f64| number.is_finite()) {
        Some(number) if number != 0.0 || MAY_BE_ZERO.contains(&name) => {
            if !value.is_number() {
                document.insert(name.to_owned(), json_number(number));
            }
        }
        _ => drop_field(document, name),
    }
}

fn drop_field(document: &mut Document, name: &str) {
    let alone = SAY_NOTHING.contains(&name) || MAY_BE_ZERO.contains(&name);
    let names: &[&str] = if alone { &[name] } else { &["glucose", "glucoseType", "units"] };
    for name in names {
        document.shift_remove(*name);
    }
}

/// The food of a bolus that was given so many minutes before it.
fn meal(document: &mut Document, moment: Moment) -> Option<Document> {
    let minutes = document.get("preBolus").and_then(Value::as_f64).filter(|minutes| minutes.abs() <= 1440.0)?;
    let carbs = document.shift_remove("carbs")?;
    let mut meal = Document::new();
    meal.insert("created_at".to_owned(), iso(moment.ms + (minutes * 60_000.0).round() as i64).into());
    if let Some(kind) = document.get("eventType") {
        meal.insert("eventType".to_owned(), kind.clone());
    }
    meal.insert("carbs".to_owned(), carbs);
    if let Some(notes) = document.get("notes") {
        meal.insert("notes".to_owned(), notes.clone());
    }
    Some(meal)
}

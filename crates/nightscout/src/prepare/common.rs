//! What documents of every kind need: an id, a time, words without markup that could do something.

use super::Refused;
use crate::{Document, Moment, is_object_id, is_uuid, markup};
use imports::nightscout::is_no_instant;
use jiff::Timestamp;
use serde_json::Value;

/// How far ahead a document may be.
const DAY_MS: i64 = 86_400_000;
const YEAR_MS: i64 = 366 * DAY_MS;

/// An `_id` of the right form stays, a UUID becomes the `identifier`, nothing is dropped, all else is refused.
pub(super) fn id(document: &mut Document) -> Result<(), Refused> {
    match document.get("_id") {
        None => Ok(()),
        Some(Value::String(id)) if is_object_id(id) => Ok(()),
        Some(Value::String(id)) if is_uuid(id) => {
            let id = id.clone();
            document.shift_remove("_id");
            document.entry("identifier").or_insert_with(|| id.into());
            Ok(())
        }
        Some(Value::Null) => {
            document.shift_remove("_id");
            Ok(())
        }
        Some(Value::String(id)) if id.is_empty() => {
            document.shift_remove("_id");
            Ok(())
        }
        Some(_) => Err(Refused::Id),
    }
}

/// The first of these fields that says something. A time that cannot be read, or cannot be right, is refused.
pub(super) fn time(document: &Document, names: &[&str], now: Timestamp) -> Result<Option<Moment>, Refused> {
    let says = |value: &&Value| !value.is_null() && value.as_str() != Some("");
    let Some(value) = names.iter().find_map(|name| document.get(*name).filter(says)) else { return Ok(None) };
    let moment = Moment::of(value).ok_or(Refused::Date)?;
    refuse_after(moment, now, YEAR_MS)?;
    Ok(Some(moment))
}

/// Entries of tomorrow would be the newest for a whole day.
pub(super) fn refuse_tomorrow(moment: Moment, now: Timestamp) -> Result<(), Refused> {
    refuse_after(moment, now, DAY_MS)
}

fn refuse_after(moment: Moment, now: Timestamp, ahead_ms: i64) -> Result<(), Refused> {
    let is_ahead = moment.ms > now.as_millisecond().saturating_add(ahead_ms);
    if is_ahead || is_no_instant(moment.timestamp()) { Err(Refused::Date) } else { Ok(()) }
}

/// An entry that does not say what it is, is what it holds.
pub(super) fn name_kind(entry: &mut Document) {
    if !entry.contains_key("type")
        && let Some(kind) = ["sgv", "mbg"].into_iter().find(|kind| entry.contains_key(*kind))
    {
        entry.insert("type".to_owned(), kind.into());
    }
}

/// Every text within a value, cleaned.
pub(super) fn clean(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some(cleaned) = markup::cleaned(text) {
                *text = cleaned;
            }
        }
        Value::Array(list) => list.iter_mut().for_each(clean),
        Value::Object(fields) => fields.values_mut().for_each(clean),
        _ => {}
    }
}

//! For documents that come one by one from phone apps: the same reading of times and treatments as for files.

use super::Reader;
use crate::{Context, Format, Import, iso, iso::Iso, json::Fields};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Map, Value};

/// What one document means.
pub fn meaning(format: Format, document: Map<String, Value>, zone: &TimeZone) -> Import {
    let mut told = |_| true;
    let cx = Context::new(zone, 0, &mut told);
    let mut reader = Reader::new(format, &cx);
    reader.import.rows = 1;
    if let Some(fields) = Fields::of(Value::Object(document)) {
        reader.take(1, fields);
    }
    reader.finished()
}

/// The instant of a time in ISO 8601, and the seconds east of UTC that it states. Without a zone it is UTC.
pub fn instant_of_text(text: &str) -> Option<(Timestamp, Option<i32>)> {
    let time = Iso::parse(text)?;
    Some((Iso { offset: time.offset.or(Some(0)), ..time }.instant()?, time.offset))
}

/// The instant of a number of milliseconds, or of seconds when it is too small for that.
pub fn instant_of_number(number: f64) -> Option<Timestamp> {
    iso::from_epoch(number)
}

/// Whether no clock that was ever set can have shown this instant.
pub fn is_no_instant(at: Timestamp) -> bool {
    iso::is_bogus(at)
}

//! What every test needs: a moment that stands still, and documents from text.

use jiff::{Timestamp, tz::TimeZone};
use nightscout::Document;

/// 2026-11-21T01:19:07Z.
pub const NOW_MS: i64 = 1_795_223_947_000;

pub fn now() -> Timestamp {
    Timestamp::from_millisecond(NOW_MS).unwrap()
}

pub fn document(json: &str) -> Document {
    serde_json::from_str(json).unwrap()
}

pub fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

pub fn text(document: &Document) -> String {
    serde_json::to_string(document).unwrap()
}

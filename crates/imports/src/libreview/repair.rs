//! What exports do to a person's words and values: text encoded twice, one value read by reader and phone.

use encoding_rs::WINDOWS_1252;
use glucose::{NewReading, ReadingKind};

/// A note whose UTF-8 was taken for Windows-1252 and encoded again is undone: `cafÃ©` was `café`.
pub(super) fn note(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let (bytes, _, unmappable) = WINDOWS_1252.encode(text);
    let repaired = (!unmappable).then(|| std::str::from_utf8(&bytes).ok()).flatten();
    repaired.unwrap_or(text).to_owned()
}

/// Reader and phone each fetch the sensor's values, with clocks that differ by a minute.
const SAME_MINUTE: i64 = 60;

/// Takes what two devices fetched from one sensor once. Returns how many were too many.
pub(super) fn drop_fetched_twice(readings: &mut Vec<NewReading>) -> usize {
    readings.sort_by_key(|reading| reading.at);
    let held = readings.len();
    let mut kept: Vec<NewReading> = Vec::with_capacity(held);
    for reading in readings.drain(..) {
        let reach = if reading.kind == ReadingKind::Cgm { SAME_MINUTE } else { 0 };
        let near = |earlier: &&NewReading| reading.at.as_second() - earlier.at.as_second() <= reach;
        let same = |earlier: &NewReading| {
            earlier.kind == reading.kind && earlier.glucose == reading.glucose && earlier.device != reading.device
        };
        if !kept.iter().rev().take_while(near).take(64).any(same) {
            kept.push(reading);
        }
    }
    *readings = kept;
    held - readings.len()
}

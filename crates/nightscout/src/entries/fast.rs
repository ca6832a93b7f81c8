//! The list of a follower's every poll, written without values in between.
//!
//! **Invariant:** byte for byte what `entry_of`, `add_deltas` and serde_json give (`tests/it/entries.rs`).

use super::{
    EntryParts,
    deltas::{between, value},
    entry_of,
};
use crate::{Document, document::json_number, times::write_iso};
use glucose::ReadingKind;
use serde_json::Value;

/// Names of what is always derived. A field of such a name takes its place, which is left to the slow way.
const DERIVED: &[&str] =
    &["_id", "identifier", "sysTime", "type", "date", "dateString", "sgv", "mbg", "utcOffset", "mills"];

/// Writes the entries of readings, newest first, as a JSON list.
pub fn write_entries(out: &mut Vec<u8>, entries: &[EntryParts<'_>]) {
    out.push(b'[');
    write_each(out, entries);
    out.push(b']');
}

/// The same without the brackets, and where each entry ends.
pub fn write_each(out: &mut Vec<u8>, entries: &[EntryParts<'_>]) -> Vec<usize> {
    write_before(out, entries, &[])
}

/// The same for the newer part of a list, whose older part another may be writing.
pub fn write_before(out: &mut Vec<u8>, entries: &[EntryParts<'_>], older: &[EntryParts<'_>]) -> Vec<usize> {
    let mut ends = Vec::with_capacity(entries.len());
    out.reserve(entries.len() * 280);
    let mut known = None;
    let ways: Vec<Way<'_>> = entries.iter().map(|entry| Way::of(entry, &mut known)).collect();
    let values: Vec<Option<(f64, f64)>> = entries.iter().zip(&ways).map(|(entry, way)| way.value(entry)).collect();
    // From the oldest on each knows the sensor value before it; the list is newest first.
    let mut before = vec![None; entries.len()];
    let mut last = older.iter().find_map(|entry| Way::of(entry, &mut None).value(entry));
    for (place, value) in values.iter().enumerate().rev() {
        before[place] = last;
        last = value.or(last);
    }
    for (place, (entry, way)) in entries.iter().zip(ways).enumerate() {
        if place > 0 {
            out.push(b',');
        }
        let delta = values[place].map(|this| between(before[place], this));
        match way {
            Way::Copy { fields, has_delta } => write(out, entry, fields, delta.filter(|_| !has_delta)),
            Way::Whole(mut document) => {
                if let Some(delta) = delta.filter(|_| !document.get("delta").is_some_and(Value::is_number)) {
                    document.insert("delta".to_owned(), json_number(delta));
                }
                write_json(out, &document);
            }
        }
        ends.push(out.len());
    }
    ends
}

/// How an entry is written.
enum Way<'a> {
    /// What is derived, and behind it what came as it is.
    Copy { fields: &'a str, has_delta: bool },
    /// Something that came takes the place of what is derived.
    Whole(Box<Document>),
}

/// What is known of a text of fields. Readings of one sender mostly have the same; those are looked at once.
#[derive(Clone, Copy, Default)]
struct Beside {
    can_be_copied: bool,
    device: bool,
    app: bool,
    direction: bool,
    delta: bool,
}

impl<'a> Way<'a> {
    fn of(entry: &EntryParts<'a>, known: &mut Option<(&'a str, Beside)>) -> Self {
        let Some(fields) = entry.fields else { return Self::Copy { fields: "", has_delta: false } };
        let beside = match *known {
            Some((same, beside)) if same == fields => beside,
            _ => Beside::of(fields),
        };
        *known = Some((fields, beside));
        let replaces = beside.device && entry.device.is_some()
            || beside.app && entry.app.is_some()
            || beside.direction && entry.direction().is_some();
        match beside.can_be_copied && !replaces {
            true => Self::Copy { fields: &fields[1..fields.len() - 1], has_delta: beside.delta },
            false => Self::Whole(Box::new(entry_of(entry))),
        }
    }

    /// Instant and value of a sensor value, as they are answered.
    fn value(&self, entry: &EntryParts<'_>) -> Option<(f64, f64)> {
        match self {
            Self::Whole(document) => value(document),
            Self::Copy { .. } => {
                (entry.kind != ReadingKind::Meter).then_some((entry.at_ms as f64, entry.mg_dl() as f64))
            }
        }
    }
}

impl Beside {
    fn of(text: &str) -> Self {
        let Ok(fields) = serde_json::from_str::<Document>(text) else { return Self::default() };
        let has = |name: &str| fields.contains_key(name);
        let replaces = DERIVED.iter().any(|name| has(name)) || has("delta") && !fields["delta"].is_number();
        let is_same = || serde_json::to_string(&fields).is_ok_and(|written| written == text);
        Self {
            can_be_copied: !fields.is_empty() && !replaces && is_same(),
            device: has("device"),
            app: has("app"),
            direction: has("direction"),
            delta: has("delta"),
        }
    }
}

fn write(out: &mut Vec<u8>, entry: &EntryParts<'_>, fields: &str, delta: Option<f64>) {
    let (hex, identifier) = entry.ids();
    out.extend_from_slice(b"{\"_id\":");
    write_json(out, hex);
    if let Some(identifier) = identifier {
        out.extend_from_slice(b",\"identifier\":");
        write_json(out, identifier);
    }
    out.extend_from_slice(b",\"sysTime\":\"");
    let at = out.len();
    write_iso(out, entry.at_ms);
    let iso = at..out.len();
    out.extend_from_slice(b"\",\"type\":\"");
    out.extend_from_slice(entry.kind_name().as_bytes());
    out.extend_from_slice(b"\",\"date\":");
    write_number(out, entry.at_ms);
    out.extend_from_slice(b",\"dateString\":\"");
    out.extend_from_within(iso);
    out.push(b'"');
    if let Some(direction) = entry.direction() {
        out.extend_from_slice(b",\"direction\":\"");
        out.extend_from_slice(direction.as_bytes());
        out.push(b'"');
    }
    out.extend_from_slice(b",\"");
    out.extend_from_slice(entry.kind_name().as_bytes());
    out.extend_from_slice(b"\":");
    write_number(out, entry.mg_dl());
    out.extend_from_slice(b",\"utcOffset\":");
    write_number(out, entry.offset_min.into());
    out.extend_from_slice(b",\"mills\":");
    write_number(out, entry.at_ms);
    for (name, value) in [("device", entry.device), ("app", entry.app)] {
        if let Some(value) = value {
            out.push(b',');
            write_json(out, name);
            out.push(b':');
            write_json(out, value);
        }
    }
    if !fields.is_empty() {
        out.push(b',');
        out.extend_from_slice(fields.as_bytes());
    }
    if let Some(delta) = delta {
        out.extend_from_slice(b",\"delta\":");
        write_json(out, &json_number(delta));
    }
    out.push(b'}');
}

fn write_json<T: serde::Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    serde_json::to_writer(out, value).expect("memory takes everything");
}

fn write_number(out: &mut Vec<u8>, number: i64) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

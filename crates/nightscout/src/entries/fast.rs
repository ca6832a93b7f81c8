//! The list of a follower's every poll, written without values in between.
//!
//! **Invariant:** byte for byte what `entry_of`, `add_deltas` and serde_json give (`tests/it/entries.rs`).

use super::{EntryParts, deltas::between, entry_of};
use crate::{Document, document::json_number, times::write_iso};
use glucose::ReadingKind;
use serde_json::Value;

/// Names of what is derived. A field of such a name takes its place, which is left to the slow way.
const DERIVED: &[&str] = &[
    "_id",
    "identifier",
    "sysTime",
    "type",
    "date",
    "dateString",
    "direction",
    "sgv",
    "mbg",
    "utcOffset",
    "mills",
    "device",
    "app",
    "delta",
];

/// Writes the entries of readings, newest first, as a JSON list.
pub fn write_entries(out: &mut Vec<u8>, entries: &[EntryParts<'_>]) {
    out.push(b'[');
    write_each(out, entries);
    out.push(b']');
}

/// The same without the brackets, and where each entry ends.
pub fn write_each(out: &mut Vec<u8>, entries: &[EntryParts<'_>]) -> Vec<usize> {
    let mut ends = Vec::with_capacity(entries.len());
    out.reserve(entries.len() * 280);
    let mut known: Option<(&str, Beside)> = None;
    // From the oldest on each knows the sensor value before it; the list is newest first.
    let mut before: Vec<Option<(f64, f64)>> = vec![None; entries.len()];
    let mut last = None;
    for (place, entry) in entries.iter().enumerate().rev() {
        before[place] = last;
        if entry.kind != ReadingKind::Meter {
            last = Some(shown_value(entry, &mut known));
        }
    }
    for (place, entry) in entries.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        match entry.fields.map(|fields| (beside(fields, &mut known), fields)) {
            None => write(out, entry, "", before[place]),
            Some((Beside::Plain, fields)) => write(out, entry, &fields[1..fields.len() - 1], before[place]),
            Some((Beside::Other, _)) => write_slowly(out, entry, before[place]),
        }
        ends.push(out.len());
    }
    ends
}

/// Whether what came beside a reading can be copied as it is.
#[derive(Clone, Copy, PartialEq)]
enum Beside {
    Plain,
    Other,
}

/// Readings of one sender have the same fields beside them, mostly; those are looked at once.
fn beside<'a>(fields: &'a str, known: &mut Option<(&'a str, Beside)>) -> Beside {
    if let Some((_, beside)) = known.filter(|(same, _)| *same == fields) {
        return beside;
    }
    let parsed = serde_json::from_str::<Document>(fields).ok().filter(|fields| !fields.is_empty());
    let plain = parsed.is_some_and(|map| {
        !DERIVED.iter().any(|name| map.contains_key(*name))
            && serde_json::to_string(&map).is_ok_and(|text| text == fields)
    });
    let beside = if plain { Beside::Plain } else { Beside::Other };
    *known = Some((fields, beside));
    beside
}

/// Instant and value as they are answered.
fn shown_value<'a>(entry: &EntryParts<'a>, known: &mut Option<(&'a str, Beside)>) -> (f64, f64) {
    let derived = (entry.at_ms as f64, entry.mg_dl() as f64);
    match entry.fields.map(|fields| beside(fields, known)) {
        Some(Beside::Other) => {
            let entry = entry_of(entry);
            let number = |name| entry.get(name).and_then(Value::as_f64);
            (number("date").unwrap_or(derived.0), number("sgv").unwrap_or(derived.1))
        }
        _ => derived,
    }
}

fn write_slowly(out: &mut Vec<u8>, parts: &EntryParts<'_>, before: Option<(f64, f64)>) {
    let mut entry = entry_of(parts);
    let number = |name| entry.get(name).and_then(Value::as_f64);
    if let (true, Some(at), Some(sgv)) = (parts.kind != ReadingKind::Meter, number("date"), number("sgv"))
        && number("delta").is_none()
    {
        entry.insert("delta".to_owned(), json_number(between(before, (at, sgv))));
    }
    write_json(out, &entry);
}

fn write(out: &mut Vec<u8>, entry: &EntryParts<'_>, fields: &str, before: Option<(f64, f64)>) {
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
    if entry.kind != ReadingKind::Meter {
        out.extend_from_slice(b",\"delta\":");
        write_json(out, &json_number(between(before, (entry.at_ms as f64, entry.mg_dl() as f64))));
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

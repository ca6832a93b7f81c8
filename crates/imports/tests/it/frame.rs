//! Reading a file of `tests/files`, and a compact rendering of what was read, for snapshots.

use imports::{Import, Refused};
use jiff::tz::TimeZone;
use std::fmt::Write as _;

pub const BERLIN: &str = "Europe/Berlin";

/// The bytes of a synthetic file.
pub fn file(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/files/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

pub fn read_in(zone: &str, bytes: &[u8]) -> Result<Import, Refused> {
    imports::read("upload", bytes, &TimeZone::get(zone).unwrap(), &mut |_| true)
}

pub fn read(bytes: &[u8]) -> Result<Import, Refused> {
    read_in(BERLIN, bytes)
}

/// Everything that was read, one line a datum.
pub fn show(import: &Import) -> String {
    let mut out = String::new();
    writeln!(out, "{}: {} rows", import.format.name(), import.rows).unwrap();
    for device in &import.devices {
        writeln!(out, "device {:?} {:?} {:?}", device.kind, device.name, device.serial).unwrap();
    }
    if let Some(person) = &import.person {
        writeln!(out, "person {:?} born {:?}", person.name, person.born_on).unwrap();
    }
    writeln!(out, "\n{} readings", import.readings.len()).unwrap();
    for reading in &import.readings {
        let (value, unit) = (reading.glucose.value(), reading.glucose.unit().symbol());
        write!(out, "{} {:+} {:?} {value} {unit}", reading.at, reading.offset_min, reading.kind).unwrap();
        trailer(&mut out, reading.device, reading.limit.map(|limit| format!("{limit:?}")));
        if let Some(trend) = reading.trend {
            write!(out, " {trend:?}").unwrap();
        }
        given(&mut out, reading.given.as_deref());
    }
    writeln!(out, "\n{} events", import.events.len()).unwrap();
    for event in &import.events {
        write!(out, "{} {:+} {:?}", event.at, event.offset_min, event.kind).unwrap();
        trailer(&mut out, event.device, None);
        given(&mut out, event.given.as_deref());
    }
    writeln!(out, "\n{} problems", import.problem_count).unwrap();
    for problem in &import.problems {
        let kind = if problem.quarantined { "set aside" } else { "not read" };
        writeln!(out, "line {} {:?}: {} ({kind})", problem.line, problem.column, problem.why).unwrap();
    }
    for remark in &import.remarks {
        writeln!(out, "remark: {remark}").unwrap();
    }
    out
}

fn trailer(out: &mut String, device: Option<u16>, more: Option<String>) {
    if let Some(device) = device {
        write!(out, " #{device}").unwrap();
    }
    if let Some(more) = more {
        write!(out, " {more}").unwrap();
    }
}

fn given(out: &mut String, given: Option<&glucose::Given>) {
    match given {
        Some(given) => writeln!(out, " given {:?} {:?} {:?}", given.id, given.app, given.fields).unwrap(),
        None => out.push('\n'),
    }
}

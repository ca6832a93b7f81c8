//! What the fuzzer calls, and the ordinary tests over the corpus: each reader by itself, and the whole way in.
//!
//! None may panic, and whatever is read must hold what everything after it relies on.

use crate::{
    Context, Format, Import, LARGEST_FILE, Refused, archive, carelink, clarity, libreview, nightscout, plain,
    pulled::{self, Service},
    text, tidepool,
};
use glucose::{EventKind, Unit};
use jiff::{Timestamp, tz::TimeZone};

/// A target: its name, which is also the folder of its corpus, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// Every target. `whole` is the way that an upload takes.
pub const TARGETS: &[Target] = &[
    ("whole", whole),
    ("archive", packed),
    ("carelink", carelink_files),
    ("clarity", clarity_files),
    ("libreview", libreview_files),
    ("nightscout", nightscout_files),
    ("tidepool", tidepool_files),
    ("plain", plain_files),
    ("pulled", pulled_answers),
];

/// Runs a target by its name.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|(known, _)| *known == name);
    target.expect("the fuzzer names one of these").1(bytes);
}

pub fn whole(bytes: &[u8]) {
    check(bytes, crate::read("upload", bytes, &zone(), &mut |_| true));
}

fn packed(bytes: &[u8]) {
    let zone = zone();
    check(bytes, archive::read(bytes, &mut Context::new(&zone, bytes.len(), &mut |_| true)));
}

fn carelink_files(bytes: &[u8]) {
    reader(bytes, carelink::read_sections);
    reader(bytes, carelink::read_personal);
}

fn clarity_files(bytes: &[u8]) {
    reader(bytes, clarity::read);
}

fn libreview_files(bytes: &[u8]) {
    reader(bytes, libreview::read);
}

fn nightscout_files(bytes: &[u8]) {
    for format in [
        Format::NightscoutEntries,
        Format::NightscoutTreatments,
        Format::NightscoutProfile,
        Format::NightscoutDeviceStatus,
    ] {
        reader(bytes, |text, cx| nightscout::read(text, format, cx));
    }
}

fn tidepool_files(bytes: &[u8]) {
    reader(bytes, tidepool::read);
}

fn plain_files(bytes: &[u8]) {
    reader(bytes, plain::read);
}

/// An answer may come from the wrong service.
fn pulled_answers(bytes: &[u8]) {
    let now = Timestamp::from_second(1_775_430_000).expect("5 April 2026");
    for service in Service::ALL {
        match pulled::read(*service, bytes, &zone(), now) {
            Ok(pulled) => check_pulled(pulled, now),
            Err(refused) => assert!(!refused.to_string().is_empty()),
        }
    }
}

fn check_pulled(pulled: pulled::Pulled, now: Timestamp) {
    let soon = Timestamp::from_second(now.as_second() + 300).expect("5 April 2026");
    let mut import = Import::new(Format::NightscoutEntries);
    (import.devices, import.readings, import.events) = (pulled.devices, pulled.readings, pulled.events);
    assert!(import.readings.iter().all(|reading| reading.at <= soon && reading.given.is_some()));
    assert!(import.events.iter().all(|event| event.at <= soon && event.given.is_some()));
    assert!(pulled.newest_at.is_none_or(|at| at <= soon));
    check_data(&import);
}

/// One reader, whatever the text looks like.
fn reader(bytes: &[u8], read: impl Fn(&str, &mut Context<'_>) -> Result<Import, Refused>) {
    let Ok(text) = text::decode(bytes) else { return };
    let zone = zone();
    let read = read(&text, &mut Context::new(&zone, text.len(), &mut |_| true));
    check(bytes, read.map(Import::finished));
}

fn zone() -> TimeZone {
    TimeZone::get("Europe/Berlin").expect("the bundled database has it")
}

/// What holds for every import. A refusal always has words.
fn check(bytes: &[u8], outcome: Result<Import, Refused>) {
    let import = match outcome {
        Ok(import) => import,
        Err(refused) => return assert!(!refused.to_string().is_empty()),
    };
    assert!(bytes.len() <= LARGEST_FILE);
    check_bounds(&import);
    check_data(&import);
}

fn check_data(import: &Import) {
    assert!(import.readings.is_sorted_by_key(|reading| reading.at), "readings are oldest first");
    assert!(import.events.is_sorted_by_key(|event| event.at), "events are oldest first");
    for reading in &import.readings {
        check_place(import, reading.at, reading.offset_min, reading.device);
        let most = if reading.glucose.unit() == Unit::MgDl { 1000.0 } else { 60.0 };
        assert!(reading.glucose.value() > 0.0 && reading.glucose.value() <= most, "glucose is in a device's range");
    }
    for event in &import.events {
        check_place(import, event.at, event.offset_min, event.device);
        check_amounts(&event.kind);
    }
}

fn check_bounds(import: &Import) {
    assert!(import.problems.len() <= 1000 && import.problems.len() <= import.problem_count, "problems are bounded");
    assert!(import.remarks.len() <= 100 && import.devices.len() <= 100, "remarks and devices are bounded");
    for problem in &import.problems {
        assert!(problem.why.chars().count() <= 120 && problem.column.chars().count() <= 120, "problems are short");
    }
}

fn check_place(import: &Import, at: Timestamp, offset_min: i16, device: Option<u16>) {
    let years =
        Timestamp::from_second(-2_300_000_000).expect("1897")..Timestamp::from_second(7_300_000_000).expect("2201");
    assert!(years.contains(&at), "times are sane: {at}");
    assert!(offset_min.abs() <= 26 * 60, "offsets are sane");
    assert!(device.is_none_or(|device| usize::from(device) < import.devices.len()), "devices are listed");
}

fn check_amounts(kind: &EventKind) {
    let amount = |value: f64| assert!(value.is_finite() && value >= 0.0, "amounts are amounts: {kind:?}");
    match kind {
        EventKind::Bolus { normal, extended, duration_ms, .. } => {
            amount(*normal);
            amount(*extended);
            assert!(*duration_ms >= 0);
        }
        EventKind::Basal { rate, duration_ms, .. } => {
            amount(*rate);
            assert!(duration_ms.is_none_or(|duration| duration >= 0));
        }
        EventKind::Carbs { grams, .. } => amount(*grams),
        EventKind::Injection { units, .. } | EventKind::AutoInsulinDay { units } | EventKind::DailyTotal { units } => {
            amount(*units)
        }
        _ => {}
    }
}

//! Real files, where the folder of samples is named by `KINSIGHT_SAMPLES`. Nothing of them is kept here but counts.

use crate::frame::read;
use glucose::{EventKind, NewEvent, ReadingKind};
use imports::{Import, pulled::Service};
use jiff::{Timestamp, tz::TimeZone};
use std::path::{Path, PathBuf};

fn samples() -> Option<PathBuf> {
    std::env::var_os("KINSIGHT_SAMPLES").map(PathBuf::from)
}

fn every_file(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { every_file(&path, found) } else { found.push(path) }
    }
}

#[test]
fn every_sample_is_read_or_refused_in_words() {
    let Some(folder) = samples() else { return };
    let mut files = Vec::new();
    every_file(&folder, &mut files);
    files.sort();
    for path in files {
        match read(&std::fs::read(&path).unwrap()) {
            Ok(import) => println!(
                "{}: {:?}, {} rows, {} readings, {} events, {} problems",
                path.display(),
                import.format,
                import.rows,
                import.readings.len(),
                import.events.len(),
                import.problem_count
            ),
            Err(refused) => println!("{}: {refused}", path.display()),
        }
    }
}

/// A sample by its path below the folder; `None` when there are no samples.
fn sample(name: &str) -> Option<Import> {
    Some(read(&std::fs::read(samples()?.join(name)).unwrap()).unwrap())
}

/// Sensor values, finger values, boluses and their units, as counted by other means.
#[test]
fn carelink_samples_hold_what_was_counted_by_hand() {
    let table = [
        ("carelink-gen1-personal-v1.0.1/paradigm515_2006-07.csv", 0, 0, 5, 11.2),
        ("carelink-gen1-personal-v1.0.1/paradigm522_2011_temp_basal_rate.csv", 0, 719, 467, 1050.8),
        ("carelink-gen1-personal-v1.0.1/revel523_cgm_2015-04_filtered.csv", 245, 4, 6, 23.1),
        ("carelink-gen1-personal-v1.0.1/two_pumps_522_523_2015-04.csv", 6663, 90, 170, 619.9),
        ("carelink-gen2-multisection/minimed780g_eu_7d_2025-11-04.csv", 1946, 15, 55, 152.275),
        ("carelink-gen2-multisection/minimed780g_eu_7d_2025-11-06_overlap.csv", 2156, 16, 57, 159.875),
        ("carelink-gen2-multisection/minimed780g_pump_swap_2025.csv", 25470, 67, 456, 1314.05),
        ("carelink-gen2-multisection/revel723_us_2018-09.csv", 0, 110, 93, 424.95),
        ("carelink-gen2-multisection/aidr_780g_ch_2026_excerpt.csv", 8, 0, 1, 1.9),
    ];
    for (name, cgm, meter, boluses, units) in table {
        let Some(import) = sample(name) else { return };
        let of_kind = |kind| import.readings.iter().filter(|reading| reading.kind == kind).count();
        let given: Vec<f64> = import.events.iter().filter_map(bolus_units).collect();
        let counted = (of_kind(ReadingKind::Cgm), of_kind(ReadingKind::Meter), given.len());
        assert_eq!(counted, (cgm, meter, boluses), "{name}");
        let total: f64 = given.iter().sum();
        assert!((total - units).abs() < 0.01, "{name}: {total} U");
        assert!(import.person.is_some() && !import.devices.is_empty(), "{name}");
    }
}

fn bolus_units(event: &NewEvent) -> Option<f64> {
    match event.kind {
        EventKind::Bolus { normal, extended, .. } => Some(normal + extended),
        _ => None,
    }
}

/// Two exports of one pump, two days apart: what lies in both is the same datum by datum.
#[test]
fn overlapping_exports_agree() {
    let folder = "carelink-gen2-multisection/minimed780g_eu_7d_2025-11-0";
    let (Some(first), Some(second)) = (sample(&format!("{folder}4.csv")), sample(&format!("{folder}6_overlap.csv")))
    else {
        return;
    };
    let (from, to): (Timestamp, Timestamp) =
        ("2025-10-29T06:00:00Z".parse().unwrap(), "2025-11-04T23:00:00Z".parse().unwrap());
    let shared = |import: &Import| {
        let readings = import.readings.iter().filter(|reading| from <= reading.at && reading.at < to);
        let events = import.events.iter().filter(|event| from <= event.at && event.at < to);
        let mut all: Vec<String> = readings.map(|reading| format!("{reading:?}")).collect();
        all.extend(events.map(|event| format!("{event:?}")));
        all.sort();
        all
    };
    let (first, second) = (shared(&first), shared(&second));
    let in_one_only = first.iter().filter(|datum| !second.contains(datum)).count()
        + second.iter().filter(|datum| !first.contains(datum)).count();
    assert!(first.len() > 1900, "{}", first.len());
    assert_eq!((first.len(), in_one_only), (second.len(), 0));
}

/// Basal and bolus against the pump's own total of the same days.
#[test]
fn sums_agree_with_the_pumps_own_daily_totals() {
    let Some(import) = sample("carelink-gen1-personal-v1.0.1/two_pumps_522_523_2015-04.csv") else { return };
    let zone = TimeZone::get(crate::frame::BERLIN).unwrap();
    let revel = import.devices.iter().position(|device| device.name.contains("523")).map(|at| at as u16);
    let within = |event: &&NewEvent| event.device == revel && event.at.to_zoned(zone.clone()).day() <= 11;
    let (mut ours, mut theirs) = (0.0, 0.0);
    for event in import.events.iter().filter(within) {
        match &event.kind {
            EventKind::Basal { rate, duration_ms: Some(duration), .. } => ours += rate * *duration as f64 / 3.6e6,
            EventKind::DailyTotal { units } => theirs += units,
            _ => ours += bolus_units(event).unwrap_or(0.0),
        }
    }
    assert!(theirs > 400.0 && (ours / theirs - 1.0_f64).abs() < 0.002, "ours {ours}, the pump's {theirs}");
}

/// Answers of services, against what was counted by other means: sensor values, finger values, meals, boluses, doses of
/// the loop, and the pump's time against UTC.
#[test]
fn answers_of_services_hold_what_was_counted() {
    let table = [
        (Service::LibreLinkUp, "librelinkup/graph.json", "2022-12-30T16:48:00Z", [142, 0, 0, 0, 0], 60),
        (
            Service::CareLink,
            "carelink-cloud/v0_paradigm_2015_missingLastSgv.json",
            "2015-10-19T15:23:44Z",
            [5, 0, 0, 0, 0],
            -420,
        ),
        (Service::CareLink, "carelink-cloud/v1_770g_2021-06.json", "2021-05-22T08:07:50Z", [231, 11, 7, 9, 127], -420),
        (Service::CareLink, "carelink-cloud/v2_780g_2025-11.json", "2025-11-11T02:23:17Z", [288, 0, 6, 11, 162], -300),
    ];
    for (service, name, now, counts, offset_min) in table {
        let Some(folder) = samples() else { return };
        let body = std::fs::read(folder.join(name)).unwrap();
        // The record's zone is another than the device's.
        let zone = TimeZone::get(crate::frame::BERLIN).unwrap();
        let pulled = imports::pulled::read(service, &body, &zone, now.parse().unwrap()).unwrap();
        let readings = |kind| pulled.readings.iter().filter(|reading| reading.kind == kind).count();
        let events = |holds: fn(&EventKind) -> bool| pulled.events.iter().filter(|event| holds(&event.kind)).count();
        let found = [
            readings(ReadingKind::Cgm),
            readings(ReadingKind::Meter),
            events(|kind| matches!(kind, EventKind::Carbs { .. })),
            events(|kind| matches!(kind, EventKind::Bolus { .. })),
            events(|kind| matches!(kind, EventKind::Basal { .. })),
        ];
        assert_eq!(found, counts, "{name}");
        assert!(!pulled.stale && pulled.remarks.is_empty(), "{name}: {:?}", pulled.remarks);
        assert!(pulled.readings.iter().all(|reading| reading.offset_min == offset_min), "{name}");
        let age = now.parse::<Timestamp>().unwrap().as_second() - pulled.newest_at.unwrap().as_second();
        assert!((0..600).contains(&age), "{name}: the newest value is {age} s old");
    }
}

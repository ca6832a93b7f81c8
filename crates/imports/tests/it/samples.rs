//! Real files, where the folder of samples is named by `KINSIGHT_SAMPLES`. Nothing of them is kept here but counts.

use crate::frame::read;
use glucose::{EventKind, NewEvent, ReadingKind};
use imports::Import;
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

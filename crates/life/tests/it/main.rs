//! Simulated people live believable lives, the same one each time.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use glucose::event::{BasalDelivery, BolusOrigin};
use glucose::{EventKind, NewReading, ReadingKind, Unit};
use jiff::{Timestamp, civil::Date, civil::date, tz::TimeZone};
use life::{Batch, Life, Personality};
use std::collections::BTreeSet;

const FIRST: Date = date(2026, 8, 22);

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

fn midnight(day: Date) -> Timestamp {
    day.to_zoned(berlin()).unwrap().timestamp()
}

/// Ninety days that hold the end of summer time.
fn lived(seed: u64, personality: Personality) -> Batch {
    Life::new(seed, personality, Unit::MgDl, berlin(), FIRST)
        .with_pump_swap(date(2026, 10, 3))
        .until(midnight(date(2026, 11, 20)))
}

fn sensor(batch: &Batch) -> Vec<&NewReading> {
    batch.readings.iter().filter(|reading| reading.kind == ReadingKind::Cgm).collect()
}

fn share(batch: &Batch, within: impl Fn(f64) -> bool) -> f64 {
    let values = sensor(batch);
    100.0 * values.iter().filter(|reading| within(reading.glucose.to_mg_dl())).count() as f64 / values.len() as f64
}

fn spread(batch: &Batch) -> (f64, f64) {
    let values: Vec<f64> = sensor(batch).iter().map(|reading| reading.glucose.to_mg_dl()).collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64;
    (mean, 100.0 * variance.sqrt() / mean)
}

#[test]
fn everybody_has_a_believable_spread() {
    for personality in Personality::ALL {
        for seed in 1..6 {
            let batch = lived(seed, personality);
            let (mean, cv) = spread(&batch);
            let in_range = share(&batch, |value| (70.0..=180.0).contains(&value));
            let below = share(&batch, |value| value < 70.0);
            println!("{personality:?} {seed}: mean {mean:.0} CV {cv:.1} in range {in_range:.1} below {below:.1}");
            assert!((100.0..240.0).contains(&mean), "{personality:?} {seed}: mean {mean}");
            assert!((18.0..45.0).contains(&cv), "{personality:?} {seed}: CV {cv}");
            assert!((30.0..97.0).contains(&in_range), "{personality:?} {seed}: in range {in_range}");
            assert!(below < 14.0, "{personality:?} {seed}: below {below}");
        }
    }
}

#[test]
fn the_same_seed_lives_the_same_life_in_one_piece_or_in_many() {
    let whole = lived(7, Personality::Teen);
    assert_eq!(whole, lived(7, Personality::Teen));
    let mut life = Life::new(7, Personality::Teen, Unit::MgDl, berlin(), FIRST).with_pump_swap(date(2026, 10, 3));
    let mut readings = Vec::new();
    let mut events = 0;
    for day in FIRST.series(jiff::Span::new().days(1)).take(91) {
        let piece = life.until(midnight(day));
        readings.extend(piece.readings);
        events += piece.events.len();
    }
    assert_eq!(readings, whole.readings);
    assert_eq!(events, whole.events.len());
}

#[test]
fn days_have_gaps_sensor_changes_set_changes_lows_and_a_new_pump() {
    let batch = lived(3, Personality::HypoProne);
    let expected = 90 * 288;
    let count = sensor(&batch).len();
    assert!(count > expected * 90 / 100 && count < expected, "{count}");
    assert!(share(&batch, |value| value < 70.0) > 1.0);
    let has = |test: &dyn Fn(&EventKind) -> bool| batch.events.iter().any(|event| test(&event.kind));
    assert!(has(&|kind| matches!(kind, EventKind::SetChange { .. })));
    assert!(has(&|kind| matches!(kind, EventKind::Sensor { .. })));
    assert!(has(&|kind| matches!(kind, EventKind::Alarm { .. })));
    assert!(has(&|kind| matches!(kind, EventKind::Note { .. })));
    assert!(has(&|kind| matches!(kind, EventKind::Exercise { .. })));
    assert!(batch.readings.iter().any(|reading| reading.kind == ReadingKind::Meter));
    let pumps: BTreeSet<u16> =
        batch.events.iter().filter_map(|event| event.device).filter(|&device| device >= 2).collect();
    assert_eq!(pumps, BTreeSet::from([2, 3]));
}

#[test]
fn the_wall_clock_goes_back_while_readings_go_on() {
    let batch = lived(4, Personality::Steady);
    let offsets: Vec<i16> = sensor(&batch).iter().map(|reading| reading.offset_min).collect();
    assert_eq!((offsets.first(), offsets.last()), (Some(&120), Some(&60)));
    assert!(batch.readings.is_sorted_by_key(|reading| reading.at));
}

#[test]
fn a_loop_steers_basal_and_corrects_by_itself() {
    let batch = lived(5, Personality::Looper);
    let automated = |kind: &EventKind| matches!(kind, EventKind::Basal { delivery: BasalDelivery::Automated, .. });
    let corrected = |kind: &EventKind| matches!(kind, EventKind::Bolus { origin: BolusOrigin::Automatic, .. });
    assert!(batch.events.iter().filter(|event| automated(&event.kind)).count() > 5_000);
    assert!(batch.events.iter().any(|event| corrected(&event.kind)));
}

#[test]
fn insulin_given_in_a_day_is_that_of_a_person() {
    for personality in Personality::ALL {
        let batch = lived(6, personality);
        let units: f64 = batch
            .events
            .iter()
            .map(|event| match event.kind {
                EventKind::Bolus { normal, .. } => normal,
                EventKind::Basal { rate, duration_ms: Some(length), .. } => rate * length as f64 / 3_600_000.0,
                _ => 0.0,
            })
            .sum();
        println!("{personality:?}: {:.1} U a day", units / 90.0);
        assert!((20.0..90.0).contains(&(units / 90.0)), "{personality:?}: {}", units / 90.0);
    }
}

#[test]
fn a_sensor_in_mmol_delivers_tenths() {
    let mut life = Life::new(9, Personality::Steady, Unit::MmolL, berlin(), FIRST);
    let batch = life.until(midnight(date(2026, 8, 24)));
    assert!(batch.readings.iter().all(|reading| reading.glucose.is_mmol_native()));
    assert!(life.next_at() >= midnight(date(2026, 8, 24)));
}

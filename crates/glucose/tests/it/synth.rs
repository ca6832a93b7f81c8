//! Readings to test with: the synthetic fourteen days that the reference values stand on, and small series by hand.

use glucose::{Figures, Glucose, NewReading, Ranges, Reading, Window};
use jiff::{Timestamp, tz::TimeZone};

/// One line a day, one value every five minutes, mg/dL.
const FOURTEEN_DAYS: &str = include_str!("synth_14d.txt");

/// 2025-01-06T00:00:00Z.
pub const START: i64 = 1_736_121_600;

/// A sensor reading, `minutes` after [`START`].
pub fn reading(minutes: f64, mg_dl: i32) -> Reading {
    let at = Timestamp::from_millisecond(START * 1000 + (minutes * 60_000.0) as i64).unwrap();
    Reading::unstored(&NewReading::cgm(at, 0, Glucose::mg_dl(mg_dl)))
}

/// A reading every `step` minutes from [`START`] on.
pub fn every(step: f64, values: impl IntoIterator<Item = i32>) -> Vec<Reading> {
    values.into_iter().enumerate().map(|(index, mg_dl)| reading(step * index as f64, mg_dl)).collect()
}

/// The reference series.
pub fn fourteen_days() -> Vec<Reading> {
    every(5.0, FOURTEEN_DAYS.split_whitespace().map(|value| value.parse().unwrap()))
}

/// A window of UTC that holds everything.
pub fn window() -> Window {
    let at = |second: i64| Timestamp::from_second(second).unwrap();
    Window { from: at(START), to: at(START + 14 * 86_400), zone: TimeZone::UTC, ranges: Ranges::ADULT }
}

/// All figures of readings in that window.
pub fn figures(readings: &[Reading]) -> Figures {
    Figures::of(readings, &[], &window())
}

/// Equal to within a share of the expected value.
pub fn is_close(value: f64, expected: f64, tolerance: f64) -> bool {
    (value - expected).abs() <= tolerance * expected.abs().max(1e-3)
}

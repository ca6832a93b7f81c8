//! Whether there are enough data for the percentile curves to mean something (metrics 1.3).

use crate::{
    series::Series,
    wall_clock::{DAY_MS, LocalDay},
    wear::Wear,
};

/// What there is, and what it is enough for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sufficiency {
    /// Hours of readings: each counts for its interval.
    pub hours: f64,
    /// Percent of the time from the first reading to the last.
    pub percent: f64,
    /// Local days with readings.
    pub days: u64,
    /// The percentile picture may be drawn: a day of data or more, and the best seven days, each with an hour or more,
    /// are used to 70 % on average (Tidepool `calculateCGMDataSufficiency`).
    pub curves: bool,
    /// At least 14 days, with readings on at least 70 % of the time (Battelino 2019).
    pub report: bool,
}

/// Fewer hours of data than this draw no curves.
const HOURS_OF_CURVES: f64 = 24.0;

/// The days that are looked at, the best ones.
const BEST_DAYS: usize = 7;

/// Their average use, as a share.
const USE_OF_BEST_DAYS: f64 = 0.7;

/// A day with less than this does not count.
const LEAST_OF_A_DAY_MS: f64 = 3_600_000.0;

impl Sufficiency {
    pub(crate) fn of(series: &Series) -> Self {
        let Some(wear) = Wear::of(series, 1) else {
            return Self { hours: 0.0, percent: 0.0, days: 0, curves: false, report: false };
        };
        Self {
            hours: wear.hours,
            percent: wear.active,
            days: wear.days,
            curves: wear.hours >= HOURS_OF_CURVES && use_of_best_days(series) >= USE_OF_BEST_DAYS,
            report: wear.sufficient,
        }
    }
}

/// The mean use of the best days; the first and the last day are measured on their part only.
fn use_of_best_days(series: &Series) -> f64 {
    let last = series.days.len().saturating_sub(1);
    let use_of = |(index, day): (usize, &LocalDay)| {
        let recorded = series.recorded_ms(day.places.clone());
        let from = if index == 0 { day.wall_ms(&series.at, day.places.start) } else { 0 };
        let to = if index == last { day.wall_ms(&series.at, day.places.end - 1) + series.interval } else { DAY_MS };
        (recorded >= LEAST_OF_A_DAY_MS).then(|| (recorded / (to - from).max(series.interval) as f64).min(1.0))
    };
    let mut uses: Vec<f64> = series.days.iter().enumerate().filter_map(use_of).collect();
    uses.sort_unstable_by(|a, b| b.total_cmp(a));
    let best = &uses[..uses.len().min(BEST_DAYS)];
    best.iter().sum::<f64>() / best.len().max(1) as f64
}

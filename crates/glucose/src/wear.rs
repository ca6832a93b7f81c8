//! How much of the time the sensor gave readings, and whether that is enough (metrics 1.3).

use crate::{series::Series, wall_clock::DAY_MS};

/// Sensor wear.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wear {
    /// The usual interval between readings, minutes.
    pub interval_min: f64,
    /// Local days that have readings.
    pub days: u64,
    /// Hours that have readings: each stands for its interval.
    pub hours: f64,
    /// Percent of the time from the first reading to the last (the AGP report's form).
    pub active: f64,
    /// Percent of the window that was asked for.
    pub active_in_window: f64,
    /// Percent of whole local days that have readings (Tidepool's dashboard).
    pub active_in_days: f64,
    /// At least 14 days, with readings on at least 70 % of 14 days' time and of the time between first and last
    /// (Battelino 2019).
    pub sufficient: bool,
}

/// A report needs this many days …
const DAYS_OF_A_REPORT: i64 = 14;

/// … with readings on this percentage of the time (Battelino 2019).
const ACTIVE_OF_A_REPORT: f64 = 70.0;

impl Wear {
    /// Of the readings in a window of `window_ms`.
    pub(crate) fn of(series: &Series, window_ms: i64) -> Option<Self> {
        let (first, last) = (series.days.first()?, series.days.last()?);
        let days = series.days.len() as u64;
        let recorded = series.recorded_ms(0..series.len());
        let percent_of = |whole_ms: f64| (100.0 * recorded / whole_ms).min(100.0);
        let active = percent_of(span_in_intervals(series));
        let days_between = last.day - first.day + 1;
        let needed = ACTIVE_OF_A_REPORT / 100.0 * (DAYS_OF_A_REPORT * DAY_MS) as f64;
        Some(Self {
            interval_min: series.interval as f64 / 60_000.0,
            days,
            hours: recorded / 3_600_000.0,
            active,
            active_in_window: percent_of(window_ms.max(1) as f64),
            active_in_days: percent_of((days as i64 * DAY_MS) as f64),
            sufficient: days_between >= DAYS_OF_A_REPORT && active >= ACTIVE_OF_A_REPORT && recorded >= needed,
        })
    }
}

/// From first to last and one interval more, in whole intervals when there is one rhythm: (last−first)/interval + 1.
fn span_in_intervals(series: &Series) -> f64 {
    let span = series.span_ms() as f64;
    match &series.weights {
        None => ((span / series.interval as f64).round() + 1.0) * series.interval as f64,
        Some(weights) => span + weights.last().copied().unwrap_or(0.0),
    }
}

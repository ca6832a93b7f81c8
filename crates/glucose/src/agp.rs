//! The ambulatory glucose profile: percentile curves over the hours of the day, and the days behind them.
//!
//! Definition: metrics 1.4, as Tidepool's viz draws it "according to AGP spec": 24 one-hour bins by the local wall
//! clock, all readings of all days pooled, percentiles of R type 7, smoothed cyclically with the weights 1-4-1.

use crate::{period::Period, reading::Reading};
use jiff::{civil::Date, tz::TimeZone};

/// The five percentiles of one part of the day, in mg/dL.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names are the percentiles' own")]
pub struct Percentiles {
    pub p5: f64,
    pub p25: f64,
    pub p50: f64,
    pub p75: f64,
    pub p95: f64,
}

/// One local day as it went.
#[derive(Clone, Debug, PartialEq)]
pub struct DailyProfile {
    /// The local day.
    pub on: Date,
    /// Minute of the local day (by the wall clock) and mg/dL, in order of time.
    pub points: Vec<(u16, f64)>,
}

/// Whether there are enough data for the curves to mean something (metrics 1.3).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sufficiency {
    /// Hours of readings: each counts for its interval.
    pub hours: f64,
    /// Percent of the period's time that has readings (first to last reading: see [`crate::wear`]).
    pub percent: f64,
    /// The percentile picture may be drawn: at least a day of data, and the best seven days, each with an hour or
    /// more, are used to 70 % on average (Tidepool `calculateCGMDataSufficiency`).
    pub curves: bool,
    /// Fourteen days with readings on at least 70 % of the time (Battelino 2019).
    pub report: bool,
}

/// The percentile curves of a period and the days behind them.
#[derive(Clone, Debug, PartialEq)]
pub struct Agp {
    /// Which days.
    pub period: Period,
    /// How many readings.
    pub readings: u64,
    /// The curves that are drawn: bins of one hour, smoothed; a point stands at half past.
    pub hours: [Option<Percentiles>; 24],
    /// The same bins before smoothing.
    pub hours_raw: [Option<Percentiles>; 24],
    /// Bins of five minutes, not smoothed: 288 of them.
    pub five_minutes: Vec<Option<Percentiles>>,
    /// Whether there is enough to draw.
    pub sufficiency: Sufficiency,
    /// Every local day of the period, also those without readings.
    pub days: Vec<DailyProfile>,
}

impl Agp {
    /// Of the sensor's readings within the period. Their order does not matter.
    pub fn of(readings: &[Reading], period: &Period, zone: &TimeZone) -> Self {
        let _ = (readings, zone);
        Self {
            period: *period,
            readings: 0,
            hours: [None; 24],
            hours_raw: [None; 24],
            five_minutes: vec![None; 288],
            sufficiency: Sufficiency { hours: 0.0, percent: 0.0, curves: false, report: false },
            days: Vec::new(),
        }
    }
}

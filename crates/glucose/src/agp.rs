//! The ambulatory glucose profile: percentile curves over the hours of the day, and the days behind them.
//!
//! Definition: metrics 1.4, as Tidepool's viz draws it "according to AGP spec": 24 one-hour bins by the local wall
//! clock, all readings of all days pooled, percentiles of R type 7, smoothed cyclically with the weights 1-4-1. A
//! repeated hour of the wall clock gives its bins more readings, a skipped one none.

use crate::{
    bins::{ByValue, smoothed},
    period::Period,
    reading::Reading,
    series::Series,
    sufficiency::Sufficiency,
    wall_clock::{date_of, minutes, number_of},
};
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

/// A period of more days than this is cut to its last ones: no page draws more, and a wrong date must not fill memory.
const MOST_DAYS: i64 = 3660;

impl Agp {
    /// Of the sensor's readings within the period. Their order does not matter.
    pub fn of(readings: &[Reading], period: &Period, zone: &TimeZone) -> Self {
        let (from, to) = period.instants(zone);
        let series = Series::of(readings, from, to, zone);
        let minutes = minutes(&series.days, &series.at);
        let by_value = ByValue::of(&minutes, &series.mg_dl);
        let hours_raw = by_value.bins::<60, 24>();
        Self {
            period: *period,
            readings: series.len() as u64,
            hours: smoothed(&hours_raw),
            hours_raw,
            five_minutes: by_value.bins::<5, 288>().to_vec(),
            sufficiency: Sufficiency::of(&series),
            days: profiles(&series, &minutes, period),
        }
    }
}

fn profiles(series: &Series, minutes: &[u16], period: &Period) -> Vec<DailyProfile> {
    let (first, last) = (number_of(period.first), number_of(period.last));
    let first = first.max(last - MOST_DAYS + 1);
    let mut list: Vec<DailyProfile> =
        (first..=last).map(|day| DailyProfile { on: date_of(day), points: Vec::new() }).collect();
    for day in &series.days {
        let points = minutes[day.places.clone()].iter().copied().zip(series.mg_dl[day.places.clone()].iter().copied());
        let place = usize::try_from(day.day - first).ok();
        if let Some(profile) = place.and_then(|place| list.get_mut(place)) {
            profile.points.extend(points);
        }
    }
    list
}

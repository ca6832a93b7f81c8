//! Direction and speed of change, from readings (metrics 1.8).

use crate::reading::{Reading, Trend};

/// What changed between the last two readings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delta {
    /// mg/dL, rising is positive.
    pub mg_dl: f64,
    /// Over so many minutes.
    pub minutes: f64,
}

/// An arrow looks back so far, to the reading nearest to it (Dexcom: the last 15 to 20 minutes; manual, p. 47) …
const MINUTES: f64 = 15.0;

/// … that is no further from it than this.
const MINUTES_BESIDE: f64 = 5.0;

/// Two readings further apart than this are no change but a gap.
const MOST_MINUTES_OF_A_DELTA: f64 = 20.0;

impl Trend {
    /// The arrow of a rate in mg/dL a minute: flat up to 1, at 45° up to 2, one arrow up to 3, two above (Dexcom manual
    /// p. 47). Triple arrows are Medtronic's own and never come from here.
    pub fn of_rate(mg_dl_per_min: f64) -> Option<Self> {
        let speed = mg_dl_per_min.abs();
        let arrows = match speed {
            _ if speed <= 1.0 => [Self::Flat, Self::Flat],
            _ if speed <= 2.0 => [Self::FortyFiveUp, Self::FortyFiveDown],
            _ if speed <= 3.0 => [Self::SingleUp, Self::SingleDown],
            _ => [Self::DoubleUp, Self::DoubleDown],
        };
        (!speed.is_nan()).then_some(arrows[usize::from(mg_dl_per_min < 0.0)])
    }

    /// The arrow of the newest reading, from the one 15 minutes before it; none where none was read 10 to 20 minutes before.
    /// `recent` may be in any order.
    pub fn of(recent: &[Reading]) -> Option<Self> {
        rate(recent).and_then(Self::of_rate)
    }
}

/// mg/dL a minute over the 15 minutes (10 to 20) up to the newest reading; none where data are missing.
pub fn rate(recent: &[Reading]) -> Option<f64> {
    let newest = recent.iter().max_by_key(|reading| reading.at)?;
    let beside = |reading: &Reading| (minutes_between(reading, newest) - MINUTES).abs();
    let before = recent.iter().min_by(|a, b| beside(a).total_cmp(&beside(b)))?;
    let minutes = minutes_between(before, newest);
    (beside(before) <= MINUTES_BESIDE).then(|| (newest.glucose.to_mg_dl() - before.glucose.to_mg_dl()) / minutes)
}

/// The newest reading less the one before it; none where they are more than 20 minutes apart.
pub fn delta(recent: &[Reading]) -> Option<Delta> {
    let newest = recent.iter().max_by_key(|reading| reading.at)?;
    let before = recent.iter().filter(|reading| reading.at < newest.at).max_by_key(|reading| reading.at)?;
    let minutes = minutes_between(before, newest);
    let mg_dl = newest.glucose.to_mg_dl() - before.glucose.to_mg_dl();
    (minutes <= MOST_MINUTES_OF_A_DELTA).then_some(Delta { mg_dl, minutes })
}

fn minutes_between(earlier: &Reading, later: &Reading) -> f64 {
    (later.at.as_millisecond() - earlier.at.as_millisecond()) as f64 / 60_000.0
}

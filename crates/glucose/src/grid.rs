//! Readings on an even grid of time, with short gaps filled: what figures of variability are defined on.
//!
//! As iglu's `CGMS2DayByDay`: steps from the first local midnight, of which the first (00:00 itself) is left out and
//! 24:00 of the last day is kept; straight lines between readings that are at most 45 minutes apart; nothing across
//! larger gaps. Unlike iglu the steps are of elapsed time, so that a day on which the clock changes has 23 or 25 hours
//! (metrics 1.10, pitfalls 4 and 6). Only variability, MAGE and PGS use it: ranges, means and episodes never do.

use crate::{
    series::Series,
    wall_clock::{DAY_MS, MINUTE_MS, WallClock, day_of},
};
use jiff::tz::TimeZone;

/// Gaps up to this are filled (iglu `inter_gap`).
pub(crate) const FILLED_GAP_MS: i64 = 45 * MINUTE_MS;

/// Steps that divide a day, in minutes: those in which sensors speak.
const STEPS_MIN: [i64; 6] = [1, 2, 3, 5, 10, 15];

/// No grid is longer than this many points: ten years of five minutes. Longer records are cut at the start.
const MOST_POINTS: i64 = 1_100_000;

/// Values on the grid; NaN where there are none.
pub(crate) struct Grid {
    /// Milliseconds of one step.
    pub step: i64,
    pub values: Vec<f64>,
    /// The runs of values within one local day and one offset of the clock, one after the other.
    pub stretches: Vec<Stretch>,
}

/// Consecutive values on one local day, with nothing that sets the clock in between.
#[derive(Clone, Copy)]
pub(crate) struct Stretch {
    /// The local day, in days since 1970.
    pub day: i64,
    /// The first value's place in the day, in steps.
    pub column: usize,
    /// The first value's place in the grid, and the place after the last one.
    pub start: usize,
    pub end: usize,
}

impl Grid {
    /// On the step nearest to the sensor's own rhythm.
    pub(crate) fn of(series: &Series, zone: &TimeZone) -> Option<Self> {
        let minutes = series.interval / MINUTE_MS;
        let step = STEPS_MIN.into_iter().min_by_key(|step| (step - minutes).abs())?;
        Self::with_step(series, zone, step * MINUTE_MS)
    }

    /// On a given step.
    pub(crate) fn with_step(series: &Series, zone: &TimeZone, step: i64) -> Option<Self> {
        let (first, last) = (*series.at.first()?, *series.at.last()?);
        let midnight = first - series.days.first()?.wall_ms(&series.at, 0);
        let origin = midnight.max(last - MOST_POINTS * step);
        let points = ((last - origin) / step) as usize;
        let stretches = stretches(&mut WallClock::new(zone), origin, step, points);
        Some(Self { step, values: interpolate(series, origin, step, points), stretches })
    }

    /// The runs of each local day together.
    pub(crate) fn days(&self) -> impl Iterator<Item = &[Stretch]> {
        self.stretches.chunk_by(|a, b| a.day == b.day)
    }

    /// All values of one day's runs.
    pub(crate) fn of_day(&self, day: &[Stretch]) -> &[f64] {
        match (day.first(), day.last()) {
            (Some(first), Some(last)) => &self.values[first.start..last.end],
            _ => &[],
        }
    }

    /// Days that have values.
    pub(crate) fn recorded_days(&self) -> f64 {
        let count = self.values.iter().filter(|value| !value.is_nan()).count();
        count as f64 * self.step as f64 / DAY_MS as f64
    }

    /// Steps in a day of 24 hours.
    pub(crate) fn columns(&self) -> usize {
        (DAY_MS / self.step) as usize
    }
}

/// A value belongs to the day and place of the step that it ends.
fn stretches(clock: &mut WallClock<'_>, origin: i64, step: i64, points: usize) -> Vec<Stretch> {
    let mut list = Vec::new();
    let mut start = 0;
    while start < points {
        let at = origin + start as i64 * step;
        let wall = clock.at(at);
        let until_midnight = DAY_MS - wall.rem_euclid(DAY_MS);
        let until_change = clock.next_change().saturating_sub(at);
        let steps = until_midnight.min(until_change).div_euclid(step).max(1);
        let end = points.min(start + steps as usize);
        list.push(Stretch { day: day_of(wall), column: (wall.rem_euclid(DAY_MS) / step) as usize, start, end });
        start = end;
    }
    list
}

/// The value at `origin + step`, `origin + 2·step` … on the straight line between the readings around it.
fn interpolate(series: &Series, origin: i64, step: i64, points: usize) -> Vec<f64> {
    let mut values = Vec::with_capacity(points);
    let mut when = origin + step;
    let (mut before, mut from) = (i64::MIN, f64::NAN);
    for (at, to) in series.at.iter().zip(&series.mg_dl) {
        let is_filled = before != i64::MIN && at - before <= FILLED_GAP_MS;
        while when < *at {
            let passed = || (when - before) as f64 / (at - before) as f64;
            values.push(if is_filled { from + passed() * (to - from) } else { f64::NAN });
            when += step;
        }
        if when == *at {
            values.push(*to);
            when += step;
        }
        (before, from) = (*at, *to);
    }
    values
}

//! Readings as episodes see them: each stands for its interval, short gaps are filled, long ones part them.

use crate::{grid::FILLED_GAP_MS, series::Series, wall_clock::MINUTE_MS};
use std::ops::Range;

/// Samples one interval apart. Readings keep their own instants and values; only what is missing is put in, on the
/// straight line between its neighbours, in gaps of up to 45 minutes (iglu).
pub(crate) struct Samples {
    pub at: Vec<i64>,
    pub mg_dl: Vec<f64>,
    /// Whether it was read, rather than put in.
    pub is_read: Vec<bool>,
    /// The parts between longer gaps.
    pub parts: Vec<Range<usize>>,
    /// Milliseconds.
    pub interval: i64,
}

impl Samples {
    pub(crate) fn of(series: &Series) -> Self {
        let interval = finest_interval(series);
        let room = series.len() + series.len() / 16;
        let (at, mg_dl) = (Vec::with_capacity(room), Vec::with_capacity(room));
        let mut samples = Self { at, mg_dl, is_read: Vec::with_capacity(room), parts: Vec::new(), interval };
        let mut start = 0;
        for (index, (at, value)) in series.at.iter().zip(&series.mg_dl).enumerate() {
            if let Some(before) = index.checked_sub(1).map(|before| series.at[before]) {
                if at - before > FILLED_GAP_MS {
                    samples.parts.push(start..samples.at.len());
                    start = samples.at.len();
                } else if 2 * (at - before) >= 3 * interval {
                    samples.fill(before, series.mg_dl[index - 1], *at, *value);
                }
            }
            samples.push(*at, *value, true);
        }
        samples.parts.push(start..samples.at.len());
        samples
    }

    /// As many samples stand for this many minutes: three for 15 minutes of a five-minute sensor.
    pub(crate) fn in_minutes(&self, minutes: i64) -> usize {
        (minutes * MINUTE_MS + self.interval - 1).div_euclid(self.interval).max(1) as usize
    }

    /// Days that have samples.
    pub(crate) fn days(&self) -> f64 {
        self.at.len() as f64 * self.interval as f64 / 86_400_000.0
    }

    fn fill(&mut self, before: i64, from: f64, at: i64, to: f64) {
        let steps = (at - before + self.interval / 2) / self.interval;
        for step in 1..steps {
            let share = step as f64 / steps as f64;
            self.push(before + (at - before) * step / steps, from + share * (to - from), false);
        }
    }

    fn push(&mut self, at: i64, mg_dl: f64, is_read: bool) {
        self.at.push(at);
        self.mg_dl.push(mg_dl);
        self.is_read.push(is_read);
    }
}

/// The usual interval, or that of the fastest of several rhythms: slower ones are filled up to it.
fn finest_interval(series: &Series) -> i64 {
    let weights = series.weights.iter().flatten();
    let finest = weights.fold(series.interval as f64, |least, weight| least.min(*weight));
    ((finest / MINUTE_MS as f64).round() as i64).max(1) * MINUTE_MS
}

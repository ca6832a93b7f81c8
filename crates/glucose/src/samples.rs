//! Readings as episodes see them: each stands for its interval, short gaps are filled, long ones part them.

use crate::{grid::FILLED_GAP_MS, series::Series, wall_clock::MINUTE_MS};
use std::{borrow::Cow, ops::Range};

/// Readings with their own instants and values. Where one rhythm has gaps of up to 45 minutes, what is missing is put in
/// on the straight line between its neighbours (iglu); where rhythms are mixed, each reading stands for what it weighs.
pub(crate) struct Samples<'series> {
    pub at: Cow<'series, [i64]>,
    pub mg_dl: Cow<'series, [f64]>,
    /// The places of those that were put in, rising.
    put_in: Vec<usize>,
    /// The parts between longer gaps.
    pub parts: Vec<Range<usize>>,
    /// Milliseconds that a sample stands for, where `weights` do not say.
    interval: i64,
    weights: Option<&'series [f64]>,
}

/// What rounding and jitter may take from a length, where rhythms are mixed.
const JITTER_MS: f64 = MINUTE_MS as f64;

impl<'series> Samples<'series> {
    pub(crate) fn of(series: &'series Series) -> Self {
        let (interval, weights) = (series.interval, series.weights.as_deref());
        let is_filled = |pair: &[i64]| is_missing(pair[1] - pair[0], interval) && pair[1] - pair[0] <= FILLED_GAP_MS;
        let (at, mg_dl, put_in) = if weights.is_none() && series.at.windows(2).any(is_filled) {
            let filled = Filled::of(series);
            (Cow::Owned(filled.at), Cow::Owned(filled.mg_dl), filled.put_in)
        } else {
            (Cow::Borrowed(&series.at[..]), Cow::Borrowed(&series.mg_dl[..]), Vec::new())
        };
        let parts = parts(&at);
        Self { at, mg_dl, put_in, parts, interval, weights }
    }

    /// Whether these samples together last so long: three of a five-minute sensor are 15 minutes.
    pub(crate) fn last(&self, places: Range<usize>, minutes: i64) -> bool {
        let jitter = if self.weights.is_some() { JITTER_MS } else { 0.0 };
        self.ms(places) + jitter >= (minutes * MINUTE_MS) as f64
    }

    /// Whether they last longer than that.
    pub(crate) fn outlast(&self, places: Range<usize>, minutes: i64) -> bool {
        self.ms(places) > (minutes * MINUTE_MS) as f64
    }

    /// Milliseconds that these samples stand for.
    pub(crate) fn ms(&self, places: Range<usize>) -> f64 {
        match self.weights {
            Some(weights) => weights[places].iter().sum(),
            None => (places.len() as i64 * self.interval) as f64,
        }
    }

    /// Where the last of these samples ends.
    pub(crate) fn end_of(&self, last: usize) -> i64 {
        self.at[last] + self.ms(last..last + 1) as i64
    }

    /// Whether it was read, rather than put in.
    pub(crate) fn is_read(&self, place: usize) -> bool {
        self.put_in.binary_search(&place).is_err()
    }

    /// Days that have samples.
    pub(crate) fn days(&self) -> f64 {
        self.ms(0..self.at.len()) / 86_400_000.0
    }
}

/// At least one reading is missing in between.
fn is_missing(apart: i64, interval: i64) -> bool {
    2 * apart >= 3 * interval
}

/// The places between gaps that are not filled.
fn parts(at: &[i64]) -> Vec<Range<usize>> {
    let mut start = 0;
    let part = |run: &[i64]| {
        start += run.len();
        start - run.len()..start
    };
    at.chunk_by(|before, after| after - before <= FILLED_GAP_MS).map(part).collect()
}

struct Filled {
    at: Vec<i64>,
    mg_dl: Vec<f64>,
    put_in: Vec<usize>,
}

impl Filled {
    fn of(series: &Series) -> Self {
        let room = series.len() + series.len() / 16;
        let mut filled = Self { at: Vec::with_capacity(room), mg_dl: Vec::with_capacity(room), put_in: Vec::new() };
        let mut before: Option<(i64, f64)> = None;
        for now in series.at.iter().copied().zip(series.mg_dl.iter().copied()) {
            if let Some(before) = before.filter(|(at, _)| is_missing(now.0 - at, series.interval)) {
                filled.put_between(before, now, series.interval);
            }
            filled.push(now);
            before = Some(now);
        }
        filled
    }

    fn put_between(&mut self, before: (i64, f64), after: (i64, f64), interval: i64) {
        let apart = after.0 - before.0;
        let steps = if apart <= FILLED_GAP_MS { (apart + interval / 2) / interval } else { 1 };
        for step in 1..steps {
            let share = step as f64 / steps as f64;
            self.put_in.push(self.at.len());
            self.push((before.0 + apart * step / steps, before.1 + share * (after.1 - before.1)));
        }
    }

    fn push(&mut self, (at, mg_dl): (i64, f64)) {
        self.at.push(at);
        self.mg_dl.push(mg_dl);
    }
}

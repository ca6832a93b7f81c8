//! When the loop was on: where it dosed every five minutes; or, where the file has a sum a day only, the days that
//! have one, but for the hours that are proven manual.

use super::{
    basal::automated_units,
    entry::{Sited, What},
    sources::source_of,
};
use crate::{clock::Clock, wall::Wall};

const MINUTE: i64 = 60_000;
/// Doses this near are of one spell of automatic mode.
const ONE_SPELL: i64 = 15 * MINUTE;
/// The loop may give nothing for two and a half hours; then it leaves automatic mode.
const LONGEST_PAUSE: i64 = 3 * 60 * MINUTE;
/// Two proofs of manual mode this far apart say nothing of the time between.
const LONGEST_MANUAL: i64 = 12 * 60 * MINUTE;
const DAY: i64 = 86_400;

/// Sorted spans of time in milliseconds, apart from each other.
#[derive(Default)]
pub(super) struct Spans(Vec<(i64, i64)>);

impl Spans {
    fn of(mut spans: Vec<(i64, i64)>, gap: i64) -> Self {
        spans.sort_unstable();
        let mut merged: Vec<(i64, i64)> = Vec::with_capacity(spans.len());
        for (from, to) in spans {
            match merged.last_mut() {
                Some(last) if from - last.1 <= gap => last.1 = last.1.max(to),
                _ => merged.push((from, to)),
            }
        }
        Self(merged)
    }

    /// The parts of a span that no span of these covers.
    pub fn outside(&self, from: i64, to: i64) -> Vec<(i64, i64)> {
        let mut parts = Vec::new();
        let mut at = from;
        let first = self.0.partition_point(|span| span.1 <= from);
        for (start, end) in &self.0[first..] {
            if *start >= to {
                break;
            }
            if *start > at {
                parts.push((at, *start));
            }
            at = at.max(*end);
        }
        if at < to {
            parts.push((at, to));
        }
        parts
    }
}

/// The hours that are proven manual.
pub(super) fn manual_hours(sited: &[Sited<'_>]) -> Spans {
    Spans::of(manual_spans(&proofs(sited)), 0)
}

pub(super) fn automatic_spans(sited: &[Sited<'_>], auto_days: &[(Wall, f64, u32)], clock: &mut Clock<'_>) -> Spans {
    let proofs = proofs(sited);
    let mut spans = dosed_spans(sited, &proofs);
    let manual = Spans::of(manual_spans(&proofs), 0);
    let mut days: Vec<Wall> = auto_days.iter().filter(|(_, units, _)| *units > 0.0).map(|(day, ..)| *day).collect();
    days.sort_unstable();
    days.dedup();
    for day in days {
        let from = clock.place(day).at.as_millisecond();
        let to = clock.place(Wall(day.0 + DAY)).at.as_millisecond();
        spans.extend(manual.outside(from, to));
    }
    Spans::of(spans, 0)
}

/// Where the loop gave its doses. A pause is one of the loop's, unless something in it is proof of manual mode.
fn dosed_spans(sited: &[Sited<'_>], proofs: &[(i64, Proof)]) -> Vec<(i64, i64)> {
    let doses = sited.iter().filter(|one| automated_units(&one.what).is_some());
    let doses = doses.map(|one| (one.at.as_millisecond(), one.at.as_millisecond() + 5 * MINUTE)).collect();
    let mut spans = Spans::of(doses, ONE_SPELL).0;
    let is_loops_pause = |from: i64, to: i64| {
        let inside = proofs.partition_point(|(at, _)| *at < from)..proofs.partition_point(|(at, _)| *at <= to);
        to - from <= LONGEST_PAUSE && proofs[inside].iter().all(|(_, proof)| *proof == Proof::Automatic)
    };
    let pauses: Vec<(i64, i64)> = spans.windows(2).map(|pair| (pair[0].1, pair[1].0)).collect();
    spans.extend(pauses.into_iter().filter(|(from, to)| is_loops_pause(*from, *to)));
    spans
}

#[derive(Clone, Copy, PartialEq)]
enum Proof {
    Manual,
    Automatic,
    /// Automatic up to here, manual from here.
    Left,
}

fn proofs(sited: &[Sited<'_>]) -> Vec<(i64, Proof)> {
    sited.iter().filter_map(|one| Some((one.at.as_millisecond(), proof_of(&one.what)?))).collect()
}

/// From one proof of manual mode to the next, with none of the loop between.
fn manual_spans(proofs: &[(i64, Proof)]) -> Vec<(i64, i64)> {
    let is_manual = |pair: &&[(i64, Proof)]| {
        pair[0].1 != Proof::Automatic && pair[1].1 == Proof::Manual && pair[1].0 - pair[0].0 <= LONGEST_MANUAL
    };
    proofs.windows(2).filter(is_manual).map(|pair| (pair[0].0, pair[1].0)).collect()
}

fn proof_of(what: &What<'_>) -> Option<Proof> {
    let mode = |automatic: bool| if automatic { Proof::Automatic } else { Proof::Manual };
    match what {
        What::Bolus(row) => source_of(row.source).in_automatic_mode().map(mode),
        What::Wizard(row) => row.delivered.map(|_| mode(!row.manual_mode)),
        What::Suspend(word) if word.starts_with("PLGM") => Some(Proof::Manual),
        What::Alert { text, .. } if text.starts_with("SMARTGUARD EXIT") || text.starts_with("AUTO MODE EXIT") => {
            Some(Proof::Left)
        }
        _ => None,
    }
}

//! Stretches of samples beyond a limit that last, until a stretch within it that lasts.

use crate::samples::Samples;

/// From `start` up to, not including, `end`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spell {
    pub start: usize,
    pub end: usize,
    /// It had not ended when the data did.
    pub is_open: bool,
}

impl Spell {
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// A very high spell is prolonged with this many minutes above 250 mg/dL …
const PROLONGED_HIGH_MINUTES: i64 = 90;

/// … within this many (Battelino 2023, as cgmguru).
const PROLONGED_HIGH_WITHIN: i64 = 120;

/// Consecutive samples beyond a limit: from the first up to, not including, the second, and how many follow within it
/// until the next run, or until the data end.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    start: usize,
    end: usize,
    /// Samples within the limit that follow.
    within: usize,
    /// Nothing but the end of the data, or a gap, comes after those.
    is_last: bool,
}

/// The runs of samples beyond a limit.
pub(crate) fn runs(samples: &Samples, is_beyond: impl Fn(f64) -> bool) -> Vec<Run> {
    let mut list: Vec<Run> = Vec::new();
    for part in &samples.parts {
        let first = list.len();
        let mut was_beyond = false;
        for (index, value) in samples.mg_dl[part.clone()].iter().enumerate() {
            let beyond = is_beyond(*value);
            if beyond != was_beyond {
                turn(&mut list, part.start + index, beyond);
            }
            was_beyond = beyond;
        }
        if was_beyond {
            turn(&mut list, part.end, false);
        }
        close(&mut list[first..], part.end);
    }
    list
}

fn turn(list: &mut Vec<Run>, index: usize, beyond: bool) {
    if beyond {
        list.push(Run { start: index, end: index, within: 0, is_last: false });
    } else if let Some(run) = list.last_mut() {
        run.end = index;
    }
}

fn close(runs: &mut [Run], end: usize) {
    for index in 0..runs.len() {
        let next = runs.get(index + 1).map(|next| next.start);
        runs[index].within = next.unwrap_or(end) - runs[index].end;
        runs[index].is_last = next.is_none();
    }
}

/// Spells that begin with a run of at least `enough` samples, each until `recovery` samples in a row are within.
pub(crate) fn spells(runs: &[Run], enough: usize, recovery: usize) -> Vec<Spell> {
    let mut list = Vec::new();
    let mut open: Option<usize> = None;
    for run in runs {
        if open.is_none() && run.end - run.start >= enough {
            open = Some(run.start);
        }
        if run.within >= recovery {
            list.extend(open.take().map(|start| Spell { start, end: run.end, is_open: false }));
        } else if run.is_last {
            list.extend(open.take().map(|start| Spell { start, end: run.end + run.within, is_open: true }));
        }
    }
    list
}

/// Above 250 mg/dL for 90 minutes within 120, until 180 or less for `recovery` samples.
pub(crate) fn prolonged_highs(samples: &Samples, above: &[Run], recovery: usize) -> Vec<Spell> {
    let (enough, within) = (samples.in_minutes(PROLONGED_HIGH_MINUTES), samples.in_minutes(PROLONGED_HIGH_WITHIN));
    let above = spells(above, 1, recovery);
    above.into_iter().filter_map(|spell| prolonged_part(&samples.mg_dl, spell, enough, within)).collect()
}

fn prolonged_part(values: &[f64], spell: Spell, enough: usize, within: usize) -> Option<Spell> {
    let is_very_high = |index: usize| values[index] > 250.0;
    let mut count = 0;
    for index in spell.start..spell.end {
        count += usize::from(is_very_high(index));
        let leaving = index.checked_sub(within).filter(|left| *left >= spell.start);
        count -= usize::from(leaving.is_some_and(is_very_high));
        if count >= enough {
            let window = (index + 1).saturating_sub(within).max(spell.start)..=index;
            return window.into_iter().find(|start| is_very_high(*start)).map(|start| Spell { start, ..spell });
        }
    }
    None
}

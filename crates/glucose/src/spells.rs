//! Stretches of samples beyond a limit that last, until a stretch within it that lasts.

use crate::samples::Samples;
use std::ops::Range;

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

/// Spells of at least `enough` consecutive samples beyond, each until `recovery` consecutive samples are not.
pub(crate) fn spells(samples: &Samples, is_beyond: impl Fn(f64) -> bool, enough: usize, recovery: usize) -> Vec<Spell> {
    let mut list = Vec::new();
    for part in &samples.parts {
        in_part(&samples.mg_dl, part, &is_beyond, enough, recovery, &mut list);
    }
    list
}

fn in_part(
    values: &[f64],
    part: &Range<usize>,
    is_beyond: &impl Fn(f64) -> bool,
    enough: usize,
    recovery: usize,
    list: &mut Vec<Spell>,
) {
    let mut open: Option<usize> = None;
    let mut index = part.start;
    for run in values[part.clone()].chunk_by(|a, b| is_beyond(*a) == is_beyond(*b)) {
        let beyond = is_beyond(run[0]);
        if beyond && run.len() >= enough {
            open = open.or(Some(index));
        }
        if !beyond && run.len() >= recovery {
            list.extend(open.take().map(|start| Spell { start, end: index, is_open: false }));
        }
        index += run.len();
    }
    list.extend(open.map(|start| Spell { start, end: part.end, is_open: true }));
}

/// Above 250 mg/dL for 90 minutes within 120, until 180 or less for `recovery` samples.
pub(crate) fn prolonged_highs(samples: &Samples, recovery: usize) -> Vec<Spell> {
    let (enough, within) = (samples.in_minutes(PROLONGED_HIGH_MINUTES), samples.in_minutes(PROLONGED_HIGH_WITHIN));
    let above = spells(samples, |g| g > 180.0, 1, recovery);
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

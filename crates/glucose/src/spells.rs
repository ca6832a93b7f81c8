//! Stretches of samples beyond a limit that last, until a stretch within it that lasts.

use crate::{samples::Samples, wall_clock::MINUTE_MS};

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

/// Consecutive samples beyond a limit: from the first up to, not including, the second.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    pub start: usize,
    pub end: usize,
    /// Where the samples within the limit end that follow it: at the next run, a long gap or the end.
    within_until: usize,
    /// No other run comes before a long gap or the end.
    is_last: bool,
}

/// The runs of samples beyond a limit.
pub(crate) fn runs(samples: &Samples<'_>, is_beyond: impl Fn(f64) -> bool) -> Vec<Run> {
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
        list.push(Run { start: index, end: index, within_until: index, is_last: false });
    } else if let Some(run) = list.last_mut() {
        run.end = index;
    }
}

fn close(runs: &mut [Run], end: usize) {
    for index in 0..runs.len() {
        let next = runs.get(index + 1).map(|next| next.start);
        runs[index].within_until = next.unwrap_or(end);
        runs[index].is_last = next.is_none();
    }
}

/// Spells that begin with a run that is long enough, each until samples within the limit last for `recovery` minutes.
pub(crate) fn spells(
    samples: &Samples<'_>,
    runs: &[Run],
    is_enough: impl Fn(&Run) -> bool,
    recovery: i64,
) -> Vec<Spell> {
    let mut list = Vec::new();
    let mut open: Option<usize> = None;
    for run in runs {
        if open.is_none() && is_enough(run) {
            open = Some(run.start);
        }
        if run.end < run.within_until && samples.last(run.end..run.within_until, recovery) {
            list.extend(open.take().map(|start| Spell { start, end: run.end, is_open: false }));
        } else if run.is_last {
            list.extend(open.take().map(|start| Spell { start, end: run.within_until, is_open: true }));
        }
    }
    list
}

/// Above 250 mg/dL for 90 minutes within 120, until 180 or less for `recovery` minutes. `above` are the runs above 180.
pub(crate) fn prolonged_highs(samples: &Samples<'_>, above: &[Run], recovery: i64) -> Vec<Spell> {
    let spells = spells(samples, above, |_| true, recovery);
    spells.into_iter().filter_map(|spell| prolonged_part(samples, spell)).collect()
}

/// From the first sample that begins 120 minutes with 90 minutes of very high ones.
fn prolonged_part(samples: &Samples<'_>, spell: Spell) -> Option<Spell> {
    let very_high_ms = |place: usize| if samples.mg_dl[place] > 250.0 { samples.ms(place..place + 1) } else { 0.0 };
    let (mut until, mut sum) = (spell.start, 0.0);
    for start in spell.start..spell.end {
        while until < spell.end && samples.at[until] < samples.at[start] + PROLONGED_HIGH_WITHIN * MINUTE_MS {
            sum += very_high_ms(until);
            until += 1;
        }
        if very_high_ms(start) > 0.0 && sum >= (PROLONGED_HIGH_MINUTES * MINUTE_MS) as f64 {
            return Some(Spell { start, ..spell });
        }
        sum -= very_high_ms(start);
    }
    None
}

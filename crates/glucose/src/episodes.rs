//! Low and high episodes: when they began and ended, and how far they went (metrics 1.7).
//!
//! An episode begins with the first of consecutive readings beyond a limit that last 15 minutes, and ends with the
//! first of consecutive readings back within it that last 15 minutes, or with the data (consensus table, Diabetes Care
//! 55460; Danne 2017; Battelino 2023). 180→260→190 is one high episode.

use crate::{
    samples::Samples,
    spells::{Run, Spell, prolonged_highs, runs, spells},
};
use jiff::Timestamp;

/// Which limit an episode crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Under 70 mg/dL (3.9 mmol/L).
    Low,
    /// Under 54 mg/dL (3.0 mmol/L).
    VeryLow,
    /// Above 180 mg/dL (10.0 mmol/L).
    High,
    /// Above 250 mg/dL (13.9 mmol/L).
    VeryHigh,
}

/// One episode below 70 or above 180 mg/dL.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Episode {
    /// [`Level::Low`] or [`Level::High`].
    pub level: Level,
    /// The furthest level that it kept for 15 minutes: the same, [`Level::VeryLow`] or [`Level::VeryHigh`].
    pub reached: Level,
    /// The first reading beyond the limit.
    pub start: Timestamp,
    /// The first reading of the recovery; at a gap or the end of the data, one interval after the last reading.
    pub end: Timestamp,
    /// The lowest or highest value, mg/dL.
    pub extreme: f64,
    /// When it was read.
    pub extreme_at: Timestamp,
    /// Below 70 mg/dL for more than 120 minutes; above 250 mg/dL for 90 minutes within 120.
    pub extended: bool,
}

impl Episode {
    /// How long it lasted, in minutes.
    pub fn minutes(&self) -> f64 {
        (self.end.as_millisecond() - self.start.as_millisecond()) as f64 / 60_000.0
    }
}

/// How many episodes there were of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct EpisodeCounts {
    /// Below 70 mg/dL.
    pub hypo_lv1: u64,
    /// Below 70 mg/dL without one below 54 in it.
    pub hypo_lv1_excl: u64,
    /// Below 54 mg/dL.
    pub hypo_lv2: u64,
    /// Below 70 mg/dL for more than 120 minutes.
    pub hypo_extended: u64,
    /// Above 180 mg/dL.
    pub hyper_lv1: u64,
    /// Above 180 mg/dL without one above 250 in it.
    pub hyper_lv1_excl: u64,
    /// Above 250 mg/dL.
    pub hyper_lv2: u64,
    /// Above 250 mg/dL for 90 minutes within 120, until back at 180 (cgmguru, citing Battelino 2023).
    pub hyper_extended: u64,
    /// Days that have readings; gaps are left out. Rates are episodes over these.
    pub recorded_days: f64,
}

/// An episode lasts at least this long, and so does its recovery.
const MINUTES: i64 = 15;

/// A low episode is prolonged when it lasts longer than this.
const PROLONGED_MINUTES: i64 = 120;

/// The spells of one direction.
struct Direction {
    first: Vec<Spell>,
    second: Vec<Spell>,
    extended: Vec<Spell>,
}

/// Runs of samples below the limits for low and very low.
pub(crate) struct Lows {
    low: Vec<Run>,
    very_low: Vec<Run>,
}

impl Lows {
    pub(crate) fn of(samples: &Samples<'_>) -> Self {
        Self { low: runs(samples, |g| g < 70.0), very_low: runs(samples, |g| g < 54.0) }
    }

    /// Episodes by other lengths: how many went below 54, and how many stayed between 54 and 70.
    pub(crate) fn count(&self, samples: &Samples<'_>, minutes: i64, recovery: i64) -> (u64, u64) {
        let direction = self.direction(samples, minutes, recovery);
        (direction.second.len() as u64, direction.exclusive())
    }

    fn direction(&self, samples: &Samples<'_>, minutes: i64, recovery: i64) -> Direction {
        let is_enough = |run: &Run| samples.last(run.start..run.end, minutes);
        let is_prolonged = |run: &Run| samples.outlast(run.start..run.end, PROLONGED_MINUTES);
        Direction {
            first: spells(samples, &self.low, is_enough, recovery),
            second: spells(samples, &self.very_low, is_enough, recovery),
            extended: spells(samples, &self.low, is_prolonged, recovery),
        }
    }
}

impl Direction {
    fn highs(samples: &Samples<'_>) -> Self {
        let (high, very_high) = (runs(samples, |g| g > 180.0), runs(samples, |g| g > 250.0));
        let is_enough = |run: &Run| samples.last(run.start..run.end, MINUTES);
        Self {
            first: spells(samples, &high, is_enough, MINUTES),
            second: spells(samples, &very_high, is_enough, MINUTES),
            extended: prolonged_highs(samples, &high, MINUTES),
        }
    }

    fn exclusive(&self) -> u64 {
        self.first.iter().filter(|spell| !self.second.iter().any(|second| spell.meets(second))).count() as u64
    }

    fn episodes(&self, samples: &Samples<'_>, levels: [Level; 2]) -> impl Iterator<Item = Episode> {
        self.first.iter().map(move |spell| {
            let meets = |others: &[Spell]| others.iter().any(|other| spell.meets(other));
            let reached = levels[usize::from(meets(&self.second))];
            episode(samples, *spell, levels[0], reached, meets(&self.extended))
        })
    }
}

/// All episodes in order of time, and how many of each kind.
pub(crate) fn find(samples: &Samples<'_>, lows: &Lows) -> (Vec<Episode>, EpisodeCounts) {
    let (lows, highs) = (lows.direction(samples, MINUTES, MINUTES), Direction::highs(samples));
    let mut list: Vec<Episode> = lows.episodes(samples, [Level::Low, Level::VeryLow]).collect();
    list.extend(highs.episodes(samples, [Level::High, Level::VeryHigh]));
    list.sort_by_key(|episode| episode.start);
    let counts = EpisodeCounts {
        hypo_lv1: lows.first.len() as u64,
        hypo_lv1_excl: lows.exclusive(),
        hypo_lv2: lows.second.len() as u64,
        hypo_extended: lows.extended.len() as u64,
        hyper_lv1: highs.first.len() as u64,
        hyper_lv1_excl: highs.exclusive(),
        hyper_lv2: highs.second.len() as u64,
        hyper_extended: highs.extended.len() as u64,
        recorded_days: samples.days(),
    };
    (list, counts)
}

fn episode(samples: &Samples<'_>, spell: Spell, level: Level, reached: Level, extended: bool) -> Episode {
    let is_low = level == Level::Low;
    let is_further = |a: usize, b: usize| {
        if is_low { samples.mg_dl[a] < samples.mg_dl[b] } else { samples.mg_dl[a] > samples.mg_dl[b] }
    };
    let read = (spell.start..spell.end).filter(|index| samples.is_read(*index));
    let extreme = read.reduce(|best, index| if is_further(index, best) { index } else { best }).unwrap_or(spell.start);
    let end = if spell.is_open { samples.end_of(spell.end - 1) } else { samples.at[spell.end] };
    Episode {
        level,
        reached,
        start: instant(samples.at[spell.start]),
        end: instant(end),
        extreme: samples.mg_dl[extreme],
        extreme_at: instant(samples.at[extreme]),
        extended,
    }
}

fn instant(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
}

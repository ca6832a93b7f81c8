//! How often each value occurs: what the figures that ignore time are computed from.
//!
//! Devices deliver whole mg/dL, so a few hundred distinct values stand for any number of readings, and logarithms and
//! percentiles are taken once for each.

/// One distinct value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Entry {
    /// mg/dL.
    pub value: f64,
    /// How many readings had it.
    pub count: u64,
    /// What they weigh together; equals the count with one rhythm.
    pub weight: f64,
}

/// Distinct values, rising.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub entries: Vec<Entry>,
    pub count: u64,
    pub weight: f64,
}

/// Whole values up to this are counted; anything else is sorted.
const MOST: usize = 1000;

impl Tally {
    /// Of values in any order; `weights`, if any, in the same order.
    pub(crate) fn of(values: &[f64], weights: Option<&[f64]>) -> Self {
        match weights {
            None if values.iter().all(|value| is_countable(*value)) => Self::counted(values),
            _ => Self::sorted(values, weights),
        }
    }

    fn counted(values: &[f64]) -> Self {
        let mut counts = [0_u32; MOST + 1];
        for value in values {
            counts[*value as usize] += 1;
        }
        let entry = |(value, count): (usize, &u32)| {
            (*count > 0).then_some(Entry { value: value as f64, count: u64::from(*count), weight: f64::from(*count) })
        };
        Self::with(counts.iter().enumerate().filter_map(entry).collect())
    }

    fn sorted(values: &[f64], weights: Option<&[f64]>) -> Self {
        let weight = |index| weights.map_or(1.0, |weights: &[f64]| weights[index]);
        let mut pairs: Vec<(f64, f64)> =
            values.iter().enumerate().map(|(index, value)| (*value, weight(index))).collect();
        pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let entry = |same: &[(f64, f64)]| Entry {
            value: same[0].0,
            count: same.len() as u64,
            weight: same.iter().map(|(_, weight)| weight).sum(),
        };
        Self::with(pairs.chunk_by(|a, b| a.0 == b.0).map(entry).collect())
    }

    fn with(entries: Vec<Entry>) -> Self {
        let count = entries.iter().map(|entry| entry.count).sum();
        let weight = entries.iter().map(|entry| entry.weight).sum();
        Self { entries, count, weight }
    }

    /// The percent of time (or of readings, which is the same with one rhythm) whose value is as asked.
    pub(crate) fn percent(&self, is_wanted: impl Fn(f64) -> bool) -> f64 {
        let wanted = self.entries.iter().filter(|entry| is_wanted(entry.value));
        // An empty sum is -0, which nobody wants to read.
        100.0 * (wanted.map(|entry| entry.weight).sum::<f64>() + 0.0) / self.weight
    }

    /// How many readings have a value as asked.
    pub(crate) fn count_of(&self, is_wanted: impl Fn(f64) -> bool) -> u64 {
        self.entries.iter().filter(|entry| is_wanted(entry.value)).map(|entry| entry.count).sum()
    }

    /// A percentile, `share` from 0 to 1, by R type 7: h = (n−1)p, between the two values around it (metrics 1.2).
    pub(crate) fn percentile(&self, share: f64) -> f64 {
        let place = self.count.saturating_sub(1) as f64 * share;
        let rank = place as u64;
        let below = self.at_rank(rank);
        let part = place - rank as f64;
        if part > 0.0 { below + part * (self.at_rank(rank + 1) - below) } else { below }
    }

    fn at_rank(&self, rank: u64) -> f64 {
        let mut passed = 0;
        let is_reached = |entry: &&Entry| {
            passed += entry.count;
            rank < passed
        };
        self.entries.iter().find(is_reached).map_or(f64::NAN, |entry| entry.value)
    }
}

fn is_countable(value: f64) -> bool {
    (0.0..=MOST as f64).contains(&value) && f64::from(value as u32) == value
}

//! Percentiles of parts of the day.

use crate::{agp::Percentiles, series::Series};

/// The readings of a period, dealt by value: dealt on to bins in this order, each bin is in order.
pub(crate) struct ByValue {
    /// Minute of the day and mg/dL, by rising mg/dL.
    dealt: Vec<(u16, f64)>,
}

/// Whole values up to this are counted; anything else is sorted.
const MOST: usize = 1000;

impl ByValue {
    pub(crate) fn of(series: &Series) -> Self {
        let minutes = series.days.iter().flat_map(|day| day.minutes(&series.at));
        let mut rows: Vec<(u16, f64)> = minutes.zip(series.mg_dl.iter().copied()).collect();
        let is_countable = |value: &f64| (0.0..=MOST as f64).contains(value) && f64::from(*value as u32) == *value;
        if series.mg_dl.iter().all(is_countable) {
            return Self { dealt: deal::<{ MOST + 1 }>(&rows, |(_, value)| *value as usize).0 };
        }
        rows.sort_by(|a, b| a.1.total_cmp(&b.1));
        Self { dealt: rows }
    }

    /// `COUNT` bins of `MINUTES` minutes by the wall clock, each with the percentiles of all its readings.
    pub(crate) fn bins<const MINUTES: u16, const COUNT: usize>(&self) -> [Option<Percentiles>; COUNT] {
        let bin_of = |(minute, _): &(u16, f64)| usize::from(minute / MINUTES);
        let (dealt, ends) = deal::<COUNT>(&self.dealt, bin_of);
        let start = |bin: usize| bin.checked_sub(1).map_or(0, |before| ends[before]);
        std::array::from_fn(|bin| Percentiles::of(&dealt[start(bin)..ends[bin]]))
    }
}

/// Rows on piles, one after the other, each in the order in which they came; and where each pile ends.
fn deal<const PILES: usize>(
    rows: &[(u16, f64)],
    pile_of: impl Fn(&(u16, f64)) -> usize,
) -> (Vec<(u16, f64)>, [usize; PILES]) {
    let mut ends = [0; PILES];
    rows.iter().for_each(|row| ends[pile_of(row)] += 1);
    let mut end = 0;
    for start in &mut ends {
        (*start, end) = (end, end + *start);
    }
    let mut dealt = vec![(0, 0.0); rows.len()];
    for row in rows {
        let place = &mut ends[pile_of(row)];
        dealt[*place] = *row;
        *place += 1;
    }
    (dealt, ends)
}

impl Percentiles {
    fn of(values: &[(u16, f64)]) -> Option<Self> {
        let p = |share: f64| percentile(values, share);
        (!values.is_empty()).then(|| Self { p5: p(0.05), p25: p(0.25), p50: p(0.5), p75: p(0.75), p95: p(0.95) })
    }

    /// Each of the five, from two sets of them.
    fn combine(self, other: Self, with: impl Fn(f64, f64) -> f64) -> Self {
        Self {
            p5: with(self.p5, other.p5),
            p25: with(self.p25, other.p25),
            p50: with(self.p50, other.p50),
            p75: with(self.p75, other.p75),
            p95: with(self.p95, other.p95),
        }
    }
}

/// R type 7 (metrics 1.2) of rising values.
fn percentile(rising: &[(u16, f64)], share: f64) -> f64 {
    let place = (rising.len() - 1) as f64 * share;
    let rank = place as usize;
    let below = rising[rank].1;
    rising.get(rank + 1).map_or(below, |above| below + (place - rank as f64) * (above.1 - below))
}

/// Each bin with its neighbours by the weights 1-4-1, around midnight too: divided by 6, by 5 where one neighbour is
/// empty, and as it is where both are.
pub(crate) fn smoothed<const COUNT: usize>(bins: &[Option<Percentiles>; COUNT]) -> [Option<Percentiles>; COUNT] {
    std::array::from_fn(|bin| {
        let beside = [bins[(bin + COUNT - 1) % COUNT], bins[(bin + 1) % COUNT]];
        let neighbours: Vec<Percentiles> = beside.into_iter().flatten().collect();
        let middle = bins[bin]?.combine(bins[bin]?, |value, _| 4.0 * value);
        let sum = neighbours.iter().fold(middle, |sum, other| sum.combine(*other, |a, b| a + b));
        let weight = 4.0 + neighbours.len() as f64;
        Some(sum.combine(sum, |value, _| value / weight))
    })
}

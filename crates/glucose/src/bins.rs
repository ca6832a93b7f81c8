//! Percentiles of parts of the day.

use crate::agp::Percentiles;

/// The readings of a period, dealt by value: dealt on to bins in this order, each bin is in order. Each is its minute of
/// the day and its value: whole mg/dL where all are, which takes half the room, else thousandths.
pub(crate) enum ByValue {
    Whole(Vec<(u16, u16)>),
    Thousandths(Vec<(u16, i32)>),
}

/// Whole values up to this are counted; anything else is sorted.
const MOST: usize = 1000;

impl ByValue {
    pub(crate) fn of(minutes: &[u16], mg_dl: &[f64]) -> Self {
        let rows = minutes.iter().copied().zip(mg_dl);
        let is_countable = |value: &f64| (0.0..=MOST as f64).contains(value) && f64::from(*value as u16) == *value;
        if mg_dl.iter().all(is_countable) {
            let rows = rows.map(|(minute, mg_dl)| (minute, *mg_dl as u16));
            return Self::Whole(deal::<{ MOST + 1 }, _>(rows, |row| usize::from(row.1)).0);
        }
        // Amounts have at most three decimals.
        let mut dealt: Vec<(u16, i32)> = rows.map(|(minute, mg_dl)| (minute, (mg_dl * 1000.0 + 0.5) as i32)).collect();
        dealt.sort_by_key(|row| row.1);
        Self::Thousandths(dealt)
    }

    /// `COUNT` bins of `MINUTES` minutes by the wall clock, each with the percentiles of all its readings.
    pub(crate) fn bins<const MINUTES: u16, const COUNT: usize>(&self) -> [Option<Percentiles>; COUNT] {
        match self {
            Self::Whole(rows) => bins::<MINUTES, COUNT, _>(rows, f64::from),
            Self::Thousandths(rows) => bins::<MINUTES, COUNT, _>(rows, |value| f64::from(value) / 1000.0),
        }
    }
}

fn bins<const MINUTES: u16, const COUNT: usize, V: Copy + Default>(
    by_value: &[(u16, V)],
    mg_dl: impl Fn(V) -> f64,
) -> [Option<Percentiles>; COUNT] {
    let (dealt, ends) = deal::<COUNT, _>(by_value.iter().copied(), |row| usize::from(row.0 / MINUTES));
    let start = |bin: usize| bin.checked_sub(1).map_or(0, |before| ends[before]);
    std::array::from_fn(|bin| {
        let rows = &dealt[start(bin)..ends[bin]];
        Percentiles::of(rows.len(), |rank| mg_dl(rows[rank].1))
    })
}

/// Rows on piles, one after the other, each in the order in which they came; and where each pile ends.
fn deal<const PILES: usize, R: Copy + Default>(
    rows: impl ExactSizeIterator<Item = R> + Clone,
    pile_of: impl Fn(&R) -> usize,
) -> (Vec<R>, [usize; PILES]) {
    let mut ends = [0; PILES];
    rows.clone().for_each(|row| ends[pile_of(&row)] += 1);
    let mut end = 0;
    for start in &mut ends {
        (*start, end) = (end, end + *start);
    }
    let mut dealt = vec![R::default(); rows.len()];
    for row in rows {
        let place = &mut ends[pile_of(&row)];
        dealt[*place] = row;
        *place += 1;
    }
    (dealt, ends)
}

impl Percentiles {
    /// Of `count` values that rise with their rank, by R type 7 (metrics 1.2).
    fn of(count: usize, at_rank: impl Fn(usize) -> f64) -> Option<Self> {
        let last = count.checked_sub(1)?;
        let p = |share: f64| {
            let place = last as f64 * share;
            let rank = place as usize;
            let below = at_rank(rank);
            below + (place - rank as f64) * (at_rank((rank + 1).min(last)) - below)
        };
        Some(Self { p5: p(0.05), p25: p(0.25), p50: p(0.5), p75: p(0.75), p95: p(0.95) })
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

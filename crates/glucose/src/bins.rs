//! Percentiles of parts of the day.

use crate::{agp::Percentiles, series::Series, wall_clock::minute_of};

/// `COUNT` bins of `MINUTES` minutes by the wall clock, each with the percentiles of all its readings.
pub(crate) fn bins<const MINUTES: usize, const COUNT: usize>(series: &Series) -> [Option<Percentiles>; COUNT] {
    let bin_of = |wall: &i64| usize::from(minute_of(*wall)) / MINUTES;
    let mut starts = [0_usize; COUNT];
    for wall in &series.wall {
        starts[bin_of(wall)] += 1;
    }
    let mut end = 0;
    for start in &mut starts {
        (*start, end) = (end, end + *start);
    }
    let mut values = vec![0; series.len()];
    let mut ends = starts;
    for (wall, value) in series.wall.iter().zip(&series.mg_dl) {
        let place = &mut ends[bin_of(wall)];
        values[*place] = thousandths(*value);
        *place += 1;
    }
    std::array::from_fn(|bin| Percentiles::of(&mut values[starts[bin]..ends[bin]]))
}

/// Amounts have at most three decimals, and whole numbers sort faster.
fn thousandths(mg_dl: f64) -> i32 {
    (mg_dl * 1000.0).round() as i32
}

impl Percentiles {
    fn of(values: &mut [i32]) -> Option<Self> {
        values.sort_unstable();
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

/// R type 7 (metrics 1.2) of rising thousandths.
fn percentile(rising: &[i32], share: f64) -> f64 {
    let place = (rising.len() - 1) as f64 * share;
    let (below, above) = (rising[place.floor() as usize], rising[place.ceil() as usize]);
    (f64::from(below) + (place - place.floor()) * f64::from(above - below)) / 1000.0
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

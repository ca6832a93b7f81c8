//! How values change over time (metrics 1.6).
//!
//! Pairs a fixed time apart (MODD, CONGA) are taken from the readings themselves; what the publications define on an
//! even grid is computed on [`Grid`], as iglu does, which is the source of those reference values.

use crate::{
    daily::Daily,
    grid::{FILLED_GAP_MS, Grid},
    series::Series,
    spread::Spread,
};

/// Measures of variability in mg/dL, where not said otherwise. Each is absent when there are too few data for it.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Variability {
    /// Mean of |g(t) − g(t−24 h)| (Molnar 1972).
    pub modd: Option<f64>,
    /// Sample SD of g(t) − g(t−n h), for 1, 2, 4 and 24 hours (McDonnell 2005). Over all pairs of readings, as AGATA and
    /// cgmpy take them; iglu's grid loses the reading at the first midnight (39.0322 for 39.0291 mg/dL at one hour).
    pub conga: [Option<f64>; 4],
    /// Glycemic variability percentage: how much longer the trace is than a flat one (Peyser 2018, PMC5846572).
    pub gvp: Option<f64>,
    /// Mean absolute glucose change, mg/dL an hour (Hermanides 2010), at the sensor's own rhythm.
    pub mag: Option<f64>,
    /// SD of the rate of change over 15 minutes, mg/dL/min (Clarke 2009), on steps of five minutes.
    pub sd_roc: Option<f64>,
    /// Hourly area under the curve by trapezoids, mg/dL: time-weighted mean between neighbouring readings.
    pub auc: Option<f64>,
    /// SDs of Rodbard 2009 and the daily coefficients of variation.
    pub daily: Daily,
}

/// Hours of [`Variability::conga`].
pub const CONGA_HOURS: [i64; 4] = [1, 2, 4, 24];

const HOUR_MS: i64 = 3_600_000;

impl Variability {
    /// `grid` on the sensor's own step, `fine` on steps of five minutes.
    pub(crate) fn of(series: &Series, grid: &Grid, fine: &Grid) -> Self {
        let apart = CONGA_HOURS.map(|hours| Apart::of(series, hours * HOUR_MS));
        let (gvp, mag) = trace(grid);
        Self {
            modd: apart[3].mean_change(),
            conga: apart.map(|apart| apart.spread.sd()),
            gvp,
            mag,
            sd_roc: sd_of_rate(fine),
            auc: hourly_area(series),
            daily: Daily::of(series, grid),
        }
    }
}

/// g(t) − g(t−apart) over all t that have a reading within half an interval of t−apart, the nearest one.
/// Of elapsed time: a day apart is 24 hours, also when the clock was set in between (metrics 1.10, pitfall 10).
#[derive(Clone, Copy)]
struct Apart {
    spread: Spread,
    changes: f64,
}

impl Apart {
    fn of(series: &Series, apart: i64) -> Self {
        let (at, mg_dl) = (&series.at[..], &series.mg_dl[..]);
        let mut found = Self { spread: Spread::around(0.0), changes: 0.0 };
        let mut before = 0;
        for (now, value) in at.iter().zip(mg_dl) {
            let wanted = now - apart;
            while at[before] < wanted {
                before += 1;
            }
            let near = nearest(at, before, wanted);
            if 2 * (at[near] - wanted).abs() <= series.interval {
                found.spread.add(value - mg_dl[near]);
                found.changes += (value - mg_dl[near]).abs();
            }
        }
        found
    }

    fn mean_change(&self) -> Option<f64> {
        (self.spread.count() > 0.0).then(|| self.changes / self.spread.count())
    }
}

/// The place whose instant is nearest to `wanted`, given the first that is not before it.
fn nearest(at: &[i64], first: usize, wanted: i64) -> usize {
    match first.checked_sub(1) {
        Some(before) if at[first] != wanted && wanted - at[before] < at[first] - wanted => before,
        _ => first,
    }
}

/// GVP: (Σ√(Δt² + Δg²) / ΣΔt − 1)·100 with minutes and mg/dL. MAG: Σ|Δg| over hours.
fn trace(grid: &Grid) -> (Option<f64>, Option<f64>) {
    let minutes = grid.step as f64 / 60_000.0;
    let (mut length, mut change_sum, mut count) = (0.0, 0.0, 0.0);
    for change in changes(&grid.values, 1) {
        length += (minutes * minutes + change * change).sqrt();
        change_sum += change.abs();
        count += 1.0;
    }
    let gvp = (length / (count * minutes) - 1.0) * 100.0;
    let mag = change_sum / (count * minutes) * 60.0;
    ((count > 0.0).then_some(gvp), (count > 0.0).then_some(mag))
}

fn sd_of_rate(fine: &Grid) -> Option<f64> {
    let steps = (15 * 60_000 / fine.step) as usize;
    let mut spread = Spread::around(0.0);
    changes(&fine.values, steps).for_each(|change| spread.add(change));
    spread.sd().map(|sd| sd / 15.0)
}

/// Changes over `steps` steps, where both ends have a value.
fn changes(values: &[f64], steps: usize) -> impl Iterator<Item = f64> {
    values.iter().zip(values.iter().skip(steps)).map(|(before, after)| after - before).filter(|change| !change.is_nan())
}

/// Of trapezoids between readings at most 45 minutes apart. (The one reference value, 150.2988, comes from a fault in
/// its package, which pairs readings 15 steps apart; the definition gives 150.1641 for the same series.)
fn hourly_area(series: &Series) -> Option<f64> {
    let (mut area, mut time) = (0.0, 0.0);
    for (at, g) in series.at.windows(2).zip(series.mg_dl.windows(2)) {
        let apart = at[1] - at[0];
        if apart <= FILLED_GAP_MS {
            area += f64::midpoint(g[0], g[1]) * apart as f64;
            time += apart as f64;
        }
    }
    (time > 0.0).then(|| area / time)
}

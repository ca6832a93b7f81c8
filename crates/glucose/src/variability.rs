//! How values change over time (metrics 1.6).
//!
//! Pairs a fixed time apart (MODD, CONGA) are taken from the readings themselves; what the publications define on an
//! even grid is computed on [`Grid`], as iglu does, which is the source of those reference values.

use crate::{
    daily::Daily,
    grid::{FILLED_GAP_MS, Grid},
    series::Series,
    spread::{Spread, mean_of},
};

/// Measures of variability in mg/dL, where not said otherwise. Each is absent when there are too few data for it.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Variability {
    /// Mean of |g(t) − g(t−24 h)| (Molnar 1972).
    pub modd: Option<f64>,
    /// Sample SD of g(t) − g(t−n h), for 1, 2, 4 and 24 hours (McDonnell 2005).
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
        let day_apart = differences_apart(series, 24 * HOUR_MS);
        let conga = CONGA_HOURS.map(|hours| match hours {
            24 => Spread::of(&day_apart).sd(),
            hours => Spread::of(&differences_apart(series, hours * HOUR_MS)).sd(),
        });
        Self {
            modd: mean_of(day_apart.iter().map(|change| change.abs())),
            conga,
            gvp: glycemic_variability_percentage(grid),
            mag: mean_absolute_change(grid),
            sd_roc: sd_of_rate(fine),
            auc: hourly_area(series),
            daily: Daily::of(series, grid),
        }
    }
}

/// g(t) − g(t−apart) over all t that have a reading within half an interval of t−apart, the nearest one.
/// Of elapsed time: a day apart is 24 hours, also when the clock was set in between (metrics 1.10, pitfall 10).
fn differences_apart(series: &Series, apart: i64) -> Vec<f64> {
    let (at, mg_dl) = (&series.at, &series.mg_dl);
    let mut list = Vec::with_capacity(at.len());
    let mut near = 0;
    for (now, value) in at.iter().zip(mg_dl) {
        let wanted = now - apart;
        while at.get(near + 1).is_some_and(|next| (next - wanted).abs() <= (at[near] - wanted).abs()) {
            near += 1;
        }
        if 2 * (at[near] - wanted).abs() <= series.interval {
            list.push(value - mg_dl[near]);
        }
    }
    list
}

/// (Σ√(Δt² + Δg²) / ΣΔt − 1)·100 with minutes and mg/dL.
fn glycemic_variability_percentage(grid: &Grid) -> Option<f64> {
    let minutes = grid.step as f64 / 60_000.0;
    let length = |change: f64| (minutes * minutes + change * change).sqrt();
    mean_of(changes(&grid.values, 1).map(length)).map(|mean| (mean / minutes - 1.0) * 100.0)
}

/// Σ|Δg| over hours.
fn mean_absolute_change(grid: &Grid) -> Option<f64> {
    let steps_an_hour = HOUR_MS as f64 / grid.step as f64;
    mean_of(changes(&grid.values, 1).map(f64::abs)).map(|mean| mean * steps_an_hour)
}

fn sd_of_rate(fine: &Grid) -> Option<f64> {
    let steps = (15 * 60_000 / fine.step) as usize;
    let rates: Vec<f64> = changes(&fine.values, steps).map(|change| change / 15.0).collect();
    Spread::of(&rates).sd()
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

//! Variability within days, between days and between times of day (Rodbard 2009, Diabetes Technol Ther 11:551).

use crate::{
    grid::Grid,
    series::Series,
    spread::{Spread, mean_of},
};

/// Standard deviations in mg/dL, coefficients of variation in percent. Local days; a day on which the clock is set has
/// 23 or 25 hours.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Daily {
    /// SDw: mean of the SDs of each day's readings.
    pub sdw: Option<f64>,
    /// SDdm: SD of the means of each day's readings.
    pub sddm: Option<f64>,
    /// SDb: mean over the times of day of the SD across days (on the grid).
    pub sdb: Option<f64>,
    /// SDb after each day's mean was taken off (on the grid).
    pub sdbdm: Option<f64>,
    /// SD of the mean at each time of day (on the grid).
    pub sdhhmm: Option<f64>,
    /// Mean SD within sliding hours (on the grid).
    pub sdwsh: Option<f64>,
    /// Mean of the days' coefficients of variation (on the grid).
    pub cvmean: Option<f64>,
    /// SD of the days' coefficients of variation (on the grid).
    pub cvsd: Option<f64>,
}

impl Daily {
    pub(crate) fn of(series: &Series, grid: &Grid) -> Self {
        let pivot = series.mg_dl.first().copied().unwrap_or(0.0);
        let days = days_of(series, pivot);
        let means: Vec<f64> = days.iter().filter_map(Spread::mean).collect();
        let grid_days: Vec<Spread> = grid.days().map(|day| spread_of(grid.of_day(day), pivot)).collect();
        let cvs: Vec<f64> = grid_days.iter().filter_map(|day| Some(100.0 * day.sd()? / day.mean()?)).collect();
        let columns = columns_of(grid, pivot, &[]);
        let levelled = columns_of(grid, 0.0, &grid_days);
        let hour_means: Vec<f64> = columns.iter().filter_map(Spread::mean).collect();
        Self {
            sdw: mean_of(days.iter().filter_map(Spread::sd)),
            sddm: Spread::of(&means).sd(),
            sdb: mean_of(columns.iter().filter_map(Spread::sd)),
            sdbdm: mean_of(levelled.iter().filter_map(Spread::sd)),
            sdhhmm: Spread::of(&hour_means).sd(),
            sdwsh: within_hours(grid, pivot),
            cvmean: mean_of(cvs.iter().copied()),
            cvsd: Spread::of(&cvs).sd(),
        }
    }
}

fn days_of(series: &Series, pivot: f64) -> Vec<Spread> {
    series.days.iter().map(|day| spread_of(&series.mg_dl[day.places.clone()], pivot)).collect()
}

fn spread_of(values: &[f64], pivot: f64) -> Spread {
    let mut spread = Spread::around(pivot);
    values.iter().filter(|value| !value.is_nan()).for_each(|value| spread.add(*value));
    spread
}

/// The spread at each time of day, of values less the mean of their day where `days` are given.
fn columns_of(grid: &Grid, pivot: f64, days: &[Spread]) -> Vec<Spread> {
    let mut columns = vec![Spread::around(pivot); grid.columns()];
    for (index, day) in grid.days().enumerate() {
        let level = days.get(index).and_then(Spread::mean).unwrap_or(0.0);
        for stretch in day {
            let values = &grid.values[stretch.start..stretch.end];
            let places = columns.iter_mut().skip(stretch.column);
            places
                .zip(values)
                .filter(|(_, value)| !value.is_nan())
                .for_each(|(column, value)| column.add(value - level));
        }
    }
    columns
}

/// Every hour that begins at a step, also those that run out of the data, of two values or more.
fn within_hours(grid: &Grid, pivot: f64) -> Option<f64> {
    let window = (3_600_000 / grid.step) as usize;
    let mut hour = spread_of(&grid.values[..window.min(grid.values.len())], pivot);
    let (mut sum, mut count) = (0.0, 0.0);
    let entering = grid.values.iter().skip(window).chain(std::iter::repeat(&f64::NAN));
    for (leaving, entering) in grid.values.iter().zip(entering) {
        if let Some(sd) = hour.sd() {
            sum += sd;
            count += 1.0;
        }
        hour.slide(*leaving, *entering);
    }
    (count > 0.0).then(|| sum / count)
}

//! Every figure of one person and one window of time.

use crate::{
    Event, Period, Reading,
    definitions::{definition, definitions},
    episodes::{self, Episode, EpisodeCounts, Lows},
    grid::Grid,
    insulin_totals::InsulinTotals,
    mage::Mage,
    pgs,
    ranges::Ranges,
    risk::Risk,
    samples::Samples,
    series::Series,
    shares::Shares,
    summary::Summary,
    tally::Tally,
    time_in_range::TimeInRange,
    variability::Variability,
    wall_clock::MINUTE_MS,
    wear::Wear,
};
use jiff::{Timestamp, tz::TimeZone};

/// From when to when (`to` excluded), in which zone, by which ranges.
#[derive(Clone, Debug)]
pub struct Window {
    /// The first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
    /// Whose wall clock the days follow.
    pub zone: TimeZone,
    /// By which times in range are counted.
    pub ranges: Ranges,
}

impl Window {
    /// Whole local days.
    pub fn of_days(period: &Period, zone: TimeZone, ranges: Ranges) -> Self {
        let (from, to) = period.instants(&zone);
        Self { from, to, zone, ranges }
    }
}

/// One figure as data. A figure that cannot be computed is `None`, never 0 or NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Figure {
    /// A measure.
    Number(f64),
    /// A count of things.
    Count(u64),
    /// A word, such as the zone of the glycemia risk index.
    Text(&'static str),
    /// Yes or no.
    Flag(bool),
    /// Too few data.
    None,
}

/// All figures. Absent ones are `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// Number of readings.
    pub readings: u64,
    /// Mean, standard deviation and what is made of them.
    pub summary: Option<Summary>,
    /// Times in the window's own ranges.
    pub time_in_range: Option<TimeInRange>,
    /// Times by the fixed limits that the keys name.
    pub shares: Option<Shares>,
    /// Sensor wear.
    pub wear: Option<Wear>,
    /// Risk indices.
    pub risk: Option<Risk>,
    /// Change over time.
    pub variability: Variability,
    /// Mean amplitude of glycemic excursions.
    pub mage: Mage,
    /// Personal glycemic state.
    pub pgs: Option<f64>,
    /// Low and high episodes, in order of time.
    pub episodes: Vec<Episode>,
    /// How many of each kind; none without readings.
    pub episode_counts: Option<EpisodeCounts>,
    /// Insulin and carbohydrate.
    pub insulin: InsulinTotals,
}

impl Figures {
    /// Of the readings and events in the window. Their order does not matter.
    pub fn of(readings: &[Reading], events: &[Event], window: &Window) -> Self {
        let insulin = InsulinTotals::of(events, window.from, window.to, &window.zone);
        let series = Series::of(readings, window.from, window.to, &window.zone);
        let window_ms = window.to.as_millisecond() - window.from.as_millisecond();
        match Grid::of(&series, &window.zone) {
            Some(grid) => Self::of_series(&series, &grid, window, window_ms, insulin),
            None => Self::without_readings(insulin),
        }
    }

    fn of_series(series: &Series, grid: &Grid, window: &Window, window_ms: i64, insulin: InsulinTotals) -> Self {
        let weights = series.weights.as_deref();
        let tally = Tally::of(&series.mg_dl, weights);
        let other_limits = series.compared().map(|values| Tally::of(values, weights));
        let compared = other_limits.as_ref().unwrap_or(&tally);
        let other = (grid.step != FINE_MS).then(|| Grid::with_step(series, &window.zone, FINE_MS)).flatten();
        let fine = other.as_ref().unwrap_or(grid);
        let samples = Samples::of(series);
        let lows = Lows::of(&samples);
        let (episodes, counts) = episodes::find(&samples, &lows);
        let summary = Summary::of(&tally);
        let shares = Shares::of(compared);
        let variability = Variability::of(series, grid, fine);
        Self {
            readings: series.len() as u64,
            pgs: pgs::score(summary, shares, variability.gvp, (&samples, &lows), grid),
            summary,
            time_in_range: TimeInRange::of_tally(compared, &window.ranges),
            shares,
            wear: Wear::of(series, window_ms),
            risk: Risk::of(series, &tally),
            variability,
            mage: Mage::of(fine),
            episodes,
            episode_counts: Some(counts),
            insulin,
        }
    }

    fn without_readings(insulin: InsulinTotals) -> Self {
        Self {
            readings: 0,
            summary: None,
            time_in_range: None,
            shares: None,
            wear: None,
            risk: None,
            variability: Variability::default(),
            mage: Mage::default(),
            pgs: None,
            episodes: Vec::new(),
            episode_counts: None,
            insulin,
        }
    }

    /// Every figure with its key, in the settled order.
    pub fn entries(&self) -> impl Iterator<Item = (&'static str, Figure)> {
        definitions().map(|definition| (definition.key, definition.figure(self)))
    }

    /// A figure by its key.
    pub fn figure(&self, key: &str) -> Figure {
        definition(key).map_or(Figure::None, |definition| definition.figure(self))
    }

    /// A figure by its key, as a number.
    pub fn number(&self, key: &str) -> Option<f64> {
        match self.figure(key) {
            Figure::Number(value) => Some(value),
            Figure::Count(count) => Some(count as f64),
            Figure::Text(_) | Figure::Flag(_) | Figure::None => None,
        }
    }
}

/// MAGE and rates of change are defined on steps of five minutes, whatever the sensor's rhythm.
const FINE_MS: i64 = 5 * MINUTE_MS;

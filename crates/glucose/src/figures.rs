//! Every figure of one person and one window of time.

use crate::{Event, Period, Reading, episodes::Episode, ranges::Ranges, time_in_range::TimeInRange};
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
    /// Times in ranges.
    pub time_in_range: Option<TimeInRange>,
    /// Low and high episodes, in order of time.
    pub episodes: Vec<Episode>,
}

impl Figures {
    /// Of the readings and events in the window.
    pub fn of(readings: &[Reading], events: &[Event], window: &Window) -> Self {
        let _ = events;
        let readings: Vec<Reading> =
            readings.iter().filter(|reading| reading.at >= window.from && reading.at < window.to).copied().collect();
        let time_in_range = TimeInRange::of(&readings, &window.ranges);
        Self { readings: time_in_range.map_or(0, |times| times.readings), time_in_range, episodes: Vec::new() }
    }

    /// Every figure with its key, in the settled order.
    pub fn entries(&self) -> impl Iterator<Item = (&'static str, Figure)> {
        [("n", Figure::Count(self.readings))].into_iter()
    }

    /// A figure by its key.
    pub fn figure(&self, key: &str) -> Figure {
        self.entries().find(|(name, _)| *name == key).map_or(Figure::None, |(_, figure)| figure)
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

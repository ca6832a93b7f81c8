//! Whether a rule holds at a reading, for how long it has, and since when it does no more.

use super::{AlertKind, AlertRule, Threshold};
use crate::{
    reading::{Reading, ReadingKind},
    trend,
    units::Glucose,
};
use jiff::{SignedDuration, Timestamp};

/// Two readings further apart than this do not say what was between them.
const GAP: SignedDuration = SignedDuration::from_mins(20);
/// A line is laid through the readings of so many minutes …
const LINE_MIN: f64 = 20.0;
/// … of which there are at least as many …
const LINE_READINGS: usize = 3;
/// … and followed for so long.
const AHEAD_MIN: f64 = 20.0;

/// Readings in the order of their instants, which is what everything here goes by.
pub(super) struct Recent(Vec<Reading>);

impl Recent {
    pub(super) fn until(readings: &[Reading], now: Timestamp) -> Self {
        let mut readings: Vec<Reading> = readings.iter().filter(|reading| reading.at <= now).copied().collect();
        readings.sort_by_key(|reading| reading.at);
        Self(readings)
    }

    pub(super) fn all(&self) -> &[Reading] {
        &self.0
    }

    pub(super) fn newest(&self) -> Option<Reading> {
        self.0.last().copied()
    }

    /// The newest that a sensor brought by itself.
    pub(super) fn newest_of_sensor(&self) -> Option<Timestamp> {
        self.0.iter().rev().find(|reading| reading.kind == ReadingKind::Cgm).map(|reading| reading.at)
    }

    /// Since when the rule has held at each reading up to the newest; none where it does not hold now.
    pub(super) fn since(&self, rule: &AlertRule) -> Option<Timestamp> {
        self.run(|index| self.holds(rule, index))
    }

    /// Since when it has held at none.
    pub(super) fn over_since(&self, rule: &AlertRule) -> Option<Timestamp> {
        self.run(|index| !self.holds(rule, index))
    }

    fn run(&self, holds: impl Fn(usize) -> bool) -> Option<Timestamp> {
        let (mut first, mut next) = (None, self.newest()?.at);
        for (index, reading) in self.0.iter().enumerate().rev() {
            if next.duration_since(reading.at) > GAP || !holds(index) {
                break;
            }
            (first, next) = (Some(reading.at), reading.at);
        }
        first
    }

    fn holds(&self, rule: &AlertRule, index: usize) -> bool {
        let here = self.0[index].glucose;
        match (rule.kind, rule.threshold) {
            (AlertKind::UrgentLow | AlertKind::Low, Threshold::Glucose(limit)) => is_below(here, limit),
            (AlertKind::High, Threshold::Glucose(limit)) => is_below(limit, here),
            (AlertKind::FallingFast, Threshold::Rate(tenths)) => self.rate(index) <= -f64::from(tenths) / 10.0,
            (AlertKind::RisingFast, Threshold::Rate(tenths)) => self.rate(index) >= f64::from(tenths) / 10.0,
            (AlertKind::PredictedLow, Threshold::Glucose(limit)) => {
                !is_below(here, limit) && self.ahead(index).is_some_and(|value| value < limit.to_mg_dl())
            }
            _ => false,
        }
    }

    /// The sensor's readings up to this one; a finger between two of them makes no slope.
    fn of_sensor(&self, index: usize) -> Vec<Reading> {
        let from = self.0[index].at.saturating_sub(GAP).unwrap_or(Timestamp::MIN);
        let until = self.0[..=index].iter().rev().take_while(|reading| reading.at >= from);
        until.filter(|reading| reading.kind == ReadingKind::Cgm).copied().collect()
    }

    /// mg/dL a minute; 0 where nobody can tell.
    fn rate(&self, index: usize) -> f64 {
        trend::rate(&self.of_sensor(index)).unwrap_or(0.0)
    }

    /// Where the line through the last readings leads, when it leads down.
    fn ahead(&self, index: usize) -> Option<f64> {
        let now = self.0[index].at;
        let minutes = |at: Timestamp| at.duration_since(now).as_secs_f64() / 60.0;
        let points: Vec<(f64, f64)> =
            self.of_sensor(index).iter().map(|r| (minutes(r.at), r.glucose.to_mg_dl())).collect();
        let points: Vec<_> = points.into_iter().filter(|(minute, _)| -minute <= LINE_MIN).collect();
        let (slope, level) = if points.len() < LINE_READINGS { None } else { line(&points) }?;
        (slope < 0.0).then_some(level + slope * AHEAD_MIN)
    }
}

/// The line of least squares: its slope, and its height at 0.
fn line(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let spread: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    let slope = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum::<f64>() / spread;
    slope.is_finite().then_some((slope, y - slope * x))
}

/// Each in its own unit where both are in steps of a tenth of mmol/L; else as the consensus writes them, in mg/dL.
fn is_below(one: Glucose, other: Glucose) -> bool {
    if one.is_mmol_native() && other.is_mmol_native() {
        return one.thousandths() < other.thousandths();
    }
    one.to_mg_dl() < other.to_mg_dl()
}

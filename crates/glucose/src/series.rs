//! The readings that figures are made of, laid out for computing: one kind, one per instant, in order.

use crate::{
    reading::{Reading, ReadingKind},
    rhythm::{usual_interval, weights},
    wall_clock::WallClock,
};
use jiff::{Timestamp, tz::TimeZone};

/// The readings of one window, column by column.
pub(crate) struct Series {
    /// Instants in milliseconds of UTC, rising.
    pub at: Vec<i64>,
    /// The wall clock at each, in milliseconds.
    pub wall: Vec<i64>,
    /// mg/dL, as figures are defined on.
    pub mg_dl: Vec<f64>,
    /// mg/dL to compare with limits, where a value that came in steps of 0.1 mmol/L differs from its conversion;
    /// empty when none does.
    compared: Vec<f64>,
    /// The usual interval in milliseconds; that of a five-minute sensor when there are fewer than two readings.
    pub interval: i64,
    /// What each reading weighs, when rhythms are mixed.
    pub weights: Option<Vec<f64>>,
}

/// The interval to assume when a single reading cannot tell it.
const FIVE_MINUTES_MS: i64 = 300_000;

impl Series {
    /// The readings with `from` ≤ instant < `to`.
    pub(crate) fn of(readings: &[Reading], from: Timestamp, to: Timestamp, zone: &TimeZone) -> Self {
        let mut clock = WallClock::new(zone);
        let list = chosen(readings, |reading| reading.at >= from && reading.at < to);
        let at: Vec<i64> = list.iter().map(|reading| reading.at.as_millisecond()).collect();
        let interval = usual_interval(&at);
        Self {
            wall: at.iter().map(|at| clock.at(*at)).collect(),
            mg_dl: list.iter().map(|reading| reading.glucose.to_mg_dl()).collect(),
            compared: compared(&list),
            weights: interval.and_then(|interval| weights(&at, interval)),
            interval: interval.unwrap_or(FIVE_MINUTES_MS),
            at,
        }
    }

    /// mg/dL to compare with limits given in mg/dL.
    pub(crate) fn compared(&self) -> &[f64] {
        if self.compared.is_empty() { &self.mg_dl } else { &self.compared }
    }

    pub(crate) fn len(&self) -> usize {
        self.at.len()
    }

    /// From the first instant to the last, in milliseconds.
    pub(crate) fn span_ms(&self) -> i64 {
        self.at.last().zip(self.at.first()).map_or(0, |(last, first)| last - first)
    }
}

/// The readings that CGM figures stand on: the sensor's own, or its scans when there is nothing else; never a
/// meter's. Sorted by instant; of several in one millisecond the one with the least value stays, so that the order
/// of input does not matter.
pub(crate) fn chosen(readings: &[Reading], wanted: impl Fn(&Reading) -> bool) -> Vec<Reading> {
    let of = |kind| readings.iter().filter(|reading| reading.kind == kind && wanted(reading)).copied().collect();
    let mut list: Vec<Reading> = of(ReadingKind::Cgm);
    if list.is_empty() {
        list = of(ReadingKind::Scan);
    }
    let instant = |reading: &Reading| reading.at.as_millisecond();
    if !list.is_sorted_by(|a, b| instant(a) < instant(b)) {
        let value = |reading: &Reading| reading.glucose.to_mg_dl();
        list.sort_by(|a, b| {
            instant(a).cmp(&instant(b)).then(value(a).total_cmp(&value(b))).then(a.glucose.cmp(&b.glucose))
        });
        list.dedup_by_key(|reading| instant(reading));
    }
    list
}

/// 7.8 mmol/L is 140.52 mg/dL and would leave the range up to 140; the table in mmol/L keeps it in (metrics 1.1,
/// note on 7.8). It is the only step of 0.1 mmol/L whose conversion crosses a limit, so it alone is replaced.
fn compared(list: &[Reading]) -> Vec<f64> {
    let is_crossing = |reading: &Reading| reading.glucose.is_mmol_native() && reading.glucose.thousandths() == 7800;
    if !list.iter().any(is_crossing) {
        return Vec::new();
    }
    list.iter().map(|reading| if is_crossing(reading) { 140.0 } else { reading.glucose.to_mg_dl() }).collect()
}

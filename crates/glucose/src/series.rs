//! The readings that figures are made of, laid out for computing: one kind, one per instant, in order.

use crate::{
    reading::{Reading, ReadingKind},
    rhythm::{usual_interval, weights},
    wall_clock::{LocalDay, MINUTE_MS, WallClock},
};
use jiff::{Timestamp, tz::TimeZone};

/// The readings of one window, column by column.
pub(crate) struct Series {
    /// Instants in milliseconds of UTC, rising.
    pub at: Vec<i64>,
    /// mg/dL, as figures are defined on.
    pub mg_dl: Vec<f64>,
    /// mg/dL to compare with limits, where that differs from the conversion for any reading.
    compared: Option<Vec<f64>>,
    /// The local days that have readings, each with its place in the columns.
    pub days: Vec<LocalDay>,
    /// The usual interval in milliseconds; that of a five-minute sensor when there are fewer than two readings.
    pub interval: i64,
    /// What each reading weighs, when rhythms are mixed.
    pub weights: Option<Vec<f64>>,
}

/// The interval to assume when a single reading cannot tell it.
const ASSUMED_INTERVAL_MS: i64 = 5 * MINUTE_MS;

impl Series {
    /// The readings with `from` ≤ instant < `to`: the sensor's own, or its scans when there is nothing else; never a
    /// meter's. Of several in one millisecond the one with the least value stays, so that their order does not matter.
    pub(crate) fn of(readings: &[Reading], from: Timestamp, to: Timestamp, zone: &TimeZone) -> Self {
        let of = |kind| Columns::of(readings, kind, from, to);
        let sensor = of(ReadingKind::Cgm);
        let columns = if sensor.at.is_empty() { of(ReadingKind::Scan) } else { sensor };
        let interval = usual_interval(&columns.at);
        Self {
            days: WallClock::new(zone).days(&columns.at),
            weights: interval.and_then(|interval| weights(&columns.at, interval)),
            interval: interval.unwrap_or(ASSUMED_INTERVAL_MS),
            compared: columns.is_crossing.then_some(columns.compared),
            mg_dl: columns.mg_dl,
            at: columns.at,
        }
    }

    /// mg/dL to compare with limits given in mg/dL, where that is not `mg_dl`.
    pub(crate) fn compared(&self) -> Option<&[f64]> {
        self.compared.as_deref()
    }

    pub(crate) fn len(&self) -> usize {
        self.at.len()
    }

    /// From the first instant to the last, in milliseconds.
    pub(crate) fn span_ms(&self) -> i64 {
        self.at.last().zip(self.at.first()).map_or(0, |(last, first)| last - first)
    }

    /// Milliseconds that have readings: each stands for its interval.
    pub(crate) fn recorded_ms(&self, places: std::ops::Range<usize>) -> f64 {
        match &self.weights {
            Some(weights) => weights[places].iter().sum(),
            None => (places.len() as i64 * self.interval) as f64,
        }
    }
}

/// Columns while they are being filled.
struct Columns {
    at: Vec<i64>,
    mg_dl: Vec<f64>,
    compared: Vec<f64>,
    is_crossing: bool,
}

impl Columns {
    fn of(readings: &[Reading], kind: ReadingKind, from: Timestamp, to: Timestamp) -> Self {
        let within = from.as_millisecond()..to.as_millisecond();
        let is_wanted = |reading: &&Reading| reading.kind == kind && within.contains(&reading.at.as_millisecond());
        let (mut at, mut mg_dl) = (Vec::with_capacity(readings.len()), Vec::with_capacity(readings.len()));
        let (mut is_rising, mut is_crossing, mut before) = (true, false, i64::MIN);
        for reading in readings.iter().filter(is_wanted) {
            let now = reading.at.as_millisecond();
            is_rising &= now > before;
            before = now;
            is_crossing |= crosses(reading);
            at.push(now);
            mg_dl.push(reading.glucose.to_mg_dl());
        }
        let compared = readings.iter().filter(|_| is_crossing).filter(is_wanted).map(compared).collect();
        let columns = Self { at, mg_dl, compared, is_crossing };
        if is_rising { columns } else { columns.sorted() }
    }

    fn sorted(self) -> Self {
        let compared = if self.is_crossing { &self.compared } else { &self.mg_dl };
        let rows = self.at.iter().zip(&self.mg_dl).zip(compared);
        let mut rows: Vec<(i64, f64, f64)> = rows.map(|((at, mg_dl), compared)| (*at, *mg_dl, *compared)).collect();
        rows.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.total_cmp(&b.2)));
        rows.dedup_by_key(|row| row.0);
        Self {
            at: rows.iter().map(|row| row.0).collect(),
            mg_dl: rows.iter().map(|row| row.1).collect(),
            compared: rows.iter().map(|row| row.2).collect(),
            is_crossing: self.is_crossing,
        }
    }
}

/// 7.8 mmol/L is 140.52 mg/dL and would leave the range up to 140; the table in mmol/L keeps it in (metrics 1.1,
/// note on 7.8). It is the only step of 0.1 mmol/L whose conversion crosses a limit, so it alone is replaced.
fn crosses(reading: &Reading) -> bool {
    reading.glucose.is_mmol_native() && reading.glucose.thousandths() == 7800
}

fn compared(reading: &Reading) -> f64 {
    if crosses(reading) { 140.0 } else { reading.glucose.to_mg_dl() }
}

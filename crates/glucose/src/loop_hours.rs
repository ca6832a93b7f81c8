//! When a closed loop dosed by itself, so that what it gave is counted once (metrics 1.9).

use crate::{
    basal::Segment,
    event::BasalDelivery,
    period::{Period, local_day},
    told::Told,
};
use jiff::{Timestamp, tz::TimeZone};

/// What the events say of the loop.
pub(crate) struct LoopHours {
    /// Where a mode says that the loop doses, in milliseconds of UTC, rising.
    automated: Vec<(i64, i64)>,
    /// Milliseconds in which the mode is known.
    known_ms: i64,
    /// Local days of which the device tells all automatic insulin.
    day_totals: Vec<(i64, i64)>,
}

impl LoopHours {
    pub(crate) fn of(told: &Told, from: i64, to: i64, zone: &TimeZone) -> Self {
        let last = told.last.unwrap_or(to).min(to);
        let ends = told.modes.iter().skip(1).map(|(at, _)| *at).chain([last]);
        let (mut automated, mut known_ms) = (Vec::new(), 0);
        for ((start, is_automated), end) in told.modes.iter().zip(ends) {
            let (start, end) = ((*start).max(from), end.min(to));
            known_ms += (end - start).max(0);
            if *is_automated && start < end {
                automated.push((start, end));
            }
        }
        let day_totals = told.day_totals.iter().map(|at| day_around(*at, zone)).collect();
        Self { automated, known_ms, day_totals }
    }

    /// The device tells all automatic insulin of the local day of this instant in one sum.
    pub(crate) fn has_day_total(&self, at: i64) -> bool {
        let later = self.day_totals.partition_point(|(_, end)| *end <= at);
        self.day_totals.get(later).is_some_and(|(start, _)| *start <= at)
    }

    /// Units of a segment within one local day. On a day whose automatic insulin is told in one sum, automated segments
    /// are in it, and the programmed rate counts only while the loop was off; where no mode tells when that was, not
    /// at all.
    pub(crate) fn delivered_units(&self, part: &Segment) -> f64 {
        let counted = match part.delivery {
            _ if !self.has_day_total(part.start) => part.ms(),
            BasalDelivery::Automated => 0,
            BasalDelivery::Scheduled if self.known_ms == 0 => 0,
            BasalDelivery::Scheduled => part.ms() - self.automated_ms(part),
            BasalDelivery::Temporary | BasalDelivery::Suspended => part.ms(),
        };
        part.rate * counted as f64 / 3_600_000.0
    }

    /// 100 · automated time / (automated and manual time): by the modes where the device tells them, else by segments.
    pub(crate) fn percent(&self, segments: &[Segment]) -> Option<f64> {
        let (automated, all): (i64, i64) = if self.known_ms > 0 {
            (self.automated.iter().map(|(start, end)| end - start).sum(), self.known_ms)
        } else {
            let is_automated = |segment: &&Segment| segment.delivery == BasalDelivery::Automated;
            let ms = |sum: i64, segment: &Segment| sum + segment.ms();
            (segments.iter().filter(is_automated).fold(0, ms), segments.iter().fold(0, ms))
        };
        (all > 0).then(|| 100.0 * automated as f64 / all as f64)
    }

    fn automated_ms(&self, part: &Segment) -> i64 {
        let overlap = |(start, end): &(i64, i64)| ((*end).min(part.end) - (*start).max(part.start)).max(0);
        self.automated.iter().map(overlap).sum()
    }
}

fn day_around(at: Timestamp, zone: &TimeZone) -> (i64, i64) {
    let day = local_day(at, zone);
    let (start, end) = Period { first: day, last: day }.instants(zone);
    (start.as_millisecond(), end.as_millisecond())
}

//! Who needs a call first: a pure order over the figures of the last fourteen days and the age of the newest data.
//!
//! The limits are the targets of the international consensus for most people with diabetes (Battelino et al., *Clinical Targets
//! for Continuous Glucose Monitoring Data Interpretation*, Diabetes Care 2019;42:1593): below 54 mg/dL less than 1 % of the
//! time, below 70 mg/dL less than 4 % (the time below 54 included), 70 to 180 mg/dL more than 70 %. For people at high risk
//! the consensus asks for 50 % in range: under that stands apart, above the others who miss 70 %.
//!
//! ```text
//! 1  below 54 mg/dL more than 1 %        most first
//! 2  below 70 mg/dL more than 4 %        most first
//! 3  no data for 7 days                  longest first
//! 4  in range less than 50 %             least first
//! 5  in range less than 70 %             least first
//! 6  no data yet
//! 7  all the others
//! ```
//!
//! Figures that ended more than fourteen days ago say nothing of now: then *no data* is the only reason. The percentages
//! are of readings, and of people: nobody is called because of a single reading, so figures need one full day at least.

use crate::chunk::Summary14;
use jiff::Timestamp;

/// Percent of readings below 54 mg/dL.
pub(super) const VERY_LOW: f64 = 1.0;
/// Percent of readings below 70 mg/dL, those below 54 included.
pub(super) const LOW: f64 = 4.0;
/// Percent of readings from 70 to 180 mg/dL, for people at high risk and for most.
pub(super) const IN_RANGE: [f64; 2] = [50.0, 70.0];
/// Days after which missing data are a reason to call.
const NO_DATA_DAYS: i64 = 7;
/// Days after which figures are of the past.
const PAST_DAYS: i64 = 14;
/// Readings of one day, with a sensor of fifteen minutes.
const ENOUGH: u32 = 96;

/// Why somebody needs a call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CallReason {
    /// Too much below 54 mg/dL: percent of readings.
    VeryLow(f64),
    /// Too much below 70 mg/dL: percent of readings, those below 54 included.
    Low(f64),
    /// Nothing came for so many days.
    NoData(i64),
    /// Too little in range: percent of readings.
    InRange(f64),
    /// Nothing ever came.
    NoDataYet,
}

impl CallReason {
    /// Which group of the order, and the place within it; smaller is earlier.
    fn place(self) -> (u8, f64) {
        match self {
            Self::VeryLow(percent) => (1, -percent),
            Self::Low(percent) => (2, -percent),
            #[expect(clippy::cast_precision_loss, reason = "days")]
            Self::NoData(days) => (3, -(days as f64)),
            Self::InRange(percent) if percent < IN_RANGE[0] => (4, percent),
            Self::InRange(percent) => (5, percent),
            Self::NoDataYet => (6, 0.0),
        }
    }
}

/// The reasons to call somebody, the strongest first.
pub(super) fn reasons(summary: Option<&Summary14>, newest_at: Option<Timestamp>, now: Timestamp) -> Vec<CallReason> {
    let Some(newest_at) = newest_at else { return vec![CallReason::NoDataYet] };
    let days = days_between(newest_at, now);
    let mut reasons = Vec::new();
    if let Some(summary) = summary.filter(|summary| summary.readings >= ENOUGH && days < PAST_DAYS) {
        let below = summary.very_low + summary.low;
        reasons.extend((summary.very_low > VERY_LOW).then_some(CallReason::VeryLow(summary.very_low)));
        reasons.extend((below > LOW).then_some(CallReason::Low(below)));
        reasons.extend((days >= NO_DATA_DAYS).then_some(CallReason::NoData(days)));
        reasons.extend((summary.in_range < IN_RANGE[1]).then_some(CallReason::InRange(summary.in_range)));
    } else if days >= NO_DATA_DAYS {
        reasons.push(CallReason::NoData(days));
    }
    reasons
}

/// The place in the order of somebody with these reasons.
pub(super) fn place(reasons: &[CallReason]) -> (u8, f64) {
    reasons.first().map_or((7, 0.0), |reason| reason.place())
}

/// Whole days from an instant until now.
pub(super) fn days_between(at: Timestamp, now: Timestamp) -> i64 {
    (now.as_millisecond() - at.as_millisecond()).div_euclid(86_400_000)
}

#[cfg(test)]
mod tests {
    use super::{CallReason, place, reasons};
    use crate::chunk::Summary14;
    use jiff::{SignedDuration, Timestamp};

    fn of(very_low: f64, low: f64, in_range: f64, days_ago: i64) -> Vec<CallReason> {
        let newest_at = Timestamp::UNIX_EPOCH - SignedDuration::from_hours(24 * days_ago);
        let summary = Summary14 { readings: 4000, very_low, low, in_range, ..Summary14::default() };
        reasons(Some(&summary), Some(newest_at), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn the_order_is_that_of_the_table() {
        let in_order = [
            of(2.5, 0.0, 90.0, 0),
            of(1.1, 8.0, 90.0, 6),
            of(0.9, 7.0, 90.0, 0),
            of(1.0, 3.1, 40.0, 8),
            of(0.0, 0.0, 90.0, 30),
            of(0.0, 0.0, 90.0, 7),
            of(0.0, 0.0, 20.0, 0),
            of(0.0, 0.0, 49.9, 0),
            of(0.0, 0.0, 50.0, 0),
            of(0.0, 0.0, 69.9, 0),
            reasons(None, None, Timestamp::UNIX_EPOCH),
            of(1.0, 3.0, 70.0, 6),
        ];
        let places: Vec<_> = in_order.iter().map(|reasons| place(reasons)).collect();
        assert!(places.is_sorted(), "{places:?}");
    }

    #[test]
    fn every_reason_is_named_and_what_is_long_past_is_none() {
        use CallReason::{InRange, Low, NoData, VeryLow};
        assert_eq!(of(2.0, 3.0, 45.0, 8), [VeryLow(2.0), Low(5.0), NoData(8), InRange(45.0)]);
        assert_eq!(of(2.0, 3.0, 45.0, 14), [NoData(14)]);
        assert_eq!(of(1.0, 3.0, 70.0, 6), []);
        let few = Summary14 { readings: 95, very_low: 50.0, ..Summary14::default() };
        assert_eq!(reasons(Some(&few), Some(Timestamp::UNIX_EPOCH), Timestamp::UNIX_EPOCH), []);
    }
}

//! How much of the time was spent in which range, and how that is shown.

use crate::{
    ranges::{Band, Ranges},
    reading::Reading,
    series::Series,
    tally::Tally,
};
use jiff::{Timestamp, tz::TimeZone};

/// One part of the time.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Share {
    /// How many readings.
    pub readings: u64,
    /// Percent of the time, unrounded: compare this with goals.
    pub percent: f64,
}

/// Times in ranges. Each reading counts once; where readings of several rhythms are mixed (a sensor of 15 minutes, then
/// one of 5), each weighs its own interval (metrics 1.10, pitfall 5).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeInRange {
    /// All readings that were counted.
    pub readings: u64,
    /// Under 54 mg/dL (3.0 mmol/L).
    pub very_low: Share,
    /// From there to under the low limit.
    pub low: Share,
    /// Between the limits, both included.
    pub in_range: Share,
    /// Above, up to the very high limit.
    pub high: Share,
    /// Above 250 mg/dL (13.9 mmol/L).
    pub very_high: Share,
    /// 70–140 mg/dL (3.9–7.8 mmol/L), which overlaps the others.
    pub tight: Share,
}

/// The five percentages as shown: rounded half to even, and made to add up to 100 at *high*, as AGP reports do
/// (metrics 1.10, pitfall 1; Tidepool `reconcileTIRPercentages`).
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names are the field's own")]
pub struct ShownShares {
    pub very_low: f64,
    pub low: f64,
    pub in_range: f64,
    pub high: f64,
    pub very_high: f64,
}

impl TimeInRange {
    /// Of the sensor's readings (of its scans, when there is nothing else); none without any.
    /// Their order does not matter.
    pub fn of(readings: &[Reading], ranges: &Ranges) -> Option<Self> {
        let series = Series::of(readings, Timestamp::MIN, Timestamp::MAX, &TimeZone::UTC);
        Self::of_tally(&Tally::of(series.compared().unwrap_or(&series.mg_dl), series.weights.as_deref()), ranges)
    }

    /// Of values to compare with limits in mg/dL.
    pub(crate) fn of_tally(compared: &Tally, ranges: &Ranges) -> Option<Self> {
        let limits = &ranges.mg_dl;
        let share = |is_wanted: &dyn Fn(f64) -> bool| Share {
            readings: compared.count_of(is_wanted),
            percent: compared.percent(is_wanted),
        };
        let band = |band: Band| share(&|value| limits.band(value) == band);
        (compared.count > 0).then(|| Self {
            readings: compared.count,
            very_low: band(Band::VeryLow),
            low: band(Band::Low),
            in_range: band(Band::In),
            high: band(Band::High),
            very_high: band(Band::VeryHigh),
            tight: share(&|value| value >= limits.tight_low && value <= limits.tight_high),
        })
    }

    /// The share of one band.
    pub fn share(&self, band: Band) -> Share {
        match band {
            Band::VeryLow => self.very_low,
            Band::Low => self.low,
            Band::In => self.in_range,
            Band::High => self.high,
            Band::VeryHigh => self.very_high,
        }
    }

    /// Low and very low together.
    pub fn below(&self) -> Share {
        self.very_low + self.low
    }

    /// High and very high together.
    pub fn above(&self) -> Share {
        self.high + self.very_high
    }

    /// As shown, with this many decimals (AGP: none). Where *high* is too small to give what is over, *in range* does.
    pub fn shown(&self, decimals: u8) -> ShownShares {
        let round = |share: Share| round_half_even(share.percent, decimals);
        let (very_low, low, in_range, very_high) =
            (round(self.very_low), round(self.low), round(self.in_range), round(self.very_high));
        let rest = round_half_even(100.0 - very_low - low - in_range - very_high, decimals);
        ShownShares { very_low, low, in_range: in_range + rest.min(0.0), high: rest.max(0.0), very_high }
    }
}

impl std::ops::Add for Share {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { readings: self.readings + other.readings, percent: self.percent + other.percent }
    }
}

/// Rounds to `decimals` digits, half to even, as AGP reports do (Tidepool `bankersRound`, metrics 1.10).
/// The decision is taken on the decimal number that a person sees, so 0.25 becomes 0.2 and 2.675 becomes 2.68.
pub fn round_half_even(value: f64, decimals: u8) -> f64 {
    let scale = 10_f64.powi(i32::from(decimals));
    let scaled = value * scale;
    let nearest = scaled.round();
    let is_half = ((scaled - scaled.trunc()).abs() - 0.5).abs() < 1e-9;
    let rounded = if is_half { 2.0 * (scaled / 2.0).round() } else { nearest };
    rounded / scale
}

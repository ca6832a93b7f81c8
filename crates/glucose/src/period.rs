//! Spans of days in the record's zone.

use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};

/// Whole local days, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first local day.
    pub first: Date,
    /// The last local day.
    pub last: Date,
}

impl Period {
    /// `days` days that end on `last`.
    pub fn ending(last: Date, days: u16) -> Self {
        let back = Span::new().days(i64::from(days.max(1)) - 1);
        Self { first: last.checked_sub(back).unwrap_or(Date::MIN), last }
    }

    /// Number of days.
    pub fn days(&self) -> u32 {
        self.first.until(self.last).map_or(0, |span| span.get_days().unsigned_abs()) + 1
    }

    /// From the first instant of the first day to the first instant after the last one.
    pub fn instants(&self, zone: &TimeZone) -> (Timestamp, Timestamp) {
        let start = |day: Date| day.to_zoned(zone.clone()).map_or(Timestamp::MAX, |zoned| zoned.timestamp());
        (start(self.first), self.last.tomorrow().map_or(Timestamp::MAX, start))
    }
}

/// The local day on which an instant falls.
pub fn local_day(at: Timestamp, zone: &TimeZone) -> Date {
    zone.to_datetime(at).date()
}

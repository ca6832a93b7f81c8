//! The wall clock of a zone, fast: the offset is looked up once between two transitions, not once a reading.

use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};

/// Milliseconds of a day of 24 hours.
pub(crate) const DAY_MS: i64 = 86_400_000;

/// Milliseconds of a minute.
pub(crate) const MINUTE_MS: i64 = 60_000;

/// Answers what the wall clock showed. Quickest when asked in order of time.
pub(crate) struct WallClock<'zone> {
    zone: &'zone TimeZone,
    offset_ms: i64,
    since_ms: i64,
    until_ms: i64,
}

impl<'zone> WallClock<'zone> {
    pub(crate) fn new(zone: &'zone TimeZone) -> Self {
        Self { zone, offset_ms: 0, since_ms: i64::MAX, until_ms: i64::MIN }
    }

    /// What the wall clock showed, in milliseconds since 1970 on that clock.
    pub(crate) fn at(&mut self, utc_ms: i64) -> i64 {
        if utc_ms < self.since_ms || utc_ms >= self.until_ms {
            self.look_up(utc_ms);
        }
        utc_ms + self.offset_ms
    }

    /// The first instant after the one last asked for at which the offset changes.
    pub(crate) fn next_change(&self) -> i64 {
        self.until_ms
    }

    fn look_up(&mut self, utc_ms: i64) {
        let at =
            Timestamp::from_millisecond(utc_ms).unwrap_or(if utc_ms < 0 { Timestamp::MIN } else { Timestamp::MAX });
        self.offset_ms = i64::from(self.zone.to_offset(at).seconds()) * 1000;
        self.since_ms = utc_ms;
        self.until_ms = self.zone.following(at).next().map_or(i64::MAX, |next| next.timestamp().as_millisecond());
    }
}

/// The local day, in days since 1970, of a moment on the wall clock.
pub(crate) fn day_of(wall_ms: i64) -> i64 {
    wall_ms.div_euclid(DAY_MS)
}

/// The minute of the local day of a moment on the wall clock.
pub(crate) fn minute_of(wall_ms: i64) -> u16 {
    (wall_ms.rem_euclid(DAY_MS) / MINUTE_MS) as u16
}

/// The date of a day in days since 1970.
pub(crate) fn date_of(day: i64) -> Date {
    let past = Span::new().try_days(day).ok();
    past.and_then(|span| EPOCH.checked_add(span).ok()).unwrap_or(if day < 0 { Date::MIN } else { Date::MAX })
}

/// A date in days since 1970.
pub(crate) fn number_of(date: Date) -> i64 {
    EPOCH.until(date).map_or(0, |span| i64::from(span.get_days()))
}

const EPOCH: Date = jiff::civil::date(1970, 1, 1);

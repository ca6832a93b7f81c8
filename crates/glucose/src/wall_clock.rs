//! The wall clock of a zone, fast: the offset is looked up once between two transitions, not once a reading.

use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};
use std::ops::Range;

/// Milliseconds of a day of 24 hours.
pub(crate) const DAY_MS: i64 = 86_400_000;

/// Milliseconds of a minute.
pub(crate) const MINUTE_MS: i64 = 60_000;

/// One local day's readings.
#[derive(Clone, Debug)]
pub(crate) struct LocalDay {
    /// Days since 1970.
    pub day: i64,
    /// Their places in the series.
    pub places: Range<usize>,
    /// The offset of the clock, in milliseconds, from each of these places on; more than one when it was set.
    pub offsets: Vec<(usize, i64)>,
}

impl LocalDay {
    /// Milliseconds of the day, by the wall clock, at one of its places.
    pub(crate) fn wall_ms(&self, at: &[i64], place: usize) -> i64 {
        let offset = self.offsets.iter().rev().find(|(start, _)| *start <= place).map_or(0, |(_, offset)| *offset);
        at[place] + offset - self.day * DAY_MS
    }

    /// Adds the minute of the day by the wall clock of each of its instants.
    fn add_minutes(&self, at: &[i64], minutes: &mut Vec<u16>) {
        for (index, (start, offset)) in self.offsets.iter().enumerate() {
            let end = self.offsets.get(index + 1).map_or(self.places.end, |(next, _)| *next);
            let to_midnight = offset - self.day * DAY_MS;
            minutes.extend(at[*start..end].iter().map(|at| ((at + to_midnight) as u32 / MINUTE_MS as u32) as u16));
        }
    }
}

/// The minute of the local day by the wall clock, of each instant.
pub(crate) fn minutes(days: &[LocalDay], at: &[i64]) -> Vec<u16> {
    let mut list = Vec::with_capacity(at.len());
    days.iter().for_each(|day| day.add_minutes(at, &mut list));
    list
}

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

    /// The local days of rising instants.
    pub(crate) fn days(&mut self, at: &[i64]) -> Vec<LocalDay> {
        let mut list: Vec<LocalDay> = Vec::new();
        let mut start = 0;
        while start < at.len() {
            let wall = self.at(at[start]);
            let end_of_run = (at[start] + DAY_MS - wall.rem_euclid(DAY_MS)).min(self.until_ms);
            let end = start + at[start..].partition_point(|at| *at < end_of_run);
            match list.last_mut() {
                Some(last) if last.day == day_of(wall) => {
                    last.places.end = end;
                    last.offsets.push((start, self.offset_ms));
                }
                _ => list.push(LocalDay {
                    day: day_of(wall),
                    places: start..end,
                    offsets: vec![(start, self.offset_ms)],
                }),
            }
            start = end;
        }
        list
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
        let at = instant(utc_ms);
        self.offset_ms = i64::from(self.zone.to_offset(at).seconds()) * 1000;
        // "Preceding" is strictly before, and a change at this very instant counts already.
        let before = self.zone.preceding(instant(utc_ms.saturating_add(1))).next();
        self.since_ms = before.map_or(i64::MIN, |change| change.timestamp().as_millisecond());
        let after = self.zone.following(at).next();
        self.until_ms = after.map_or(i64::MAX, |change| change.timestamp().as_millisecond());
    }
}

fn instant(utc_ms: i64) -> Timestamp {
    Timestamp::from_millisecond(utc_ms).unwrap_or(if utc_ms < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// The local day, in days since 1970, of a moment on the wall clock.
pub(crate) fn day_of(wall_ms: i64) -> i64 {
    wall_ms.div_euclid(DAY_MS)
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

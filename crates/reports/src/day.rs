//! One day, or the last hours, of one person: what a chart and a table of it show.

use glucose::{Event, InsulinTotals, Reading, ReadingKind, basal_rates};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

/// A stretch of time with its readings and events in order.
#[derive(Clone, Debug)]
pub struct DayView {
    /// The first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
    /// Whose wall clock the hours follow.
    pub zone: TimeZone,
    /// The local day, when it is a whole one.
    pub on: Option<Date>,
    /// In order of time.
    pub readings: Vec<Reading>,
    /// In order of time.
    pub events: Vec<Event>,
    /// Basal rates as they were given: from, to, U/h. A segment may begin before the stretch; it is clipped.
    pub basal: Vec<(Timestamp, Timestamp, f64)>,
    /// Sums of insulin and carbohydrate.
    pub insulin: InsulinTotals,
}

impl DayView {
    /// A local day, from midnight to midnight: 23 or 25 hours when the clocks change.
    pub fn of_day(on: Date, readings: &[Reading], events: &[Event], zone: &TimeZone) -> Self {
        let (from, to) = glucose::Period { first: on, last: on }.instants(zone);
        Self { on: Some(on), ..Self::between(from, to, readings, events, zone) }
    }

    /// The hours before an instant.
    pub fn last_hours(to: Timestamp, hours: u8, readings: &[Reading], events: &[Event], zone: &TimeZone) -> Self {
        let from = to.saturating_sub(SignedDuration::from_hours(i64::from(hours))).unwrap_or(Timestamp::MIN);
        Self::between(from, to, readings, events, zone)
    }

    /// Whatever falls between two instants. The order of input does not matter. Hand in the events of the days before
    /// and after as well: a basal segment may begin there, or end this one's last.
    pub fn between(from: Timestamp, to: Timestamp, readings: &[Reading], events: &[Event], zone: &TimeZone) -> Self {
        let mut readings: Vec<Reading> =
            readings.iter().filter(|reading| reading.at >= from && reading.at < to).copied().collect();
        readings.sort_by_key(|reading| reading.at);
        let within = |event: &&Event| event.at >= from && event.at < to;
        let mut inside: Vec<Event> = events.iter().filter(within).cloned().collect();
        inside.sort_by_key(|event| event.at);
        let (basal, insulin) = (basal_rates(events, from, to), InsulinTotals::of(events, from, to, zone));
        Self { from, to, zone: zone.clone(), on: None, readings, events: inside, basal, insulin }
    }

    /// Where an instant stands: 0 at the start, 1 at the end.
    pub(crate) fn part(&self, at: Timestamp) -> f64 {
        let span = self.to.as_millisecond() - self.from.as_millisecond();
        (at.as_millisecond() - self.from.as_millisecond()) as f64 / span.max(1) as f64
    }

    /// Full hours of the wall clock within the stretch, with the hour they show; those that `step` divides.
    pub(crate) fn hours(&self, step: i8) -> Vec<(Timestamp, i8)> {
        let first = self.zone.to_datetime(self.from);
        let past = i64::from(first.minute()) * 60_000 + i64::from(first.second()) * 1000;
        let wait = if past == 0 { 0 } else { 3_600_000 - past };
        let mut hours = Vec::new();
        let mut at = self.from.as_millisecond() + wait;
        while at <= self.to.as_millisecond() {
            let instant = Timestamp::from_millisecond(at).expect("between two timestamps");
            let hour = self.zone.to_datetime(instant).hour();
            if hour % step == 0 {
                hours.push((instant, hour));
            }
            at += 3_600_000;
        }
        hours
    }

    /// Readings of one kind.
    pub(crate) fn of_kind(&self, kind: ReadingKind) -> impl Iterator<Item = &Reading> {
        self.readings.iter().filter(move |reading| reading.kind == kind)
    }
}

//! One day, or the last hours, of one person: what a chart and a table of it show.

use glucose::{Event, EventKind, Reading, ReadingKind};
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
    /// In order of time; basal segments that reach into the stretch are among them.
    pub events: Vec<Event>,
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

    /// Whatever falls between two instants. The order of input does not matter.
    pub fn between(from: Timestamp, to: Timestamp, readings: &[Reading], events: &[Event], zone: &TimeZone) -> Self {
        let mut readings: Vec<Reading> =
            readings.iter().filter(|reading| reading.at >= from && reading.at < to).copied().collect();
        readings.sort_by_key(|reading| reading.at);
        let mut events: Vec<Event> = events.iter().filter(|event| reaches_into(event, from, to)).cloned().collect();
        events.sort_by_key(|event| event.at);
        drop_finished_basal(&mut events, from);
        Self { from, to, zone: zone.clone(), on: None, readings, events }
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

    /// Basal segments clipped to the stretch: from, to, U/h. One whose end is not known lasts until the next one, or
    /// until the last thing that is known.
    pub(crate) fn basal(&self) -> Vec<(Timestamp, Timestamp, f64)> {
        let segments: Vec<(Timestamp, f64, Option<i64>)> = self
            .events
            .iter()
            .filter_map(|event| match event.kind {
                EventKind::Basal { rate, duration_ms, .. } => Some((event.at, rate, duration_ms)),
                _ => None,
            })
            .collect();
        let known_until = self.known_until();
        let ends = segments.iter().enumerate().map(|(index, (at, _, duration))| {
            let next = segments.get(index + 1).map(|next| next.0);
            let own = duration.map(|duration| plus(*at, duration));
            own.into_iter().chain(next).min().unwrap_or(known_until).min(self.to)
        });
        let clipped = segments.iter().zip(ends).map(|((at, rate, _), end)| ((*at).max(self.from), end, *rate));
        clipped.filter(|(from, to, _)| from < to).collect()
    }

    fn known_until(&self) -> Timestamp {
        let reading = self.readings.last().map(|reading| reading.at);
        let event = self.events.last().map(|event| event.at);
        reading.max(event).unwrap_or(self.from)
    }
}

/// Within the stretch, or a basal segment that started within the day before and may reach into it.
fn reaches_into(event: &Event, from: Timestamp, to: Timestamp) -> bool {
    let is_earlier_basal = || match event.kind {
        EventKind::Basal { duration_ms: Some(duration), .. } => plus(event.at, duration) > from,
        EventKind::Basal { duration_ms: None, .. } => plus(event.at, 24 * 3_600_000) > from,
        _ => false,
    };
    event.at < to && (event.at >= from || is_earlier_basal())
}

/// Of the segments that began earlier only the last can still be going on.
fn drop_finished_basal(events: &mut Vec<Event>, from: Timestamp) {
    let earlier = events.iter().take_while(|event| event.at < from).count();
    let starts_new = events.iter().any(|event| event.at == from && matches!(event.kind, EventKind::Basal { .. }));
    events.drain(..if starts_new { earlier } else { earlier.saturating_sub(1) });
}

fn plus(at: Timestamp, milliseconds: i64) -> Timestamp {
    at.saturating_add(SignedDuration::from_millis(milliseconds)).unwrap_or(Timestamp::MAX)
}

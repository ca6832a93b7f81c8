//! Basal insulin as segments of one rate that do not overlap (metrics 1.9; Tidepool `basal.js`).

use crate::{
    event::{BasalDelivery, Event},
    told::Told,
    wall_clock::{DAY_MS, WallClock},
};
use jiff::Timestamp;

/// Basal insulin as it was given between two instants, by rising instant: from, to and U/h. The same segments as the
/// totals are made of; time in which the pump was suspended is left out or has the rate 0. Events outside are looked at
/// too, because a segment may reach in and the next one ends it.
pub fn basal_rates(events: &[Event], from: Timestamp, to: Timestamp) -> Vec<(Timestamp, Timestamp, f64)> {
    let instant = |ms| Timestamp::from_millisecond(ms).unwrap_or(to);
    let mut list = segments(&Told::by(events), from.as_millisecond(), to.as_millisecond());
    list.sort_by_key(|segment| segment.start);
    list.into_iter().map(|segment| (instant(segment.start), instant(segment.end), segment.rate)).collect()
}

/// One rate for a while, in milliseconds of UTC.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Segment {
    pub start: i64,
    pub end: i64,
    /// U/h.
    pub rate: f64,
    pub delivery: BasalDelivery,
}

impl Segment {
    pub(crate) fn ms(&self) -> i64 {
        (self.end - self.start).max(0)
    }

    /// Calls with its part on each local day.
    pub(crate) fn by_day(&self, clock: &mut WallClock<'_>, mut call: impl FnMut(Self)) {
        let mut start = self.start;
        while start < self.end {
            let end = next_midnight(clock, start).min(self.end);
            call(Self { start, end, ..*self });
            start = end;
        }
    }

    /// What lies within `from` and `to`.
    fn clipped(self, from: i64, to: i64) -> Option<Self> {
        let clipped = Self { start: self.start.max(from), end: self.end.min(to), ..self };
        (clipped.start < clipped.end).then_some(clipped)
    }
}

/// When the next local day begins. A midnight that the clock skips is the first instant after it.
fn next_midnight(clock: &mut WallClock<'_>, at: i64) -> i64 {
    let until = DAY_MS - clock.at(at).rem_euclid(DAY_MS);
    let change = clock.next_change();
    if at + until <= change {
        return at + until;
    }
    // The clock is set before midnight comes: measure again from there.
    let wall_before = clock.at(change - 1);
    let wall_after = clock.at(change);
    if wall_after.div_euclid(DAY_MS) > wall_before.div_euclid(DAY_MS) {
        return change;
    }
    change + DAY_MS - wall_after.rem_euclid(DAY_MS)
}

/// All basal segments, clipped to the window. Each ends where the next begins, also when it was meant to last longer;
/// one without a duration lasts until the next one, at most a day, and goes on after a temporary one in between.
/// While the pump was suspended none delivers.
pub(crate) fn segments(told: &Told, from: i64, to: i64) -> Vec<Segment> {
    let last = told.last.unwrap_or(to);
    let mut list = Vec::with_capacity(told.segments.len());
    let mut running: Option<Segment> = None;
    for (index, (segment, is_open)) in told.segments.iter().enumerate() {
        let next = told.segments.get(index + 1).map(|(next, _)| next.start);
        let end = segment.end.min(next.unwrap_or(if *is_open { last } else { i64::MAX }));
        list.extend(Segment { end, ..*segment }.clipped(from, to));
        if *is_open {
            running = Some(*segment);
        } else if let Some(before) = running {
            let until = before.end.min(next.unwrap_or(last));
            list.extend(Segment { start: end, end: until, ..before }.clipped(from, to));
        }
    }
    let suspensions = suspensions(told, &list);
    if suspensions.is_empty() { list } else { without(&list, &suspensions) }
}

/// From each suspension to the next resumption. Without one, to the next segment that delivers.
fn suspensions(told: &Told, segments: &[Segment]) -> Vec<(i64, i64)> {
    let resumed_after = |at: i64| told.resumed.get(told.resumed.partition_point(|other| *other <= at)).copied();
    let delivering_after = |at: i64| {
        let later = &segments[segments.partition_point(|segment| segment.start <= at)..];
        later.iter().find(|segment| segment.rate > 0.0).map(|segment| segment.start)
    };
    let mut list: Vec<(i64, i64)> = Vec::new();
    for at in &told.suspended {
        if list.last().is_none_or(|(_, end)| at >= end) {
            list.push((*at, resumed_after(*at).or_else(|| delivering_after(*at)).unwrap_or(i64::MAX)));
        }
    }
    list
}

/// The segments with the parts in which the pump was suspended marked as such, at rate 0.
fn without(segments: &[Segment], suspensions: &[(i64, i64)]) -> Vec<Segment> {
    let mut list = Vec::with_capacity(segments.len());
    for segment in segments {
        let mut start = segment.start;
        let first = suspensions.partition_point(|(_, end)| *end <= segment.start);
        for (from, until) in suspensions[first..].iter().take_while(|(from, _)| *from < segment.end) {
            let suspended = Segment { start: (*from).max(start), end: (*until).min(segment.end), ..*segment };
            list.extend(Segment { end: suspended.start, start, ..*segment }.clipped(i64::MIN, i64::MAX));
            list.push(Segment { rate: 0.0, delivery: BasalDelivery::Suspended, ..suspended });
            start = suspended.end;
        }
        list.extend(Segment { start, ..*segment }.clipped(i64::MIN, i64::MAX));
    }
    list
}

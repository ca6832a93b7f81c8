//! Basal insulin as segments of one rate that do not overlap (metrics 1.9; Tidepool `basal.js`).

use crate::{
    event::{BasalDelivery, Event, EventKind},
    wall_clock::{DAY_MS, WallClock},
};

/// One rate for a while, in milliseconds of UTC.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Segment {
    pub start: i64,
    pub end: i64,
    /// U/h.
    pub rate: f64,
    pub delivery: BasalDelivery,
}

/// A segment that nobody ended is not believed for longer than this.
const LONGEST_MS: i64 = DAY_MS;

impl Segment {
    pub(crate) fn ms(&self) -> i64 {
        (self.end - self.start).max(0)
    }

    /// Its parts on each local day.
    pub(crate) fn by_day(&self, clock: &mut WallClock<'_>) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut start = self.start;
        while start < self.end {
            let end = next_midnight(clock, start).min(self.end);
            parts.push(Self { start, end, ..*self });
            start = end;
        }
        parts
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
pub(crate) fn segments(events: &[Event], from: i64, to: i64) -> Vec<Segment> {
    let mut told: Vec<(Segment, bool)> = events.iter().filter_map(as_told).collect();
    told.sort_by(|(a, _), (b, _)| a.start.cmp(&b.start).then(b.end.cmp(&a.end)).then(a.rate.total_cmp(&b.rate)));
    let last = events.iter().map(|event| event.at.as_millisecond()).max().unwrap_or(to);
    let mut list = Vec::with_capacity(told.len());
    let mut running: Option<Segment> = None;
    for (index, (segment, is_open)) in told.iter().enumerate() {
        let next = told.get(index + 1).map(|(next, _)| next.start);
        let limit = next.unwrap_or(if *is_open { last } else { i64::MAX });
        let end = segment.end.min(limit);
        list.push(Segment { end, ..*segment });
        if *is_open {
            running = Some(*segment);
        } else if let Some(before) = running {
            list.push(Segment { start: end, end: before.end.min(next.unwrap_or(last)), ..before });
        }
    }
    let list: Vec<Segment> = list.into_iter().filter_map(|segment| segment.clipped(from, to)).collect();
    without(&list, &suspensions(events, &list))
}

/// A segment as an event tells it, and whether its end is open.
fn as_told(event: &Event) -> Option<(Segment, bool)> {
    let EventKind::Basal { rate, duration_ms, delivery } = event.kind else { return None };
    let start = event.at.as_millisecond();
    let rate = if rate.is_finite() && delivery != BasalDelivery::Suspended { rate.max(0.0) } else { 0.0 };
    let end = start.saturating_add(duration_ms.unwrap_or(LONGEST_MS).max(0));
    Some((Segment { start, end, rate, delivery }, duration_ms.is_none()))
}

/// From each suspension to the next resumption. Without one, to the next segment that delivers.
fn suspensions(events: &[Event], segments: &[Segment]) -> Vec<(i64, i64)> {
    let instants = |is_wanted: fn(&EventKind) -> bool| {
        let mut list: Vec<i64> =
            events.iter().filter(|event| is_wanted(&event.kind)).map(|event| event.at.as_millisecond()).collect();
        list.sort_unstable();
        list
    };
    let resumed = instants(|kind| matches!(kind, EventKind::Resume));
    let first_after = |list: &[i64], at: i64| list.get(list.partition_point(|other| *other <= at)).copied();
    let delivering: Vec<i64> =
        segments.iter().filter(|segment| segment.rate > 0.0).map(|segment| segment.start).collect();
    let end_of = |at: i64| first_after(&resumed, at).or_else(|| first_after(&delivering, at)).unwrap_or(i64::MAX);
    let mut list: Vec<(i64, i64)> = Vec::new();
    for at in instants(|kind| matches!(kind, EventKind::Suspend { .. })) {
        if list.last().is_none_or(|(_, end)| at >= *end) {
            list.push((at, end_of(at)));
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

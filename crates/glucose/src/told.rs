//! What events tell of basal insulin and the loop, sorted out in one pass.

use crate::{
    basal::Segment,
    event::{BasalDelivery, Event, EventKind},
    wall_clock::DAY_MS,
};
use jiff::Timestamp;

/// Basal segments, suspensions, modes and sums of days, each by rising instant.
#[derive(Default)]
pub(crate) struct Told {
    /// Each with whether its end is open.
    pub segments: Vec<(Segment, bool)>,
    pub suspended: Vec<i64>,
    pub resumed: Vec<i64>,
    /// Since when the loop doses by itself, or does not.
    pub modes: Vec<(i64, bool)>,
    /// Instants of the sums of a day's automatic insulin.
    pub day_totals: Vec<Timestamp>,
    /// The last instant of any event.
    pub last: Option<i64>,
}

/// A segment that nobody ended is not believed for longer than this.
const LONGEST_MS: i64 = DAY_MS;

impl Told {
    /// Of events in any order.
    pub(crate) fn by(events: &[Event]) -> Self {
        let mut told = Self::default();
        for event in events {
            told.add(event);
        }
        told.suspended.sort_unstable();
        told.resumed.sort_unstable();
        told.modes.sort_unstable();
        told.day_totals.sort_unstable();
        let by_start = |a: &Segment, b: &Segment| a.start.cmp(&b.start).then(b.end.cmp(&a.end));
        told.segments.sort_by(|(a, _), (b, _)| by_start(a, b).then(a.rate.total_cmp(&b.rate)));
        told
    }

    fn add(&mut self, event: &Event) {
        let at = event.at.as_millisecond();
        self.last = self.last.max(Some(at));
        match event.kind {
            EventKind::Basal { rate, duration_ms, delivery } => {
                self.segments.push((segment(at, rate, duration_ms, delivery), duration_ms.is_none()));
            }
            EventKind::Suspend { .. } => self.suspended.push(at),
            EventKind::Resume => self.resumed.push(at),
            EventKind::Mode { automated: Some(automated), .. } => self.modes.push((at, automated)),
            EventKind::AutoInsulinDay { .. } => self.day_totals.push(event.at),
            _ => {}
        }
    }
}

fn segment(start: i64, rate: f64, duration_ms: Option<i64>, delivery: BasalDelivery) -> Segment {
    let rate = if rate.is_finite() && delivery != BasalDelivery::Suspended { rate.max(0.0) } else { 0.0 };
    Segment { start, end: start.saturating_add(duration_ms.unwrap_or(LONGEST_MS).max(0)), rate, delivery }
}

//! Automatic and manual mode, where the file has a sum of automatic insulin a day and no single doses: from the
//! days that have a sum, but for the hours that are proven manual.

use super::{entry::Sited, loop_spans::manual_hours};
use crate::{Import, clock::Clock, wall::Wall};
use glucose::{EventKind, NewEvent};
use jiff::Timestamp;

const DAY: i64 = 86_400;

/// Midnights of days, rising.
pub(super) struct Days<'d> {
    /// Those of which the whole sum is known.
    pub whole: &'d [Wall],
    /// All that have any.
    pub listed: &'d [Wall],
    /// The newest row of the file, whichever device wrote it.
    pub newest: Option<Wall>,
}

pub(super) fn join(sited: &[Sited<'_>], days: Days<'_>, clock: &mut Clock<'_>, import: &mut Import) {
    let manual = manual_hours(sited);
    let last = sited.last().map_or(i64::MIN, |one| one.at.as_millisecond());
    let zone = clock.zone();
    let mut tell = |at_ms: i64, automated: bool| {
        let Ok(at) = Timestamp::from_millisecond(at_ms) else { return };
        let offset_min = (zone.to_offset(at).seconds() / 60) as i16;
        let name = if automated { "automatic" } else { "manual" };
        let kind = EventKind::Mode { name: name.to_owned(), automated: Some(automated) };
        import.events.push(NewEvent::new(at, offset_min, kind));
    };
    for day in days.whole {
        let next = Wall(day.0 + DAY);
        let (from, to) = (clock.place(*day).at.as_millisecond(), clock.place(next).at.as_millisecond());
        let parts = manual.outside(from, to);
        if parts.first().is_none_or(|(start, _)| *start > from) {
            tell(from, false);
        }
        // Nothing is known yet of a day that the file does not reach.
        let goes_on = days.listed.binary_search(&next).is_ok() || days.newest.is_none_or(|newest| newest < next);
        for (start, end) in parts {
            tell(start, true);
            if end < to || !goes_on {
                tell(end.min(last).max(start), false);
            }
        }
    }
}

//! Where a pump's wall times fall, when its clock is set by hand: days after summer time began or ended, or a day
//! before.
//!
//! ```text
//! zone     ----- +2 -----|(Oct 26)------------ +1 ------------
//! device   ----- +2 -----------------|(set back Oct 30)-- +1 -
//!                        ^ late: still +2 ^
//! ```

use super::entry::{Entry, What};
use crate::{
    bogus::is_after_reset,
    clock::{Clock, InOrder, Placed},
    wall::Wall,
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

const DAY: i64 = 86_400;
/// A change of the clock smaller than this corrects its drift.
const LEAST_SHIFT: i64 = 20 * 60;
/// More in one file are damage.
const MOST_CHANGES: usize = 200;
/// How exactly a person sets a clock.
const TOLERANCE: i64 = 10 * 60;

/// The device's clock was set: from one wall time to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub from: Wall,
    pub to: Wall,
}

impl Change {
    pub fn by(self) -> i64 {
        self.to.0 - self.from.0
    }

    /// From a date before the clock was set to a real one.
    pub fn is_first_setting(self) -> bool {
        self.by() > 30 * DAY && is_after_reset(self.from)
    }
}

pub(super) fn changes(entries: &[Entry<'_>]) -> Vec<Change> {
    let change = |entry: &Entry<'_>| match entry.what {
        What::ClockSet(to) => Some(Change { from: entry.wall, to }),
        _ => None,
    };
    entries.iter().filter_map(change).filter(|change| change.by() != 0).take(MOST_CHANGES).collect()
}

/// A span of wall time in which the device was not at the zone's offset.
#[derive(Clone, Copy)]
struct Astray {
    first: Wall,
    last: Wall,
    offset: i32,
    /// The clock is set at the end of the span (late), or was at its beginning (early).
    is_late: bool,
    change: Change,
}

/// Places the rows of one sequence, oldest first.
pub(super) struct Timeline {
    astray: Vec<Astray>,
    /// Which of `astray` hold now: late ones until the change, early ones from it.
    holds: Vec<bool>,
    latest: Option<Wall>,
    order: InOrder,
    pub placed_astray: usize,
}

impl Timeline {
    pub fn new(changes: &[Change], clock: &mut Clock<'_>) -> Self {
        let astray: Vec<Astray> = changes.iter().filter_map(|change| astray(*change, clock)).collect();
        let holds = astray.iter().map(|span| span.is_late).collect();
        Self { astray, holds, latest: None, order: InOrder::default(), placed_astray: 0 }
    }

    pub fn place(&mut self, clock: &mut Clock<'_>, wall: Wall) -> Placed {
        if !self.astray.is_empty()
            && let Some(offset) = self.astray_offset(wall)
        {
            self.placed_astray += 1;
            return Placed::with_offset(wall, offset);
        }
        self.order.place(clock, wall)
    }

    /// The device's own offset when it differs from the zone's just then.
    fn astray_offset(&mut self, wall: Wall) -> Option<i32> {
        let stepped_back = self.latest.is_some_and(|latest| latest.0 - wall.0 >= InOrder::STEP_BACK);
        for (span, holds) in self.astray.iter().zip(&mut self.holds) {
            let change = span.change;
            let forward = change.by() > 0;
            let between = wall >= change.from.min(change.to) && wall <= change.from.max(change.to);
            let is_past = match forward {
                true => wall >= change.to,
                false => wall > change.from || (between && stepped_back),
            };
            if is_past && wall.0 - change.from.0 < 40 * DAY {
                *holds = !span.is_late;
            }
        }
        self.latest = if stepped_back { Some(wall) } else { self.latest.max(Some(wall)) };
        let spans = self.astray.iter().zip(&self.holds);
        spans
            .filter(|(_, holds)| **holds)
            .find_map(|(span, _)| (span.first <= wall && wall <= span.last).then_some(span.offset))
    }
}

/// The span in which the device went astray, if the change is one for summer time made late or early.
fn astray(change: Change, clock: &mut Clock<'_>) -> Option<Astray> {
    if change.by().abs() < LEAST_SHIFT {
        return None;
    }
    let zone = clock.zone();
    let at = clock.place(change.from).at;
    let late = zone.preceding(at).next().map(|transition| transition.timestamp());
    let early = zone.following(at).next().map(|transition| transition.timestamp());
    let fits = |transition: &Timestamp, days: i64| {
        let (before, after) = offsets(zone, *transition);
        let away = (at.as_second() - transition.as_second()).abs();
        (change.by() - i64::from(after - before)).abs() <= TOLERANCE && away <= days * DAY
    };
    if let Some(transition) = late.filter(|transition| fits(transition, 31)) {
        let offset = offsets(zone, transition).0;
        let first = Wall(transition.as_second() + i64::from(offset));
        return Some(Astray { first, last: change.from, offset, is_late: true, change });
    }
    let transition = early.filter(|transition| fits(transition, 3))?;
    let (before, offset) = offsets(zone, transition);
    // To the end of the hour that occurs twice: such a clock shows it once, as the second.
    let last = Wall(transition.as_second() + i64::from(before.max(offset)) - 1);
    Some(Astray { first: change.to, last, offset, is_late: false, change })
}

fn offsets(zone: &TimeZone, transition: Timestamp) -> (i32, i32) {
    let just_before = transition.saturating_sub(SignedDuration::from_secs(1)).unwrap_or(transition);
    (zone.to_offset(just_before).seconds(), zone.to_offset(transition).seconds())
}

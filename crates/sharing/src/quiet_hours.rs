//! Hours of the week at which somebody is not to be woken, by the clock where they live.

use crate::weekly_pause::WeeklyPause;
use jiff::{Timestamp, tz::TimeZone};

/// Nights of working days and nights of the weekend, say; an urgent low gets through unless it is chosen otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QuietHours {
    /// Each for some days of the week.
    pub hours: Vec<WeeklyPause>,
    /// Whether even an urgent low waits.
    pub urgent_waits: bool,
}

impl QuietHours {
    /// Until when something waits that came up at `at`; none when it may be said.
    pub fn waits_until(&self, urgent: bool, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        if urgent && !self.urgent_waits {
            return None;
        }
        let until = |from: Timestamp| self.hours.iter().filter_map(|hours| hours.paused_until(from, zone)).max();
        // One set of hours may end within another; a week of steps is more than any plan has.
        let (mut end, mut steps) = (until(at)?, 0);
        while let Some(later) = until(end).filter(|later| *later > end && steps < 32) {
            (end, steps) = (later, steps + 1);
        }
        Some(end)
    }
}

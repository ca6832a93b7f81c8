//! Dates that cannot be right: rows written before the device's clock was set, or far in the future.

use crate::wall::Wall;

const DAY: i64 = 86_400;
/// 1970-01-01, 2000-01-01, 2016-01-01: where clocks of these devices begin after a reset.
const RESETS: [i64; 3] = [0, 946_684_800, 1_451_606_400];
/// How long a clock may run on before somebody sets it.
const UNSET_FOR: i64 = 14 * DAY;
/// How far the file's other rows must be from a reset date for it to be one.
const FAR: i64 = 60 * DAY;

/// What is known of a file's time, to tell bogus dates from real ones. No clock is asked.
pub(crate) struct Bounds {
    middle: Wall,
    latest: Option<Wall>,
}

impl Bounds {
    /// From the wall times of the file's rows, and the day of its export where it names one.
    pub fn of(mut walls: Vec<Wall>, exported: Option<Wall>) -> Self {
        let half = walls.len() / 2;
        let middle = if walls.is_empty() { Wall(0) } else { *walls.select_nth_unstable(half).1 };
        Self { middle, latest: exported.map(|wall| Wall(wall.0 + DAY)) }
    }

    /// Why a wall time cannot be right; `None` when it can.
    pub fn bogus(&self, wall: Wall) -> Option<&'static str> {
        let is_reset = |reset: &i64| {
            (*reset..*reset + UNSET_FOR).contains(&wall.0) && (self.middle.0 - reset > FAR || *reset == 0)
        };
        if RESETS.iter().any(is_reset) {
            return Some("The device's clock had not been set when this was recorded.");
        }
        let is_late = self.latest.is_some_and(|latest| wall > latest);
        is_late.then_some("This date lies after the day of the export.")
    }
}

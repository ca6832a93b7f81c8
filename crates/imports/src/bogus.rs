//! Dates that cannot be right: rows written before the device's clock was set, or far in the future.

use crate::wall::Wall;

const DAY: i64 = 86_400;
/// 2000-01-01, 2005-01-01, 2016-01-01: where clocks of these devices begin after a reset. (1970 is never real.)
const RESETS: [i64; 3] = [946_684_800, 1_104_537_600, 1_451_606_400];
/// How long a clock may run on before somebody sets it.
const UNSET_FOR: i64 = 14 * DAY;
/// Rows this near before or after that time show that the date was real.
const NEAR: i64 = 30 * DAY;
/// How far the file's other rows must be from a reset date for it to be one.
const FAR: i64 = 60 * DAY;

/// Whether a clock that was just reset could show this.
pub(crate) fn is_after_reset(wall: Wall) -> bool {
    wall.0 < UNSET_FOR && wall.0 >= 0 || RESETS.iter().any(|reset| (*reset..*reset + UNSET_FOR).contains(&wall.0))
}

/// What is known of a file's time, to tell bogus dates from real ones. No clock is asked.
pub(crate) struct Bounds {
    /// The resets after which this file has rows that belong to nothing around them.
    resets: Vec<i64>,
    latest: Option<Wall>,
}

impl Bounds {
    /// From the wall times of the file's rows, and the day of its export where it names one.
    pub fn of(mut walls: Vec<Wall>, exported: Option<Wall>) -> Self {
        let half = walls.len() / 2;
        let middle = if walls.is_empty() { Wall(0) } else { *walls.select_nth_unstable(half).1 };
        let stands_apart = |reset: i64| {
            let around = |wall: &Wall| {
                (reset - NEAR..reset).contains(&wall.0)
                    || (reset + UNSET_FOR..reset + UNSET_FOR + NEAR).contains(&wall.0)
            };
            middle.0 - reset > FAR && !walls.iter().any(around)
        };
        let resets = RESETS.into_iter().filter(|reset| stands_apart(*reset)).collect();
        Self { resets, latest: exported.map(|wall| Wall(wall.0 + DAY)) }
    }

    /// Why a wall time cannot be right; `None` when it can.
    pub fn bogus(&self, wall: Wall) -> Option<&'static str> {
        let is_unset = |reset: &i64| (*reset..*reset + UNSET_FOR).contains(&wall.0);
        if is_unset(&0) || self.resets.iter().any(is_unset) {
            return Some("The device's clock had not been set when this was recorded.");
        }
        let is_late = self.latest.is_some_and(|latest| wall > latest);
        is_late.then_some("This date lies after the day of the export.")
    }
}

#[cfg(test)]
mod tests {
    use super::Bounds;
    use crate::wall::{DateOrder, Wall};

    fn wall(text: &str) -> Wall {
        Wall::parse_both(DateOrder::YearMonthDay, text).unwrap()
    }

    #[test]
    fn dates_of_an_unset_clock_are_set_apart_from_real_ones() {
        let unset = Bounds::of(vec![wall("2016-01-01"), wall("2025-06-10"), wall("2025-06-11")], None);
        assert!(unset.bogus(wall("2016-01-01 00:00:30")).is_some());
        assert!(unset.bogus(wall("1970-01-01 00:00:30")).is_some());
        assert!(unset.bogus(wall("2016-02-01")).is_none());

        let days = (0..500).map(|day| Wall(wall("2015-12-20").0 + day * 86_400));
        let real = Bounds::of(days.collect(), Some(wall("2017-06-01")));
        assert!(real.bogus(wall("2016-01-01 12:00:00")).is_none());
        assert!(real.bogus(wall("2017-06-01 20:00:00")).is_none());
        assert!(real.bogus(wall("2017-06-03")).is_some());
    }
}

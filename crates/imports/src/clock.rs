//! Device wall time becomes instants, by the record's zone.
//!
//! An hour that occurs twice is told apart by the order of rows or by a counter, else it is the first; a skipped
//! hour is shifted forward. Both are counted and remarked. Offsets are kept between transitions of the zone, so
//! that a row costs no lookup.

use crate::wall::Wall;
use jiff::{SignedDuration, Timestamp, tz::AmbiguousOffset, tz::TimeZone};

/// Where a wall time fell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placed {
    pub at: Timestamp,
    /// The device's wall clock minus UTC, in minutes.
    pub offset_min: i16,
}

impl Placed {
    /// An instant whose offset is known, in seconds.
    pub fn with_offset(wall: Wall, offset: i32) -> Self {
        let at = Timestamp::from_second(wall.0 - i64::from(offset)).expect("wall times lie between 1900 and 2200");
        Self { at, offset_min: (offset / 60) as i16 }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Hour {
    Once(i32),
    Twice { first: i32, second: i32 },
    Never { before: i32 },
}

/// A span of wall time in which one thing holds.
#[derive(Clone, Copy)]
struct Window {
    from: i64,
    to: i64,
    hour: Hour,
}

pub(crate) struct Clock<'z> {
    zone: &'z TimeZone,
    windows: Vec<Window>,
    last: Window,
    told_apart: usize,
    guessed: usize,
    skipped: usize,
}

impl<'z> Clock<'z> {
    pub fn new(zone: &'z TimeZone) -> Self {
        let nothing = Window { from: 0, to: 0, hour: Hour::Once(0) };
        Self { zone, windows: Vec::new(), last: nothing, told_apart: 0, guessed: 0, skipped: 0 }
    }

    pub fn zone(&self) -> &'z TimeZone {
        self.zone
    }

    /// Places a wall time about whose order nothing is known: of an hour that occurred twice, the first.
    #[inline]
    pub fn place(&mut self, wall: Wall) -> Placed {
        match self.hour(wall) {
            Hour::Once(offset) => Placed::with_offset(wall, offset),
            Hour::Twice { first, .. } => {
                self.guessed += 1;
                Placed::with_offset(wall, first)
            }
            Hour::Never { before } => self.shifted(wall, before),
        }
    }

    /// Places a wall time of which it is known whether an hour that occurred twice was there for the second time.
    pub fn place_turn(&mut self, wall: Wall, is_second: bool) -> Placed {
        match self.hour(wall) {
            Hour::Twice { first, second } => {
                self.told_apart += 1;
                Placed::with_offset(wall, if is_second { second } else { first })
            }
            Hour::Once(offset) => Placed::with_offset(wall, offset),
            Hour::Never { before } => self.shifted(wall, before),
        }
    }

    /// Places a wall time that should be near `expected` (by a counter that runs on evenly).
    pub fn place_near(&mut self, wall: Wall, expected: Timestamp) -> Placed {
        let Hour::Twice { first, second } = self.hour(wall) else { return self.place(wall) };
        let distance = |offset: i32| (wall.0 - i64::from(offset) - expected.as_second()).abs();
        self.place_turn(wall, distance(second) < distance(first))
    }

    /// The span of wall time around `wall` that occurred twice, if it did.
    #[inline]
    pub fn twice(&mut self, wall: Wall) -> Option<(Wall, Wall)> {
        let hour = self.hour(wall);
        matches!(hour, Hour::Twice { .. }).then_some((Wall(self.last.from), Wall(self.last.to)))
    }

    /// What a person should know about hours that occurred twice or not at all.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        let mut say = |count: usize, what: &str| {
            if count > 0 {
                remarks.push(format!("{count} {} {what}", if count == 1 { "row" } else { "rows" }));
            }
        };
        say(self.told_apart, "in an hour that occurred twice (end of summer time): told apart by their order.");
        say(self.guessed, "in an hour that occurred twice (end of summer time): taken as the first time round.");
        say(self.skipped, "in an hour that was skipped (start of summer time): shifted forward.");
        remarks
    }

    fn shifted(&mut self, wall: Wall, before: i32) -> Placed {
        self.skipped += 1;
        Placed::with_offset(wall, before)
    }

    #[inline]
    fn hour(&mut self, wall: Wall) -> Hour {
        if wall.0 < self.last.from || wall.0 >= self.last.to {
            self.last = self.window(wall);
        }
        self.last.hour
    }

    fn window(&mut self, wall: Wall) -> Window {
        if let Some(known) = self.windows.iter().find(|window| window.from <= wall.0 && wall.0 < window.to) {
            return *known;
        }
        let window = find_window(self.zone, wall);
        self.windows.push(window);
        window
    }
}

fn find_window(zone: &TimeZone, wall: Wall) -> Window {
    let window = match zone.to_ambiguous_timestamp(wall.to_civil()).offset() {
        AmbiguousOffset::Unambiguous { offset } => once(zone, wall, offset.seconds()),
        AmbiguousOffset::Fold { before, after } => {
            let (first, second) = (before.seconds(), after.seconds());
            around(zone, wall, second, Hour::Twice { first, second })
        }
        AmbiguousOffset::Gap { before, .. } => {
            let before = before.seconds();
            around(zone, wall, before, Hour::Never { before })
        }
    };
    let holds = window.from <= wall.0 && wall.0 < window.to;
    if holds { window } else { Window { from: wall.0, to: wall.0 + 1, ..window } }
}

fn once(zone: &TimeZone, wall: Wall, offset: i32) -> Window {
    let at = Placed::with_offset(wall, offset).at;
    let from = zone.preceding(just_after(at)).next().map_or(i64::MIN, |t| edges(zone, t.timestamp()).1);
    let to = zone.following(at).next().map_or(i64::MAX, |t| edges(zone, t.timestamp()).0);
    Window { from, to, hour: Hour::Once(offset) }
}

fn around(zone: &TimeZone, wall: Wall, offset: i32, hour: Hour) -> Window {
    let at = Placed::with_offset(wall, offset).at;
    let (from, to) = zone.preceding(just_after(at)).next().map_or((wall.0, wall.0 + 1), |t| edges(zone, t.timestamp()));
    Window { from, to, hour }
}

/// The wall times between which a transition makes an hour occur twice or not at all.
fn edges(zone: &TimeZone, transition: Timestamp) -> (i64, i64) {
    let before = zone.to_offset(transition.saturating_sub(SignedDuration::from_secs(1)).unwrap_or(transition));
    let after = zone.to_offset(transition);
    let wall = |offset: jiff::tz::Offset| transition.as_second() + i64::from(offset.seconds());
    (wall(before).min(wall(after)), wall(before).max(wall(after)))
}

fn just_after(at: Timestamp) -> Timestamp {
    at.saturating_add(SignedDuration::from_nanos(1)).unwrap_or(at)
}

/// Tells the two turns of an hour apart by the order of one device's rows, handed in oldest first. Devices write
/// a few rows out of order, so only a step back of ten minutes or more is the clock's.
#[derive(Default)]
pub(crate) struct InOrder {
    latest: Option<Wall>,
    second_turn: Option<(Wall, Wall)>,
}

impl InOrder {
    pub const STEP_BACK: i64 = 600;

    pub fn place(&mut self, clock: &mut Clock<'_>, wall: Wall) -> Placed {
        let Some(span) = clock.twice(wall) else {
            self.latest = self.latest.max(Some(wall));
            return clock.place(wall);
        };
        let stepped_back = self.latest.is_some_and(|latest| latest.0 - wall.0 >= Self::STEP_BACK);
        if stepped_back && self.second_turn != Some(span) {
            self.second_turn = Some(span);
            self.latest = Some(wall);
        } else {
            self.latest = self.latest.max(Some(wall));
        }
        clock.place_turn(wall, self.second_turn == Some(span))
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, InOrder, Placed};
    use crate::wall::{DateOrder, Wall};
    use jiff::tz::TimeZone;

    fn wall(text: &str) -> Wall {
        Wall::parse_both(DateOrder::YearMonthDay, text).unwrap()
    }

    fn shown(placed: Placed) -> String {
        format!("{} {:+}", placed.at, placed.offset_min)
    }

    /// Each wall time beside what a time zone database says of it.
    #[test]
    fn wall_times_fall_where_the_zone_says() {
        let table = [
            ("Europe/Berlin", "2025-07-01 12:00:00", "2025-07-01T10:00:00Z +120"),
            ("Europe/Berlin", "2025-01-01 12:00:00", "2025-01-01T11:00:00Z +60"),
            ("Europe/Berlin", "2025-03-30 01:59:59", "2025-03-30T00:59:59Z +60"),
            ("Europe/Berlin", "2025-03-30 02:30:00", "2025-03-30T01:30:00Z +60"),
            ("Europe/Berlin", "2025-03-30 03:00:00", "2025-03-30T01:00:00Z +120"),
            ("Europe/Berlin", "2025-10-26 01:59:59", "2025-10-25T23:59:59Z +120"),
            ("Europe/Berlin", "2025-10-26 02:30:00", "2025-10-26T00:30:00Z +120"),
            ("Europe/Berlin", "2025-10-26 03:00:00", "2025-10-26T02:00:00Z +60"),
            ("Australia/Lord_Howe", "2025-04-06 01:45:00", "2025-04-05T14:45:00Z +660"),
            ("Asia/Kathmandu", "2025-04-06 01:45:00", "2025-04-05T20:00:00Z +345"),
            ("America/New_York", "2060-11-07 01:30:00", "2060-11-07T05:30:00Z -240"),
            ("UTC", "2025-04-06 01:45:00", "2025-04-06T01:45:00Z +0"),
        ];
        for (zone, text, expected) in table {
            let zone = TimeZone::get(zone).unwrap();
            assert_eq!(shown(Clock::new(&zone).place(wall(text))), expected, "{text}");
        }
    }

    #[test]
    fn what_is_remembered_of_a_zone_agrees_with_the_zone() {
        for name in ["Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca", "UTC"] {
            let zone = TimeZone::get(name).unwrap();
            let mut clock = Clock::new(&zone);
            for step in 0..30_000 {
                let wall = Wall(1_700_000_000 + step * 2_711);
                let zoned = wall.to_civil().to_zoned(zone.clone()).unwrap().timestamp();
                assert_eq!(clock.place(wall).at, zoned, "{name} {}", wall.to_civil());
            }
        }
    }

    #[test]
    fn an_hour_that_occurs_twice_is_told_apart() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let mut clock = Clock::new(&zone);
        let mut order = InOrder::default();
        let times = ["01:50", "02:10", "02:50", "02:49", "02:05", "02:55", "03:05"];
        let placed = times.map(|time| order.place(&mut clock, wall(&format!("2025-10-26 {time}:00"))).at.to_string());
        let hours = placed.map(|text| text[11..16].to_owned());
        assert_eq!(hours, ["23:50", "00:10", "00:50", "00:49", "01:05", "01:55", "02:05"]);

        let near = clock.place_near(wall("2025-10-26 02:30:00"), "2025-10-26T01:28:00Z".parse().unwrap());
        assert_eq!(shown(near), "2025-10-26T01:30:00Z +60");
        assert_eq!(clock.remarks().len(), 1);
    }
}

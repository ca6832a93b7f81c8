//! From the pump's wall clock to instants: by how far it is from the server's clock, to a quarter of an hour.

use super::{Gather, Node, heard_at, instant};
use crate::{
    clock::Clock,
    iso::{self, Iso},
    wall::{DateOrder, Wall},
};
use jiff::Timestamp;
use std::cell::{Cell, RefCell};

const QUARTER: i64 = 900;
/// A pump's clock so near to the record's zone shows that zone: else one that is seven minutes off would be on one side
/// of the rounding now and on the other side then, and every datum would come twice.
const NEAR: i64 = 600;
/// The message is of one day: what is further from the pump's time is from before its clock was set at all (2016-01-01).
const LONGEST: i64 = 2 * 86_400;
/// What offsets zones have, in seconds.
const ZONES: std::ops::RangeInclusive<i64> = -12 * 3600..=14 * 3600;

pub(super) struct PumpClock<'z> {
    /// The pump's wall clock minus UTC, in seconds; `None` when the message does not show what the pump's clock is.
    offset: Option<i64>,
    zone: RefCell<Clock<'z>>,
    /// What the pump's clock showed when it was heard.
    pub shows: Option<Wall>,
    set: Option<ClockSet>,
    before: Cell<usize>,
}

/// The pump's clock was set within the message's day, and nothing says by how much: what is from before is left out.
struct ClockSet {
    /// The place among `sgs` of the first after it.
    first_sg: usize,
    since: Wall,
}

impl<'z> PumpClock<'z> {
    pub fn new(data: Node<'_>, gather: &mut Gather<'z>) -> Self {
        let shows = shown(data);
        let heard = heard_at(data).or_else(|| instant(data, "currentServerTime"));
        let offset = match (shows, heard) {
            (Some(shows), Some(heard)) => {
                let zone = i64::from(gather.offset_at(heard)) * 60;
                Some(rounded(shows.0 - heard.as_second(), zone))
            }
            _ => phone_offset(data),
        };
        let zone = RefCell::new(Clock::new(gather.zone));
        Self { offset, zone, shows, set: clock_set(data), before: Cell::new(0) }
    }

    /// The instant of a wall time, and the offset to be kept with it.
    pub fn place(&self, item: Node<'_>, gather: &mut Gather<'_>) -> Option<(Timestamp, i16)> {
        let (wall, stated) = stamp(item)?;
        if self.shows.is_some_and(|shows| (shows.0 - wall.0).abs() > LONGEST) {
            return None;
        }
        let Some(offset) = self.offset else {
            let placed = match stated {
                Some(seconds) => instant_of(wall, i64::from(seconds))?,
                None => self.zone.borrow_mut().place(wall).at,
            };
            return Some((placed, gather.offset_at(placed)));
        };
        let at = instant_of(wall, offset - self.set_since(item, wall))?;
        Some((at, self.offset_min(at, gather)))
    }

    /// The pump's wall clock minus UTC in minutes; the record's zone where the pump shows no zone's time.
    pub fn offset_min(&self, at: Timestamp, gather: &mut Gather<'_>) -> i16 {
        let offset = self.offset.filter(|offset| ZONES.contains(offset));
        offset.map_or_else(|| gather.offset_at(at), |offset| (offset / 60) as i16)
    }

    /// By how much the clock was set since, in seconds: messages of 2021 say how long before the pump's own time each
    /// datum is, which no setting of its clock changes.
    fn set_since(&self, item: Node<'_>, wall: Wall) -> i64 {
        let ago = item.number("relativeOffset").filter(|seconds| seconds.abs() < 1e7);
        let (Some(shows), Some(ago)) = (self.shows, ago) else { return 0 };
        to_quarter(shows.0 + ago as i64 - wall.0)
    }

    /// Whether this is from before the clock was set.
    pub fn is_before(&self, item: Node<'_>, sg: Option<usize>) -> bool {
        let Some(set) = &self.set else { return false };
        let is_before = match sg {
            Some(place) if set.first_sg > 0 => place < set.first_sg,
            _ => stamp(item).is_some_and(|(wall, _)| wall < set.since),
        };
        self.before.set(self.before.get() + usize::from(is_before));
        is_before
    }

    /// Seconds since the beginning of the message's day.
    pub fn seconds_of_day(&self, item: Node<'_>) -> Option<i64> {
        let (wall, _) = stamp(item)?;
        Some(wall.0 - (self.shows?.0 - 86_400))
    }

    pub fn remarks(&self, gather: &mut Gather<'_>) {
        let before = self.before.get();
        if before > 0 {
            gather.remark(format!("The pump's clock was set. Left out, because they are from before: {before}."));
        }
        if self.offset.is_some_and(|offset| !ZONES.contains(&offset)) {
            gather.remark("The pump's clock shows another day than it is. Times were put right by the server's clock.");
        }
    }
}

fn instant_of(wall: Wall, offset: i64) -> Option<Timestamp> {
    Timestamp::from_second(wall.0.checked_sub(offset)?).ok()
}

fn rounded(difference: i64, zone: i64) -> i64 {
    if (difference - zone).abs() <= NEAR { zone } else { to_quarter(difference) }
}

fn to_quarter(seconds: i64) -> i64 {
    (seconds + QUARTER / 2).div_euclid(QUARTER) * QUARTER
}

/// What the pump's clock showed. Today's form has it as milliseconds, as if the wall clock were UTC.
fn shown(data: Node<'_>) -> Option<Wall> {
    let number = data.number("medicalDeviceTime").filter(|number| *number > 0.0);
    let wall = number.and_then(iso::from_epoch).map(|at| Wall(at.as_second()));
    let words = || data.first_text(&["sMedicalDeviceTime", "medicalDeviceTimeAsString", "medicalDeviceTime"]);
    wall.or_else(|| Some(parse(words()?)?.0))
}

/// The phone's own time states its zone in messages of 2021.
fn phone_offset(data: Node<'_>) -> Option<i64> {
    let (_, stated) = parse(data.text("lastConduitDateTime")?)?;
    stated.filter(|seconds| *seconds != 0).map(i64::from)
}

fn stamp(item: Node<'_>) -> Option<(Wall, Option<i32>)> {
    parse(item.first_text(&["timestamp", "dateTime", "datetime", "displayTime"])?)
}

/// `2025-11-09T21:26:00`, `2021-05-21T01:08:00.000Z` or `Oct 19, 2015 08:15:00`.
fn parse(text: &str) -> Option<(Wall, Option<i32>)> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    if let Some(time) = Iso::parse(text) {
        return Some((time.wall, time.offset));
    }
    let (month, rest) = text.split_once(' ')?;
    let month = 1 + MONTHS.iter().position(|name| *name == month)?;
    let (day, rest) = rest.split_once(", ")?;
    let (year, time) = rest.split_once(' ')?;
    Some((Wall::parse(DateOrder::YearMonthDay, &format!("{year}-{month}-{day}"), time)?, None))
}

/// Of the newest setting of the clock, where no datum says how long ago it is.
fn clock_set(data: Node<'_>) -> Option<ClockSet> {
    let is_change = |marker: &Node<'_>| marker.text("type") == Some("TIME_CHANGE");
    let change = data.list("markers").rev().find(is_change)?;
    if change.number("relativeOffset").is_some() {
        return None;
    }
    let walls: Vec<Option<Wall>> = data.list("sgs").map(|sg| stamp(sg).map(|(wall, _)| wall)).collect();
    let set_back =
        |place: &usize| matches!((walls[place - 1], walls[*place]), (Some(before), Some(now)) if now < before);
    match (1..walls.len()).rev().find(set_back) {
        Some(first_sg) => Some(ClockSet { first_sg, since: walls[first_sg]? }),
        None => Some(ClockSet { first_sg: 0, since: stamp(change)?.0 }),
    }
}

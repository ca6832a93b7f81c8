//! Which part of a date is the day. An account's setting decides, the file does not say; all its dates together mostly
//! tell.

use crate::{
    bogus::Bounds,
    wall::{DateOrder, Wall},
};
use std::collections::{HashMap, HashSet};

/// What is known of a file's dates.
pub(crate) struct Dates<'t> {
    pub order: DateOrder,
    /// Times with AM and PM: an account in the United States.
    pub half_days: bool,
    pub bounds: Bounds,
    pub remarks: Vec<String>,
    /// Groups of rows (by serial and record type, where a file has them) whose rows stand newest first.
    pub backwards: HashSet<(&'t str, &'t str)>,
}

#[derive(Default)]
pub(crate) struct Collector<'t> {
    /// The rows of a group, with their times as they are written.
    groups: HashMap<(&'t str, &'t str), Vec<&'t str>>,
    year_first: usize,
    day_first: usize,
    month_first: usize,
    half_days: usize,
}

impl<'t> Collector<'t> {
    pub fn take(&mut self, serial: &'t str, kind: &'t str, time: &'t str) {
        if time.is_empty() {
            return;
        }
        match signs_of(time) {
            Some(DateOrder::YearMonthDay) => self.year_first += 1,
            Some(DateOrder::DayMonthYear) => self.day_first += 1,
            Some(DateOrder::MonthDayYear) => self.month_first += 1,
            None => {}
        }
        self.half_days += usize::from(time.ends_with(['M', 'm']));
        self.groups.entry((serial, kind)).or_default().push(time);
    }

    pub fn settle(self, generated: Option<&str>) -> Dates<'t> {
        let (order, mut remarks) = self.order(generated);
        let mut walls = Vec::new();
        let mut backwards = HashSet::new();
        for (group, times) in &self.groups {
            let group_walls: Vec<Wall> = times.iter().filter_map(|time| Wall::parse_both(order, time)).collect();
            if steps_back(&group_walls) * 2 > group_walls.len() {
                backwards.insert(*group);
            }
            walls.extend(group_walls);
        }
        let exported = generated.and_then(|time| Wall::parse_both(order, time));
        let (bounds, contradicts) = bounds_of(walls, exported);
        if contradicts {
            remarks.push("The day of export that the file states lies before many of its rows; it was ignored.".into());
        }
        Dates { order, half_days: self.half_days > 0, bounds, remarks, backwards }
    }

    fn order(&self, generated: Option<&str>) -> (DateOrder, Vec<String>) {
        use DateOrder::{DayMonthYear, MonthDayYear, YearMonthDay};
        if self.year_first > 0 && self.year_first >= self.day_first + self.month_first {
            return (YearMonthDay, Vec::new());
        }
        match (self.day_first, self.month_first) {
            (0, 0) => {}
            (days, months) if days >= months => return (DayMonthYear, Vec::new()),
            _ => return (MonthDayYear, Vec::new()),
        }
        if self.half_days > 0 {
            return (MonthDayYear, Vec::new());
        }
        if let Some(order) = generated.and_then(signs_of) {
            return (order, Vec::new());
        }
        let is_date = |time: &&str| Wall::parse_both(DayMonthYear, time).is_some();
        if !self.groups.values().flatten().any(is_date) {
            // Counts of seconds: nothing to be told.
            return (DayMonthYear, Vec::new());
        }
        let order = if self.oddness(MonthDayYear, generated) < self.oddness(DayMonthYear, generated) {
            MonthDayYear
        } else {
            DayMonthYear
        };
        let words = if order == DayMonthYear { "day before month" } else { "month before day" };
        let remark = format!(
            "Whether day or month comes first in this file's dates cannot be told for sure: no day in it is after the \
             12th. They were read as {words}, which fits the order of its rows best. If that is wrong, take this \
             upload back and upload an export of a whole month."
        );
        (order, vec![remark])
    }

    /// How odd a file would be with its dates in this order: rows after the export, rows out of order, the time it
    /// spans in days.
    fn oddness(&self, order: DateOrder, generated: Option<&str>) -> (usize, usize, i64) {
        let exported =
            generated.and_then(|time| Wall::parse_both(order, time)).map_or(i64::MAX, |wall| wall.0 + 86_400);
        let (mut late, mut back, mut first, mut last) = (0, 0, i64::MAX, i64::MIN);
        for times in self.groups.values() {
            let walls: Vec<Wall> = times.iter().filter_map(|time| Wall::parse_both(order, time)).collect();
            late += walls.iter().filter(|wall| wall.0 > exported).count();
            back += steps_back(&walls).min(walls.len() - steps_back(&walls).min(walls.len()));
            first = walls.iter().map(|wall| wall.0).fold(first, i64::min);
            last = walls.iter().map(|wall| wall.0).fold(last, i64::max);
        }
        (late, back, last.saturating_sub(first) / 86_400)
    }
}

/// What one date says for itself: a year first, or a part above twelve.
fn signs_of(time: &str) -> Option<DateOrder> {
    let date = time.split([' ', 'T']).next()?;
    let mut parts = date.splitn(3, ['-', '/', '.']);
    let (first, second) = (parts.next()?, parts.next()?);
    if first.len() == 4 {
        return Some(DateOrder::YearMonthDay);
    }
    let (first, second): (u8, u8) = (first.parse().ok()?, second.parse().ok()?);
    match (first > 12, second > 12) {
        (true, false) => Some(DateOrder::DayMonthYear),
        (false, true) => Some(DateOrder::MonthDayYear),
        _ => None,
    }
}

fn steps_back(walls: &[Wall]) -> usize {
    walls.windows(2).filter(|pair| pair[1] < pair[0]).count()
}

/// The bounds of times, unless the day of export contradicts the rows.
fn bounds_of(walls: Vec<Wall>, exported: Option<Wall>) -> (Bounds, bool) {
    const A_DAY: i64 = 86_400;
    let late = exported.map_or(0, |day| walls.iter().filter(|wall| wall.0 > day.0 + A_DAY).count());
    let contradicts = late * 10 > walls.len();
    (Bounds::of(walls, exported.filter(|_| !contradicts)), contradicts)
}

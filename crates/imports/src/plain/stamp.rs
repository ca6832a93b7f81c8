//! A time as people's tables have it: ISO, seconds or milliseconds since 1970, or a local date in some order.

use crate::{
    iso::{self, Iso},
    wall::{DateOrder, Wall},
};
use jiff::Timestamp;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Stamp {
    /// An instant, and the offset in minutes where the cell said one other than UTC.
    Instant(Timestamp, Option<i16>),
    /// A time of the device's clock.
    Wall(Wall),
}

impl Stamp {
    /// `day` is the cell of the time of day, where it has a column of its own.
    #[inline]
    pub fn parse(order: DateOrder, date: &str, time: Option<&str>) -> Option<Self> {
        if let Some(time) = time {
            return Wall::parse(order, date, time).map(Self::Wall);
        }
        if let Some(iso) = Iso::parse(date) {
            return Self::of_iso(iso);
        }
        if let Some(at) = epoch(date) {
            return Some(Self::Instant(at, None));
        }
        if let Some(zone_at) = date.find("GMT").or_else(|| date.find("UTC")) {
            let wall = Wall::parse_both(order, &date[..zone_at])?;
            let offset = iso::offset(date[zone_at..].trim())?.or(Some(0));
            return Self::of_iso(Iso { wall, millis: 0, offset });
        }
        // A date alone is no time.
        date.contains(':').then(|| Wall::parse_both(order, date)).flatten().map(Self::Wall)
    }

    fn of_iso(iso: Iso) -> Option<Self> {
        match iso.offset {
            None => Some(Self::Wall(iso.wall)),
            Some(offset) => {
                let minutes = (offset / 60) as i16;
                Some(Self::Instant(iso.instant()?, (minutes != 0).then_some(minutes)))
            }
        }
    }

    /// For telling order and distance.
    pub fn seconds(self) -> i64 {
        match self {
            Self::Instant(at, _) => at.as_second(),
            Self::Wall(wall) => wall.0,
        }
    }
}

/// Ten digits are seconds, thirteen are milliseconds.
fn epoch(text: &str) -> Option<Timestamp> {
    let whole = text.strip_suffix(".0").unwrap_or(text);
    let is_count = matches!(whole.len(), 10 | 13) && whole.bytes().all(|byte| byte.is_ascii_digit());
    let at = is_count.then(|| whole.parse::<f64>().ok()).flatten().and_then(iso::from_epoch)?;
    (!iso::is_bogus(at)).then_some(at)
}

/// Whether a cell can be a time, in whichever order its date stands.
pub(super) fn is_time(cell: &str) -> bool {
    let orders = [DateOrder::DayMonthYear, DateOrder::MonthDayYear];
    let dated = !(cell.len() == 10 && cell.contains('-'));
    dated && orders.iter().any(|order| Stamp::parse(*order, cell, None).is_some())
}

/// Whether a cell is a date without a time.
pub(super) fn is_date(cell: &str) -> bool {
    let orders = [DateOrder::DayMonthYear, DateOrder::MonthDayYear];
    !cell.contains(':') && cell.len() >= 6 && orders.iter().any(|order| Wall::parse_both(*order, cell).is_some())
}

/// Whether a cell is a time of day.
pub(super) fn is_time_of_day(cell: &str) -> bool {
    cell.len() <= 12 && cell.contains(':') && crate::wall::parse_time(cell).is_some()
}

//! What a device's clock showed: a date and a time of day without zone.

use jiff::civil::{Date, DateTime, Time};

const DAY: i64 = 86_400;

/// Seconds of the wall clock since 1970-01-01 00:00:00, without zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Wall(pub i64);

/// In which order a date's parts stand. A first part of four digits is always the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DateOrder {
    DayMonthYear,
    MonthDayYear,
    YearMonthDay,
}

impl Wall {
    pub fn new(date: (i64, i64, i64), seconds: i64) -> Option<Self> {
        Some(Self(days(date)? * DAY + seconds))
    }

    /// A date and a time of day in two cells.
    #[inline]
    pub fn parse(order: DateOrder, date: &str, time: &str) -> Option<Self> {
        Some(Self(days(parse_date(order, date)?)? * DAY + parse_time(time)?))
    }

    /// Date and time in one cell, with a space or `T` between; a date alone is its midnight.
    pub fn parse_both(order: DateOrder, text: &str) -> Option<Self> {
        let text = text.trim();
        match text.find([' ', 'T', '\u{a0}', '\u{202f}']) {
            Some(at) => {
                let time = text[at..].trim_start_matches([' ', 'T', '\u{a0}', '\u{202f}']);
                Self::parse(order, &text[..at], time)
            }
            None => Self::parse(order, text, "00:00:00"),
        }
    }

    pub fn to_civil(self) -> DateTime {
        let seconds = self.0.rem_euclid(DAY);
        let time = Time::constant((seconds / 3600) as i8, (seconds / 60 % 60) as i8, (seconds % 60) as i8, 0);
        self.date().to_datetime(time)
    }

    pub fn date(self) -> Date {
        let days = i32::try_from(self.0.div_euclid(DAY)).unwrap_or(i32::MAX);
        jiff::civil::date(1970, 1, 1)
            .checked_add(jiff::Span::new().try_days(days).unwrap_or_default())
            .unwrap_or(Date::MAX)
    }

    /// Midnight of the same day.
    pub fn midnight(self) -> Self {
        Self(self.0.div_euclid(DAY) * DAY)
    }
}

/// Days since 1970-01-01 of a proleptic Gregorian date (Howard Hinnant's `days_from_civil`).
fn days((year, month, day): (i64, i64, i64)) -> Option<i64> {
    const LENGTHS: [i64; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = *LENGTHS.get(usize::try_from(month - 1).ok()?)?;
    if !(1900..=2200).contains(&year) || day < 1 || day > longest || (month == 2 && day == 29 && !leap) {
        return None;
    }
    let shifted = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// Year, month, day. Parts stand between `/`, `-` or `.`; years of two digits are 1970 to 2069.
pub(crate) fn parse_date(order: DateOrder, text: &str) -> Option<(i64, i64, i64)> {
    let mut parts = text.trim().splitn(3, ['/', '-', '.']);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    let (year, month, day) = match order {
        _ if first.len() == 4 => (first, second, third),
        DateOrder::YearMonthDay => (first, second, third),
        DateOrder::DayMonthYear => (third, second, first),
        DateOrder::MonthDayYear => (third, first, second),
    };
    let value = small(year)?;
    let full = match year.len() {
        4 => value,
        1 | 2 => value + if value < 70 { 2000 } else { 1900 },
        _ => return None,
    };
    Some((full, small(month)?, small(day.trim_end_matches('.'))?))
}

/// Seconds of the day from `H:MM`, `HH:MM:SS`, with parts of a second dropped, with or without AM/PM.
pub(crate) fn parse_time(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits_end = text.find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.')).unwrap_or(text.len());
    let (clock, rest) = text.split_at(digits_end);
    let mut parts = clock.splitn(3, ':');
    let (hour, minute) = (small(parts.next()?)?, small(parts.next()?)?);
    let second = match parts.next() {
        Some(seconds) => small(seconds.split_once('.').map_or(seconds, |(whole, _)| whole))?,
        None => 0,
    };
    let hour = match rest.trim() {
        "" | "Z" => hour,
        half if half.eq_ignore_ascii_case("am") && (1..=12).contains(&hour) => hour % 12,
        half if half.eq_ignore_ascii_case("pm") && (1..=12).contains(&hour) => hour % 12 + 12,
        _ => return None,
    };
    (hour < 24 && minute < 60 && second < 60).then_some(hour * 3600 + minute * 60 + second)
}

/// A duration written `h:mm:ss` or `h:mm`, in milliseconds.
pub(crate) fn parse_duration(text: &str) -> Option<i64> {
    let mut parts = text.trim().splitn(3, ':');
    let (hours, minutes) = (small(parts.next()?)?, small(parts.next()?)?);
    let seconds = parts.next().map_or(Some(0), small)?;
    Some(((hours * 60 + minutes) * 60 + seconds) * 1000)
}

/// One to four digits.
#[inline]
fn small(text: &str) -> Option<i64> {
    if text.is_empty() || text.len() > 4 {
        return None;
    }
    text.bytes().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
}

/// The order of dates in a file, from as many of them as are handed in: a part above twelve is a day.
pub(crate) fn guess_order<'t>(dates: impl Iterator<Item = &'t str>) -> DateOrder {
    let mut separator = '/';
    for date in dates {
        let date = date.trim_matches('"');
        separator = date.chars().find(|c| !c.is_ascii_digit()).unwrap_or(separator);
        let mut parts = date.splitn(3, ['/', '-', '.']).map(small);
        match (parts.next().flatten(), parts.next().flatten()) {
            (Some(first), _) if first > 31 => return DateOrder::YearMonthDay,
            (Some(first), _) if first > 12 => return DateOrder::DayMonthYear,
            (_, Some(second)) if second > 12 => return DateOrder::MonthDayYear,
            _ => {}
        }
    }
    if separator == '/' { DateOrder::MonthDayYear } else { DateOrder::DayMonthYear }
}

#[cfg(test)]
mod tests {
    use super::{DateOrder, Wall, guess_order, parse_duration};

    #[test]
    fn dates_and_times_are_read_in_every_shape() {
        use DateOrder::{DayMonthYear, MonthDayYear, YearMonthDay};
        let table = [
            (YearMonthDay, "2025/11/04 23:59:21", Some("2025-11-04T23:59:21")),
            (DayMonthYear, "04.11.2025 09:05", Some("2025-11-04T09:05:00")),
            (MonthDayYear, "7/9/18 12:00:00 AM", Some("2018-07-09T00:00:00")),
            (MonthDayYear, "04-17-2021 11:59:59 PM", Some("2021-04-17T23:59:59")),
            (MonthDayYear, "8/29/2009 9:27:00", Some("2009-08-29T09:27:00")),
            (DayMonthYear, "2025-11-04T10:00:00.250", Some("2025-11-04T10:00:00")),
            (DayMonthYear, "29/02/2024", Some("2024-02-29T00:00:00")),
            (DayMonthYear, "29/02/2023", None),
            (MonthDayYear, "13/01/2024", None),
            (YearMonthDay, "2025/11/04 24:00:00", None),
            (YearMonthDay, "9999/11/04", None),
            (YearMonthDay, "soon", None),
        ];
        for (order, text, expected) in table {
            let civil = Wall::parse_both(order, text).map(|wall| wall.to_civil().to_string());
            assert_eq!(civil.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn the_order_of_dates_shows_in_the_file() {
        let order = |dates: &[&'static str]| guess_order(dates.iter().copied());
        assert_eq!(order(&["2025/11/04"]), DateOrder::YearMonthDay);
        assert_eq!(order(&["04/11/2025", "13/11/2025"]), DateOrder::DayMonthYear);
        assert_eq!(order(&["04/11/2025", "04/13/2025"]), DateOrder::MonthDayYear);
        assert_eq!(order(&["04.11.2025"]), DateOrder::DayMonthYear);
        assert_eq!(order(&["7/1/06"]), DateOrder::MonthDayYear);
    }

    #[test]
    fn durations_are_milliseconds() {
        assert_eq!(parse_duration("01:11:00"), Some(4_260_000));
        assert_eq!(parse_duration("4:00"), Some(14_400_000));
        assert_eq!(parse_duration("soon"), None);
    }
}

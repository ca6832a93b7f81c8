//! Times in ISO 8601, as JSON and several CSV files have them; and offsets of a zone, fast.

use crate::wall::Wall;
use jiff::{Timestamp, tz::TimeZone};

/// A date and time with what else it said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Iso {
    pub wall: Wall,
    pub millis: i64,
    /// Seconds east of UTC; `None` when the time does not say.
    pub offset: Option<i32>,
}

impl Iso {
    /// `2026-04-05T20:30:29.000Z`, with a space for the `T`, without seconds, with `+02:00`, `+0200`, or no offset.
    #[inline]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() < 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let date = (two(bytes, 0)? * 100 + two(bytes, 2)?, two(bytes, 5)?, two(bytes, 8)?);
        if bytes.len() == 10 {
            return Some(Self { wall: Wall::new(date, 0)?, millis: 0, offset: None });
        }
        if bytes.len() < 16 || !matches!(bytes[10], b'T' | b' ' | b't') || bytes[13] != b':' {
            return None;
        }
        let (hour, minute) = (two(bytes, 11)?, two(bytes, 14)?);
        let (second, at) = if bytes.get(16) == Some(&b':') { (two(bytes, 17)?, 19) } else { (0, 16) };
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let wall = Wall::new(date, hour * 3600 + minute * 60 + second.min(59))?;
        if bytes.len() == at {
            return Some(Self { wall, millis: 0, offset: None });
        }
        let (millis, at) = fraction(bytes, at);
        Some(Self { wall, millis, offset: offset(text.get(at..)?.trim())? })
    }

    /// The instant, when the offset is known.
    pub fn instant(self) -> Option<Timestamp> {
        let seconds = self.wall.0 - i64::from(self.offset?);
        Timestamp::from_millisecond(seconds * 1000 + self.millis).ok()
    }
}

#[inline]
fn two(bytes: &[u8], at: usize) -> Option<i64> {
    let (tens, ones) = (bytes.get(at)?.wrapping_sub(b'0'), bytes.get(at + 1)?.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens) * 10 + i64::from(ones))
}

/// Parts of a second, and where they end.
fn fraction(bytes: &[u8], at: usize) -> (i64, usize) {
    if !matches!(bytes.get(at), Some(b'.' | b',')) {
        return (0, at);
    }
    let digits = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let digit = |place: usize| if place < digits { i64::from(bytes[at + 1 + place] - b'0') } else { 0 };
    (digit(0) * 100 + digit(1) * 10 + digit(2), at + 1 + digits)
}

/// Seconds east: `Some(None)` when nothing is said, `None` when what is said is no offset.
pub(crate) fn offset(text: &str) -> Option<Option<i32>> {
    if text.is_empty() {
        return Some(None);
    }
    if matches!(text, "Z" | "z" | "UTC" | "GMT") {
        return Some(Some(0));
    }
    let text = text.strip_prefix("GMT").or_else(|| text.strip_prefix("UTC")).unwrap_or(text);
    let (sign, digits) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let plain: String = digits.chars().filter(|c| *c != ':').collect();
    if plain.is_empty() || plain.len() > 4 || !plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value: i32 = plain.parse().ok()?;
    let (hours, minutes) = if plain.len() <= 2 { (value, 0) } else { (value / 100, value % 100) };
    (hours <= 18 && minutes < 60).then_some(Some(sign * (hours * 3600 + minutes * 60)))
}

/// Offsets of a zone at instants, looked up once between two of its transitions.
pub(crate) struct Offsets<'z> {
    zone: &'z TimeZone,
    since: Timestamp,
    until: Timestamp,
    minutes: i16,
}

impl<'z> Offsets<'z> {
    pub fn new(zone: &'z TimeZone) -> Self {
        Self { zone, since: Timestamp::MAX, until: Timestamp::MIN, minutes: 0 }
    }

    /// The wall clock minus UTC, in minutes.
    pub fn at(&mut self, at: Timestamp) -> i16 {
        if at < self.since || at >= self.until {
            self.minutes = (self.zone.to_offset(at).seconds() / 60) as i16;
            self.since = at;
            self.until = self.zone.following(at).next().map_or(Timestamp::MAX, |next| next.timestamp());
        }
        self.minutes
    }
}

/// Before this, clocks had not been set: no device of today writes such an instant (2000-01-15).
const EARLIEST: i64 = 947_894_400;
/// 2100-01-01.
const LATEST: i64 = 4_102_444_800;

/// Whether an instant that a file states can be right.
pub(crate) fn is_bogus(at: Timestamp) -> bool {
    !(EARLIEST..LATEST).contains(&at.as_second())
}

/// An instant from a number of milliseconds, or of seconds when it is too small for that.
pub(crate) fn from_epoch(number: f64) -> Option<Timestamp> {
    if !number.is_finite() || number.abs() > 1e14 {
        return None;
    }
    let milliseconds = if number.abs() < 1e11 { number * 1000.0 } else { number };
    Timestamp::from_millisecond(milliseconds.round() as i64).ok()
}

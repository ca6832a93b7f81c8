//! Times as apps write them: milliseconds, seconds, fractions of both, ISO 8601 with and without a zone.

use imports::nightscout::{instant_of_number, instant_of_text};
use jiff::{Timestamp, fmt::rfc2822};
use serde_json::Value;

/// An instant as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds since 1970.
    pub ms: i64,
    /// The offset from UTC that the text stated, in minutes.
    pub offset_min: Option<i16>,
}

/// The years 1 to 9999, which is what four digits can say.
const YEARS: std::ops::Range<i64> = -62_135_596_800_000..253_402_300_800_000;

impl Moment {
    pub fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => Self::of_number(number.as_f64()?),
            Value::String(text) => Self::of_text(text),
            _ => None,
        }
    }

    /// A number of milliseconds, or of seconds when it is too small for that.
    pub fn of_number(number: f64) -> Option<Self> {
        Self::at(instant_of_number(number)?, None)
    }

    pub fn of_text(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some((at, seconds)) = instant_of_text(text).or_else(|| instant_of_text(&with_plus(text)?)) {
            return Self::at(at, seconds.map(|seconds| (seconds / 60) as i16));
        }
        let is_number = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
        let number = if is_number { text.parse().ok()? } else { return None };
        Self::of_number(number)
    }

    /// A time in a question: as above, also a year or a month alone.
    pub(crate) fn asked(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        match text.split_once('-') {
            None if text.len() == 4 && is_digits(text) => Self::of_text(&format!("{text}-01-01")),
            Some((year, month)) if year.len() == 4 && month.len() == 2 && is_digits(month) => {
                Self::of_text(&format!("{text}-01"))
            }
            _ => Self::of_text(text),
        }
    }

    fn at(at: Timestamp, offset_min: Option<i16>) -> Option<Self> {
        let ms = at.as_millisecond();
        YEARS.contains(&ms).then_some(Self { ms, offset_min })
    }

    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.ms).expect("only instants that exist become moments")
    }
}

/// `+02:00` that nobody escaped arrives as ` 02:00`.
fn with_plus(text: &str) -> Option<String> {
    let at = text.rfind(' ').filter(|at| *at >= 16)?;
    let offset = text[at + 1..].trim_start();
    offset.starts_with(|c: char| c.is_ascii_digit()).then(|| format!("{}+{offset}", &text[..at]))
}

/// UTC with milliseconds and `Z`: `2026-11-21T01:03:58.989Z`.
pub fn iso(ms: i64) -> String {
    let mut out = Vec::with_capacity(24);
    write_iso(&mut out, ms);
    String::from_utf8(out).expect("digits and marks")
}

/// [`iso`] without a text in between.
pub(crate) fn write_iso(out: &mut Vec<u8>, ms: i64) {
    let ms = ms.clamp(YEARS.start, YEARS.end - 1);
    let (days, of_day) = (ms.div_euclid(86_400_000), ms.rem_euclid(86_400_000));
    let (year, month, day) = civil(days);
    let (seconds, millis) = (of_day / 1000, of_day % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let digit = |value: i64| b'0' + (value % 10) as u8;
    let two = |value: i64| [digit(value / 10), digit(value)];
    out.extend_from_slice(&two(year / 100));
    out.extend_from_slice(&two(year));
    for (mark, value) in [(b'-', month), (b'-', day), (b'T', hour), (b':', minute), (b':', second)] {
        let [tens, ones] = two(value);
        out.extend_from_slice(&[mark, tens, ones]);
    }
    out.extend_from_slice(&[b'.', digit(millis / 100), digit(millis / 10), digit(millis), b'Z']);
}

/// The date of a day since 1970 (Howard Hinnant's `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// As headers of HTTP say it: `Sat, 21 Nov 2026 01:18:58 GMT`.
pub fn http_date(ms: i64) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    let printer = rfc2822::DateTimePrinter::new();
    printer.timestamp_to_rfc9110_string(&at).unwrap_or_else(|_| "Thu, 01 Jan 1970 00:00:00 GMT".to_owned())
}

/// The instant of such a header; apps write milliseconds and ISO 8601 there as well.
pub fn of_header(text: &str) -> Option<i64> {
    let text = text.trim();
    let date = || rfc2822::DateTimeParser::new().parse_timestamp(text).ok().map(|at| at.as_millisecond());
    Moment::of_text(text).map(|moment| moment.ms).or_else(date)
}

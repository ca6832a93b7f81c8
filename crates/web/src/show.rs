//! How values are written on pages, besides what `reports` writes for pages and paper alike: readings as the device
//! showed them, arrows in words, moments on the record's wall clock.

use glucose::{Band, Limit, Reading, Trend};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use reports::Show;
use words::Language;

/// Minutes after which a value tells nothing about how it is now (PRODUCT 8).
pub const OLD_AFTER_MIN: i64 = 15;

/// As the device showed it: a value at the end of its scale is a word.
pub fn reading(reading: &Reading, show: &Show) -> String {
    match reading.limit {
        Some(Limit::Below) => "LOW".to_owned(),
        Some(Limit::Above) => "HIGH".to_owned(),
        None => show.glucose(reading.glucose),
    }
}

pub fn trend_words(trend: Trend) -> &'static str {
    match trend {
        Trend::TripleUp => "rising very fast",
        Trend::DoubleUp => "rising fast",
        Trend::SingleUp => "rising",
        Trend::FortyFiveUp => "rising slowly",
        Trend::Flat => "steady",
        Trend::FortyFiveDown => "falling slowly",
        Trend::SingleDown => "falling",
        Trend::DoubleDown => "falling fast",
        Trend::TripleDown => "falling very fast",
    }
}

/// An arrow as it is drawn: how many, turned by how many degrees from pointing right, and what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrow {
    pub count: u8,
    pub degrees: i16,
    pub words: &'static str,
}

impl Arrow {
    pub fn of(trend: Trend) -> Self {
        let (count, degrees) = match trend {
            Trend::TripleUp => (3, -90),
            Trend::DoubleUp => (2, -90),
            Trend::SingleUp => (1, -90),
            Trend::FortyFiveUp => (1, -45),
            Trend::Flat => (1, 0),
            Trend::FortyFiveDown => (1, 45),
            Trend::SingleDown => (1, 90),
            Trend::DoubleDown => (2, 90),
            Trend::TripleDown => (3, 90),
        };
        Self { count, degrees, words: trend_words(trend) }
    }

    /// Where each of them stands beside the first.
    pub fn shifts(&self) -> Vec<u16> {
        (0..u16::from(self.count)).map(|number| number * 14).collect()
    }

    pub fn width(&self) -> u16 {
        24 + 14 * (u16::from(self.count) - 1)
    }
}

pub fn band_class(band: Band) -> &'static str {
    match band {
        Band::VeryLow => "is-very-low",
        Band::Low => "is-low",
        Band::In => "is-in",
        Band::High => "is-high",
        Band::VeryHigh => "is-very-high",
    }
}

/// `+4 mg/dL in 5 min`: from one reading to the next, when they lie close enough to be compared.
pub fn delta(now: &Reading, before: &Reading, show: &Show) -> Option<String> {
    let minutes = (now.at.as_millisecond() - before.at.as_millisecond() + 30_000) / 60_000;
    if !(1..=OLD_AFTER_MIN).contains(&minutes) || now.limit.is_some() || before.limit.is_some() {
        return None;
    }
    let change = now.glucose.display_in(show.unit) - before.glucose.display_in(show.unit);
    let words = show.amount(change);
    let sign = if change > 0.0 && words != show.amount(0.0) { "+" } else { "" };
    Some(format!("{sign}{words} {} in {minutes} min", show.unit_symbol()))
}

pub fn is_old(at: Timestamp, now: Timestamp) -> bool {
    now.as_millisecond() - at.as_millisecond() > OLD_AFTER_MIN * 60_000
}

/// `12 Mar 2026, 14:05` on the record's wall clock.
pub fn moment(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    let local = zone.to_datetime(at);
    format!("{}, {}", language.short_date(local.date()), language.time(local.time()))
}

pub fn time(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    language.time(zone.to_datetime(at).time())
}

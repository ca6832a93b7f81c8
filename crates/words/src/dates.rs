//! Dates and times of day, in the order and with the names of the language.

use crate::Language;
use jiff::civil::{Date, Time};

impl Language {
    /// `12 March 2026`.
    pub fn date(self, on: Date) -> String {
        match self {
            Language::English => format!("{} {} {}", on.day(), self.month(on), on.year()),
        }
    }

    /// `12 Mar 2026`.
    pub fn short_date(self, on: Date) -> String {
        match self {
            Language::English => format!("{} {} {}", on.day(), self.short_month(on), on.year()),
        }
    }

    /// `12 Mar`.
    pub fn day_and_month(self, on: Date) -> String {
        match self {
            Language::English => format!("{} {}", on.day(), self.short_month(on)),
        }
    }

    /// `Thursday, 12 March 2026`.
    pub fn long_date(self, on: Date) -> String {
        match self {
            Language::English => format!("{}, {}", self.weekday(on), self.date(on)),
        }
    }

    /// `1–14 March 2026`, `20 February – 5 March 2026`, `25 December 2025 – 7 January 2026`.
    pub fn days(self, first: Date, last: Date) -> String {
        let end = self.date(last);
        if first == last {
            return end;
        }
        match self {
            Language::English if first.year() != last.year() => format!("{} – {end}", self.date(first)),
            Language::English if first.month() != last.month() => {
                format!("{} {} – {end}", first.day(), self.month(first))
            }
            Language::English => format!("{}–{end}", first.day()),
        }
    }

    /// `1–14 Mar 2026`, `20 Feb – 5 Mar 2026`, `25 Dec 2025 – 7 Jan 2026`.
    pub fn short_days(self, first: Date, last: Date) -> String {
        let end = self.short_date(last);
        if first == last {
            return end;
        }
        match self {
            Language::English if first.year() != last.year() => format!("{} – {end}", self.short_date(first)),
            Language::English if first.month() != last.month() => format!("{} – {end}", self.day_and_month(first)),
            Language::English => format!("{}–{end}", first.day()),
        }
    }

    /// `14:05`.
    pub fn time(self, at: Time) -> String {
        match self {
            Language::English => format!("{:02}:{:02}", at.hour(), at.minute()),
        }
    }

    /// An hour on an axis: `06:00`.
    pub fn hour(self, hour: u8) -> String {
        match self {
            Language::English => format!("{hour:02}:00"),
        }
    }

    /// `Thursday`.
    pub fn weekday(self, on: Date) -> &'static str {
        self.texts().week_days.long[day_index(on)]
    }

    /// `Thu`.
    pub fn short_weekday(self, on: Date) -> &'static str {
        self.texts().week_days.short[day_index(on)]
    }

    /// `March`.
    pub fn month(self, on: Date) -> &'static str {
        self.texts().months.long[month_index(on)]
    }

    /// `Mar`.
    pub fn short_month(self, on: Date) -> &'static str {
        self.texts().months.short[month_index(on)]
    }
}

fn day_index(on: Date) -> usize {
    usize::from(on.weekday().to_monday_zero_offset().unsigned_abs())
}

fn month_index(on: Date) -> usize {
    usize::from(on.month().unsigned_abs()) - 1
}

//! How long, and how long ago.

use crate::{Language, Plural};
use jiff::Timestamp;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

impl Language {
    /// `just now`, `5 minutes ago`, `2 hours ago`, `3 days ago`; `in 5 minutes` for what is still to come.
    pub fn ago(self, at: Timestamp, now: Timestamp) -> String {
        let texts = self.texts();
        let passed = now.as_millisecond() - at.as_millisecond();
        let (amount, plural) = match passed.abs() {
            short if short < MINUTE => return texts.just_now.to_owned(),
            minutes if minutes < HOUR => (minutes / MINUTE, texts.minutes),
            hours if hours < 2 * DAY => (hours / HOUR, texts.hours),
            days => (days / DAY, texts.days),
        };
        let span = self.plural(amount.unsigned_abs(), plural);
        if passed > 0 { texts.ago.replace("{}", &span) } else { texts.in_future.replace("{}", &span) }
    }

    /// A span of time, short: `45 min`, `2 h 5 min`, `3 h`.
    pub fn duration(self, milliseconds: i64) -> String {
        let texts = self.texts();
        let minutes = (milliseconds.max(0) + MINUTE / 2) / MINUTE;
        let (hours, minutes) = (minutes / 60, minutes % 60);
        match (hours, minutes) {
            (0, minutes) => texts.short_minutes.replace("{}", &minutes.to_string()),
            (hours, 0) => texts.short_hours.replace("{}", &hours.to_string()),
            (hours, minutes) => {
                let hours = texts.short_hours.replace("{}", &hours.to_string());
                format!("{hours} {}", texts.short_minutes.replace("{}", &minutes.to_string()))
            }
        }
    }

    /// A count with its noun in the right form: `1 day`, `14 days`.
    pub fn plural(self, count: u64, plural: Plural) -> String {
        let form = if self.is_one(count) { plural.one } else { plural.other };
        form.replace("{}", &self.count(count))
    }
}

//! Terms in words, as they stand on every page of sharing.

use crate::show;
use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use sharing::{Permission, Terms, Visibility, WeeklyPause};
use words::Language;

/// The days of a week in forms and on pages.
pub const DAYS: [(Weekday, &str, &str); 7] = [
    (Weekday::Monday, "mon", "Mon"),
    (Weekday::Tuesday, "tue", "Tue"),
    (Weekday::Wednesday, "wed", "Wed"),
    (Weekday::Thursday, "thu", "Thu"),
    (Weekday::Friday, "fri", "Fri"),
    (Weekday::Saturday, "sat", "Sat"),
    (Weekday::Sunday, "sun", "Sun"),
];

/// On whose clock, and in which language.
#[derive(Clone, Copy)]
pub struct Clock<'a> {
    pub zone: &'a TimeZone,
    pub language: Language,
    pub now: Timestamp,
}

impl Clock<'_> {
    pub fn moment(&self, at: Timestamp) -> String {
        show::moment(at, self.zone, self.language)
    }
}

pub fn zone_name(zone: &TimeZone) -> String {
    zone.iana_name().unwrap_or("UTC").to_owned()
}

pub fn permission(permission: Permission) -> &'static str {
    match permission {
        Permission::ViewOnly => "View only",
        Permission::ViewAndDownload => "View and download",
    }
}

/// `glucose, insulin and notes`.
pub fn kinds(seen: Visibility) -> String {
    let Visibility { insulin, carbs, notes, devices } = seen;
    let all = [
        (true, "glucose"),
        (insulin, "insulin"),
        (carbs, "carbs"),
        (notes, "notes"),
        (devices, "device settings and alarms"),
    ];
    let kinds: Vec<&str> = all.into_iter().filter_map(|(on, kind)| on.then_some(kind)).collect();
    match kinds.as_slice() {
        [] => String::new(),
        [only] => format!("{only} only"),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `Mon, Tue, 08:00 to 13:00`.
pub fn weekly(pause: WeeklyPause, language: Language) -> String {
    let days: Vec<&str> = DAYS.into_iter().filter_map(|(day, _, name)| pause.is_on(day).then_some(name)).collect();
    let (from, to) = pause.times();
    format!("{}, {} to {}", days.join(", "), language.time(from), language.time(to))
}

/// All of it in one sentence without a beginning: `sees glucose and insulin (View only) until 3 Mar 2026, 12:00`.
pub fn sentence(terms: &Terms, clock: Clock<'_>) -> String {
    let mut text = format!("sees {} ({})", kinds(terms.visibility), permission(terms.permission));
    if let Some(until) = terms.until_at {
        text.push_str(&format!(" until {}", clock.moment(until)));
    }
    if let Some(pause) = terms.weekly_pause {
        text.push_str(&format!(", not on {}", weekly(pause, clock.language)));
    }
    if terms.needs_second_step {
        text.push_str(", only with a second step");
    }
    text + "."
}

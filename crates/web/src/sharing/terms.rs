//! The part of a form that says how far somebody may see, at what and until when; and back from what was typed.

use super::words::{self, DAYS};
use crate::forms::{Control, Field, Form, Tick};
use crate::people::choices;
use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::Deserialize;
use sharing::{Permission, Terms, Visibility, WeeklyPause};

/// What was typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    permission: String,
    insulin: String,
    carbs: String,
    notes: String,
    devices: String,
    until: String,
    until_time: String,
    mon: String,
    tue: String,
    wed: String,
    thu: String,
    fri: String,
    sat: String,
    sun: String,
    pause_from: String,
    pause_to: String,
    second_step: String,
}

/// On the clock of one record.
pub fn by_clock(zone: &TimeZone) -> String {
    format!("By the clock of {}, the time zone of this record.", words::zone_name(zone))
}

fn yes(on: bool) -> String {
    if on { "yes".to_owned() } else { String::new() }
}

fn written(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

impl Typed {
    /// As a form shows these terms.
    pub fn of(terms: &Terms, zone: &TimeZone) -> Self {
        let seen = terms.visibility;
        let until = terms.until_at.map(|until| zone.to_datetime(until));
        let pause = terms.weekly_pause;
        let on = |day| yes(pause.is_some_and(|pause| pause.is_on(day)));
        let [mon, tue, wed, thu, fri, sat, sun] = DAYS.map(|(day, ..)| on(day));
        let times = pause.map(WeeklyPause::times);
        Self {
            permission: level(terms.permission).to_owned(),
            insulin: yes(seen.insulin),
            carbs: yes(seen.carbs),
            notes: yes(seen.notes),
            devices: yes(seen.devices),
            until: until.map_or_else(String::new, |until| until.date().to_string()),
            until_time: until.map_or_else(String::new, |until| written(until.time())),
            mon,
            tue,
            wed,
            thu,
            fri,
            sat,
            sun,
            pause_from: times.map_or_else(String::new, |(from, _)| written(from)),
            pause_to: times.map_or_else(String::new, |(_, to)| written(to)),
            second_step: yes(terms.needs_second_step),
        }
    }

    fn days(&self) -> [bool; 7] {
        [&self.mon, &self.tue, &self.wed, &self.thu, &self.fri, &self.sat, &self.sun].map(|day| day == "yes")
    }

    /// `by` says on whose clock days and times are.
    pub fn fields(&self, by: &str) -> Vec<Field> {
        vec![
            Field::pick("permission", "Permission", levels(), &self.permission),
            Field::new("visible", "What they see", Control::Ticks { ticks: self.kinds() }),
            Field::tick("second_step", "They must have a second step", self.second_step == "yes").hint(
                "Such as an authenticator app or a passkey. Without one they see nothing, until they set one up.",
            ),
            Field::heading("end", "End").hint(format!("Leave both empty for no end. {by}")),
            Field::input("until", "Last day", "date", "off", &self.until).optional(),
            Field::input("until_time", "Time on that day", "time", "off", &self.until_time)
                .optional()
                .hint("Without a time, it ends as the day ends."),
            Field::heading("weekly", "Weekly pause")
                .hint(format!("Hours in which they see nothing, such as school hours. Tick no day for none. {by}")),
            Field::new("pause", "Days", Control::Ticks { ticks: self.day_ticks() }),
            Field::input("pause_from", "From", "time", "off", &self.pause_from).optional(),
            Field::input("pause_to", "To", "time", "off", &self.pause_to)
                .optional()
                .hint("A time before the beginning is on the next day."),
        ]
    }

    fn kinds(&self) -> Vec<Tick> {
        let tick = |name, label, value: &str| Tick { name, label, on: value == "yes", fixed: false };
        vec![
            Tick { name: "glucose", label: "Glucose (always)", on: true, fixed: true },
            tick("insulin", "Insulin", &self.insulin),
            tick("carbs", "Carbs", &self.carbs),
            tick("notes", "Notes", &self.notes),
            tick("devices", "Device settings and alarms", &self.devices),
        ]
    }

    fn day_ticks(&self) -> Vec<Tick> {
        let tick = |((_, name, label), on)| Tick { name, label, on, fixed: false };
        DAYS.into_iter().zip(self.days()).map(tick).collect()
    }

    /// The terms, or `None` with each error at its field. An end that nobody touched stays, to the second.
    pub fn terms(&self, zone: &TimeZone, old: Option<&Terms>, form: &mut Form) -> Option<Terms> {
        let mut refuse = |field: &str, text: String| form.refuse(field, text);
        let permission = permission(&self.permission);
        if permission.is_none() {
            refuse("permission", "Choose one of the two.".to_owned());
        }
        let until_at = match old.map(|old| (Self::of(old, zone), old.until_at)) {
            Some((shown, kept)) if (&shown.until, &shown.until_time) == (&self.until, &self.until_time) => Some(kept),
            _ => moment("until", &self.until, &self.until_time, zone, &mut refuse),
        };
        let weekly_pause = self.weekly_pause(&mut refuse);
        let on = |text: &str| text == "yes";
        Some(Terms {
            permission: permission?,
            visibility: Visibility {
                insulin: on(&self.insulin),
                carbs: on(&self.carbs),
                notes: on(&self.notes),
                devices: on(&self.devices),
            },
            until_at: until_at?,
            needs_second_step: on(&self.second_step),
            weekly_pause: weekly_pause?,
        })
    }

    fn weekly_pause(&self, refuse: &mut impl FnMut(&str, String)) -> Option<Option<WeeklyPause>> {
        let days = self.days().into_iter().enumerate().fold(0, |days, (place, on)| days | (u8::from(on) << place));
        let has_times = !(self.pause_from.is_empty() && self.pause_to.is_empty());
        match (days, has_times) {
            (0, false) => return Some(None),
            (0, true) => {
                refuse("pause", "Tick the days, or leave the times empty.".to_owned());
                return None;
            }
            _ => {}
        }
        let (from, to) = (minute(&self.pause_from), minute(&self.pause_to));
        for (field, what, time) in [("pause_from", "beginning", from), ("pause_to", "end", to)] {
            if time.is_none() {
                refuse(field, format!("Write the {what} as hours and minutes, such as 08:00."));
            }
        }
        let pause = WeeklyPause::new(days, from?, to?);
        pause.map_err(|invalid| refuse("pause", invalid.to_string())).ok().map(Some)
    }
}

fn levels() -> [(&'static str, std::borrow::Cow<'static, str>); 2] {
    [
        ("view", "View only: figures and charts on screen".into()),
        ("download", "View and download: reports and data as files too".into()),
    ]
}

fn level(permission: Permission) -> &'static str {
    match permission {
        Permission::ViewOnly => "view",
        Permission::ViewAndDownload => "download",
    }
}

fn permission(text: &str) -> Option<Permission> {
    [Permission::ViewOnly, Permission::ViewAndDownload].into_iter().find(|permission| level(*permission) == text)
}

fn minute(text: &str) -> Option<u16> {
    let time: Time = text.trim().parse().ok()?;
    u16::try_from(i32::from(time.hour()) * 60 + i32::from(time.minute())).ok()
}

/// A day and a time of day in two fields: nothing, an instant, or `None` with the error at the field of the day.
pub fn moment(
    field: &str,
    day: &str,
    time: &str,
    zone: &TimeZone,
    refuse: &mut impl FnMut(&str, String),
) -> Option<Option<Timestamp>> {
    let (day, time) = (choices::date(day), time.trim());
    let time = if time.is_empty() { Ok(None) } else { time.parse::<Time>().map(Some) };
    let (Ok(day), Ok(time)) = (day, time) else {
        refuse(field, "Write the day as year-month-day, such as 2026-12-24, and the time as 18:30.".to_owned());
        return None;
    };
    match (day, time) {
        (None, None) => Some(None),
        (None, Some(_)) => {
            refuse(field, "Choose a day as well.".to_owned());
            None
        }
        (Some(day), time) => {
            let at = day.to_datetime(time.unwrap_or(Time::constant(23, 59, 0, 0)));
            let at = zone.to_timestamp(at).map_err(|_| refuse(field, "Choose a day within the calendar.".to_owned()));
            at.ok().map(Some)
        }
    }
}

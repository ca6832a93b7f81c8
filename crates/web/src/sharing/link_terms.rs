//! The part of a form that says what a clinic sees and until when; and back from what was typed.

use super::terms::moment;
use super::words::{self, Clock};
use crate::forms::{Control, Field, Form, Tick};
use jiff::tz::TimeZone;
use serde::Deserialize;
use sharing::{LinkTerms, Visibility};

/// What was typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TypedLink {
    insulin: String,
    carbs: String,
    notes: String,
    devices: String,
    until: String,
}

fn yes(on: bool) -> String {
    if on { "yes".to_owned() } else { String::new() }
}

impl TypedLink {
    /// As a form shows these terms.
    pub fn of(terms: &LinkTerms, zone: &TimeZone) -> Self {
        let seen = terms.visibility;
        Self {
            insulin: yes(seen.insulin),
            carbs: yes(seen.carbs),
            notes: yes(seen.notes),
            devices: yes(seen.devices),
            until: terms.until_at.map_or_else(String::new, |until| zone.to_datetime(until).date().to_string()),
        }
    }

    /// Only what `offered` holds can be ticked.
    pub fn fields(&self, offered: Visibility, legend: &'static str, end: String) -> Vec<Field> {
        let until = Field::input("until", "Last day", "date", "off", &self.until).optional();
        vec![Field::new("visible", legend, Control::Ticks { ticks: self.kinds(offered) }), until.hint(end)]
    }

    fn kinds(&self, offered: Visibility) -> Vec<Tick> {
        let all = [
            (offered.insulin, "insulin", "Insulin", &self.insulin),
            (offered.carbs, "carbs", "Carbs", &self.carbs),
            (offered.notes, "notes", "Notes", &self.notes),
            (offered.devices, "devices", "Device settings and alarms", &self.devices),
        ];
        let more = all.into_iter().filter(|(offered, ..)| *offered);
        let more = more.map(|(_, name, label, value)| Tick { name, label, on: value == "yes", fixed: false });
        let glucose = Tick { name: "glucose", label: "Glucose (always)", on: true, fixed: true };
        std::iter::once(glucose).chain(more).collect()
    }

    /// The terms, or `None` with the error at its field. A last day that nobody touched stays, to the second.
    pub fn terms(&self, zone: &TimeZone, old: Option<&LinkTerms>, form: &mut Form) -> Option<LinkTerms> {
        let on = |text: &str| text == "yes";
        let visibility = Visibility {
            insulin: on(&self.insulin),
            carbs: on(&self.carbs),
            notes: on(&self.notes),
            devices: on(&self.devices),
        };
        let until_at = match old.filter(|old| Self::of(old, zone).until == self.until) {
            Some(old) => old.until_at,
            None => moment("until", &self.until, "", zone, &mut |field, text| form.refuse(field, text))?,
        };
        Some(LinkTerms { visibility, until_at })
    }
}

/// `glucose and insulin, until 3 Mar 2026, 23:59`.
pub fn sees(terms: &LinkTerms, clock: Clock<'_>) -> String {
    let until = terms.until_at.map_or_else(String::new, |until| format!(", until {}", clock.moment(until)));
    format!("{}{until}", words::kinds(terms.visibility))
}

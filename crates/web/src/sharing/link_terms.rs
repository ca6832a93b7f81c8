//! The part of a form that says what a clinic sees of a linked record, and until when; and back from what was typed.

use super::terms::moment;
use crate::forms::{Control, Field, Form, Tick};
use jiff::tz::TimeZone;
use serde::Deserialize;
use sharing::{LinkTerms, Visibility};

/// What was typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct LinkTyped {
    insulin: String,
    carbs: String,
    notes: String,
    devices: String,
    until: String,
}

impl LinkTyped {
    /// As a form shows these terms.
    pub fn of(terms: &LinkTerms, zone: &TimeZone) -> Self {
        let yes = |on: bool| if on { "yes".to_owned() } else { String::new() };
        let seen = terms.visibility;
        Self {
            insulin: yes(seen.insulin),
            carbs: yes(seen.carbs),
            notes: yes(seen.notes),
            devices: yes(seen.devices),
            until: terms.until_at.map_or_else(String::new, |until| zone.to_datetime(until).date().to_string()),
        }
    }

    /// `who` sees it: *your clinic* or *the clinic*; the last day is by the clock of `zone`.
    pub fn fields(&self, who: &str, zone: &TimeZone) -> Vec<Field> {
        let tick = |name, label, value: &str| Tick { name, label, on: value == "yes", fixed: false };
        let ticks = vec![
            Tick { name: "glucose", label: "Glucose (always)", on: true, fixed: true },
            tick("insulin", "Insulin", &self.insulin),
            tick("carbs", "Carbs", &self.carbs),
            tick("notes", "Notes", &self.notes),
            tick("devices", "Device settings and alarms", &self.devices),
        ];
        let zone = super::words::zone_name(zone);
        vec![
            Field::new("visible", "What is seen", Control::Ticks { ticks })
                .hint(format!("What {who} sees once linked.")),
            Field::input("until", "Last day", "date", "off", &self.until)
                .optional()
                .hint(format!("The link ends as this day ends, in {zone}. Leave it empty for no end.")),
        ]
    }

    /// The terms, or `None` with each error at its field. An end that nobody touched stays, to the second.
    pub fn terms(&self, zone: &TimeZone, old: Option<&LinkTerms>, form: &mut Form) -> Option<LinkTerms> {
        let on = |text: &str| text == "yes";
        let kept = old.filter(|old| Self::of(old, zone).until == self.until);
        let until_at = match kept {
            Some(old) => old.until_at,
            None => moment("until", &self.until, "", zone, &mut |field, text| form.refuse(field, text))?,
        };
        let visibility = Visibility {
            insulin: on(&self.insulin),
            carbs: on(&self.carbs),
            notes: on(&self.notes),
            devices: on(&self.devices),
        };
        Some(LinkTerms { visibility, until_at })
    }
}

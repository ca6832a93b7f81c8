//! Basal segments, boluses and what a calculator advised. Durations are in milliseconds.

use super::{Datum, Reader};
use crate::json::Fields;
use glucose::{
    EventKind,
    event::{BasalDelivery, BolusOrigin, InsulinKind},
};
use serde_json::Value;

impl Reader<'_> {
    pub(super) fn take_basal(&mut self, datum: &Datum) {
        let fields = &datum.fields;
        let delivery = match fields.look_text(&["deliveryType"]) {
            Some("scheduled") => BasalDelivery::Scheduled,
            Some("temp") => BasalDelivery::Temporary,
            Some("automated") => BasalDelivery::Automated,
            Some("suspend") => BasalDelivery::Suspended,
            _ => return self.problem("deliveryType", "This way of giving basal insulin is not known."),
        };
        let percent_of_schedule = || {
            let rate = fields.look_number(&["suppressed", "rate"])?;
            Some(rate * fields.look_number(&["percent"])?)
        };
        let stated = fields.look_number(&["rate"]).or_else(percent_of_schedule);
        let rate = if delivery == BasalDelivery::Suspended { Some(0.0) } else { stated };
        let Some(rate) = rate.filter(|rate| (0.0..=100.0).contains(rate)) else {
            return self.problem("rate", "This is no basal rate.");
        };
        let duration_ms = milliseconds(fields, "duration").filter(|ms| *ms > 0 || !is_unknown(fields));
        self.emit(datum, EventKind::Basal { rate, duration_ms, delivery });
    }

    pub(super) fn take_bolus(&mut self, datum: &Datum) {
        let fields = &datum.fields;
        let amount = |key: &str| fields.look_number(&[key]);
        let (normal, extended) = (amount("normal"), amount("extended"));
        if normal.is_none() && extended.is_none() {
            return self.problem("normal", "This bolus does not say how much.");
        }
        if [normal, extended].iter().flatten().any(|units| !(0.0..=500.0).contains(units)) {
            return self.problem("normal", "This is no amount of insulin.");
        }
        let (normal, extended) = (normal.unwrap_or(0.0), extended.unwrap_or(0.0));
        let expected = (amount("expectedNormal"), amount("expectedExtended"));
        let programmed = match expected {
            (None, None) => None,
            (one, other) => Some(one.unwrap_or(normal) + other.unwrap_or(extended)),
        };
        let automatic = fields.look_text(&["subType"]) == Some("automated")
            || fields.look_text(&["deliveryContext"]) == Some("algorithm");
        let origin = if automatic { BolusOrigin::Automatic } else { BolusOrigin::Unknown };
        let duration_ms = milliseconds(fields, "duration").unwrap_or(0);
        if let Some(id) = fields.look_text(&["id"]) {
            self.boluses.push((self.import.events.len(), id.to_owned()));
        }
        self.emit(datum, EventKind::Bolus { normal, extended, duration_ms, programmed, origin });
    }

    pub(super) fn take_wizard(&mut self, datum: &Datum) {
        let fields = &datum.fields;
        let recommended = |part: &str| fields.look_number(&["recommended", part]);
        let sum = || Some(recommended("carb")? + recommended("correction").unwrap_or(0.0));
        let bolus = bolus_of(fields);
        let exchanges = fields.look_text(&["units", "carb"]) == Some("exchanges")
            || fields.look_text(&["carbUnits"]) == Some("exchanges");
        let input = fields.look_number(&["carbInput"]).filter(|carbs| (0.0..=2000.0).contains(carbs) && *carbs > 0.0);
        let carbs = input.filter(|_| !exchanges);
        self.emit(
            datum,
            EventKind::Calculation {
                advised: recommended("net").or_else(sum),
                on_board: fields.look_number(&["insulinOnBoard"]),
                carbs,
                delivered: bolus.is_some(),
            },
        );
        if let Some(grams) = carbs {
            self.emit(datum, EventKind::Carbs { grams, fat: None, protein: None });
        } else if let Some(exchanges) = input {
            let text = format!("{exchanges} exchanges");
            self.import
                .remark("Carbohydrate given in exchanges is kept as words: the file does not say how many grams.");
            self.emit(datum, EventKind::Other { name: "carbs".to_owned(), text });
        }
        self.calculated.extend(bolus);
    }

    /// Boluses that a calculator asked for are known once all has been read.
    pub(super) fn name_origins(&mut self) {
        for (index, id) in std::mem::take(&mut self.boluses) {
            if let Some(EventKind::Bolus { origin, .. }) =
                self.import.events.get_mut(index).map(|event| &mut event.kind)
                && *origin == BolusOrigin::Unknown
                && self.calculated.contains(&id)
            {
                *origin = BolusOrigin::Calculator;
            }
        }
    }

    /// Insulin from a pen.
    pub(super) fn take_injection(&mut self, datum: &Datum) {
        let units = datum.fields.look_number(&["dose", "total"]).filter(|units| *units > 0.0 && *units <= 500.0);
        let Some(units) = units else {
            return self.problem("dose", "This is no amount of insulin.");
        };
        let insulin = match datum.fields.look_text(&["formulation", "simple", "actingType"]) {
            Some("rapid" | "short") => InsulinKind::Rapid,
            Some("long" | "intermediate") => InsulinKind::Long,
            _ => InsulinKind::Other,
        };
        self.emit(datum, EventKind::Injection { units, insulin });
    }
}

/// The bolus of a calculation: its id, or the bolus itself.
fn bolus_of(fields: &Fields) -> Option<String> {
    match fields.get("bolus")? {
        Value::String(id) => Some(id.clone()),
        bolus => bolus.get("id")?.as_str().map(str::to_owned),
    }
}

fn is_unknown(fields: &Fields) -> bool {
    let annotations = fields.get("annotations").and_then(Value::as_array);
    annotations
        .into_iter()
        .flatten()
        .any(|note| note.get("code").and_then(Value::as_str) == Some("basal/unknown-duration"))
}

pub(super) fn milliseconds(fields: &Fields, key: &str) -> Option<i64> {
    fields.look_number(&[key]).filter(|ms| (0.0..=1e11).contains(ms)).map(|ms| ms.round() as i64)
}

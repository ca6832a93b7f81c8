//! Insulin of treatments: boluses by hand, by a calculator, by a loop; pens; and priming, which is no dose.

use super::{Document, Reader, temp_basals::duration_ms};
use crate::json::Fields;
use glucose::{
    EventKind,
    event::{BolusOrigin, InsulinKind},
};

impl Reader<'_> {
    pub(super) fn take_insulin(&mut self, document: &mut Document) {
        self.take_calculation(document);
        let Some(units) = document.fields.number("insulin") else { return };
        if !(0.0..=500.0).contains(&units) {
            return self.problem("insulin", "This is no amount of insulin.");
        }
        if units == 0.0 {
            return;
        }
        let kind = kind_of(document, units);
        self.emit(document, kind);
    }

    /// The calculator's own words, where a document has them.
    fn take_calculation(&mut self, document: &mut Document) {
        let fields = &document.fields;
        if !fields.get("bolusCalc").is_some_and(serde_json::Value::is_object) {
            return;
        }
        let look = |key: &str| fields.look_number(&["bolusCalc", key]);
        let calculation = EventKind::Calculation {
            advised: look("insulin"),
            on_board: look("iob"),
            carbs: look("carbs").filter(|grams| *grams > 0.0),
            delivered: fields.look_number(&["insulin"]).is_some_and(|units| units > 0.0),
        };
        self.emit(document, calculation);
    }
}

fn kind_of(document: &mut Document, units: f64) -> EventKind {
    let fields = &mut document.fields;
    let kind = fields.look_text(&["type"]).unwrap_or_default().to_ascii_uppercase();
    if kind == "PRIMING" {
        return EventKind::SetChange { what: "priming".to_owned(), units: Some(units) };
    }
    if fields.flag("isBasalInsulin") == Some(true) {
        return EventKind::Injection { units, insulin: InsulinKind::Long };
    }
    if fields.look(&["bolus", "isExternal"]).and_then(serde_json::Value::as_bool) == Some(true) {
        return EventKind::Injection { units, insulin: InsulinKind::Rapid };
    }
    let origin = origin_of(fields, &kind);
    let programmed = fields.number("programmed").filter(|programmed| (programmed - units).abs() > 0.0005);
    fields.drop(&["automatic"]);
    let is_square = kind == "SQUARE";
    let duration_ms = if is_square { duration_ms(document).unwrap_or(0) } else { 0 };
    let (normal, extended) = if is_square { (0.0, units) } else { (units, 0.0) };
    EventKind::Bolus { normal, extended, duration_ms, programmed, origin }
}

/// Loop says `automatic`, AAPS `type: SMB`, iAPS and Trio `bolus.isSMB`, others the kind of event.
fn origin_of(fields: &Fields, kind: &str) -> BolusOrigin {
    let flag = |path: &[&str]| fields.look(path).and_then(serde_json::Value::as_bool);
    let automatic = flag(&["automatic"]).or_else(|| flag(&["bolus", "isSMB"])).or_else(|| flag(&["isSMB"]));
    let calculated = ["bolusCalc", "bolusCalculatorResult"].iter().any(|key| fields.has(key));
    match automatic {
        Some(true) => BolusOrigin::Automatic,
        _ if kind == "SMB" => BolusOrigin::Automatic,
        _ if calculated => BolusOrigin::Calculator,
        Some(false) => BolusOrigin::Manual,
        None => BolusOrigin::Unknown,
    }
}

//! Temporary targets, overrides and switches of profile.

use super::{Document, Reader, temp_basals::duration_ms, treatments::unit_of};
use glucose::{EventKind, Glucose, Unit};
use serde_json::Value;

impl Reader<'_> {
    pub(super) fn take_target(&mut self, name: &str, document: &mut Document) {
        let cancels = name.to_ascii_lowercase().ends_with("cancel");
        let duration = duration_ms(document);
        let fields = &mut document.fields;
        let unit = fields.text("units");
        let mut mg_dl = |key: &str, place: usize| {
            let range = fields.get("correctionRange").and_then(|range| range.get(place)).and_then(Value::as_f64);
            let value = fields.number(key).or(range).filter(|value| *value > 0.0)?;
            as_mg_dl(value, unit.as_deref())
        };
        let (low, high) = (mg_dl("targetBottom", 0), mg_dl("targetTop", 1));
        let indefinite = fields.look_text(&["durationType"]) == Some("indefinite");
        let duration_ms = if cancels { Some(0) } else { duration.filter(|_| !indefinite) };
        let reason = fields.text("reason").unwrap_or_default();
        self.emit(document, EventKind::Target { low, high, duration_ms, reason });
    }

    pub(super) fn take_profile_switch(&mut self, document: &mut Document) {
        let fields = &mut document.fields;
        let name = fields.text("profile").unwrap_or_default();
        let json = fields.text("profileJson").filter(|json| is_object(json)).unwrap_or_else(|| "{}".to_owned());
        self.emit(document, EventKind::Settings { name, json });
    }
}

fn is_object(json: &str) -> bool {
    serde_json::from_str::<Value>(json).is_ok_and(|value| value.is_object())
}

/// Targets are kept in mg/dL; one in mmol/L becomes the nearest whole one.
fn as_mg_dl(value: f64, unit: Option<&str>) -> Option<f64> {
    let unit = unit_of(unit, value);
    let glucose = Glucose::new(value, unit)?;
    Some(if unit == Unit::MgDl { value } else { glucose.to_mg_dl() })
}

//! Treatments for what came from elsewhere: a dose in a pump's file, told as apps tell it.

use crate::{Document, document::json_number, times::iso};
use glucose::{
    Event, EventKind, Reading, ReadingKind,
    event::{BolusOrigin, InsulinKind},
};
use serde_json::Value;

/// The treatment of an event; `None` for what apps have no treatment for.
pub fn treatment_of(event: &Event, id: &str) -> Option<Document> {
    let (name, fields) = told(&event.kind)?;
    Some(treatment(event.at.as_millisecond(), event.offset_min, id, name, fields))
}

/// The treatment of a finger value.
pub fn check_of(reading: &Reading, id: &str) -> Option<Document> {
    let fields = vec![
        ("glucose", json_number(reading.glucose.to_mg_dl())),
        ("glucoseType", "Finger".into()),
        ("units", "mg/dl".into()),
    ];
    let at = reading.at.as_millisecond();
    (reading.kind == ReadingKind::Meter).then(|| treatment(at, reading.offset_min, id, "BG Check", fields))
}

type Fields = Vec<(&'static str, Value)>;

fn treatment(at_ms: i64, offset_min: i16, id: &str, name: &str, fields: Fields) -> Document {
    let mut document = Document::new();
    let mut put = |name: &str, value: Value| drop(document.insert(name.to_owned(), value));
    put("_id", id.into());
    put("eventType", name.into());
    put("created_at", iso(at_ms).into());
    put("utcOffset", offset_min.into());
    put("enteredBy", "kinsight".into());
    fields.into_iter().for_each(|(name, value)| put(name, value));
    for name in ["carbs", "insulin"] {
        document.entry(name).or_insert(Value::Null);
    }
    document
}

fn told(kind: &EventKind) -> Option<(&'static str, Fields)> {
    Some(match kind {
        EventKind::Bolus { normal, extended, duration_ms, origin, .. } => {
            bolus(*normal, *extended, *duration_ms, *origin)
        }
        EventKind::Injection { units, insulin } => ("Correction Bolus", injection(*units, *insulin)),
        EventKind::Basal { rate, duration_ms, .. } => {
            let rate = json_number(*rate);
            ("Temp Basal", vec![("absolute", rate.clone()), ("rate", rate), ("duration", minutes(*duration_ms))])
        }
        EventKind::Carbs { grams, fat, protein } => ("Carb Correction", food(*grams, *fat, *protein)),
        EventKind::SetChange { what, .. } => match what.as_str() {
            "reservoir" | "rewind" => ("Insulin Change", Vec::new()),
            "battery" => ("Pump Battery Change", Vec::new()),
            _ => ("Site Change", Vec::new()),
        },
        EventKind::Sensor { what } => match what.as_str() {
            "start" | "change" => ("Sensor Start", Vec::new()),
            "stop" => ("Sensor Stop", Vec::new()),
            _ => return None,
        },
        EventKind::Exercise { duration_ms, intensity } => {
            ("Exercise", vec![("duration", minutes(*duration_ms)), ("notes", intensity.as_str().into())])
        }
        EventKind::Note { text } => ("Note", vec![("notes", text.as_str().into())]),
        EventKind::Target { low, high, duration_ms, reason } => {
            let ends = [("targetBottom", *low), ("targetTop", *high)].into_iter();
            let mut fields: Fields = ends.filter_map(|(name, end)| Some((name, json_number(end?)))).collect();
            fields.extend([("duration", minutes(*duration_ms)), ("reason", reason.as_str().into())]);
            ("Temporary Target", fields)
        }
        EventKind::Suspend { .. } => ("Suspend Pump", Vec::new()),
        EventKind::Resume => ("Resume Pump", Vec::new()),
        EventKind::Calibration { glucose } => {
            let fields = vec![
                ("glucose", json_number(glucose.to_mg_dl())),
                ("glucoseType", "Finger".into()),
                ("units", "mg/dl".into()),
            ];
            ("BG Check", fields)
        }
        _ => return None,
    })
}

fn bolus(normal: f64, extended: f64, duration_ms: i64, origin: BolusOrigin) -> (&'static str, Fields) {
    let total = normal + extended;
    if extended > 0.0 && total > 0.0 {
        let now = (normal / total * 100.0).round();
        let fields = vec![
            ("insulin", json_number(normal)),
            ("enteredinsulin", json_number(total)),
            ("splitNow", json_number(now)),
            ("splitExt", json_number(100.0 - now)),
            ("relative", json_number(if duration_ms > 0 { extended * 3_600_000.0 / duration_ms as f64 } else { 0.0 })),
            ("duration", minutes(Some(duration_ms))),
        ];
        return ("Combo Bolus", fields);
    }
    let mut fields = vec![("insulin", json_number(normal))];
    if origin == BolusOrigin::Automatic {
        fields.push(("automatic", true.into()));
    }
    (if origin == BolusOrigin::Calculator { "Bolus Wizard" } else { "Correction Bolus" }, fields)
}

fn injection(units: f64, insulin: InsulinKind) -> Fields {
    let mut fields = vec![("insulin", json_number(units))];
    if insulin == InsulinKind::Long {
        fields.push(("isBasalInsulin", true.into()));
    }
    fields
}

fn food(grams: f64, fat: Option<f64>, protein: Option<f64>) -> Fields {
    let more =
        [("fat", fat), ("protein", protein)].into_iter().filter_map(|(name, grams)| Some((name, json_number(grams?))));
    [("carbs", json_number(grams))].into_iter().chain(more).collect()
}

fn minutes(ms: Option<i64>) -> Value {
    json_number(ms.unwrap_or(0) as f64 / 60_000.0)
}

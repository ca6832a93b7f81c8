//! The words of an export, in the languages it comes in.

use glucose::{Glucose, Limit, Unit, event::InsulinKind};

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Sensor,
    Calibration,
    Insulin,
    Carbs,
    Exercise,
    Health,
    Note,
    Alert,
}

const KINDS: &[(Kind, &[&str])] = &[
    (Kind::Sensor, &["egv", "estimated glucose value", "niveles estimados de glucosa", "geschätzter glukosewert"]),
    (Kind::Calibration, &["calibration", "kalibrierung", "calibración", "calibrazione", "étalonnage", "kalibratie"]),
    (Kind::Insulin, &["insulin", "insulina", "insuline"]),
    (
        Kind::Carbs,
        &["carbs", "carb", "kohlenhydrate", "kohlenh.", "carbohidratos", "carboidrati", "glucides", "koolhydraten"],
    ),
    (
        Kind::Exercise,
        &[
            "exercise",
            "activity",
            "sport",
            "training",
            "bewegung",
            "aktivität",
            "ejercicio",
            "actividad",
            "esercizio",
            "attività",
            "exercice",
            "activité",
            "lichaamsbeweging",
        ],
    ),
    (Kind::Health, &["health", "gesundheit", "salud", "salute", "santé", "gezondheid"]),
    (Kind::Note, &["notes", "note", "notiz", "notizen", "notas", "nota", "notities", "remarques"]),
    (Kind::Alert, &["alert", "warnung", "alerta", "avviso", "alarme", "alerte", "waarschuwing", "alarm"]),
];

pub(super) fn kind_of(word: &str) -> Option<Kind> {
    // Nearly every row is one of these.
    if word == "EGV" {
        return Some(Kind::Sensor);
    }
    let word = word.to_lowercase();
    KINDS.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(kind, _)| *kind)
}

const LOW: &[&str] = &["low", "niedrig", "bajo", "baja", "basso", "bas", "laag", "lav", "låg", "baixo"];
const HIGH: &[&str] = &["high", "hoch", "alto", "alta", "élevé", "haut", "hoog", "høj", "hög", "elevado"];

/// `Low` and `High` stand for what lies beyond the sensor's scale. They are kept as 39 and 401 mg/dL (what the maker's
/// own figures count them as), in mmol/L as the images of these (2.165 and 22.258), and marked.
pub(crate) fn beyond_scale(word: &str, unit: Unit) -> Option<(Glucose, Limit)> {
    let word = word.to_lowercase();
    let (limit, mg_dl, mmol_thousandths) = if LOW.contains(&word.as_str()) {
        (Limit::Below, 39, 2165)
    } else if HIGH.contains(&word.as_str()) {
        (Limit::Above, 401, 22_258)
    } else {
        return None;
    };
    let glucose = match unit {
        Unit::MgDl => Glucose::mg_dl(mg_dl),
        Unit::MmolL => Glucose::of_thousandths(mmol_thousandths, Unit::MmolL),
    };
    Some((glucose, limit))
}

/// Which insulin a subtype names: `Fast-Acting`, `Long-Acting`.
pub(super) fn insulin_of(subtype: &str) -> InsulinKind {
    let word = subtype.to_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| word.contains(part));
    if has(&["long", "lang", "lenta", "lente", "prolong", "depot"]) {
        InsulinKind::Long
    } else if has(&["fast", "rapid", "rápid", "schnell", "snel"]) {
        InsulinKind::Rapid
    } else {
        InsulinKind::Other
    }
}

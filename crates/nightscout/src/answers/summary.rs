//! `/api/v2/ddata` and `/api/v2/summary`: everything of now, at length and in brief.

use crate::{
    Collection, Document,
    document::{json_number, number, text},
    live::{self, Live},
    prepare::instant_of,
};
use serde_json::{Value, json};

/// Everything of now, as displays of old load it.
pub fn ddata(live: &Live) -> Document {
    let treatments = live.treatments_shown();
    let of = |kinds: &[&str]| {
        let of_kind = |one: &&Document| text(one, "eventType").is_some_and(|kind| kinds.contains(&kind));
        treatments.iter().filter(of_kind).cloned().collect::<Vec<_>>()
    };
    let mut data = Document::new();
    let mut put = |name: &str, value: Value| drop(data.insert(name.to_owned(), value));
    put("sgvs", json!(live.sgvs()));
    put("treatments", json!(treatments));
    put("mbgs", json!(live.mbgs()));
    put("cals", json!(live.cals()));
    put("profiles", json!(live.profiles.iter().rev().take(1).collect::<Vec<_>>()));
    put("devicestatus", live.statuses.iter().map(live::status_shown).map(Value::Object).collect());
    put("food", json!(live.food));
    put("activity", json!(live.activity));
    put("dbstats", json!({"dataSize": 0, "indexSize": 0}));
    put("lastUpdated", live.now_ms.into());
    for (name, kinds) in [
        ("sitechangeTreatments", &["Site Change"][..]),
        ("insulinchangeTreatments", &["Insulin Change"]),
        ("batteryTreatments", &["Pump Battery Change"]),
        ("sensorTreatments", &["Sensor Start", "Sensor Change", "Sensor Stop"]),
        ("profileTreatments", &["Profile Switch"]),
        ("combobolusTreatments", &["Combo Bolus"]),
        ("tempbasalTreatments", &["Temp Basal", "Temp Basal Start", "Temp Basal End"]),
        ("tempTargetTreatments", &["Temporary Target"]),
    ] {
        put(name, json!(of(kinds)));
    }
    data
}

/// The last hours in brief.
pub fn summary(live: &Live, hours: i64) -> Value {
    let since = live.now_ms.saturating_sub(hours.clamp(1, 48) * 3_600_000);
    let recent = |document: &&Document| document.get("mills").and_then(Value::as_i64).is_some_and(|ms| ms >= since);
    let sgv = |sgv: &Document| {
        let mut short = json!({"sgv": sgv.get("mgdl"), "mills": sgv.get("mills")});
        if let Some(noise) = sgv.get("noise").filter(|noise| noise.as_i64().is_some_and(|noise| noise > 1)) {
            short["noise"] = noise.clone();
        }
        short
    };
    let (sgvs, treatments) = (live.sgvs(), live.treatments_shown());
    let within: Vec<&Document> = treatments.iter().filter(recent).collect();
    let given = |one: &&Document| one.contains_key("insulin") || one.contains_key("carbs");
    let dose = |one: &Document| Value::Object(live::only(one, &["mills", "insulin", "carbs"]));
    json!({
        "sgvs": sgvs.iter().filter(recent).map(sgv).collect::<Vec<_>>(),
        "treatments": {
            "tempBasals": spans(live, &within, "Temp Basal", &["absolute", "percent"]),
            "treatments": within.iter().copied().filter(given).map(dose).collect::<Vec<_>>(),
            "targets": spans(live, &within, "Temporary Target", &["targetTop", "targetBottom"]),
        },
        "profile": live::current_profile(live),
        "state": state(live),
    })
}

fn spans(live: &Live, treatments: &[&Document], kind: &str, names: &[&str]) -> Vec<Value> {
    let of_kind = |one: &&&Document| text(one, "eventType") == Some(kind);
    let span = |one: &&Document| {
        let mut span = live::only(one, names);
        let start = instant_of(Collection::Treatments, one).unwrap_or(live.now_ms);
        let minutes = one.get("duration").and_then(number).unwrap_or(0.0);
        span.insert("start".to_owned(), start.into());
        span.insert("duration".to_owned(), json_number(minutes * 60.0));
        Value::Object(span)
    };
    treatments.iter().filter(of_kind).map(span).collect()
}

fn state(live: &Live) -> Document {
    let mut state = Document::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            state.insert(name.to_owned(), value);
        }
    };
    put("iob", live::insulin_on_board(live)["iob"].clone());
    put("cob", live::carbs_on_board(live)["cob"].clone());
    for (name, age) in live::ages(live).into_iter().filter(|(name, _)| *name != "bage") {
        let age = if name == "sage" {
            age["min"].as_str().map(|kind| age[kind]["age"].clone())
        } else {
            Some(age["age"].clone())
        };
        put(name, age.unwrap_or_default());
    }
    put("battery", live::uploader(live)["level"].clone());
    state
}

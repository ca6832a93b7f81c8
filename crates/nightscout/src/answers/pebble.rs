//! `/pebble`: the newest values for watch faces, which want some numbers as text.

use super::properties::scaled_difference;
use crate::{
    Document,
    document::{json_number, text},
    live::{self, Live},
};
use glucose::Unit;
use serde_json::{Value, json};

/// The newest `count` values; the newest with what else is known.
pub fn pebble(live: &Live, count: usize) -> Value {
    let mut sgvs = live.sgvs();
    sgvs.retain(|sgv| value(sgv).is_some());
    sgvs.reverse();
    let mut bgs: Vec<Value> = sgvs.iter().take(count.clamp(1, 1000)).map(|sgv| shown(live, sgv)).collect();
    if let (Some(first), Some(newest)) = (bgs.first_mut(), sgvs.first()) {
        let before = sgvs.get(1).and_then(value).or_else(|| value(newest));
        let change = scaled_difference(live, value(newest).unwrap_or_default(), before.unwrap_or_default());
        first["bgdelta"] = match live.unit {
            Unit::MgDl => json_number(change),
            Unit::MmolL => format!("{change:.1}").into(),
        };
        add_state(live, first);
    }
    json!({"status": [{"now": live.now_ms}], "bgs": bgs, "cals": cals(live)})
}

fn value(sgv: &Document) -> Option<f64> {
    sgv.get("mgdl").and_then(Value::as_f64).filter(|value| *value >= 39.0)
}

fn shown(live: &Live, sgv: &Document) -> Value {
    let scaled = live.scaled(value(sgv).unwrap_or_default());
    let text_of = if live.unit == Unit::MmolL { format!("{scaled:.1}") } else { format!("{scaled:.0}") };
    let direction = text(sgv, "direction").unwrap_or("NONE");
    let mut shown =
        json!({"sgv": text_of, "trend": trend(direction), "direction": direction, "datetime": sgv.get("mills")});
    for name in ["filtered", "unfiltered"] {
        if let Some(value) = sgv.get(name) {
            shown[name] = value.clone();
        }
    }
    shown
}

/// The number of an arrow on a watch.
fn trend(direction: &str) -> u8 {
    match direction {
        "TripleUp" | "DoubleUp" => 1,
        "SingleUp" => 2,
        "FortyFiveUp" => 3,
        "Flat" => 4,
        "FortyFiveDown" => 5,
        "SingleDown" => 6,
        "DoubleDown" | "TripleDown" => 7,
        "NOT COMPUTABLE" => 8,
        "RATE OUT OF RANGE" => 9,
        _ => 0,
    }
}

fn add_state(live: &Live, first: &mut Value) {
    let battery = &live::uploader(live)["min"]["value"];
    if !battery.is_null() {
        first["battery"] = battery.to_string().into();
    }
    let (insulin, carbs) = (live::insulin_on_board(live), live::carbs_on_board(live));
    if let Some(display) = insulin["display"].as_str() {
        first["iob"] = display.into();
    }
    if !carbs["display"].is_null() {
        first["cob"] = carbs["display"].clone();
    }
}

fn cals(live: &Live) -> Vec<Value> {
    let cal = |cal: &Document| json!({"slope": cal.get("slope"), "intercept": cal.get("intercept"), "scale": cal.get("scale")});
    live.cals().iter().rev().take(1).map(cal).collect()
}

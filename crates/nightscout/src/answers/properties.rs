//! `/api/v2/properties`: what is going on, reckoned for displays.

use crate::{
    Document,
    document::{json_number, text},
    live::{self, Bucket, Live, buckets},
};
use glucose::Unit;
use serde_json::{Value, json};

/// The properties of these names, or all of them.
pub fn properties(live: &Live, names: Option<&[&str]>) -> Document {
    let mut all: Vec<(&str, Value)> = Vec::new();
    let found = buckets(live);
    if let Some(now) = found.first() {
        all.push(("bgnow", Value::Object(now.shown())));
        all.extend(found.get(1).map(|before| ("delta", delta(live, now, before))));
        all.push(("buckets", found.iter().map(Bucket::whole).map(Value::Object).collect()));
        all.push(("direction", direction(now)));
    }
    all.push(("rawbg", json!({})));
    all.push(("upbat", live::uploader(live)));
    all.push(("iob", live::insulin_on_board(live)));
    all.push(("cob", live::carbs_on_board(live)));
    all.push(("pump", live::pump(live)));
    all.push(("openaps", live::open_aps(live)));
    all.push(("loop", live::looping(live)));
    all.extend(live::ages(live));
    all.extend(live::basal(live).map(|basal| ("basal", basal)));
    all.extend(live::current_profile(live).map(|profile| ("profile", json!(profile))));
    all.extend(live.statuses.last().map(|status| ("devicestatus", json!(live::status_shown(status)))));
    let sizes = json!({"maxSize": 496, "dataSize": 0});
    all.push(("dbsize", json!({"display": "0%", "status": "current", "dataPercentage": 0, "details": sizes})));
    all.push(("runtimestate", json!({"state": "loaded"})));
    let wanted = |name: &str| names.is_none_or(|names| names.contains(&name));
    all.into_iter().filter(|(name, _)| wanted(name)).map(|(name, value)| (name.to_owned(), value)).collect()
}

/// What changed in five minutes; over a gap it is reckoned down to that.
fn delta(live: &Live, now: &Bucket, before: &Bucket) -> Value {
    let absolute = now.mean - before.mean;
    let minutes = (now.mills - before.mills) as f64 / 60_000.0;
    let interpolated = minutes > 9.0;
    let five_ago = if interpolated { now.mean - absolute / minutes * 5.0 } else { now.mean - absolute };
    let scaled = scaled_difference(live, now.mean, five_ago);
    json!({
        "absolute": json_number(absolute),
        "elapsedMins": json_number(minutes),
        "interpolated": interpolated,
        "mean5MinsAgo": json_number(five_ago),
        "times": {"recent": now.mills, "previous": before.mills},
        "mgdl": json_number((now.mean - five_ago).round()),
        "scaled": json_number(scaled),
        "display": signed(scaled),
        "previous": before.shown(),
    })
}

/// Of the values as they are shown, so that they add up.
pub(super) fn scaled_difference(live: &Live, now: f64, before: f64) -> f64 {
    match live.unit {
        Unit::MgDl => (now - before).round(),
        Unit::MmolL => ((live.scaled(now) - live.scaled(before)) * 10.0).round() / 10.0,
    }
}

fn signed(value: f64) -> String {
    if value >= 0.0 { format!("+{}", json_number(value + 0.0)) } else { json_number(value).to_string() }
}

fn direction(now: &Bucket) -> Value {
    let Some(name) = now.sgvs.last().and_then(|sgv| text(sgv, "direction")) else {
        return json!({"display": null, "value": "NONE", "label": "⇼", "entity": "&#8700;"});
    };
    let arrow = match name {
        "TripleUp" => '⤊',
        "DoubleUp" => '⇈',
        "SingleUp" => '↑',
        "FortyFiveUp" => '↗',
        "Flat" => '→',
        "FortyFiveDown" => '↘',
        "SingleDown" => '↓',
        "DoubleDown" => '⇊',
        "TripleDown" => '⤋',
        "RATE OUT OF RANGE" => '⇕',
        _ => '-',
    };
    json!({"display": null, "value": name, "label": arrow.to_string(), "entity": format!("&#{};", u32::from(arrow))})
}

//! What is going on, as watch faces, displays and summaries are told. The values are those of a recorded example.

use crate::{
    frame::{NOW_MS, document},
    recorded::recorded,
};
use glucose::Unit;
use nightscout::{
    Document, Live,
    answers::{ddata, pebble, properties, summary},
};
use serde_json::{Value, json};

fn sample(unit: Unit) -> Live {
    let entry = |sgv: i64, date: i64| {
        document(&format!(
            r#"{{"_id":"6b00f183ab5ac6d5a858a7{:02x}","type":"sgv","sgv":{sgv},"direction":"FortyFiveUp","noise":1,"device":"sample","date":{date}}}"#,
            sgv
        ))
    };
    let entries = vec![
        entry(127, 1_795_223_938_989),
        entry(124, 1_795_223_638_989),
        entry(121, 1_795_223_338_989),
        entry(118, 1_795_223_038_989),
    ];
    let status = r#"{"_id":"6b00f183796ad2dc0c4f828b","device":"openaps://rig","created_at":"2026-11-21T01:18:58.989Z","uploaderBattery":77,"pump":{"clock":"2026-11-21T01:18:58.989Z","battery":{"percent":60},"reservoir":88.2,"iob":{"bolusiob":1.25}}}"#;
    let profile = r#"{"_id":"p","defaultProfile":"Default","startDate":"2026-11-20T01:18:58.989Z","store":{"Default":{"basal":[{"time":"00:00","timeAsSeconds":0,"value":0.8},{"time":"02:30","value":0.9}],"timezone":"Europe/Berlin"}}}"#;
    let treatments = [
        r#"{"_id":"t1","eventType":"Meal Bolus","insulin":3.5,"carbs":null,"created_at":"2026-11-21T01:08:58.989Z"}"#,
        r#"{"_id":"t2","eventType":"Site Change","created_at":"2026-11-19T22:08:58.989Z","notes":"left"}"#,
        r#"{"_id":"t3","eventType":"Sensor Start","created_at":"2026-11-20T22:08:58.989Z"}"#,
    ];
    Live {
        now_ms: NOW_MS,
        unit,
        entries,
        statuses: vec![document(status)],
        profiles: vec![document(profile)],
        treatments: treatments.map(document).to_vec(),
        ..Live::default()
    }
    .sorted()
}

#[test]
fn watch_faces_get_numbers_as_they_want_them() {
    assert_eq!(
        pebble(&sample(Unit::MgDl), 2).to_string(),
        r#"{"status":[{"now":1795223947000}],"bgs":[{"sgv":"127","trend":3,"direction":"FortyFiveUp","datetime":1795223938989,"bgdelta":3,"battery":"77","iob":"1.25"},{"sgv":"124","trend":3,"direction":"FortyFiveUp","datetime":1795223638989}],"cals":[]}"#
    );
    let mmol = pebble(&sample(Unit::MmolL), 1);
    assert_eq!((&mmol["bgs"][0]["sgv"], &mmol["bgs"][0]["bgdelta"]), (&json!("7.0"), &json!("0.1")));
    assert_eq!(pebble(&Live::default(), 1)["bgs"], json!([]));
}

#[test]
fn properties_are_what_the_original_reckons() {
    let Some(recorded) = recorded() else { return };
    let theirs = &recorded.iter().find(|exchange| exchange["title"] == "properties").unwrap()["body"];
    let ours = properties(&sample(Unit::MgDl), None);
    let mut theirs_now = theirs["bgnow"].clone();
    theirs_now["sgvs"][0]["_id"] = ours["bgnow"]["sgvs"][0]["_id"].clone();
    let mut ours_now = ours["bgnow"].clone();
    let sort = |value: &mut Value| value["sgvs"][0].as_object_mut().unwrap().sort_keys();
    sort(&mut theirs_now);
    sort(&mut ours_now);
    assert_eq!(ours_now, theirs_now);
    for name in ["absolute", "elapsedMins", "interpolated", "mean5MinsAgo", "times", "mgdl", "scaled", "display"] {
        assert_eq!(ours["delta"][name], theirs["delta"][name], "{name}");
    }
    for path in [
        "/upbat/level",
        "/upbat/display",
        "/upbat/min",
        "/iob/iob",
        "/iob/display",
        "/iob/displayLine",
        "/direction",
        "/runtimestate",
        "/pump/data/battery",
        "/pump/data/reservoir",
        "/pump/uploader",
        "/openaps/status",
        "/buckets/0/fromMills",
        "/buckets/0/toMills",
    ] {
        assert_eq!(Value::Object(ours.clone()).pointer(path), theirs.pointer(path), "{path}");
    }
}

#[test]
fn properties_one_by_one() {
    let live = sample(Unit::MgDl);
    let some = properties(&live, Some(&["bgnow", "delta"]));
    assert_eq!(some.keys().collect::<Vec<_>>(), ["bgnow", "delta"]);
    let all = properties(&live, None);
    assert_eq!(
        (&all["cage"]["age"], &all["cage"]["display"], &all["cage"]["notes"]),
        (&json!(27), &json!("1d3h"), &json!("left"))
    );
    assert_eq!((&all["sage"]["min"], &all["sage"]["Sensor Start"]["age"]), (&json!("Sensor Start"), &json!(3)));
    assert_eq!((&all["iage"]["found"], &all["bage"]["found"]), (&json!(false), &json!(false)));
    // 02:19 in Berlin.
    assert_eq!(all["basal"]["display"], "0.800U");
    assert_eq!(all["delta"]["display"], "+3");
    let empty = properties(&Live { now_ms: NOW_MS, ..Live::default() }, None);
    assert!(!empty.contains_key("bgnow") && !empty.contains_key("delta") && !empty.contains_key("basal"));
    assert_eq!(properties(&sample(Unit::MmolL), None)["delta"]["display"], "+0.1");
}

#[test]
fn over_a_gap_the_change_is_reckoned_down() {
    let mut live = sample(Unit::MgDl);
    live.entries.retain(|entry| entry["sgv"] != 124);
    let delta = &properties(&live, None)["delta"];
    assert_eq!((&delta["interpolated"], &delta["mgdl"], &delta["absolute"]), (&json!(true), &json!(3), &json!(6)));
}

#[test]
fn a_temporary_rate_takes_the_place_of_the_profiles() {
    let mut live = sample(Unit::MgDl);
    let temporary = |more: &str| {
        document(&format!(r#"{{"eventType":"Temp Basal","created_at":"2026-11-21T01:10:00.000Z",{more}}}"#))
    };
    let mut told = |more: &str| {
        live.treatments.push(temporary(more));
        let told = properties(&live, Some(&["basal"]))["basal"]["display"].as_str().unwrap().to_owned();
        live.treatments.pop();
        told
    };
    assert_eq!(told(r#""absolute":1.2,"duration":30"#), "T: 1.200U");
    assert_eq!(told(r#""percent":-50,"duration":30"#), "T: 0.400U");
    assert_eq!(told(r#""absolute":1.2,"duration":5"#), "0.800U");
}

#[test]
fn loops_that_stopped_are_told_so() {
    let status =
        |at: &str, more: &str| document(&format!(r#"{{"device":"loop://iPhone","created_at":"{at}",{more}}}"#));
    let mut live = Live { now_ms: NOW_MS, ..Live::default() };
    live.statuses = vec![status(
        "2026-11-21T01:15:00Z",
        r#""loop":{"timestamp":"2026-11-21T01:15:00Z","iob":{"iob":1.05},"cob":{"cob":12},"predicted":{"values":[1]}}"#,
    )];
    let all = properties(&live, None);
    assert_eq!(
        (&all["loop"]["display"]["code"], &all["loop"]["lastPredicted"]["values"][0]),
        (&json!("looping"), &json!(1))
    );
    assert_eq!(
        (&all["iob"]["display"], &all["iob"]["source"], &all["cob"]["displayLine"]),
        (&json!("1.05"), &json!("Loop"), &json!("COB: 12g"))
    );
    live.now_ms += 3_600_000;
    let all = properties(&live, None);
    assert_eq!(
        (&all["loop"]["display"]["code"], &all["iob"], &all["cob"]),
        (&json!("warning"), &json!({}), &json!({}))
    );
}

#[test]
fn summaries_and_the_whole() {
    let live = sample(Unit::MgDl);
    let brief = summary(&live, 1);
    assert_eq!(brief["sgvs"][3], json!({"sgv": 127, "mills": 1_795_223_938_989_i64}));
    assert_eq!(brief["treatments"]["treatments"], json!([{"mills": 1_795_223_338_989_i64, "insulin": 3.5}]));
    assert_eq!(
        (&brief["state"]["iob"], &brief["state"]["battery"], &brief["state"]["cage"]),
        (&json!(1.25), &json!(75), &json!(27))
    );
    let whole: Document = ddata(&live);
    assert_eq!(
        (whole["sgvs"].as_array().unwrap().len(), whole["sitechangeTreatments"].as_array().unwrap().len()),
        (4, 1)
    );
    assert_eq!(whole["sgvs"][0]["mgdl"], 118);
    assert_eq!(whole["devicestatus"][0]["uploader"]["level"], 75);
    assert!(whole["treatments"][2].get("carbs").is_none());
}

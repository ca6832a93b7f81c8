//! The message of a CareLink follower, from our own data.

use crate::frame::NOW_MS;
use glucose::{Event, EventKind, Glucose, Limit, Provenance, Reading, ReadingKind, Trend, event::BolusOrigin};
use jiff::Timestamp;
use nightscout::carelink::{CareLink, message};
use serde_json::{Value, json};

fn at(minutes_ago: i64) -> Timestamp {
    Timestamp::from_millisecond(NOW_MS - minutes_ago * 60_000).unwrap()
}

fn reading(minutes_ago: i64, mg_dl: i32) -> Reading {
    Reading {
        at: at(minutes_ago),
        offset_min: 60,
        glucose: Glucose::mg_dl(mg_dl),
        kind: ReadingKind::Cgm,
        limit: None,
        trend: None,
        from: Provenance::default(),
    }
}

fn event(minutes_ago: i64, kind: EventKind) -> Event {
    Event { at: at(minutes_ago), offset_min: 60, kind, from: Provenance::default() }
}

fn readings() -> Vec<Reading> {
    let low = Reading { limit: Some(Limit::Below), ..reading(17, 40) };
    let finger = Reading { kind: ReadingKind::Meter, ..reading(3, 96) };
    let last = Reading { trend: Some(Trend::DoubleUp), ..reading(2, 200) };
    vec![reading(2000, 300), reading(22, 120), low, finger, last]
}

fn events() -> Vec<Event> {
    let bolus = |origin| EventKind::Bolus { normal: 1.5, extended: 0.0, duration_ms: 0, programmed: Some(2.0), origin };
    let status = EventKind::Status {
        on_board: Some(1.25),
        carbs_on_board: None,
        reservoir: Some(88.2),
        battery: Some(60.0),
        json: "{}".to_owned(),
    };
    vec![
        event(30, bolus(BolusOrigin::Automatic)),
        event(20, EventKind::Carbs { grams: 42.0, fat: None, protein: None }),
        event(10, EventKind::Calibration { glucose: Glucose::mg_dl(110) }),
        event(5, status),
    ]
}

fn told(history: bool, now_ms: i64) -> Value {
    let (readings, events) = (readings(), events());
    let of = CareLink { now_ms, first_name: "Ann", last_name: "", readings: &readings, events: &events };
    message(&of, history)["patientData"].clone()
}

#[test]
fn what_holds_now() {
    let data = told(false, NOW_MS);
    assert_eq!(
        data["lastSG"],
        json!({"sg": 200, "timestamp": "2026-11-21T01:17:07.000Z", "kind": "SG", "sensorState": "NO_ERROR_MESSAGE"})
    );
    assert_eq!((&data["lastSGTrend"], &data["conduitInRange"]), (&json!("UP_DOUBLE"), &json!(true)));
    assert_eq!(
        (&data["averageSG"], &data["aboveHyperLimit"], &data["timeInRange"]),
        (&json!(120), &json!(33), &json!(33))
    );
    assert_eq!((&data["activeInsulin"]["amount"], &data["reservoirRemainingUnits"]), (&json!(1.25), &json!(88.2)));
    assert!(data.get("sgs").is_none() && data.get("markers").is_none());
    // An hour later nothing is in range any more.
    let data = told(false, NOW_MS + 3_600_000);
    assert_eq!((&data["conduitInRange"], &data["lastSGTrend"]), (&json!(false), &json!("NONE")));
    assert!(data.get("activeInsulin").is_none());
}

#[test]
fn the_last_day() {
    let data = told(true, NOW_MS);
    let sgs = data["sgs"].as_array().unwrap();
    assert_eq!(sgs.len(), 288);
    let values: Vec<i64> = sgs[282..].iter().map(|sg| sg["sg"].as_i64().unwrap()).collect();
    // A gap is 0.
    assert_eq!(values, [0, 120, 40, 0, 0, 200]);
    assert_eq!(
        (&sgs[284]["sensorState"], &sgs[285]["sensorState"]),
        (&json!("BELOW_MINIMUM"), &json!("NO_DATA_FROM_PUMP"))
    );
    let markers = data["markers"].as_array().unwrap();
    let kinds: Vec<&str> = markers.iter().map(|marker| marker["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["INSULIN", "MEAL", "CALIBRATION", "BG_READING"]);
    let values = &markers[0]["data"]["dataValues"];
    assert_eq!((&values["deliveredFastAmount"], &values["activationType"]), (&json!(1.5), &json!("AUTOCORRECTION")));
    let empty = message(&CareLink { now_ms: NOW_MS, ..CareLink::default() }, true);
    assert_eq!((&empty["patientData"]["sgs"], &empty["patientData"]["lastSG"]["sg"]), (&json!([]), &json!(0)));
}

//! CareLink's message: the pump's clock, the ends of the scale, and markers that belong together.

use super::{answer, ask_json};
use glucose::{EventKind, Limit, ReadingKind};
use imports::pulled::Service;
use serde_json::{Value, json};

/// What the pump's clock shows, and what comes of it, at 22:58:00 UTC, while Berlin shows 00:58 of the next day.
#[test]
fn the_pumps_clock_is_a_zone_or_a_little_off_one() {
    let table = [
        ("2026-04-06T00:58:00", "2026-04-06T00:57:00", "2026-04-05T22:57:00Z", 120),
        // Nine minutes fast: still Berlin's time. The times stay the pump's own.
        ("2026-04-06T01:07:00", "2026-04-06T00:57:00", "2026-04-05T22:57:00Z", 120),
        // Not set since the summer time began.
        ("2026-04-05T23:58:40", "2026-04-05T23:57:00", "2026-04-05T22:57:00Z", 60),
        // On a journey; one zone is three quarters of an hour off the full one.
        ("2026-04-06T04:43:00", "2026-04-06T04:42:00", "2026-04-05T22:57:00Z", 345),
        ("2026-04-05T12:58:00", "2026-04-05T12:57:00", "2026-04-05T22:57:00Z", -600),
        // Another day: right instants, and the zone's wall clock.
        ("2026-04-02T00:58:00", "2026-04-02T00:57:00", "2026-04-05T22:57:00Z", 120),
    ];
    for (shows, stamp, at, offset_min) in table {
        let message = json!({
            "sMedicalDeviceTime": shows,
            "lastConduitUpdateServerDateTime": 1_775_429_880_000_i64,
            "sgs": [{"sg": 100, "timestamp": stamp}],
        });
        let pulled = ask_json(Service::CareLink, &message);
        let reading = &pulled.readings[0];
        assert_eq!((reading.at.to_string().as_str(), reading.offset_min), (at, offset_min), "{shows}");
    }
}

#[test]
fn without_the_pumps_clock_times_are_what_they_say_or_the_records_zone() {
    let table = [
        ("2026-04-05T22:57:00.000Z", json!(null), "2026-04-05T22:57:00Z"),
        ("2026-04-06T00:57:00", json!(null), "2026-04-05T22:57:00Z"),
        ("2026-04-05T15:57:00.000Z", json!("2026-04-05T15:57:27.943-07:00"), "2026-04-05T22:57:00Z"),
    ];
    for (stamp, phone, at) in table {
        let message = json!({"lastConduitDateTime": phone, "sgs": [{"sg": 100, "timestamp": stamp}]});
        assert_eq!(ask_json(Service::CareLink, &message).readings[0].at.to_string(), at, "{stamp}");
    }
}

/// Summer time began at 02:00 in the pump: values before it say how long ago they are.
#[test]
fn a_clock_that_was_set_since_is_allowed_for_where_the_message_tells() {
    let message = json!({
        "sMedicalDeviceTime": "2026-04-06T00:58:00",
        "lastConduitUpdateServerTime": 1_775_429_880_000_i64,
        "sgs": [
            {"sg": 100, "datetime": "2026-04-05T23:28:00.000Z", "relativeOffset": -1800},
            {"sg": 101, "datetime": "2026-04-06T00:33:00.000Z", "relativeOffset": -1500},
        ],
    });
    let times: Vec<String> =
        ask_json(Service::CareLink, &message).readings.iter().map(|reading| reading.at.to_string()).collect();
    assert_eq!(times, ["2026-04-05T22:28:00Z", "2026-04-05T22:33:00Z"]);
}

#[test]
fn where_it_does_not_tell_what_is_from_before_is_left_out() {
    let message = |set_at: &str, stamps: &[&str]| {
        let sgs: Vec<Value> = stamps.iter().map(|stamp| json!({"sg": 100, "timestamp": stamp})).collect();
        json!({
            "medicalDeviceTime": 1_775_437_080_000_i64,
            "lastConduitUpdateServerDateTime": 1_775_429_880_000_i64,
            "sgs": sgs,
            "markers": [{"type": "TIME_CHANGE", "timestamp": set_at, "data": {"dataValues": {}}}],
        })
    };
    let forward = message("2026-04-06T00:40:00", &["2026-04-05T23:38:00", "2026-04-06T00:43:00"]);
    let back = message("2026-04-06T01:30:00", &["2026-04-06T01:28:00", "2026-04-06T00:33:00", "2026-04-06T00:38:00"]);
    for (message, taken) in [(forward, 1), (back, 2)] {
        let pulled = ask_json(Service::CareLink, &message);
        assert_eq!(pulled.readings.len(), taken);
        assert_eq!(pulled.remarks, ["The pump's clock was set. Left out, because they are from before: 1."]);
    }
}

#[test]
fn a_pump_out_of_range_brings_nothing() {
    let mut message = answer("carelink_2025.json");
    message["patientData"]["conduitMedicalDeviceInRange"] = false.into();
    let pulled = ask_json(Service::CareLink, &message);
    assert!(pulled.readings.is_empty() && pulled.events.is_empty() && pulled.newest_at.is_none());
    assert_eq!(
        pulled.remarks,
        ["The pump is out of the phone's range. Its times cannot be trusted then: nothing was taken."]
    );
}

#[test]
fn a_low_beyond_the_scale_is_never_a_gap() {
    for (sg, state, limit) in [
        (json!(0), "SG_BELOW_40_MGDL", Some(Some(Limit::Below))),
        (json!(null), "SG_BELOW_40_MGDL", Some(Some(Limit::Below))),
        (json!(40), "NO_ERROR_MESSAGE", Some(Some(Limit::Below))),
        (json!("41"), "NO_ERROR_MESSAGE", Some(None)),
        (json!(0), "SG_ABOVE_400_MGDL", Some(Some(Limit::Above))),
        (json!(0), "WARM_UP", None),
    ] {
        let message = json!({"sgs": [{"sg": sg, "timestamp": "2026-04-06T00:57:00", "sensorState": state}]});
        let limits = ask_json(Service::CareLink, &message).readings.first().map(|reading| reading.limit);
        assert_eq!(limits, limit, "{sg} {state}");
    }
}

/// The window of a day moves on: a calibration whose value has left it brings no second reading.
#[test]
fn a_finger_value_and_its_calibration_are_one_reading() {
    let count = |markers: Value| {
        let message = json!({"medicalDeviceTime": 1_775_437_080_000_i64, "currentServerTime": 1_775_429_880_000_i64, "markers": markers});
        let pulled = ask_json(Service::CareLink, &message);
        let calibrations =
            pulled.events.iter().filter(|event| matches!(event.kind, EventKind::Calibration { .. })).count();
        (pulled.readings.iter().filter(|reading| reading.kind == ReadingKind::Meter).count(), calibrations)
    };
    let value = |at: &str| json!({"type": "BG_READING", "dateTime": at, "value": 112});
    let calibration =
        |at: &str| json!({"type": "CALIBRATION", "dateTime": at, "value": 112, "calibrationSuccess": true});
    let (noon, later) = ("2026-04-05T12:00:00", "2026-04-05T12:04:00");
    assert_eq!(count(json!([calibration(later), value(noon)])), (1, 1));
    assert_eq!(count(json!([value(noon), calibration("2026-04-05T12:06:00")])), (2, 1));
    assert_eq!(count(json!([calibration(later)])), (1, 1));
    assert_eq!(count(json!([calibration("2026-04-05T01:02:00")])), (0, 1));
}

/// Seconds differ from message to message; a value that is in both is the same to the last field.
#[test]
fn a_value_a_few_seconds_off_is_the_same_value() {
    let read = |stamps: [&str; 2]| {
        let [newest, listed] = stamps.map(|stamp| json!({"sg": 100, "timestamp": stamp}));
        ask_json(Service::CareLink, &json!({"lastSG": newest, "lastSGTrend": "UP", "sgs": [listed]})).readings
    };
    let first = read(["2026-04-06T00:57:00", "2026-04-06T00:57:01"]);
    assert_eq!(first.len(), 1);
    assert_eq!(first, read(["2026-04-06T00:57:08", "2026-04-06T00:56:55"]));
}

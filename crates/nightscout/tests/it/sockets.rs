//! What sockets are told: the whole, then what changed.

use crate::frame::{NOW_MS, document};
use nightscout::{
    Collection, Live, Permissions,
    sockets::{
        Alarm, AlarmLevel, DataSet, Outcome, StorageEvent, alarm_event, authorized, clear_alarm, delta, retro_update,
        storage_event, subscribed_to_alarms, subscribed_to_storage,
    },
};
use serde_json::{Value, json};

fn entry(sgv: i64, minute: i64) -> String {
    format!(
        r#"{{"_id":"e{minute}","type":"sgv","sgv":{sgv},"device":"sample","direction":"Flat","date":{}}}"#,
        NOW_MS + minute * 60_000
    )
}

fn live(entries: &[String], treatments: &[&str]) -> Live {
    let status = r#"{"_id":"s","device":"openaps://rig","created_at":"2026-11-21T01:18:58.989Z","uploaderBattery":77}"#;
    Live {
        now_ms: NOW_MS,
        entries: entries.iter().map(|json| document(json)).collect(),
        treatments: treatments.iter().map(|json| document(json)).collect(),
        statuses: vec![document(status)],
        profiles: vec![document(r#"{"_id":"p","startDate":"2026-11-20T01:18:58.989Z","store":{}}"#)],
        ..Live::default()
    }
    .sorted()
}

const NOTE: &str = r#"{"_id":"t","eventType":"Note","notes":"sock","carbs":null,"insulin":null,"created_at":"2026-11-21T01:19:26.754Z"}"#;

#[test]
fn the_first_message_is_the_whole() {
    let full = DataSet::of(&live(&[entry(127, 0)], &[NOTE])).full(Some(json!({"status": "ok"})));
    let names: Vec<&String> = full.as_object().unwrap().keys().collect();
    assert_eq!(names, ["devicestatus", "sgvs", "cals", "profiles", "mbgs", "food", "treatments", "dbstats", "status"]);
    assert_eq!(
        full["sgvs"].to_string(),
        r#"[{"_id":"e0","mgdl":127,"mills":1795223947000,"device":"sample","direction":"Flat","type":"sgv"}]"#
    );
    assert_eq!(
        full["treatments"].to_string(),
        r#"[{"_id":"t","eventType":"Note","notes":"sock","created_at":"2026-11-21T01:19:26.754Z","mills":1795223966754}]"#
    );
    assert_eq!(full["devicestatus"][0]["uploader"]["display"], "77%");
}

#[test]
fn later_ones_are_what_changed() {
    let set = |entries: &[String], treatments: &[&str]| DataSet::of(&live(entries, treatments));
    let before = set(&[entry(127, 0)], &[]);
    assert_eq!(delta(&before.told(), &before), None);
    let told = |before: &DataSet, after: &DataSet| Value::Object(delta(&before.told(), after).unwrap());
    // A new value.
    let more = set(&[entry(127, 0), entry(130, 5)], &[]);
    let news = told(&before, &more);
    assert_eq!(news.as_object().unwrap().keys().collect::<Vec<_>>(), ["delta", "lastUpdated", "sgvs"]);
    assert_eq!((&news["sgvs"][0]["mgdl"], news["sgvs"].as_array().unwrap().len()), (&json!(130), 1));
    // A note that comes, changes and goes.
    let note = set(&[entry(127, 0)], &[NOTE]);
    assert!(told(&before, &note)["treatments"][0].get("action").is_none());
    let changed = set(&[entry(127, 0)], &[&NOTE.replace("sock", "sock2")]);
    let news = told(&note, &changed);
    assert_eq!(
        (&news["treatments"][0]["action"], &news["treatments"][0]["notes"]),
        (&json!("update"), &json!("sock2"))
    );
    let news = told(&changed, &before);
    assert_eq!(news["treatments"].to_string(), r#"[{"_id":"t","mills":1795223966754,"action":"remove"}]"#);
    // A value that fell out of the window is no news.
    assert_eq!(delta(&more.told(), &set(&[entry(130, 5)], &[])), None);
    assert_eq!(retro_update(&live(&[], &[]))["devicestatus"][0]["_id"], "s");
}

#[test]
fn answers_have_the_words_that_apps_look_for() {
    let both = r#"{"read":true,"write":true,"write_treatment":true}"#;
    assert_eq!(authorized(Permissions::Both).to_string(), both);
    assert_eq!(authorized(Permissions::Follow)["write"], false);
    let words = [
        (Outcome::Success, "success"),
        (Outcome::WrongCollection, "Wrong collection"),
        (Outcome::NotAuthorized, "Not authorized"),
        (Outcome::NotPermitted, "Not permitted"),
        (Outcome::MissingId, "Missing _id"),
    ];
    for (outcome, words) in words {
        assert_eq!(outcome.body(), json!({"result": words}));
    }
}

#[test]
fn storage_tells_one_document_at_a_time() {
    let (name, body) = storage_event(
        Collection::Treatments,
        StorageEvent::Create(document(r#"{"_id":"x","identifier":"i","srvModified":1}"#)),
    );
    assert_eq!(
        (name, body.to_string().as_str()),
        ("create", r#"{"colName":"treatments","doc":{"identifier":"i","srvModified":1}}"#)
    );
    let (name, body) = storage_event(Collection::Treatments, StorageEvent::Delete("i".to_owned()));
    assert_eq!((name, body.to_string().as_str()), ("delete", r#"{"colName":"treatments","identifier":"i"}"#));
    let (granted, body) = subscribed_to_storage(Some(Permissions::Follow), Some(&["treatments", "foods", "entries"]));
    assert_eq!(granted, [Collection::Entries, Collection::Treatments]);
    assert_eq!(body.to_string(), r#"{"success":true,"collections":["entries","treatments"]}"#);
    assert_eq!(subscribed_to_storage(Some(Permissions::Both), None).0.len(), 6);
    assert_eq!(subscribed_to_storage(Some(Permissions::Upload), None).1["success"], false);
    assert_eq!(subscribed_to_storage(None, None).1["success"], false);
}

#[test]
fn alarms() {
    let alarm = |level, is_announcement| Alarm {
        level,
        title: "Low".to_owned(),
        message: "3.4 mmol/L".to_owned(),
        event_name: "low".to_owned(),
        group: "default".to_owned(),
        is_announcement,
    };
    let name = |level, is_announcement| alarm_event(&alarm(level, is_announcement)).0;
    assert_eq!(name(AlarmLevel::Urgent, false), "urgent_alarm");
    assert_eq!(name(AlarmLevel::Urgent, true), "urgent_alarm");
    assert_eq!(name(AlarmLevel::Warning, false), "alarm");
    assert_eq!(name(AlarmLevel::Info, false), "notification");
    assert_eq!(name(AlarmLevel::Info, true), "announcement");
    let body = alarm_event(&alarm(AlarmLevel::Urgent, false)).1;
    assert_eq!((&body["level"], &body["group"], &body["key"]), (&json!(2), &json!("default"), &json!("low_2")));
    let (name, body) = clear_alarm("default", AlarmLevel::Urgent);
    assert_eq!(
        (name, body.to_string().as_str()),
        (
            "clear_alarm",
            r#"{"clear":true,"title":"All Clear","message":"default - Urgent was ack'd","group":"default"}"#
        )
    );
    let body = subscribed_to_alarms(Some(Permissions::Follow)).to_string();
    assert_eq!(body, r#"{"success":true,"message":"Subscribed for alarms","read":true,"ack":true}"#);
    assert_eq!(subscribed_to_alarms(None)["success"], false);
}

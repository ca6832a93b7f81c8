//! Apps that bring data, and read back what they and others brought.

use super::{Phone, ago, iso, read, sgv};
use axum::body::Body;
use serde_json::{Value, json};
use sharing::TokenScope;
use testkit::app::App;

#[tokio::test]
async fn xdrip_uploads_and_may_try_for_ever() {
    let app = App::start().await;
    let mut phone = Phone::with_secret(&app, "xDrip", TokenScope::Both).await;
    let status = phone.json("/api/v1/status.json").await;
    assert_eq!(status["status"], "ok");
    assert!(status["settings"]["thresholds"]["bgHigh"].is_number() && status["settings"]["units"].is_string());
    assert!(!status["version"].as_str().unwrap().starts_with("0."));
    let mut one = sgv(ago(&app, 5), 123);
    let local = iso(ago(&app, 5) + 3_600_000).replace('Z', "+0100");
    (one["dateString"], one["sysTime"]) = (json!(local), json!(local));
    let first = phone.post("/api/v1/entries", &json!([one])).await;
    assert_eq!((first.as_array().unwrap().len(), first[0]["utcOffset"].as_i64()), (1, Some(60)));
    let again = phone.post("/api/v1/entries", &json!([one])).await;
    assert_eq!(first[0]["_id"], again[0]["_id"]);
    let entries = phone.json("/api/v1/entries.json?count=2").await;
    let back = &entries[0];
    assert_eq!(
        (&back["_id"], &back["sgv"], &back["device"]),
        (&first[0]["_id"], &json!(123), &json!("xDrip-DexcomG6"))
    );
    for field in ["filtered", "unfiltered", "rssi", "noise", "delta", "direction", "type"] {
        assert_eq!(back[field], one[field], "{field}");
    }
    assert_ne!(entries[1]["_id"], first[0]["_id"], "the same time and type is one entry");
    let meter = phone.post("/api/v1/entries", &json!([
        { "type": "mbg", "mbg": 111, "date": ago(&app, 4), "dateString": iso(ago(&app, 4)), "device": "xDrip" },
        { "type": "cal", "slope": 900.0, "intercept": 30_000.0, "scale": 1, "date": ago(&app, 3), "dateString": iso(ago(&app, 3)) }
    ])).await;
    assert!(meter[1]["_id"].as_str().unwrap().len() == 24);
    assert_eq!(phone.json("/api/v1/entries/mbg.json?count=1").await[0]["mbg"], 111);
    assert_eq!(phone.json("/api/v1/entries/cal.json?count=1").await[0]["slope"], 900.0);
    let mixed = phone.json("/api/v1/entries.json?count=3").await;
    let kinds: Vec<&str> = mixed.as_array().unwrap().iter().map(|entry| entry["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["cal", "mbg", "sgv"]);
    let status = phone.post("/api/v1/devicestatus", &json!({ "device": "phone", "uploader": { "battery": 77 } })).await;
    assert!(status[0]["_id"].is_string());
    assert_eq!(phone.json("/api/v1/devicestatus.json?count=1").await[0]["uploader"]["battery"], 77);
}

#[tokio::test]
async fn xdrip_keeps_its_treatments_by_its_own_ids() {
    let app = App::start().await;
    let mut phone = Phone::with_secret(&app, "xDrip", TokenScope::Both).await;
    let id = "6561a0b0c0d0e0f001020304";
    let mut treatment = json!({
        "_id": id, "uuid": "5f2b", "eventType": "Meal Bolus", "insulin": 2.5, "carbs": 30, "enteredBy": "xdrip",
        "created_at": iso(ago(&app, 30)), "notes": "bg < 70 & rising"
    });
    let kept = phone.send("PUT", "/api/v1/treatments", &treatment).await;
    assert_eq!(kept["_id"], id);
    treatment["insulin"] = json!(3.0);
    phone.send("PUT", "/api/v1/treatments", &treatment).await;
    let found = phone.json("/api/v1/treatments.json?find[uuid]=5f2b").await;
    assert_eq!((found.as_array().unwrap().len(), &found[0]["insulin"]), (1, &json!(3.0)));
    assert_eq!(found[0]["notes"], "bg < 70 & rising", "honest words stay as they are");
    let list = phone.call("GET", "/api/v1/treatments", &[], Body::empty()).await;
    assert_eq!((list.status.as_u16(), read(&list).is_array()), (200, true), "JSON without an ending as well");
    let changed = list.header("last-modified").to_owned();
    assert!(changed.ends_with("GMT"));
    let again = phone.call("GET", "/api/v1/treatments", &[("if-modified-since", &changed)], Body::empty()).await;
    assert_eq!(again.status, 304);
    let gone = phone.send("DELETE", &format!("/api/v1/treatments/{id}"), &Value::Null).await;
    assert_eq!((&gone["deletedCount"], &gone["acknowledged"]), (&json!(1), &json!(true)));
    assert_eq!(phone.send("DELETE", &format!("/api/v1/treatments/{id}"), &Value::Null).await["deletedCount"], 0);
    let found = phone.json("/api/v1/treatments.json?find[uuid]=5f2b").await;
    assert_eq!(found, json!([]));
    let steps =
        json!([{ "type": "steps-total", "timeStamp": ago(&app, 1), "created_at": iso(ago(&app, 1)), "steps": 90 }]);
    phone.post("/api/v1/activity", &steps).await;
    assert_eq!(phone.json("/api/v1/activity.json").await[0]["steps"], 90);
}

#[tokio::test]
async fn loop_gets_as_many_back_as_it_sent() {
    let app = App::start().await;
    let mut phone = Phone::with_secret(&app, "Loop", TokenScope::Both).await;
    assert_eq!(phone.json("/api/v1/experiments/test").await["status"], "ok");
    let at = |minutes: i64| iso(ago(&app, minutes)).replace(".000", "");
    let list = json!([
        { "eventType": "Temp Basal", "timestamp": at(20), "created_at": at(20), "rate": 0.75, "absolute": 0.75, "duration": 30,
          "temp": "absolute", "enteredBy": "loop://iPhone", "syncIdentifier": "abc1" },
        { "eventType": "Correction Bolus", "timestamp": at(15), "created_at": at(15), "insulin": 1.2, "programmed": 1.2,
          "enteredBy": "loop://iPhone", "notes": "🍎 apple" },
        { "_id": "B5F8A0A2-2B5B-4B5F-9C3D-1234567890AB", "eventType": "Temporary Override", "reason": "🏃 Run", "duration": 60,
          "timestamp": at(10), "created_at": at(10), "enteredBy": "Loop" }
    ]);
    let kept = phone.post("/api/v1/treatments", &list).await;
    assert_eq!(kept.as_array().unwrap().len(), 3);
    for (sent, kept) in list.as_array().unwrap().iter().zip(kept.as_array().unwrap()) {
        assert_eq!((&sent["eventType"], &sent["timestamp"]), (&kept["eventType"], &kept["timestamp"]));
        assert_eq!(kept["_id"].as_str().unwrap().len(), 24);
    }
    assert_eq!(kept[1]["notes"], "🍎 apple");
    let from = iso(ago(&app, 60));
    let to = iso(ago(&app, 0));
    let path = format!("/api/v1/treatments.json?find[created_at][$gte]={from}&find[created_at][$lte]={to}&count=1000");
    assert_eq!(
        phone.json(&path).await.as_array().unwrap().iter().filter(|one| one["enteredBy"] != "kinsight").count(),
        3
    );
    let gone = phone.send("DELETE", "/api/v1/treatments/B5F8A0A2-2B5B-4B5F-9C3D-1234567890AB", &Value::Null).await;
    assert_eq!(gone["deletedCount"], 1, "an override is found by the id that Loop gave it");
    let profile = json!([{
        "defaultProfile": "Default", "startDate": at(5), "units": "mg/dL", "enteredBy": "Loop", "mills": "0",
        "store": { "Default": { "dia": 6, "carbratio": [], "sens": [], "basal": [{ "time": "00:00", "value": 0.8 }], "units": "mg/dL",
            "target_low": [], "target_high": [], "timezone": "ETC/GMT-1" } },
        "loopSettings": { "dosingEnabled": true }
    }]);
    let kept = phone.post("/api/v1/profile", &profile).await;
    assert_eq!(kept[0]["_id"].as_str().unwrap().len(), 24);
    assert_eq!(phone.json("/api/v1/profile/current").await["loopSettings"]["dosingEnabled"], true);
    assert_eq!(phone.json("/api/v1/profiles?count=1").await[0]["store"]["Default"]["basal"][0]["value"], 0.8);
    phone.post("/api/v1/devicestatus", &json!([{ "device": "loop://iPhone", "created_at": at(1), "loop": {
        "iob": { "iob": 1.25, "timestamp": at(1) }, "cob": { "cob": 12.0 }, "predicted": { "startDate": at(1), "values": [120, 121] } } }])).await;
    let wrong = Phone::showing(&app, vec![("api-secret", "0".repeat(40))]).get("/api/v1/experiments/test").await;
    assert_eq!((wrong.status.as_u16(), read(&wrong)["message"].as_str()), (401, Some("Unauthorized")));
}

#[tokio::test]
async fn trio_deletes_only_what_it_asks_for() {
    let app = App::start().await;
    let mut phone = Phone::with_secret(&app, "Trio", TokenScope::Both).await;
    let (minus, with, plus) = (iso(ago(&app, 9)), iso(ago(&app, 8)), iso(ago(&app, 7)));
    let id = "0C1B2A39-0000-4000-8000-000000000001";
    let sent = json!([
        { "_id": id, "id": id, "sgv": 140, "glucose": 140, "date": ago(&app, 8), "dateString": with, "direction": "FortyFiveUp",
          "type": "sgv" },
    ]);
    let kept = phone.post("/api/v1/entries.json", &sent).await;
    assert_eq!(kept.as_array().unwrap().len(), 1);
    let found = phone.json(&format!("/api/v1/entries/sgv.json?find[dateString][$gte]={minus}&count=1600")).await;
    assert!(found.as_array().unwrap().iter().any(|entry| entry["sgv"] == 140 && entry["id"] == id));
    phone.post("/api/v1/treatments.json", &json!([
        { "eventType": "Carb Correction", "carbs": 20, "created_at": with, "enteredBy": "Trio", "id": "A1" },
        { "eventType": "Carb Correction", "carbs": 21, "created_at": plus, "enteredBy": "Other", "id": "A2" },
        { "eventType": "Temporary Target", "targetTop": 120, "targetBottom": 120, "duration": 30, "created_at": plus,
          "enteredBy": "Trio", "id": "A3" }
    ])).await;
    let foreign = "/api/v1/treatments.json?find[carbs][$exists]=true&find[$and][0][enteredBy][$ne]=Trio&find[$and][1][enteredBy][$ne]=kinsight";
    let found = phone.json(foreign).await;
    assert_eq!((found.as_array().unwrap().len(), &found[0]["carbs"]), (1, &json!(21)));
    let found = phone.json("/api/v1/treatments.json?find[eventType]=Temporary+Target").await;
    assert_eq!((found.as_array().unwrap().len(), &found[0]["id"]), (1, &json!("A3")));
    let gone = phone.send("DELETE", "/api/v1/treatments.json?find[id][$eq]=A1", &Value::Null).await;
    assert_eq!(gone["deletedCount"], 1);
    let gone = phone
        .send("DELETE", &format!("/api/v1/treatments.json?find[created_at][$eq]={plus}&find[carbs]=21"), &Value::Null)
        .await;
    assert_eq!(gone["deletedCount"], 1);
    assert_eq!(phone.json("/api/v1/treatments.json?find[enteredBy]=Trio").await.as_array().unwrap().len(), 1);
    let gone = phone
        .send("DELETE", &format!("/api/v1/entries.json?find[$or][0][id]={id}&find[$or][1][_id]=none"), &Value::Null)
        .await;
    assert_eq!(gone["deletedCount"], 1);
    let none = phone.send("DELETE", "/api/v1/entries.json", &Value::Null).await;
    assert_eq!(none["deletedCount"], 0, "without a word of what is to go nothing goes");
}

#[tokio::test]
async fn juggluco_brings_weeks_in_one_list() {
    let app = App::start().await;
    let mut phone = Phone::with_secret(&app, "Juggluco", TokenScope::Both).await;
    let list: Vec<Value> = (0..3000).map(|slot| sgv(ago(&app, 5 * slot + 2), 100 + slot % 60)).collect();
    let kept = phone.post("/api/v1/entries", &json!(list)).await;
    assert_eq!(kept.as_array().unwrap().len(), 3000);
    let from = ago(&app, 5 * 3000 + 5);
    let found = phone.json(&format!("/api/v1/entries/sgv.json?find[date][$gte]={from}&count=10000")).await;
    let own = found.as_array().unwrap().iter().filter(|entry| entry["device"] == "xDrip-DexcomG6").count();
    assert_eq!(own, 3000);
}

#[tokio::test]
async fn xdrip4ios_keeps_its_own_ids() {
    let app = App::start().await;
    let token = app.app_token(store::NewAppToken::new("xDrip4iOS", TokenScope::Both)).await;
    let mut phone = Phone::showing(&app, vec![("api-secret", token)]);
    assert_eq!(phone.json("/api/v1/experiments/test").await["status"], "ok");
    let id = "65f8a0b1c2d3e4f506070809";
    let mut one = sgv(ago(&app, 3), 131);
    one["_id"] = json!(id);
    assert_eq!(phone.post("/api/v1/entries", &json!([one])).await[0]["_id"], id);
    assert_eq!(phone.json("/api/v1/entries/sgv.json?count=1").await[0]["_id"], id);
    let made = phone
        .post("/api/v1/treatments", &json!({ "eventType": "Carbs", "carbs": 20, "created_at": iso(ago(&app, 9)) }))
        .await;
    let treatment = made[0]["_id"].as_str().unwrap().to_owned();
    let mut changed = made[0].clone();
    changed["carbs"] = json!(25);
    assert_eq!(phone.send("PUT", "/api/v1/treatments", &changed).await["_id"], treatment);
    let gone = phone.send("DELETE", &format!("/api/v1/treatments/{treatment}"), &Value::Null).await;
    assert_eq!(gone["deletedCount"], 1);
    let (from, to) = (iso(ago(&app, 4)), iso(ago(&app, 2)));
    let path = format!("/api/v1/entries?find[dateString][$gte]={from}&find[dateString][$lte]={to}");
    assert_eq!(phone.send("DELETE", &path, &Value::Null).await["deletedCount"], 1);
}

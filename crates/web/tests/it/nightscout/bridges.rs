//! Programs that carry data from one service to another.

use super::{Phone, ago, iso, sgv};
use axum::body::Body;
use serde_json::{Value, json};
use sharing::TokenScope;
use testkit::app::App;

#[tokio::test]
async fn bridges_bring_the_same_again_and_nothing_doubles() {
    let app = App::start().await;
    for name in ["librelink-up", "share2nightscout", "minimed-connect", "nightscout-connect"] {
        let mut bridge = Phone::with_secret(&app, name, TokenScope::Both).await;
        let before = bridge.json("/api/v1/entries?count=1").await;
        assert!(before.is_array());
        let list: Vec<Value> = (1..4).map(|slot| sgv(ago(&app, 5 * slot), 120 + slot)).collect();
        bridge.post("/api/v1/entries.json", &json!(list)).await;
        bridge.post("/api/v1/entries.json", &json!(list)).await;
        bridge.post("/api/v1/devicestatus.json", &json!({ "uploaderBattery": false })).await;
        let from = ago(&app, 16);
        let found = bridge.json(&format!("/api/v1/entries.json?find[date][$gt]={from}&count=100")).await;
        let own = found.as_array().unwrap().iter().filter(|entry| entry["device"] == "xDrip-DexcomG6").count();
        assert_eq!(own, 3, "{name}: nothing doubles, whoever brings it");
    }
}

#[tokio::test]
async fn tconnectsync_shows_its_secret_in_the_address_and_does_not_escape() {
    let app = App::start().await;
    let token = app.app_token(store::NewAppToken::new("tconnect", TokenScope::Both)).await;
    let mut bridge = Phone::showing(&app, vec![("api-secret", super::sha1_hex::sha1_hex(&token))]);
    let at = iso(ago(&app, 12)).replace(".000Z", "+00:00");
    let kept = bridge.post("/api/v1/treatments?api_secret=", &json!({
        "eventType": "Combo Bolus", "insulin": 4.0, "carbs": 40, "created_at": at, "enteredBy": "Pump (tconnectsync)", "pump_event_id": "7"
    })).await;
    assert_eq!(kept.as_array().unwrap().len(), 1);
    let mut reader = Phone::showing(&app, Vec::new());
    let from = iso(ago(&app, 30)).replace(".000Z", "+00:00");
    let path = format!(
        "/api/v1/treatments?count=1&find[enteredBy]=Pump+(tconnectsync)&find[created_at][$gte]={from}&api_secret={token}"
    );
    let found = reader.json(&path).await;
    assert_eq!(found[0]["pump_event_id"], "7");
    let id = found[0]["_id"].as_str().unwrap().to_owned();
    assert_eq!(bridge.send("DELETE", &format!("/api/v1/treatments/{id}"), &Value::Null).await["deletedCount"], 1);
    let profile = json!({ "defaultProfile": "A", "startDate": iso(ago(&app, 1)), "store": { "A": {} } });
    assert!(bridge.send("PUT", "/api/v1/profile", &profile).await["_id"].is_string());
}

#[tokio::test]
async fn a_packed_body_is_unpacked_and_nonsense_is_told_so() {
    let app = App::start().await;
    let mut phone = Phone::with_secret(&app, "Packer", TokenScope::Both).await;
    let plain = json!([sgv(ago(&app, 2), 150)]).to_string();
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packer, plain.as_bytes()).unwrap();
    let gzip = [("content-type", "application/json"), ("content-encoding", "gzip")];
    let answer = phone.call("POST", "/api/v1/entries", &gzip, Body::from(packer.finish().unwrap())).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    for body in ["{", "7", "[1]", "[{\"type\":\"sgv\"}]", "\"x\""] {
        let answer =
            phone.call("POST", "/api/v1/entries", &[("content-type", "application/json")], Body::from(body)).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text());
        assert!(!answer.text().contains("src/"), "no traces: {}", answer.text());
    }
    for query in [
        "count=abc",
        "find[$where]=sleep(1000)",
        "find[sgv][$expr]=1",
        "find[notes][$regex]=(",
        "find[date][$function]=x",
    ] {
        let answer = phone.get(&format!("/api/v1/entries.json?{query}")).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.text());
    }
    let slow = phone.json("/api/v1/treatments.json?find[notes]=/(a%2B)%2B$/").await;
    assert_eq!(slow, json!([]));
    let tomorrow = json!([sgv(ago(&app, -60 * 30), 100)]).to_string();
    let answer =
        phone.call("POST", "/api/v1/entries", &[("content-type", "application/json")], Body::from(tomorrow)).await;
    assert_eq!(answer.status, 400, "a clock that is a day ahead is wrong");
}

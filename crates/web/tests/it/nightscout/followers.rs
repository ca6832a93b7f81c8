//! Apps that only look.

use super::{Phone, ago, iso, read, sgv};
use axum::body::Body;
use serde_json::{Value, json};
use sharing::TokenScope;
use store::NewAppToken;
use testkit::app::App;

async fn day(app: &App) {
    let mut phone = Phone::with_secret(app, "Sensor", TokenScope::Both).await;
    let list: Vec<Value> = (0..288).map(|slot| sgv(ago(app, 5 * slot + 1), 100 + slot % 60)).collect();
    phone.post("/api/v1/entries", &json!(list)).await;
}

#[tokio::test]
async fn loopfollow_asks_with_its_token_in_the_address() {
    let app = App::start().await;
    day(&app).await;
    let token = app.app_token(NewAppToken::new("LoopFollow", TokenScope::Follow)).await;
    let mut phone = Phone::showing(&app, Vec::new());
    let from = ago(&app, 60 * 24);
    let path =
        format!("/api/v1/entries.json?token={token}&find%5Bdate%5D%5B$gte%5D={from}&find[type][$ne]=cal&count=5000");
    let entries = phone.json(&path).await;
    let entries = entries.as_array().unwrap();
    assert!(entries.len() >= 288);
    assert!(
        entries.iter().all(|entry| entry["date"].is_number() && (entry["sgv"].is_number() || entry["mbg"].is_number()))
    );
    assert!(entries.windows(2).all(|pair| pair[0]["date"].as_f64() >= pair[1]["date"].as_f64()), "newest first");
    assert_eq!(phone.json(&format!("/api/v1/devicestatus.json?count=1&token={token}")).await, json!([]));
    let (now, soon) = (iso(ago(&app, 60)), iso(ago(&app, -360)));
    let path = format!(
        "/api/v1/treatments.json?find[created_at][$gte]={now}&find[created_at][$lte]={soon}&count=5000&token={token}"
    );
    assert!(phone.json(&path).await.is_array());
    let path = format!("/api/v1/profiles.json?count=1&find[startDate][$lte]={now}&token={token}");
    assert_eq!(phone.json(&path).await, json!([]));
    let path = format!("/api/v1/entries?token={token}");
    let write = phone.call("POST", &path, &[("content-type", "application/json")], Body::from("[]"));
    assert_eq!(write.await.status, 401, "who follows brings nothing");
}

#[tokio::test]
async fn nightguard_writes_its_times_as_fractions() {
    let app = App::start().await;
    day(&app).await;
    let mut phone = Phone::with_secret(&app, "Nightguard", TokenScope::Follow).await;
    let (from, to) = (ago(&app, 100), ago(&app, 50));
    let path = format!("/api/v1/entries.json?find[date][$gt]={from}.0&find[date][$lte]={to}.5&count=1440");
    let found = phone.json(&path).await;
    let own = found.as_array().unwrap().iter().filter(|entry| entry["device"] == "xDrip-DexcomG6").count();
    assert_eq!(own, 10);
}

#[tokio::test]
async fn displays_get_text_unless_they_ask_for_json() {
    let app = App::start().await;
    day(&app).await;
    let mut phone = Phone::with_secret(&app, "Clock", TokenScope::Follow).await;
    let text = phone.call("GET", "/api/v1/entries?count=3", &[("accept", "*/*")], Body::empty()).await;
    assert!(text.header("content-type").starts_with("text/plain"));
    let words = text.text();
    let lines: Vec<&str> = words.split("\r\n").collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with('"') && lines[0].split('\t').count() == 5, "{}", lines[0]);
    let axios = "application/json, text/plain, */*";
    let json = phone.call("GET", "/api/v1/entries?count=1", &[("accept", axios)], Body::empty()).await;
    assert!(read(&json).is_array());
    let csv = phone.call("GET", "/api/v1/entries.csv?count=1", &[], Body::empty()).await;
    assert_eq!(csv.text().split(',').count(), 5);
    let current = phone.json("/api/v1/entries/current.json").await;
    assert_eq!((current.as_array().unwrap().len(), current[0]["date"].as_i64()), (1, Some(ago(&app, 1))));
    let seen = phone.call("GET", "/api/v1/entries.json?count=1", &[], Body::empty()).await;
    let since = seen.header("last-modified").to_owned();
    let again =
        phone.call("GET", "/api/v1/entries.json?count=1", &[("if-modified-since", &since)], Body::empty()).await;
    assert_eq!(again.status, 304);
}

#[tokio::test]
async fn home_assistant_shows_its_token_in_three_ways() {
    let app = App::start().await;
    day(&app).await;
    let token = app.app_token(NewAppToken::new("Home", TokenScope::Follow)).await;
    for shown in [super::sha1_hex::sha1_hex(&token), token.clone(), format!("token={token}")] {
        let mut phone = Phone::showing(&app, vec![("api-secret", shown)]);
        let status = phone.json("/api/v1/status.json").await;
        assert_eq!(
            (&status["settings"]["authDefaultRoles"], &status["name"]),
            (&json!("status-only"), &json!("nightscout"))
        );
        let found = phone.json("/api/v1/entries/sgv.json?count=5").await;
        assert!(found.as_array().unwrap().iter().all(|entry| entry["delta"].is_number()));
        assert!(phone.json("/api/v1/treatments.json").await.is_array());
        assert!(phone.json("/api/v1/profile.json").await.is_array());
    }
    let mut wrong = Phone::showing(&app, vec![("api-secret", "wrong".to_owned())]);
    assert_eq!(wrong.get("/api/v1/status.json").await.status, 401);
    assert_eq!(wrong.get("/api/v1/entries/sgv.json").await.status, 401);
    let verified = wrong.json("/api/v1/verifyauth").await;
    assert_eq!(
        (&verified["message"]["canRead"], &verified["message"]["message"]),
        (&json!(false), &json!("UNAUTHORIZED"))
    );
}

#[tokio::test]
async fn oref0_asks_with_words_and_patterns() {
    let app = App::start().await;
    let mut rig = Phone::with_secret(&app, "rig", TokenScope::Both).await;
    let at = iso(ago(&app, 10));
    rig.post("/api/v1/treatments.json", &json!([
        { "eventType": "Temp Basal", "rate": 1.1, "duration": 30, "created_at": at, "enteredBy": "openaps://medtronic/722" },
        { "eventType": "Note", "notes": "by hand", "created_at": at, "enteredBy": "someone" }
    ])).await;
    let found = rig.json("/api/v1/treatments.json?find[enteredBy]=/openaps:\\/\\/medtronic\\/.../&count=1").await;
    assert_eq!((found.as_array().unwrap().len(), &found[0]["rate"]), (1, &json!(1.1)));
    let from = iso(ago(&app, 20)).replace('Z', "+00:00");
    let found = rig.json(&format!("/api/v1/treatments.json?find[created_at][$gte]={from}&find[eventType]=Note")).await;
    assert_eq!(found[0]["notes"], "by hand");
    let since = iso(ago(&app, -5));
    let none = rig.call("GET", "/api/v1/treatments.json", &[("if-modified-since", &since)], Body::empty()).await;
    assert_eq!(none.status, 304);
}

#[tokio::test]
async fn xdrip_follows_with_what_it_has_not_seen() {
    let app = App::start().await;
    day(&app).await;
    let mut phone = Phone::with_secret(&app, "xDrip follower", TokenScope::Follow).await;
    let first = phone.json(&format!("/api/v1/entries.json?count=10&rr={}", ago(&app, 0))).await;
    let first = first.as_array().unwrap();
    assert_eq!(first.len(), 10);
    assert!(first.iter().all(|one| one["sgv"].is_number() && one["date"].is_number() && one["_id"].is_string()));
    let from = ago(&app, 12);
    let newer = phone.json(&format!("/api/v1/entries.json?count=2880&find[date][$gt]={from}")).await;
    assert!(newer.as_array().unwrap().iter().all(|one| one["date"].as_i64().unwrap() > from));
    let status = phone.get("/api/v1/devicestatus.json?count=1").await;
    assert_eq!((status.status.as_u16(), read(&status)), (200, json!([])), "a refusal would turn it off for hours");
}

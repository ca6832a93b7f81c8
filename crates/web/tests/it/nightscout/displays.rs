//! Watches, displays and apps that show what is reckoned from the values.

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
    phone.post("/api/v1/treatments", &json!([
        { "eventType": "Meal Bolus", "insulin": 3.5, "carbs": 42, "created_at": iso(ago(app, 40)), "enteredBy": "x" },
        { "eventType": "Site Change", "created_at": iso(ago(app, 60 * 50)), "enteredBy": "x" }
    ])).await;
    phone
        .post(
            "/api/v1/devicestatus",
            &json!({ "device": "openaps://rig", "created_at": iso(ago(app, 4)), "uploaderBattery": 77,
        "openaps": { "iob": { "iob": 1.25, "timestamp": iso(ago(app, 4)) } } }),
        )
        .await;
}

#[tokio::test]
async fn loopfollow_learns_what_its_token_may() {
    let app = App::start().await;
    let token = app.app_token(NewAppToken::new("LoopFollow", TokenScope::Follow)).await;
    let mut phone = Phone::showing(&app, Vec::new());
    let status = phone.json(&format!("/api/v1/status.json?token={token}")).await;
    assert_eq!(status["authorized"]["permissionGroups"], json!([["*:*:read"]]));
    let given = status["authorized"]["token"].as_str().unwrap().to_owned();
    let mut later = Phone::showing(&app, vec![("authorization", format!("Bearer {given}"))]);
    assert!(later.json("/api/v1/entries.json").await.is_array(), "what it was given is good for version 1 too");
    let renewed = later.json(&format!("/api/v1/status.json?token={given}")).await;
    assert_eq!(renewed["authorized"], Value::Null, "what was given is not changed for more of it");
    assert!(phone.json(&format!("/api/v2/properties/dbsize?token={token}")).await["dbsize"].is_object());
    assert_eq!(phone.json("/api/v1/status.json").await["authorized"], Value::Null);
}

#[tokio::test]
async fn commands_and_tokens_are_not_made_here() {
    let app = App::start().await;
    let mut phone = Phone::with_secret(&app, "LoopFollow", TokenScope::Both).await;
    let new = json!({ "name": "loopfollow", "roles": ["admin"] });
    for (method, path) in [
        ("POST", "/api/v2/authorization/subjects"),
        ("PUT", "/api/v2/authorization/roles"),
        ("GET", "/api/v2/authorization/subjects"),
        ("GET", "/api/v2/authorization/permissions"),
        ("DELETE", "/api/v2/authorization/subjects/x"),
    ] {
        let answer = phone.try_to(method, path, &new).await;
        assert_eq!(answer.status, 403, "{method} {path}");
        let words = read(&answer)["message"].as_str().unwrap().to_owned();
        assert!(words.contains("Make one there"), "{words}");
        let nobody = Phone::showing(&app, Vec::new()).try_to(method, path, &new).await;
        assert_eq!(nobody.status, 401, "{method} {path}");
    }
    let command = json!({ "eventType": "Temporary Override", "reason": "Run" });
    let answer = phone.try_to("POST", "/api/v2/notifications/loop", &command).await;
    assert_eq!(answer.status, 403);
    let nobody = Phone::showing(&app, Vec::new()).try_to("POST", "/api/v2/notifications/loop", &command).await;
    assert_eq!(nobody.status, 401);
}

#[tokio::test]
async fn nightguard_shows_what_is_reckoned() {
    let app = App::start().await;
    day(&app).await;
    let token = app.app_token(NewAppToken::new("Nightguard", TokenScope::Both)).await;
    let mut phone = Phone::showing(&app, Vec::new());
    let all = phone.json(&format!("/api/v2/properties?token={token}")).await;
    assert_eq!((&all["bgnow"]["last"], &all["bgnow"]["mills"]), (&json!(100), &json!(ago(&app, 1))));
    assert_eq!(all["bgnow"]["sgvs"][0]["direction"], "Flat");
    assert_eq!((&all["delta"]["mgdl"], &all["delta"]["display"]), (&json!(-1), &json!("-1")));
    assert!(all["iob"]["display"].is_string() && all["upbat"]["display"].is_string() && !all["cage"].is_null());
    let two = phone.json(&format!("/api/v2/properties/bgnow,delta?token={token}")).await;
    assert_eq!(two.as_object().unwrap().keys().collect::<Vec<_>>(), ["bgnow", "delta"]);
    let path = format!("/api/v1/treatments?token={token}&now={}", ago(&app, 0));
    let kept =
        phone.post(&path, &json!({ "eventType": "Carb Correction", "carbs": 10, "enteredBy": "nightguard" })).await;
    assert_eq!(kept[0]["created_at"], iso(ago(&app, 0)), "without a time it is now");
    let summary = phone.json(&format!("/api/v2/summary?hours=1&token={token}")).await;
    assert_eq!(summary["sgvs"].as_array().unwrap().len(), 12);
    let data = phone.json(&format!("/api/v2/ddata?token={token}")).await;
    assert!(
        data["sgvs"].as_array().unwrap().len() >= 288 && data["sitechangeTreatments"].as_array().unwrap().len() == 1
    );
    let then = phone.json(&format!("/api/v2/ddata/at/{}?token={token}", ago(&app, 60))).await;
    assert_eq!(then["sgvs"].as_array().unwrap().last().unwrap()["mills"], ago(&app, 61));
    assert!(phone.json(&format!("/api/v2/entries.json?token={token}&count=1")).await.is_array());
}

#[tokio::test]
async fn glucodatahandler_reads_the_watch_answer() {
    let app = App::start().await;
    day(&app).await;
    let mut watch = Phone::with_secret(&app, "Watch", TokenScope::Follow).await;
    let pebble = watch.json("/pebble?count=2").await;
    let first = &pebble["bgs"][0];
    assert_eq!((&first["sgv"], &first["datetime"], &first["trend"]), (&json!("100"), &json!(ago(&app, 1)), &json!(4)));
    assert_eq!((&first["bgdelta"], &first["battery"], &first["iob"]), (&json!(-1), &json!("77"), &json!("1.25")));
    assert_eq!((pebble["bgs"].as_array().unwrap().len(), &pebble["status"][0]["now"]), (2, &json!(ago(&app, 0))));
    let mmol = watch.json("/pebble?units=mmol").await;
    assert_eq!((&mmol["bgs"][0]["sgv"], mmol["bgs"][0]["bgdelta"].is_string()), (&json!("5.6"), true));
    let nobody = Phone::showing(&app, Vec::new()).get("/pebble").await;
    assert_eq!(nobody.status, 401);
    let mut brings = Phone::showing(&app, Vec::new());
    let token = app.app_token(NewAppToken::new("GlucoDataHandler", TokenScope::Both)).await;
    let value = json!([sgv(ago(&app, 0), 108)]);
    assert_eq!(brings.try_to("POST", &format!("/api/v1/entries?token={token}"), &value).await.status, 200);
}

#[tokio::test]
async fn a_carelink_display_shows_the_last_day() {
    let app = App::start().await;
    day(&app).await;
    let token = app.app_token(NewAppToken::new("Display", TokenScope::Follow)).await;
    let mut display = Phone::showing(&app, Vec::new());
    let all = display.json(&format!("/carelink/?token={token}")).await["patientData"].clone();
    assert_eq!((all["sgs"].as_array().unwrap().len(), &all["lastSG"]["sg"]), (288, &json!(100)));
    assert_eq!((&all["lastSGTrend"], &all["conduitSensorInRange"]), (&json!("NONE"), &json!(true)));
    let kinds: Vec<&str> = all["markers"].as_array().unwrap().iter().map(|one| one["type"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"INSULIN") && kinds.contains(&"MEAL"), "{kinds:?}");
    assert!(!all.to_string().contains("Anna"), "a display that is lost does not say whose it is");
    let short = display.json(&format!("/carelink/nohistory?token={token}")).await["patientData"].clone();
    assert!(short.get("sgs").is_none() && short["lastSG"]["sg"] == 100);
    assert_eq!(display.get("/carelink/").await.status, 401);
}

#[tokio::test]
async fn reports_ask_by_patterns_of_the_time() {
    let app = App::start().await;
    day(&app).await;
    let mut phone = Phone::with_secret(&app, "Report", TokenScope::Follow).await;
    let noon = phone.json("/api/v1/times/2026-03-18/T{12..13}:.*.json?count=100").await;
    let times: Vec<&str> = noon.as_array().unwrap().iter().map(|one| one["dateString"].as_str().unwrap()).collect();
    assert_eq!(times.len(), 24);
    assert!(times.iter().all(|time| time.starts_with("2026-03-18T12") || time.starts_with("2026-03-18T13")));
    let sliced = phone.json("/api/v1/slice/entries/dateString/sgv/2026-03-18/T12.json?count=100").await;
    assert_eq!(sliced.as_array().unwrap().len(), 12);
    let echo = phone.json("/api/v1/times/echo/2026-03-18/T12.json").await;
    assert_eq!(echo["params"]["prefix"], "2026-03-18");
    for refused in ["times/T12/x", "times/2026-03/(", "times/2026-03/{1..9999}"] {
        assert_eq!(phone.get(&format!("/api/v1/{refused}")).await.status, 400, "{refused}");
    }
    assert_eq!(Phone::showing(&app, Vec::new()).get("/api/v1/times/2026-03-18/T12.json").await.status, 401);
    let count = phone.json(&format!("/api/v1/count/entries/where?find[date][$gte]={}", ago(&app, 60))).await;
    assert_eq!(count[0]["count"], 12);
    let mut preview = Phone::with_secret(&app, "Report", TokenScope::Both).await;
    let shown = preview.post("/api/v1/entries/preview.json", &json!([sgv(ago(&app, 0), 99)])).await;
    assert_eq!(shown[0]["sgv"], 99);
    assert_ne!(preview.json("/api/v1/entries/current.json").await[0]["sgv"], 99, "it is not kept");
    let picture = preview.call("GET", "/api/v1/status.svg", &[], Body::empty()).await;
    assert_eq!(picture.header("content-type"), "image/svg+xml");
}

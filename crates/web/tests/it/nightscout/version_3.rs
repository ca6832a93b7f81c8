//! Other apps of version 3, and what it says to questions that it does not understand.

use super::{Phone, ago, read};
use axum::body::Body;
use serde_json::{Value, json};
use sharing::TokenScope;
use testkit::app::App;

#[tokio::test]
async fn librelink_up_brings_one_by_one() {
    let app = App::start().await;
    let mut bridge = Phone::with_bearer(&app, "librelink-up", TokenScope::Both).await;
    assert_eq!(bridge.json("/api/v3/entries?limit=1&sort$desc=date&device=linkup").await["result"], json!([]));
    let value = |minutes: i64| {
        json!({ "app": "nightscout-librelink-up", "device": "linkup", "type": "sgv", "sgv": 150, "direction": "FortyFiveUp",
            "date": ago(&app, minutes), "dateString": super::iso(ago(&app, minutes)) })
    };
    for minutes in [10, 5] {
        assert_eq!(bridge.try_to("POST", "/api/v3/entries", &value(minutes)).await.status, 201);
    }
    assert_eq!(bridge.try_to("POST", "/api/v3/entries", &value(5)).await.status, 200, "what is here is not made again");
    let newest = bridge.json("/api/v3/entries?limit=1&sort$desc=date").await;
    assert_eq!(newest["result"][0]["date"], ago(&app, 5));
    let last = bridge.json("/api/v1/entries?count=1").await;
    assert_eq!((&last[0]["sgv"], &last[0]["direction"]), (&json!(150), &json!("FortyFiveUp")));
}

#[tokio::test]
async fn juggluco_names_its_own_identifiers() {
    let app = App::start().await;
    let mut phone = Phone::with_bearer(&app, "Juggluco", TokenScope::Both).await;
    let value = json!({ "app": "Juggluco", "device": "3MH0", "type": "sgv", "sgv": 95, "date": ago(&app, 5), "utcOffset": 60,
        "identifier": "3MH0-17", "direction": "Flat" });
    let dose = json!({ "app": "Juggluco", "date": ago(&app, 7), "utcOffset": 60, "identifier": "J-1", "eventType": "Meal Bolus",
        "insulin": 4 });
    for (collection, document, id) in [("entries", value, "3MH0-17"), ("treatments", dose, "J-1")] {
        let made = phone.try_to("POST", &format!("/api/v3/{collection}"), &document).await;
        assert_eq!((made.status.as_u16(), read(&made)["identifier"].as_str()), (201, Some(id)));
        let path = format!("/api/v3/{collection}/{id}");
        assert_eq!(phone.json(&path).await["result"]["identifier"], id);
        phone.send("DELETE", &path, &Value::Null).await;
        assert_eq!(phone.get(&path).await.status, 410);
        let back = phone.try_to("POST", &format!("/api/v3/{collection}"), &document).await;
        assert_eq!(back.status, 200, "what was deleted may come again");
        assert_eq!(phone.json(&path).await["result"]["identifier"], id);
    }
}

#[tokio::test]
async fn what_is_not_understood_is_told_in_words_that_apps_know() {
    let app = App::start().await;
    let mut phone = Phone::with_bearer(&app, "App", TokenScope::Both).await;
    for (path, status, words) in [
        ("entries?limit=100000", 400, "Parameter limit out of tolerance"),
        ("entries?limit=0", 400, "Parameter limit out of tolerance"),
        ("entries?sort=date&sort$desc=date", 400, "Parameters sort and sort_desc cannot be combined"),
        ("entries?date$foo=1", 400, "Unsupported filter operator foo"),
        ("nothing", 404, "Bad operation or collection"),
        ("activity", 404, "Bad operation or collection"),
        ("settings", 403, "Missing permission api:settings:admin"),
    ] {
        let answer = phone.get(&format!("/api/v3/{path}")).await;
        let told = read(&answer);
        assert_eq!((answer.status.as_u16(), told["message"].as_str()), (status, Some(words)), "{path}");
        assert_eq!(told["status"], status);
    }
    let image = phone.call("GET", "/api/v3/entries?limit=1", &[("accept", "image/png")], Body::empty()).await;
    assert_eq!(
        (image.status.as_u16(), read(&image)["message"].as_str()),
        (406, Some("Unsupported output format requested"))
    );
    let dose = json!({ "app": "x", "date": ago(&app, 7), "eventType": "Note", "notes": "=1+1", "identifier": "n1" });
    phone.try_to("POST", "/api/v3/treatments", &dose).await;
    let csv = phone.call("GET", "/api/v3/treatments.csv", &[("accept", "*/*")], Body::empty()).await;
    assert!(csv.header("content-type").starts_with("text/csv") && csv.text().contains("'=1+1"), "{}", csv.text());
    let xml = phone.call("GET", "/api/v3/treatments", &[("accept", "application/xml")], Body::empty()).await;
    assert!(xml.text().contains("<identifier>n1</identifier>"));
    let list = phone.try_to("POST", "/api/v3/treatments", &json!([dose])).await;
    assert_eq!(list.status, 400, "one document at a time");
    let version = Phone::showing(&app, Vec::new()).json("/api/v3/version").await;
    assert_eq!(version["result"]["version"], "15.0.7");
}

#[tokio::test]
async fn a_document_that_changed_meanwhile_is_not_overwritten() {
    let app = App::start().await;
    let mut phone = Phone::with_bearer(&app, "App", TokenScope::Both).await;
    let note = json!({ "app": "x", "date": ago(&app, 7), "utcOffset": 0, "eventType": "Note", "notes": "a" });
    let made = phone.try_to("PUT", "/api/v3/treatments/mine", &note).await;
    assert_eq!((made.status.as_u16(), read(&made)["identifier"].as_str()), (201, Some("mine")));
    let known = phone.get("/api/v3/treatments/mine").await.header("last-modified").to_owned();
    let unchanged = phone.call("GET", "/api/v3/treatments/mine", &[("if-modified-since", &known)], Body::empty()).await;
    assert_eq!(unchanged.status, 304);
    app.clock.advance(jiff::SignedDuration::from_secs(30));
    phone.send("PATCH", "/api/v3/treatments/mine", &json!({ "notes": "b" })).await;
    let late = [("if-unmodified-since", known.as_str()), ("content-type", "application/json")];
    for method in ["PUT", "PATCH"] {
        let answer = phone.call(method, "/api/v3/treatments/mine", &late, Body::from(note.to_string())).await;
        assert_eq!(answer.status, 412, "{method}");
    }
    assert_eq!(phone.json("/api/v3/treatments/mine").await["result"]["notes"], "b");
    let read_only =
        json!({ "app": "x", "date": ago(&app, 6), "eventType": "Note", "identifier": "fixed", "isReadOnly": true });
    phone.try_to("POST", "/api/v3/treatments", &read_only).await;
    assert_eq!(phone.try_to("PATCH", "/api/v3/treatments/fixed", &json!({ "notes": "c" })).await.status, 422);
    assert_eq!(phone.try_to("POST", "/api/v3/treatments", &read_only).await.status, 422);
}

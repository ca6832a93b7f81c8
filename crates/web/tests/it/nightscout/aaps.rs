//! AAPS with its client of version 3: from no token at all to the last document that somebody deleted.

use super::{Phone, ago, bearer, iso, read, sgv};
use axum::body::Body;
use serde_json::{Value, json};
use sharing::TokenScope;
use store::NewAppToken;
use testkit::app::App;

fn bolus(app: &App, minutes: i64, insulin: f64) -> Value {
    json!({
        "app": "AAPS", "device": "pump", "date": ago(app, minutes), "utcOffset": 60, "eventType": "Correction Bolus",
        "insulin": insulin, "type": "SMB", "pumpId": 4711, "pumpType": "DANA_I", "pumpSerial": "ABC", "isBasalInsulin": false
    })
}

/// The number that AAPS cuts out of a tag at fixed places.
fn number(tag: &str) -> i64 {
    assert!(tag.starts_with("W/\"") && tag.ends_with('"'), "{tag}");
    tag[3..tag.len() - 1].parse().unwrap()
}

#[tokio::test]
async fn a_first_call_with_nothing_behind_bearer_makes_it_ask_for_a_token() {
    let app = App::start().await;
    let token = app.app_token(NewAppToken::new("AAPS", TokenScope::Both)).await;
    let mut phone =
        Phone::showing(&app, vec![("authorization", "Bearer ".to_owned()), ("date", ago(&app, 0).to_string())]);
    let first = phone.get("/api/v3/status").await;
    assert_eq!(first.status, 401);
    assert_eq!(read(&first), json!({ "status": 401, "message": "Missing or bad access token or JWT" }));
    let given = phone.json(&format!("/api/v2/authorization/request/{token}")).await;
    let (iat, exp) = (given["iat"].as_i64().unwrap(), given["exp"].as_i64().unwrap());
    assert_eq!((iat, exp - iat), (ago(&app, 0) / 1000, 8 * 3600));
    assert!(given["permissionGroups"][0].is_array() && given["sub"].is_string());
    assert!(!given["token"].as_str().unwrap().contains(&token), "the token is not in it");
    let mut phone = Phone::showing(&app, vec![("authorization", bearer(&app, &token).await)]);
    let status = phone.json("/api/v3/status").await;
    assert_eq!(status["result"]["apiPermissions"]["treatments"], "crud");
    assert_eq!(status["result"]["apiVersion"], "3.0.3-alpha");
    let wrong = Phone::showing(&app, vec![("authorization", "Bearer x.y.z".to_owned())]).get("/api/v3/status").await;
    assert_eq!(read(&wrong)["message"], "Bad access token or JWT");
    let secret = super::sha1_hex::sha1_hex(&token);
    let header = Phone::showing(&app, vec![("api-secret", secret)]).get("/api/v3/treatments").await;
    assert_eq!(header.status, 401, "version 3 takes nothing but a bearer");
    let unknown = phone.get("/api/v2/authorization/request/nobody-0000000000000000").await;
    assert_eq!((unknown.status.as_u16(), read(&unknown)["description"].as_str()), (401, Some("Invalid/Missing")));
}

#[tokio::test]
async fn a_treatment_is_made_known_again_changed_and_deleted() {
    let app = App::start().await;
    let mut phone = Phone::with_bearer(&app, "AAPS", TokenScope::Both).await;
    let made = phone.try_to("POST", "/api/v3/treatments", &bolus(&app, 10, 0.3)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let body = read(&made);
    let id = body["identifier"].as_str().unwrap().to_owned();
    assert!(body["lastModified"].is_number());
    assert_eq!(made.header("location"), format!("/api/v3/treatments/{id}"));
    assert!(made.header("last-modified").ends_with("GMT"));
    let again = phone.post("/api/v3/treatments", &bolus(&app, 10, 0.3)).await;
    assert_eq!((&again["isDeduplication"], &again["identifier"]), (&json!(true), &json!(id)));
    let shown = phone.json(&format!("/api/v3/treatments/{id}")).await["result"].clone();
    assert_eq!((&shown["insulin"], &shown["pumpId"], &shown["identifier"]), (&json!(0.3), &json!(4711), &json!(id)));
    assert!(shown["srvModified"].is_number() && shown["srvCreated"].is_number() && shown.get("_id").is_none());
    let some = phone.json(&format!("/api/v3/treatments/{id}?fields=date,insulin")).await;
    assert_eq!(some["result"], json!({ "date": ago(&app, 10), "insulin": 0.3 }));
    let path = format!("/api/v3/treatments/{id}");
    assert_eq!(phone.send("PATCH", &path, &json!({ "insulin": 0.4 })).await, json!({ "status": 200 }));
    let immutable = phone.try_to("PATCH", &path, &json!({ "eventType": "Note" })).await;
    assert_eq!(
        (immutable.status.as_u16(), read(&immutable)["message"].as_str()),
        (400, Some("Field eventType cannot be modified by the client"))
    );
    let nowhere = "/api/v3/treatments/b55bc09b-0000-5501-b413-000000000000";
    let unknown = phone.try_to("PATCH", nowhere, &json!({ "insulin": 1 })).await;
    assert_eq!(unknown.status, 404, "then it makes the document anew");
    let put = phone.send("PUT", &path, &bolus(&app, 10, 0.5)).await;
    assert!(put["lastModified"].is_number());
    assert_eq!(phone.json(&path).await["result"]["insulin"], 0.5);
    for (field, text) in [("app", "Bad or missing app field"), ("date", "Bad or missing date field")] {
        let mut bad = bolus(&app, 5, 1.0);
        bad.as_object_mut().unwrap().remove(field);
        let answer = phone.try_to("POST", "/api/v3/treatments", &bad).await;
        assert_eq!((answer.status.as_u16(), read(&answer)["message"].as_str()), (400, Some(text)));
    }
    let mut bad = bolus(&app, 5, 1.0);
    bad["utcOffset"] = json!(5000);
    let answer = phone.try_to("POST", "/api/v3/treatments", &bad).await;
    assert_eq!(read(&answer)["message"], "Bad or missing utcOffset field");
    for _ in 0..2 {
        assert_eq!(phone.send("DELETE", &path, &Value::Null).await, json!({ "status": 200 }), "also the second time");
    }
    let gone = phone.get(&path).await;
    assert_eq!((gone.status.as_u16(), read(&gone)), (410, json!({ "status": 410 })));
    assert_eq!(phone.try_to("PATCH", &path, &json!({ "insulin": 1 })).await.status, 410);
    assert_eq!(phone.try_to("PUT", &path, &bolus(&app, 10, 0.5)).await.status, 410);
    assert_eq!(phone.json("/api/v3/treatments?sort=created_at&insulin=0.5").await["result"], json!([]));
    assert_eq!(phone.try_to("DELETE", "/api/v3/treatments/never", &Value::Null).await.status, 404);
}

#[tokio::test]
async fn history_tells_everything_that_changed_once() {
    let app = App::start().await;
    let mut phone = Phone::with_bearer(&app, "AAPS", TokenScope::Both).await;
    let start = ago(&app, 0) - 1;
    let mut ids = Vec::new();
    for minutes in [30, 20, 10] {
        let made = phone.try_to("POST", "/api/v3/treatments", &bolus(&app, minutes, 1.0)).await;
        ids.push(read(&made)["identifier"].as_str().unwrap().to_owned());
    }
    phone.send("DELETE", &format!("/api/v3/treatments/{}", ids[1]), &Value::Null).await;
    let (mut since, mut seen) = (start, Vec::new());
    loop {
        let page = phone.get(&format!("/api/v3/treatments/history/{since}?limit=2")).await;
        assert_eq!(page.status, 200);
        let list = read(&page)["result"].as_array().unwrap().clone();
        if list.is_empty() {
            assert!(!page.headers.contains_key("etag"));
            break;
        }
        since = number(page.header("etag"));
        assert_eq!(list.last().unwrap()["srvModified"], since);
        assert!(page.header("last-modified").ends_with("GMT"));
        seen.extend(list);
    }
    let order: Vec<&str> = seen.iter().map(|one| one["identifier"].as_str().unwrap()).collect();
    assert_eq!(order, [ids[0].as_str(), &ids[2], &ids[1]], "in the order of changes, each once");
    assert_eq!((seen[2]["isValid"].as_bool(), seen[0].get("isValid")), (Some(false), None));
    let tag = format!("W/\"{since}\"");
    let path = format!("/api/v3/treatments/history/{start}");
    let known = phone.call("GET", &path, &[("if-none-match", &tag)], Body::empty()).await;
    assert_eq!((known.status.as_u16(), known.header("etag")), (304, tag.as_str()));
    let search = phone.get("/api/v3/treatments?limit=1").await;
    assert!(!search.headers.contains_key("etag"), "it would read that as a number");
    let when = iso(ago(&app, 5));
    let by_header = phone.call("GET", "/api/v3/treatments/history", &[("last-modified", &when)], Body::empty()).await;
    assert_eq!(read(&by_header)["result"].as_array().unwrap().len(), 3);
    assert_eq!(phone.get("/api/v3/treatments/history").await.status, 400);
    let last = phone.json("/api/v3/lastModified").await["result"]["collections"].clone();
    assert_eq!(last["treatments"], since);
    assert!(last.get("food").is_none(), "what has nothing is left out");
    phone.send("DELETE", &format!("/api/v3/treatments/{}?permanent=true", ids[0]), &Value::Null).await;
}

#[tokio::test]
async fn values_food_profile_and_what_devices_say() {
    let app = App::start().await;
    let mut phone = Phone::with_bearer(&app, "AAPS", TokenScope::Both).await;
    let value = json!({ "app": "AAPS", "device": "G6", "date": ago(&app, 3), "utcOffset": 60, "type": "sgv", "sgv": 111,
        "direction": "Flat", "units": "mg/dl", "isValid": true });
    let made = phone.try_to("POST", "/api/v3/entries", &value).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let id = read(&made)["identifier"].as_str().unwrap().to_owned();
    let newest = phone.json("/api/v3/entries?sort$desc=date&type=sgv&limit=1").await["result"][0].clone();
    assert_eq!((&newest["identifier"], &newest["sgv"]), (&json!(id), &json!(111)));
    let from = ago(&app, 4);
    let list = phone.json(&format!("/api/v3/entries?sort=date&date$gt={from}&limit=500")).await;
    assert_eq!(list["result"].as_array().unwrap().len(), 1);
    phone.send("PATCH", &format!("/api/v3/entries/{id}"), &json!({ "noise": 2 })).await;
    let history = phone.json(&format!("/api/v3/entries/history/{}?limit=500", ago(&app, 1))).await;
    assert_eq!((&history["result"][0]["noise"], &history["result"][0]["identifier"]), (&json!(2), &json!(id)));
    let again = phone.post("/api/v3/entries", &value).await;
    assert_eq!((&again["isDeduplication"], &again["identifier"]), (&json!(true), &json!(id)));
    phone.send("DELETE", &format!("/api/v3/entries/{id}"), &Value::Null).await;
    assert_eq!(phone.get(&format!("/api/v3/entries/{id}")).await.status, 410);
    let history = phone.json(&format!("/api/v3/entries/history/{}", ago(&app, 1))).await;
    assert_eq!(history["result"].as_array().unwrap().last().unwrap()["isValid"], false);

    let mut other = Phone::with_secret(&app, "xDrip", TokenScope::Both).await;
    let kept = other.post("/api/v1/entries", &json!([sgv(ago(&app, 2), 140)])).await;
    let id = kept[0]["_id"].as_str().unwrap();
    let shown = phone.json(&format!("/api/v3/entries/{id}")).await;
    assert_eq!((&shown["result"]["identifier"], &shown["result"]["sgv"]), (&json!(id), &json!(140)));

    for (collection, more) in [
        ("food", json!({ "name": "Bread", "carbs": 12, "type": "food" })),
        ("profile", json!({ "startDate": iso(ago(&app, 1)), "defaultProfile": "A", "store": { "A": {} } })),
        ("devicestatus", json!({ "device": "openaps://aaps", "uploaderBattery": 70 })),
    ] {
        let mut document = json!({ "app": "AAPS", "date": ago(&app, 1), "utcOffset": 60 });
        document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = phone.try_to("POST", &format!("/api/v3/{collection}"), &document).await;
        assert_eq!(made.status, 201, "{collection}: {}", made.text());
        let history = phone.json(&format!("/api/v3/{collection}/history/{}", ago(&app, 1))).await;
        assert_eq!(history["result"].as_array().unwrap().len(), 1, "{collection}");
    }
    let profile = phone.json("/api/v3/profile?sort$desc=date&limit=1").await;
    assert_eq!(profile["result"][0]["defaultProfile"], "A");
    let last = phone.json("/api/v3/lastModified").await["result"]["collections"].clone();
    for collection in ["food", "profile", "devicestatus", "entries"] {
        assert!(last[collection].is_number(), "{collection}: {last}");
    }
}

//! What no app can do, by whatever road.

use super::{Phone, ago, bearer, iso, read, sgv, sha1_hex};
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use serde_json::{Value, json};
use sharing::TokenScope;
use store::NewAppToken;
use testkit::app::App;
use testkit::people;
use web::{BaseUrl, WebSettings};

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[tokio::test]
async fn what_a_token_is_changed_for_cannot_be_forged_and_ends() {
    let app = App::start().await;
    let token = app.app_token(NewAppToken::new("Mallory", TokenScope::Both)).await;
    let good = bearer(&app, &token).await;
    let jwt = good.strip_prefix("Bearer ").unwrap();
    let [head, payload, signature]: [&str; 3] = jwt.split('.').collect::<Vec<_>>().try_into().unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        part(&claims)
    };
    let none = part(&json!({ "alg": "none", "typ": "JWT" }));
    let forged = [
        format!("{none}.{payload}."),
        format!("{none}.{payload}.{signature}"),
        format!("{}.{payload}.{signature}", part(&json!({ "alg": "RS256" }))),
        format!("{head}.{}.{signature}", with("aud", json!("sessions"))),
        format!("{head}.{}.{signature}", with("exp", json!(claims["exp"].as_i64().unwrap() + 1_000_000))),
        format!("{head}.{}.{signature}", with("sub", json!(app.family.eve_record.to_string()))),
        format!("{head}.{payload}.{}", &signature[..signature.len() - 2]),
        format!("{head}.{payload}"),
        format!("{jwt}.x"),
    ];
    for (place, forged) in forged.iter().enumerate() {
        let mut phone = Phone::showing(&app, vec![("authorization", format!("Bearer {forged}"))]);
        assert_eq!(phone.get("/api/v3/entries").await.status, 401, "{place}");
        app.clock.advance(SignedDuration::from_secs(10));
    }
    let mut phone = Phone::showing(&app, vec![("authorization", good)]);
    assert_eq!(phone.get("/api/v3/entries").await.status, 200);
    app.clock.advance(SignedDuration::from_hours(8));
    assert_eq!(phone.get("/api/v3/entries").await.status, 401, "after eight hours");
}

#[tokio::test]
async fn a_revoked_token_ends_what_it_was_changed_for() {
    let app = App::start().await;
    let mut phone = Phone::with_bearer(&app, "Lost phone", TokenScope::Both).await;
    assert_eq!(phone.get("/api/v3/entries").await.status, 200);
    let mut anna = app.signed_in(people::ANNA).await;
    let page = anna.get(&format!("/records/{}/tokens", app.family.anna_record)).await.text();
    let place = page.find("Revoke<span class=\"visually-hidden\"> Lost").unwrap();
    let action = page[..place].rsplit("action=\"").next().unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(anna.post(&action, &[]).await.status, 303);
    assert_eq!(phone.get("/api/v3/entries").await.status, 401);
    assert_eq!(phone.get("/api/v1/entries.json").await.status, 401);
}

/// Everything that changes something, and how it is refused.
fn changes(app: &App) -> Vec<(&'static str, String, Value)> {
    let (value, at) = (sgv(ago(app, 1), 222), iso(ago(app, 1)));
    let dose = json!({ "eventType": "Note", "notes": "mallory", "created_at": at });
    let v3 = json!({ "app": "m", "date": ago(app, 1), "eventType": "Note", "notes": "mallory" });
    let mut all = Vec::new();
    for version in ["v1", "v2"] {
        all.push(("POST", format!("/api/{version}/entries"), json!([value])));
        all.push(("POST", format!("/api/{version}/entries/preview"), json!([value])));
        for collection in ["treatments", "devicestatus", "profile", "food", "activity"] {
            all.push(("POST", format!("/api/{version}/{collection}"), json!([dose])));
        }
        for collection in ["treatments", "profile", "food", "activity"] {
            all.push(("PUT", format!("/api/{version}/{collection}"), dose.clone()));
        }
        all.push(("DELETE", format!("/api/{version}/entries?find[date][$gte]=0"), Value::Null));
        all.push(("DELETE", format!("/api/{version}/treatments?find[created_at][$gte]=2000-01-01"), Value::Null));
        all.push(("DELETE", format!("/api/{version}/treatments/mine"), Value::Null));
    }
    for collection in ["treatments", "devicestatus", "profile", "food", "settings", "entries"] {
        all.push(("POST", format!("/api/v3/{collection}"), v3.clone()));
        all.push(("PUT", format!("/api/v3/{collection}/mine"), v3.clone()));
        all.push(("PATCH", format!("/api/v3/{collection}/mine"), json!({ "notes": "mallory" })));
        all.push(("DELETE", format!("/api/v3/{collection}/mine?permanent=true"), Value::Null));
    }
    all
}

#[tokio::test]
async fn who_only_reads_changes_nothing_by_any_road() {
    let app = App::start().await;
    let mut owner = Phone::with_bearer(&app, "AAPS", TokenScope::Both).await;
    let mine =
        json!({ "app": "a", "date": ago(&app, 30), "eventType": "Note", "notes": "honest", "identifier": "mine" });
    assert_eq!(owner.try_to("POST", "/api/v3/treatments", &mine).await.status, 201);
    let all = "/api/v3/treatments/history/0";
    let before = owner.json(all).await;
    let values = owner.json("/api/v1/entries.json?count=5").await;
    let token = app.app_token(NewAppToken::new("Oma", TokenScope::Follow)).await;
    let (secret, bearer) = (sha1_hex::sha1_hex(&token), bearer(&app, &token).await);
    let roads: [Vec<(&'static str, String)>; 2] = [vec![("api-secret", secret)], vec![("authorization", bearer)]];
    for road in roads {
        let mut reader = Phone::showing(&app, road);
        for (method, path, body) in changes(&app) {
            let answer = reader.try_to(method, &path, &body).await;
            let status = answer.status.as_u16();
            assert!([401, 403].contains(&status), "{method} {path}: {status} {}", answer.text());
        }
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            let over = [("x-http-method-override", method), ("x-http-method", method), ("x-method-override", method)];
            let path = format!("/api/v3/treatments/mine?_method={method}&permanent=true");
            reader.call("GET", &path, &over, Body::empty()).await;
            let path = format!("/api/v1/treatments?_method={method}&find[created_at][$gte]=2000-01-01");
            reader.call("GET", &path, &over, Body::empty()).await;
        }
    }
    assert_eq!(owner.json(all).await, before);
    assert_eq!(owner.json("/api/v1/entries.json?count=5").await, values);
}

#[tokio::test]
async fn who_only_brings_is_shown_nothing() {
    let app = App::start().await;
    let mut owner = Phone::with_bearer(&app, "AAPS", TokenScope::Both).await;
    let mine =
        json!({ "app": "a", "date": ago(&app, 30), "eventType": "Note", "notes": "honest", "identifier": "mine" });
    owner.try_to("POST", "/api/v3/treatments", &mine).await;
    let mut meter = Phone::with_bearer(&app, "Meter", TokenScope::Upload).await;
    for path in [
        "/api/v3/treatments",
        "/api/v3/treatments/mine",
        "/api/v3/treatments/history/0",
        "/api/v3/lastModified",
        "/api/v1/treatments",
        "/api/v1/entries.json",
        "/api/v2/properties",
        "/api/v2/ddata",
        "/api/v2/summary",
        "/pebble",
        "/carelink/",
    ] {
        let answer = meter.get(path).await;
        assert!([401, 403].contains(&answer.status.as_u16()), "{path}: {}", answer.status);
        assert!(!answer.text().contains("honest"), "{path}");
    }
    let told = read(&meter.get("/api/v3/treatments").await);
    assert_eq!(told, json!({ "status": 403, "message": "Missing permission api:treatments:read" }));
    assert_eq!(meter.json("/api/v3/status").await["result"]["apiPermissions"]["treatments"], "cud");
    let made = json!({ "app": "m", "date": ago(&app, 1), "type": "mbg", "mbg": 90 });
    assert_eq!(meter.try_to("POST", "/api/v3/entries", &made).await.status, 201);
}

#[tokio::test]
async fn nobody_reaches_another_record_by_its_ids() {
    let app = App::start().await;
    let mut anna = Phone::with_bearer(&app, "AAPS", TokenScope::Both).await;
    let mine =
        json!({ "app": "a", "date": ago(&app, 30), "eventType": "Note", "notes": "honest", "identifier": "mine" });
    anna.try_to("POST", "/api/v3/treatments", &mine).await;
    let kept = anna.post("/api/v1/entries", &json!([sgv(ago(&app, 2), 177)])).await;
    let row = anna.json("/api/v1/treatments?find[notes]=honest").await[0]["_id"].as_str().unwrap().to_owned();
    let value = kept[0]["_id"].as_str().unwrap().to_owned();
    let new = NewAppToken::new("Eve", TokenScope::Both);
    let token = app.app_token_of(people::EVE, app.family.eve_record, new).await;
    let mut eve = Phone::showing(&app, vec![("authorization", bearer(&app, &token).await)]);
    for (collection, id) in [("treatments", "mine"), ("treatments", row.as_str()), ("entries", value.as_str())] {
        let path = format!("/api/v3/{collection}/{id}");
        for (method, body) in [("GET", Value::Null), ("PATCH", json!({ "notes": "eve" })), ("DELETE", Value::Null)] {
            let answer = eve.try_to(method, &path, &body).await;
            assert_eq!((answer.status.as_u16(), read(&answer)), (404, json!({ "status": 404 })), "{method} {path}");
        }
        let found = eve.json(&format!("/api/v1/{collection}/{id}")).await;
        assert_eq!(found, json!([]), "{collection}/{id}");
        let found = eve.json(&format!("/api/v1/{collection}.json?find[_id]={id}")).await;
        assert_eq!(found, json!([]), "{collection}/{id}");
        let gone = eve.send("DELETE", &format!("/api/v1/{collection}/{id}"), &Value::Null).await;
        assert_eq!(gone["deletedCount"], 0);
    }
    assert_eq!(eve.json("/api/v3/treatments/history/0").await["result"], json!([]));
    let over = eve
        .try_to("PUT", "/api/v3/treatments/mine", &json!({ "app": "e", "date": ago(&app, 1), "notes": "eve" }))
        .await;
    assert_eq!(over.status, 201, "the same name in her own record is her own");
    assert_eq!(anna.json("/api/v3/treatments/mine").await["result"]["notes"], "honest");
    assert_eq!(anna.json(&format!("/api/v1/entries/{value}.json")).await[0]["sgv"], 177);
}

#[tokio::test]
async fn a_token_that_calls_without_end_is_put_off_and_no_other_is() {
    let app = App::start().await;
    let mut wild = Phone::with_secret(&app, "Wild", TokenScope::Follow).await;
    let mut put_off = 0;
    for _ in 0..1000 {
        let answer = wild.get("/api/v1/experiments/test").await;
        if answer.status == 429 {
            assert_eq!(answer.header("retry-after"), "1");
            put_off += 1;
        }
    }
    assert_eq!(put_off, 400);
    let mut calm = Phone::with_secret(&app, "Calm", TokenScope::Follow).await;
    assert_eq!(calm.get("/api/v1/entries.json?count=1").await.status, 200);
    assert_eq!(wild.get("/pebble").await.status, 429);
    app.clock.advance(SignedDuration::from_secs(10));
    assert_eq!(wild.get("/api/v1/entries.json?count=1").await.status, 200);
}

#[tokio::test]
async fn an_operator_refuses_tokens_in_addresses() {
    let base_url = BaseUrl::parse("http://localhost:8080").unwrap();
    let app = App::start_with(WebSettings { tokens_in_addresses: false, ..WebSettings::at(base_url) }).await;
    let token = app.app_token(NewAppToken::new("Phone", TokenScope::Both)).await;
    let mut nobody = Phone::showing(&app, Vec::new());
    for path in [
        format!("/api/v1/entries.json?token={token}"),
        format!("/api/v1/entries.json?secret={}", sha1_hex::sha1_hex(&token)),
        format!("/api/v1/entries.json?api_secret={token}"),
        format!("/pebble?token={token}"),
        format!("/api/v2/authorization/request/{token}"),
    ] {
        assert_eq!(nobody.get(&path).await.status, 401, "{}", path.replace(&token, "…"));
    }
    let mut phone = Phone::showing(&app, vec![("api-secret", token)]);
    assert_eq!(phone.get("/api/v1/entries.json").await.status, 200);
}

#[tokio::test]
async fn a_secret_may_stand_in_the_body_and_is_not_kept() {
    let app = App::start().await;
    let token = app.app_token(NewAppToken::new("Body", TokenScope::Both)).await;
    let mut phone = Phone::showing(&app, Vec::new());
    let note = json!({ "eventType": "Note", "notes": "in the body", "created_at": iso(ago(&app, 1)) });
    let with = |name: &str, secret: &str| {
        let mut note = note.clone();
        note[name] = json!(secret);
        note
    };
    let kept = phone.post("/api/v1/treatments", &with("token", &token)).await;
    assert!(kept[0].get("token").is_none(), "{kept}");
    let kept = phone.post("/api/v1/treatments", &json!([with("secret", &sha1_hex::sha1_hex(&token))])).await;
    assert!(kept[0].get("secret").is_none(), "{kept}");
    let wrong = phone.try_to("POST", "/api/v1/treatments", &with("token", "wrong-0000000000000000")).await;
    assert_eq!(wrong.status, 401);
    let all = Phone::showing(&app, vec![("api-secret", token.clone())]).json("/api/v1/treatments?count=10").await;
    assert!(!all.to_string().contains(&token));
}

#[tokio::test]
async fn answers_are_kept_by_nobody_on_the_way() {
    let app = App::start().await;
    let token = app.app_token(NewAppToken::new("Phone", TokenScope::Both)).await;
    let mut phone = Phone::showing(&app, Vec::new());
    for path in
        ["/api/v1/entries.json", "/api/v1/status.json", "/api/v2/properties", "/pebble", "/carelink/", "/api/v1/none"]
    {
        for query in [format!("?token={token}"), "?token=wrong".to_owned()] {
            let answer = phone.get(&format!("{path}{query}")).await;
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
            assert!(!answer.text().contains(&token), "{path}");
        }
    }
}

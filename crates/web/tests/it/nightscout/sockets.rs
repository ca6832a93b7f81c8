//! Streams of Socket.IO as apps open them: each story by long polling and over a WebSocket, in both versions of Engine.IO.

use super::socket::{Socket, Way};
use super::{Phone, ago, iso, sgv};
use serde_json::{Value, json};
use sharing::{Purpose, TokenScope, Visibility};
use store::{Access, Manage, NewAppToken};
use testkit::app::App;
use testkit::people;

/// Every way in which an app may hold a stream open, with the version of Engine.IO.
const WAYS: [(Way, u8); 6] = [
    (Way::Polling, 4),
    (Way::Polling, 3),
    (Way::WebSocket, 4),
    (Way::WebSocket, 3),
    (Way::Upgraded, 4),
    (Way::Upgraded, 3),
];

async fn token(app: &App, name: &str, scope: TokenScope) -> String {
    app.app_token(NewAppToken::new(name, scope)).await
}

#[tokio::test]
async fn what_is_going_on_is_told_whole_and_then_what_changes() {
    let app = App::start().await;
    let secret = token(&app, "iobroker", TokenScope::Both).await;
    let day: Vec<Value> = (0..200).map(|slot| sgv(ago(&app, 5 * slot + 3), 100)).collect();
    Phone::showing(&app, vec![("api-secret", secret.clone())]).post("/api/v1/entries", &json!(day)).await;
    for (place, (way, version)) in WAYS.into_iter().enumerate() {
        let mut socket = Socket::open_by(way, &app, version, "").await;
        let hashed = super::sha1_hex::sha1_hex(&secret);
        let asked = json!({ "client": "web", "secret": hashed, "history": 48, "status": true });
        let may = socket.ask("authorize", asked).await;
        assert_eq!(may, json!({ "read": true, "write": true, "write_treatment": true }), "{way:?} {version}");
        let whole = socket.hear("dataUpdate").await;
        assert_eq!(whole["status"]["status"], "ok");
        assert!(whole["sgvs"].as_array().unwrap().len() > 100, "{whole}");
        assert!(whole["delta"].is_null());
        let mut phone = Phone::showing(&app, vec![("api-secret", secret.clone())]);
        let value = 140 + place as i64;
        phone.post("/api/v1/entries", &json!([sgv(ago(&app, 1), value)])).await;
        let changed = socket.hear("dataUpdate").await;
        assert_eq!(changed["delta"], true);
        assert!(changed["sgvs"].as_array().unwrap().iter().any(|one| one["mgdl"] == value), "{way:?} {version}");
        assert!(changed["treatments"].is_null(), "only what changed is told: {changed}");
    }
}

#[tokio::test]
async fn an_app_writes_through_its_socket_and_hears_of_it() {
    let app = App::start().await;
    let secret = token(&app, "AAPS", TokenScope::Both).await;
    let mut socket = Socket::open(&app, 4, "").await;
    socket.ask("authorize", json!({ "client": "Android_1", "secret": super::sha1_hex::sha1_hex(&secret) })).await;
    socket.hear("dataUpdate").await;
    let meal =
        json!({ "eventType": "Meal Bolus", "insulin": 3.25, "created_at": iso(ago(&app, 3)), "NSCLIENT_ID": 77 });
    let added = socket.ask("dbAdd", json!({ "collection": "treatments", "data": meal })).await;
    let id = added[0]["_id"].as_str().unwrap().to_owned();
    assert_eq!(added[0]["NSCLIENT_ID"], 77);
    let heard = socket.hear("dataUpdate").await;
    assert_eq!(heard["treatments"][0]["insulin"], 3.25);
    let again = socket.ask("dbAdd", json!({ "collection": "treatments", "data": meal })).await;
    assert_eq!(again[0]["_id"], id.as_str(), "the same again is the one that is here");
    let change = |data: Value| json!({ "collection": "treatments", "_id": id, "data": data });
    assert_eq!(socket.ask("dbUpdate", change(json!({ "insulin": 4.0 }))).await["result"], "success");
    assert_eq!(socket.ask("dbUpdateUnset", change(json!({ "NSCLIENT_ID": 1 }))).await["result"], "success");
    let mut phone = Phone::showing(&app, vec![("api-secret", secret)]);
    let found = phone.json("/api/v1/treatments.json?find[insulin]=4").await;
    assert_eq!((&found[0]["_id"], &found[0]["NSCLIENT_ID"]), (&json!(id), &Value::Null));
    assert_eq!(socket.ask("dbRemove", json!({ "collection": "treatments", "_id": id })).await["result"], "success");
    assert_eq!(phone.json("/api/v1/treatments.json?find[insulin]=4").await, json!([]));
    assert_eq!(socket.ask("dbRemove", json!({ "collection": "treatments" })).await["result"], "Missing _id");
    assert_eq!(socket.ask("dbAdd", json!({ "collection": "users", "data": {} })).await["result"], "Wrong collection");
}

#[tokio::test]
async fn storage_tells_each_document_and_a_follower_changes_nothing() {
    let app = App::start().await;
    let secret = token(&app, "AAPS", TokenScope::Both).await;
    let follow = token(&app, "Oma", TokenScope::Follow).await;
    let mut socket = Socket::open(&app, 4, "/storage").await;
    let asked = json!({ "accessToken": follow, "collections": ["entries", "treatments", "foods"] });
    let answer = socket.ask("subscribe", asked).await;
    assert_eq!(answer["success"], true, "{answer}");
    let mut phone = Phone::showing(&app, vec![("api-secret", secret)]);
    let kept = phone
        .post(
            "/api/v1/treatments",
            &json!([{ "eventType": "Note", "notes": "hello", "created_at": iso(ago(&app, 1)) }]),
        )
        .await;
    let made = socket.hear("create").await;
    assert_eq!((&made["colName"], &made["doc"]["notes"]), (&json!("treatments"), &json!("hello")));
    assert!(made["doc"]["srvModified"].is_number() && made["doc"]["_id"].is_null());
    let id = kept[0]["_id"].as_str().unwrap();
    phone.send("DELETE", &format!("/api/v1/treatments/{id}"), &Value::Null).await;
    let gone = socket.hear("delete").await;
    assert_eq!(gone["identifier"], made["doc"]["identifier"]);

    let mut root = Socket::open(&app, 4, "").await;
    assert_eq!(root.ask("authorize", json!({ "secret": follow })).await["write"], false);
    let meal = json!({ "collection": "treatments", "data": { "eventType": "Meal Bolus", "insulin": 9 } });
    assert_eq!(root.ask("dbAdd", meal).await["result"], "Not authorized");
}

#[tokio::test]
async fn a_socket_ends_with_its_token_and_strangers_hear_nothing() {
    let app = App::start().await;
    for (way, version) in WAYS {
        let follow = token(&app, "Ben", TokenScope::Follow).await;
        let mut socket = Socket::open_by(way, &app, version, "").await;
        socket.ask("authorize", json!({ "secret": follow })).await;
        socket.hear("dataUpdate").await;
        let mut storage = Socket::open_by(way, &app, version, "/storage").await;
        assert_eq!(storage.ask("subscribe", json!({ "accessToken": follow })).await["success"], true);
        revoke(&app, "Ben").await;
        socket.hears_nothing_more().await;
        storage.hears_nothing_more().await;
        let mut stranger = Socket::open_by(way, &app, version, "").await;
        let may = stranger.ask("authorize", json!({ "secret": "0".repeat(40) })).await;
        assert_eq!(may["read"], false, "{way:?} {version}");
        stranger.hears_nothing_more().await;
    }
}

async fn revoke(app: &App, name: &'static str) {
    let anna = app.actor(people::ANNA).await;
    let end = move |patient: &mut Access<'_, Manage>| {
        let all = patient.tokens()?;
        all.iter().filter(|token| token.name == name).try_for_each(|token| patient.revoke_token(token.id))
    };
    app.store.with_patient(&anna, app.family.anna_record, Purpose::Tokens, end).await.unwrap();
}

/// What is worked out for one socket is used for all that may see just the same, and for no other.
#[tokio::test]
async fn sockets_of_one_record_hear_what_their_own_tokens_may_see() {
    let app = App::start().await;
    let mut phone = Phone::with_secret(&app, "AAPS", TokenScope::Both).await;
    let sees = |carbs, insulin, notes| Visibility { carbs, insulin, notes, ..Visibility::GLUCOSE_ONLY };
    let kinds = [Visibility::ALL, sees(true, false, false), Visibility::GLUCOSE_ONLY, Visibility::ALL];
    let mut sockets = Vec::new();
    for (place, visibility) in kinds.into_iter().enumerate() {
        let new = NewAppToken { visibility, ..NewAppToken::new(&format!("App {place}"), TokenScope::Follow) };
        let token = app.app_token(new).await;
        let mut socket = Socket::open_by(Way::WebSocket, &app, 4, "").await;
        socket.ask("authorize", json!({ "secret": token })).await;
        socket.hear("dataUpdate").await;
        sockets.push(socket);
    }
    let meal = json!([{ "eventType": "Meal Bolus", "insulin": 7.77, "carbs": 66, "notes": "secret cake",
        "created_at": iso(ago(&app, 2)), "enteredBy": "Loop" }]);
    phone.post("/api/v1/treatments", &meal).await;
    // Whoever sees glucose alone is told of the value that comes after it, and of nothing else.
    phone.post("/api/v1/entries", &json!([sgv(ago(&app, 1), 123)])).await;
    let mut told = Vec::new();
    for socket in &mut sockets {
        let (mut all, mut value) = (String::new(), false);
        while !value {
            let changed = socket.hear("dataUpdate").await;
            value = changed["sgvs"].as_array().is_some_and(|list| list.iter().any(|one| one["mgdl"] == 123));
            all += &changed.to_string();
        }
        told.push(all);
    }
    let shows = |place: usize| ["7.77", "66", "cake"].map(|part| told[place].contains(part));
    assert_eq!(shows(0), [true; 3], "{}", told[0]);
    assert_eq!(shows(1), [false, true, false], "{}", told[1]);
    assert_eq!(shows(2), [false; 3], "{}", told[2]);
    assert_eq!(shows(3), [true; 3], "{}", told[3]);
}

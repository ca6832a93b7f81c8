//! Streams of Socket.IO as apps open them, by long polling: version 4 of Engine.IO, and version 3 as older apps speak it.

use super::{Phone, ago, iso, sgv};
use axum::body::Body;
use serde_json::{Value, json};
use sharing::{Purpose, TokenScope};
use std::collections::VecDeque;
use store::{Access, Manage, NewAppToken};
use testkit::app::App;
use testkit::people;

/// A client that polls.
struct Socket {
    phone: Phone,
    version: u8,
    sid: String,
    space: &'static str,
    came: VecDeque<String>,
    asked: u32,
}

impl Socket {
    async fn open(app: &App, version: u8, space: &'static str) -> Self {
        let phone = Phone::showing(app, Vec::new());
        let mut socket = Self { phone, version, sid: String::new(), space, came: VecDeque::new(), asked: 0 };
        let hello = socket.next().await.unwrap();
        let hello: Value = serde_json::from_str(hello.strip_prefix('0').unwrap()).unwrap();
        socket.sid = hello["sid"].as_str().unwrap().to_owned();
        if version == 4 || !space.is_empty() {
            let connect = if space.is_empty() { "40".to_owned() } else { format!("40{space},") };
            socket.send(&connect).await;
        }
        socket.until(|packet| packet.starts_with("40") && packet.contains(space)).await;
        socket
    }

    fn path(&self) -> String {
        let sid = if self.sid.is_empty() { String::new() } else { format!("&sid={}", self.sid) };
        format!("/socket.io/?EIO={}&transport=polling{sid}", self.version)
    }

    async fn send(&mut self, packet: &str) {
        let body = match self.version {
            3 => format!("{}:{packet}", packet.chars().count()),
            _ => packet.to_owned(),
        };
        // A phone says nothing of pages or sites, as a browser would.
        let headers = [("content-type", "text/plain"), ("sec-fetch-site", "")];
        let answer = self.phone.call("POST", &self.path(), &headers, Body::from(body)).await;
        assert_eq!(answer.status, 200, "{packet}: {}", answer.text());
    }

    /// The next packet; none when the stream is over.
    async fn next(&mut self) -> Option<String> {
        while self.came.is_empty() {
            let answer = self.phone.call("GET", &self.path(), &[], Body::empty()).await;
            if answer.status != 200 {
                return None;
            }
            self.came.extend(packets(self.version, &answer.text()));
        }
        let packet = self.came.pop_front()?;
        match packet.as_str() {
            "2" => {
                self.send("3").await;
                Box::pin(self.next()).await
            }
            "1" => None,
            _ => Some(packet),
        }
    }

    async fn until(&mut self, wanted: impl Fn(&str) -> bool) -> String {
        loop {
            let packet = self.next().await.expect("the stream goes on");
            if wanted(&packet) {
                return packet;
            }
        }
    }

    /// Says something and waits for its answer.
    async fn ask(&mut self, event: &str, data: Value) -> Value {
        self.asked += 1;
        let comma = if self.space.is_empty() { "" } else { "," };
        let head = format!("42{}{comma}{}", self.space, self.asked);
        self.send(&format!("{head}{}", json!([event, data]))).await;
        let answer = format!("43{}{comma}{}", self.space, self.asked);
        // What is told meanwhile may come first, and is still to be heard.
        let mut meanwhile = Vec::new();
        let packet = loop {
            let packet = self.next().await.expect("the stream goes on");
            if packet.starts_with(&answer) {
                break packet;
            }
            meanwhile.push(packet);
        };
        meanwhile.into_iter().rev().for_each(|packet| self.came.push_front(packet));
        let list: Value = serde_json::from_str(&packet[answer.len()..]).unwrap();
        list[0].clone()
    }

    /// The next event of this name.
    async fn hear(&mut self, event: &str) -> Value {
        let comma = if self.space.is_empty() { "" } else { "," };
        let head = format!("42{}{comma}[\"{event}\"", self.space);
        let packet = self.until(|packet| packet.starts_with(&head)).await;
        let list: Value = serde_json::from_str(&packet[packet.find('[').unwrap()..]).unwrap();
        list[1].clone()
    }
}

/// What came in one answer.
fn packets(version: u8, text: &str) -> Vec<String> {
    if version != 3 {
        return text.split('\u{1e}').map(str::to_owned).collect();
    }
    let (mut all, mut rest) = (Vec::new(), text);
    while let Some((length, more)) = rest.split_once(':') {
        let length: usize = length.parse().unwrap();
        let packet: String = more.chars().take(length).collect();
        rest = &more[packet.len()..];
        all.push(packet);
    }
    all
}

async fn token(app: &App, name: &str, scope: TokenScope) -> String {
    app.app_token(NewAppToken::new(name, scope)).await
}

#[tokio::test]
async fn what_is_going_on_is_told_whole_and_then_what_changes() {
    let app = App::start().await;
    let secret = token(&app, "iobroker", TokenScope::Both).await;
    let day: Vec<Value> = (0..200).map(|slot| sgv(ago(&app, 5 * slot + 3), 100)).collect();
    Phone::showing(&app, vec![("api-secret", secret.clone())]).post("/api/v1/entries", &json!(day)).await;
    for version in [4, 3] {
        let mut socket = Socket::open(&app, version, "").await;
        let hashed = super::sha1_hex::sha1_hex(&secret);
        let asked = json!({ "client": "web", "secret": hashed, "history": 48, "status": true });
        let may = socket.ask("authorize", asked).await;
        assert_eq!(may, json!({ "read": true, "write": true, "write_treatment": true }), "version {version}");
        let whole = socket.hear("dataUpdate").await;
        assert_eq!(whole["status"]["status"], "ok");
        assert!(whole["sgvs"].as_array().unwrap().len() > 100, "{whole}");
        assert!(whole["delta"].is_null());
        let mut phone = Phone::showing(&app, vec![("api-secret", secret.clone())]);
        phone.post("/api/v1/entries", &json!([sgv(ago(&app, 1), 140 + i64::from(version))])).await;
        let changed = socket.hear("dataUpdate").await;
        assert_eq!(changed["delta"], true);
        assert!(changed["sgvs"].as_array().unwrap().iter().any(|one| one["mgdl"] == 140 + version));
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
    let follow = token(&app, "Ben", TokenScope::Follow).await;
    let mut socket = Socket::open(&app, 4, "").await;
    socket.ask("authorize", json!({ "secret": follow })).await;
    socket.hear("dataUpdate").await;
    let anna = app.actor(people::ANNA).await;
    let end = |patient: &mut Access<'_, Manage>| {
        let all = patient.tokens()?;
        all.iter().filter(|token| token.name == "Ben").try_for_each(|token| patient.revoke_token(token.id))
    };
    app.store.with_patient(&anna, app.family.anna_record, Purpose::Tokens, end).await.unwrap();
    while let Some(packet) = socket.next().await {
        assert!(!packet.contains("dataUpdate"), "{packet}");
        if packet.starts_with("41") {
            break;
        }
    }
    let mut stranger = Socket::open(&app, 4, "").await;
    let may = stranger.ask("authorize", json!({ "secret": "0".repeat(40) })).await;
    assert_eq!(may["read"], false);
    while let Some(packet) = stranger.next().await {
        assert!(!packet.contains("dataUpdate"), "{packet}");
        if packet.starts_with("41") {
            break;
        }
    }
}

//! Every name space of Socket.IO and every kind of token, as one table. The matrix of routes has people in its columns; a
//! socket knows no person, and its handshake is open to everybody.

use super::socket::{Socket, Way};
use super::{ago, iso};
use jiff::SignedDuration;
use serde_json::{Value, json};
use sharing::{Purpose, TokenScope, Visibility};
use store::{Access, Manage, NewAppToken};
use testkit::app::App;
use testkit::people;

/// Who shows what: nothing, something wrong, each scope, one that sees glucose alone, one whose time is over, one that was revoked.
async fn tokens(app: &App) -> Vec<(&'static str, String)> {
    let scoped = async |name, scope| app.app_token(NewAppToken::new(name, scope)).await;
    let sees_glucose =
        NewAppToken { visibility: Visibility::GLUCOSE_ONLY, ..NewAppToken::new("Glucose", TokenScope::Follow) };
    let until_at = Some(app.clock.now() + SignedDuration::from_mins(1));
    let short = NewAppToken { until_at, ..NewAppToken::new("Short", TokenScope::Both) };
    let all = vec![
        ("nothing", String::new()),
        ("wrong", "0".repeat(40)),
        ("upload", scoped("Upload", TokenScope::Upload).await),
        ("follow", scoped("Follow", TokenScope::Follow).await),
        ("both", scoped("Both", TokenScope::Both).await),
        ("glucose", app.app_token(sees_glucose).await),
        ("expired", app.app_token(short).await),
        ("revoked", scoped("Revoked", TokenScope::Both).await),
    ];
    app.clock.advance(SignedDuration::from_mins(2));
    let anna = app.actor(people::ANNA).await;
    let end = |patient: &mut Access<'_, Manage>| {
        let all = patient.tokens()?;
        all.iter().filter(|token| token.name == "Revoked").try_for_each(|token| patient.revoke_token(token.id))
    };
    app.store.with_patient(&anna, app.family.anna_record, Purpose::Tokens, end).await.unwrap();
    all
}

/// `authorize`: what it says one may, whether anything is told, and whether a treatment is taken.
async fn root(app: &App, token: &str) -> String {
    let mut socket = Socket::open_by(Way::WebSocket, app, 4, "").await;
    let may = socket.ask("authorize", json!({ "secret": token })).await;
    let may = ["read", "write", "write_treatment"].map(|right| u8::from(may[right] == true));
    let meal = json!({ "eventType": "Note", "notes": "x", "created_at": iso(ago(app, 3)) });
    let add = format!("429{}", json!(["dbAdd", { "collection": "treatments", "data": meal }]));
    // Whoever is cut off cannot even ask.
    let (mut told, mut taken) = (false, "cut off");
    if may != [0; 3] {
        socket.send(&add).await;
    }
    while let Some(packet) = socket.next().await {
        told |= packet.contains("dataUpdate");
        if packet.starts_with("41") {
            break;
        }
        if let Some(answer) = packet.strip_prefix("439") {
            let answer: Value = serde_json::from_str(answer).unwrap();
            taken = if answer[0][0]["_id"].is_string() { "taken" } else { "refused" };
        }
        // Either may come first, to whoever may read.
        if taken != "cut off" && (told || may[0] == 0) {
            break;
        }
    }
    format!("may {may:?}  told {told}  dbAdd {taken}")
}

async fn storage(app: &App, token: &str) -> String {
    let mut socket = Socket::open_by(Way::WebSocket, app, 4, "/storage").await;
    let answer = socket.ask("subscribe", json!({ "accessToken": token })).await;
    answer["collections"]
        .as_array()
        .map_or("refused".to_owned(), |list| list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "))
}

async fn alarm(app: &App, token: &str) -> bool {
    let mut socket = Socket::open_by(Way::WebSocket, app, 4, "/alarm").await;
    socket.ask("subscribe", json!({ "accessToken": token })).await["success"] == true
}

#[tokio::test]
async fn every_name_space_and_every_kind_of_token() {
    let app = App::start().await;
    let mut table = String::new();
    for (name, token) in tokens(&app).await {
        let (root, storage, alarm) = (root(&app, &token).await, storage(&app, &token).await, alarm(&app, &token).await);
        table += &format!("{name:<8}  /        {root}\n          /storage {storage}\n          /alarm   {alarm}\n");
    }
    insta::assert_snapshot!(table);
}

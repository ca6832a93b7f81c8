//! The calls that were recorded at the original, made here: the same statuses, the same words, the same fields.
//! Only where the folder of samples is named by `KINSIGHT_SAMPLES`; nothing of them is kept here.

use super::{Phone, bearer, read, sha1_hex};
use axum::body::Body;
use serde_json::Value;
use sharing::TokenScope;
use std::path::PathBuf;
use store::NewAppToken;
use testkit::app::App;

/// Of the original alone: strangers may read there, a token of the recording is an administrator's, its database is named.
const OTHERWISE: &[&str] = &[
    "subject made",
    "roles",
    "authorization request",
    "count",
    "profile current",
    "adminnotifies",
    "verifyauth without",
    "subject as listed (GET /api/v2/authorization/subjects)",
];

/// What no app asks for, or what there is no profile for.
const LEFT_OUT: &[&str] = &["ar2", "bwp", "basal", "entries", "lastProfileFromSwitch"];

fn recorded() -> Option<Vec<Value>> {
    let folder = std::env::var_os("KINSIGHT_SAMPLES").map(PathBuf::from)?;
    let text = std::fs::read_to_string(folder.join("nightscout-answers/http.json")).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

#[tokio::test]
async fn answers_are_those_of_the_original() {
    let Some(recorded) = recorded() else { return };
    let app = App::start().await;
    let then = jiff::Timestamp::from_millisecond(1_795_223_947_000).unwrap();
    app.clock.advance(then.duration_since(app.clock.now()));
    let token = app.app_token(NewAppToken::new("sample", TokenScope::Both)).await;
    let (secret, bearer) = (sha1_hex::sha1_hex(&token), bearer(&app, &token).await);
    let (mut compared, mut differences) = (0, Vec::new());
    for exchange in recorded.iter().filter(|one| !OTHERWISE.contains(&one["title"].as_str().unwrap())) {
        let (title, request) = (exchange["title"].as_str().unwrap(), &exchange["request"]);
        let asked = |name: &str| request["headers"].get(name);
        let mut headers = Vec::new();
        match asked("api-secret") {
            None => headers.push(("api-secret", secret.clone())),
            Some(wrong) => headers.extend(wrong.as_str().map(|wrong| ("api-secret", wrong.to_owned()))),
        }
        let authorization = asked("Authorization").and_then(Value::as_str);
        headers.extend(
            authorization
                .map(|text| ("authorization", if text == "Bearer <jwt>" { bearer.clone() } else { text.to_owned() })),
        );
        headers.extend(asked("Accept").and_then(Value::as_str).map(|accept| ("accept", accept.to_owned())));
        let mut phone = Phone::showing(&app, headers);
        let path = request["path"].as_str().unwrap().replace("<access token>", &token).replace(' ', "%20");
        let body = if request["body"].is_null() { Body::empty() } else { Body::from(request["body"].to_string()) };
        let answer =
            phone.call(request["method"].as_str().unwrap(), &path, &[("content-type", "application/json")], body).await;
        if Some(u64::from(answer.status.as_u16())) != exchange["status"].as_u64() {
            differences.push(format!("{title}: {} {}", answer.status, answer.text()));
            continue;
        }
        let theirs = &exchange["body"];
        if theirs.is_object() {
            let ours = read(&answer);
            if ours["message"].as_str() != theirs["message"].as_str() {
                differences.push(format!("{title}: {}", ours["message"]));
            }
            let missing = theirs
                .as_object()
                .unwrap()
                .keys()
                .filter(|name| ours.get(name).is_none() && !LEFT_OUT.contains(&name.as_str()));
            differences.extend(missing.map(|name| format!("{title}: {name} is missing")));
        }
        for name in ["etag", "location"].into_iter().filter(|_| path.starts_with("/api/v3")) {
            let theirs = exchange["headers"].get(name).is_some();
            if answer.headers.contains_key(name) != theirs {
                differences.push(format!("{title}: header {name}"));
            }
        }
        compared += 1;
    }
    assert!(differences.is_empty(), "{differences:#?}");
    assert!(compared >= 45, "{compared}");
}

//! Phone apps, each with the calls that it really makes and what it needs in the answers.

mod bridges;
mod followers;
mod privacy;
mod sockets;
mod uploaders;

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};
use sharing::TokenScope;
use store::NewAppToken;
use testkit::app::App;
use testkit::browser::{Answer, Browser};

/// An app with its way to say who it is.
pub(crate) struct Phone {
    browser: Browser,
    headers: Vec<(&'static str, String)>,
}

impl Phone {
    /// With the SHA-1 of its token in `api-secret`, as most apps do.
    pub(crate) async fn with_secret(app: &App, name: &str, scope: TokenScope) -> Self {
        let token = app.app_token(NewAppToken::new(name, scope)).await;
        Self::showing(app, vec![("api-secret", sha1_hex::sha1_hex(&token))])
    }

    pub(crate) fn showing(app: &App, headers: Vec<(&'static str, String)>) -> Self {
        Self { browser: app.browser(), headers }
    }

    pub(crate) async fn call(&mut self, method: &str, path: &str, more: &[(&'static str, &str)], body: Body) -> Answer {
        let mut headers = self.headers.clone();
        headers.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        self.browser.send(Method::from_bytes(method.as_bytes()).unwrap(), path, &headers, body).await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.call("GET", path, &[("accept", "application/json")], Body::empty()).await
    }

    /// The JSON of an answer that must be 200.
    pub(crate) async fn json(&mut self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        read(&answer)
    }

    pub(crate) async fn send(&mut self, method: &str, path: &str, body: &Value) -> Value {
        let answer =
            self.call(method, path, &[("content-type", "application/json")], Body::from(body.to_string())).await;
        assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text());
        read(&answer)
    }

    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Value {
        self.send("POST", path, body).await
    }
}

pub(crate) fn read(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("no JSON: {}", answer.text()))
}

/// Milliseconds of so many minutes before now.
pub(crate) fn ago(app: &App, minutes: i64) -> i64 {
    app.clock.now().as_millisecond() - minutes * 60_000
}

pub(crate) fn iso(ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(ms).unwrap();
    format!("{at:.3}")
}

/// A sensor value as xDrip+ sends it.
pub(crate) fn sgv(ms: i64, value: i64) -> Value {
    json!({
        "device": "xDrip-DexcomG6", "date": ms, "dateString": iso(ms), "sgv": value, "delta": 1.5, "direction": "Flat",
        "type": "sgv", "filtered": 120_000, "unfiltered": 121_000, "rssi": 100, "noise": 1, "sysTime": iso(ms)
    })
}

pub(crate) mod sha1_hex {
    pub(crate) fn sha1_hex(text: &str) -> String {
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
        hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

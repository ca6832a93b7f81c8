//! Phone apps, each with the calls that it really makes and what it needs in the answers.
//!
//! | app | its story |
//! | --- | --- |
//! | xDrip+ as uploader | `uploaders::xdrip_uploads_and_may_try_for_ever`, `uploaders::xdrip_keeps_its_treatments_by_its_own_ids` |
//! | xDrip+ as follower | `followers::xdrip_follows_with_what_it_has_not_seen` |
//! | AAPS, NSClient v3 | `aaps::*`, `sockets::storage_tells_each_document_and_a_follower_changes_nothing` |
//! | AAPS, NSClient v1 | `sockets::an_app_writes_through_its_socket_and_hears_of_it` |
//! | iobroker.nightscout | `sockets::what_is_going_on_is_told_whole_and_then_what_changes` |
//! | Loop, LoopCaregiver | `uploaders::loop_gets_as_many_back_as_it_sent`, `displays::commands_and_tokens_are_not_made_here` |
//! | Trio, iAPS | `uploaders::trio_deletes_only_what_it_asks_for` |
//! | LoopFollow | `followers::loopfollow_asks_with_its_token_in_the_address`, `displays::loopfollow_learns_what_its_token_may` |
//! | Nightguard | `followers::nightguard_writes_its_times_as_fractions`, `displays::nightguard_shows_what_is_reckoned` |
//! | xDrip4iOS | `uploaders::xdrip4ios_keeps_its_own_ids` |
//! | GlucoDataHandler, Pebble, watch faces | `displays::glucodatahandler_reads_the_watch_answer` |
//! | Juggluco | `uploaders::juggluco_brings_weeks_in_one_list`, `version_3::juggluco_names_its_own_identifiers` |
//! | nightscout-librelink-up | `bridges::bridges_bring_the_same_again_and_nothing_doubles`, `version_3::librelink_up_brings_one_by_one` |
//! | nightscout-connect, share2nightscout-bridge, minimed-connect-to-nightscout | `bridges::bridges_bring_the_same_again_and_nothing_doubles` |
//! | tconnectsync | `bridges::tconnectsync_shows_its_secret_in_the_address_and_does_not_escape` |
//! | py-nightscout, Home Assistant | `followers::home_assistant_shows_its_token_in_three_ways` |
//! | python-nightscout, nightscout-cli, Sugarmate, Gluroo and others that only read entries | `followers::displays_get_text_unless_they_ask_for_json` |
//! | oref0 | `followers::oref0_asks_with_words_and_patterns` |
//! | displays of CareLink's followers | `displays::a_carelink_display_shows_the_last_day` |
//! | any, against the answers of the original | `recorded::answers_are_those_of_the_original` |

mod aaps;
mod bridges;
mod displays;
mod followers;
mod privacy;
mod recorded;
mod safety;
mod socket;
mod socket_rights;
mod sockets;
mod uploaders;
mod version_3;

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

    /// With what its token was changed for, as version 3 wants it.
    pub(crate) async fn with_bearer(app: &App, name: &str, scope: TokenScope) -> Self {
        let token = app.app_token(NewAppToken::new(name, scope)).await;
        Self::showing(app, vec![("authorization", bearer(app, &token).await)])
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

    /// Sends JSON; the whole answer, whatever it is.
    pub(crate) async fn try_to(&mut self, method: &str, path: &str, body: &Value) -> Answer {
        self.call(method, path, &[("content-type", "application/json")], Body::from(body.to_string())).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Value {
        self.send("POST", path, body).await
    }
}

/// What a token is changed for.
pub(crate) async fn bearer(app: &App, token: &str) -> String {
    let mut nobody = Phone::showing(app, Vec::new());
    let answer = nobody.json(&format!("/api/v2/authorization/request/{token}")).await;
    format!("Bearer {}", answer["token"].as_str().unwrap())
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

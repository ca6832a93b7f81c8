//! Notices to browsers through the push service of each: encrypted for the browser (RFC 8291), signed so that the service
//! knows who sends (VAPID, RFC 8292), delivered as RFC 8030 says.

mod encrypt;
mod target;

use crate::Work;
use crate::mail::Undelivered;
use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use reqwest::{Response, StatusCode, Url, header};
use serde_json::json;
use store::{Message, Push};

/// A signature is good for half as long as a push service takes one (24 hours).
const SIGNED_FOR: SignedDuration = SignedDuration::from_hours(12);
/// A push service that asks us to wait is heard, up to this.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(6);

/// A way for notices to leave.
pub struct Pusher {
    client: reqwest::Client,
    allow_private: bool,
}

impl Pusher {
    /// `allow_private`: also to machines of the operator's own network.
    pub fn new(allow_private: bool) -> anyhow::Result<Self> {
        Ok(Self { client: target::client(allow_private)?, allow_private })
    }
}

/// Why a notice did not go out, and when a push service wants to be asked again.
pub(crate) struct Failed {
    pub(crate) why: Undelivered,
    pub(crate) not_before: Option<Timestamp>,
}

impl From<Undelivered> for Failed {
    fn from(why: Undelivered) -> Self {
        Self { why, not_before: None }
    }
}

/// Sends one notice, and notes what it says of the browser: whether it is still there, and whether it can be reached.
pub(crate) async fn send(work: &Work, message: &Message) -> Result<(), Failed> {
    let Some(push) = &message.push else { return Err(Undelivered::refused("no browser", None).into()) };
    let (store, duty, now) = (&work.store, &work.duties.deliver, (work.clock)());
    let answered = post(work, message, push, now).await;
    let (sent, noted) = match &answered {
        Ok(answer) if answer.status().is_success() => (Ok(()), store.push_worked(duty, push.subscription).await),
        Ok(answer) if is_gone(answer.status()) => (
            Err(Undelivered::refused("push service: gone", Some(answer.status().as_u16())).into()),
            store.push_gone(duty, push.subscription).await,
        ),
        Ok(answer) => (Err(refused(answer, now)), store.push_failing(duty, push.subscription).await),
        Err(why) => {
            tracing::debug!(%why, "the push service did not answer");
            (Err(Undelivered::later("push service", None).into()), store.push_failing(duty, push.subscription).await)
        }
    };
    if let Err(why) = noted {
        tracing::warn!(%why, "what a push service said was not kept");
    }
    sent
}

/// RFC 8030, 7.3: the subscription is over.
fn is_gone(status: StatusCode) -> bool {
    matches!(status, StatusCode::NOT_FOUND | StatusCode::GONE)
}

/// Busy or broken is tried again, in its own time; anything else will not get better.
fn refused(answer: &Response, now: Timestamp) -> Failed {
    let code = Some(answer.status().as_u16());
    let is_busy = answer.status() == StatusCode::TOO_MANY_REQUESTS || answer.status().is_server_error();
    if !is_busy {
        return Undelivered::refused("push service", code).into();
    }
    let wait = answer.headers().get(header::RETRY_AFTER).and_then(|after| after.to_str().ok()?.parse().ok());
    let not_before =
        wait.map(|seconds| now + SignedDuration::from_secs(seconds).clamp(SignedDuration::ZERO, LONGEST_WAIT));
    Failed { why: Undelivered::later("push service", code), not_before }
}

async fn post(work: &Work, message: &Message, push: &Push, now: Timestamp) -> anyhow::Result<Response> {
    let url: Url = push.endpoint.parse().context("an address that is none")?;
    let allow_private = work.pusher.allow_private;
    anyhow::ensure!(target::may_be_reached(&url, allow_private), "an address of a private network");
    let body = encrypt::encrypt(&notice(message, push, &work.base_url), &push.key, &push.secret)?;
    let ttl = push.ends_at.duration_since(now).as_secs().max(0);
    let request = work
        .pusher
        .client
        .post(url.clone())
        .header(header::AUTHORIZATION, signed(work, &url, now)?)
        .header(header::CONTENT_TYPE, "application/notification+json")
        .header(header::CONTENT_ENCODING, "aes128gcm")
        .header("ttl", ttl.to_string())
        .header("urgency", if push.urgent { "high" } else { "normal" })
        .header("topic", &push.topic)
        .body(body);
    // The address is as good as a key: whoever has it can send.
    Ok(request.send().await.map_err(reqwest::Error::without_url)?)
}

/// Who sends: signed for this push service alone (RFC 8292, 2 and 3).
fn signed(work: &Work, url: &Url, now: Timestamp) -> anyhow::Result<String> {
    let ends_at = now.saturating_add(SIGNED_FOR)?.as_second();
    let claims = json!({
        "aud": url.origin().ascii_serialization(),
        "exp": ends_at,
        "sub": contact(&work.base_url),
    });
    let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(&json!({ "typ": "JWT", "alg": "ES256" })), part(&claims));
    let signature = URL_SAFE_NO_PAD.encode(work.store.sign_for_push(&work.duties.deliver, text.as_bytes())?);
    Ok(format!("vapid t={text}.{signature}, k={}", URL_SAFE_NO_PAD.encode(work.store.push_key())))
}

/// Whom a push service can ask about us. Some take no address of plain http: there is nobody to ask on this computer.
fn contact(base_url: &str) -> String {
    let is_public = base_url.starts_with("https://");
    if is_public { base_url.trim_end_matches('/').to_owned() } else { "mailto:kinsight@localhost".to_owned() }
}

/// As browsers with Declarative Web Push show it by themselves, and as our service worker shows it in all others.
fn notice(message: &Message, push: &Push, base_url: &str) -> Vec<u8> {
    let place = format!("{}{}", base_url.trim_end_matches('/'), push.path);
    let notice = json!({
        "web_push": 8030,
        "notification": {
            "title": message.subject,
            "body": message.text,
            "navigate": place,
            "tag": push.tag,
            "timestamp": push.made_at.as_millisecond(),
            "requireInteraction": push.urgent,
        },
    });
    notice.to_string().into_bytes()
}

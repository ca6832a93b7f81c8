//! Alerts to addresses of people's own: a webhook is signed, an ntfy server gets what it shows.
//!
//! The signature follows <https://www.standardwebhooks.com>: HMAC-SHA-256 over id, time and body, so that a receiver can check
//! with any of its libraries that it is from here, whole and new.

use crate::mail::Undelivered;
use crate::outbound::{Outbound, Sent, USUAL_ANSWER, Unreached};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use store::{Channel, Message, SITE};

/// Hands one message over.
pub(crate) async fn send(
    outbound: Outbound,
    message: &Message,
    base_url: &str,
    now: Timestamp,
) -> Result<(), Undelivered> {
    let text = message.text.replace(SITE, base_url.trim_end_matches('/'));
    let sent = match message.channel {
        Channel::Ntfy => ntfy(message, &text),
        _ => webhook(message, text, now),
    };
    let sent = sent.ok_or_else(|| Undelivered::refused("what is kept of the address cannot be read", None))?;
    match outbound.send(sent, USUAL_ANSWER).await {
        Ok(answer) if (200..300).contains(&answer.status) => Ok(()),
        Ok(answer) => Err(Undelivered::later("the server there did not take it", Some(answer.status))),
        Err(Unreached::Barred) => Err(Undelivered::refused("this server may not reach that address", None)),
        Err(Unreached::Unknown) => Err(Undelivered::later("there is no such host", None)),
        Err(Unreached::Away) => Err(Undelivered::later("nobody answers there", None)),
        // It was taken, whatever else was said.
        Err(Unreached::TooLong) => Ok(()),
    }
}

fn webhook(message: &Message, body: String, now: Timestamp) -> Option<Sent> {
    let secret = message.secret.as_deref()?.strip_prefix("whsec_")?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(secret).ok()?);
    let (id, seconds) = (message.id.to_string(), now.as_second().to_string());
    let signature = STANDARD.encode(hmac::sign(&key, format!("{id}.{seconds}.{body}").as_bytes()));
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        ("webhook-id", id),
        ("webhook-timestamp", seconds),
        ("webhook-signature", format!("v1,{signature}")),
    ];
    Some(Sent { url: message.to.clone(), headers, body: Some(body) })
}

/// Published as JSON at the root of the server, with the topic that ends the address.
fn ntfy(message: &Message, text: &str) -> Option<Sent> {
    let (server, topic) = message.to.rsplit_once('/')?;
    let mut body: serde_json::Value = serde_json::from_str(text).ok()?;
    body["topic"] = topic.into();
    let mut headers = vec![("content-type", "application/json".to_owned())];
    headers.extend(message.secret.as_ref().map(|token| ("authorization", format!("Bearer {token}"))));
    Some(Sent { url: format!("{server}/"), headers, body: Some(body.to_string()) })
}

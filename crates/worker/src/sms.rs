//! Text messages, through the HTTP gateway that the operator names. What is sent is decided by pure functions.

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use std::time::Duration;
use store::{Message, SITE};

const TWILIO: &str = "https://api.twilio.com/2010-04-01/Accounts/";
const VONAGE: &str = "https://api.nexmo.com/v1/messages";

/// Which gateway, as whom, and with what secret.
#[derive(Clone, PartialEq, Eq)]
pub struct SmsSettings {
    gateway: Gateway,
    /// The number or name that messages come from.
    from: String,
    secret: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Gateway {
    /// <https://www.twilio.com/docs/messaging/api/message-resource>, by account or API key.
    Twilio { account: String },
    /// <https://developer.vonage.com/en/api/messages>, by API key.
    Vonage { key: String },
    /// JSON with `to`, `from` and `text`, and a bearer token.
    Json { url: String },
    /// `{to}`, `{from}` and `{text}` stand in the address itself.
    Template { url: String },
}

/// One request to a gateway.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    url: String,
    authorization: String,
    body: Option<(&'static str, String)>,
}

impl std::fmt::Debug for SmsSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SmsSettings({:?})", self.gateway)
    }
}

impl SmsSettings {
    /// `twilio:ACCOUNT`, `vonage:KEY`, or the address of any other gateway.
    pub fn parse(gateway: &str, from: &str, secret: &str) -> anyhow::Result<Self> {
        const LOOKS: &str = "--sms looks like twilio:ACCOUNT, vonage:KEY or https://gateway.example.org/send";
        let named = |name: &str| gateway.strip_prefix(name).map(str::to_owned).filter(|rest| is_plain(rest));
        let is_here = gateway.starts_with("http://localhost") || gateway.starts_with("http://127.0.0.1");
        let gateway = if let Some(account) = named("twilio:") {
            Gateway::Twilio { account }
        } else if let Some(key) = named("vonage:") {
            Gateway::Vonage { key }
        } else if !gateway.starts_with("https://") && !is_here {
            bail!(LOOKS);
        } else if gateway.contains("{text}") {
            Gateway::Template { url: gateway.to_owned() }
        } else {
            Gateway::Json { url: gateway.to_owned() }
        };
        Ok(Self { gateway, from: from.to_owned(), secret: secret.to_owned() })
    }

    fn request(&self, to: &str, text: &str) -> Request {
        let Self { gateway, from, secret } = self;
        let json = |body: serde_json::Value| Some(("application/json", body.to_string()));
        match gateway {
            Gateway::Twilio { account } => Request {
                url: format!("{TWILIO}{account}/Messages.json"),
                authorization: basic(account, secret),
                body: Some(("application/x-www-form-urlencoded", form(&[("To", to), ("From", from), ("Body", text)]))),
            },
            Gateway::Vonage { key } => Request {
                url: VONAGE.to_owned(),
                authorization: basic(key, secret),
                body: json(json!({
                    "message_type": "text",
                    "channel": "sms",
                    "to": to.trim_start_matches('+'),
                    "from": from.trim_start_matches('+'),
                    "text": text,
                })),
            },
            Gateway::Json { url } => Request {
                url: url.clone(),
                authorization: bearer(secret),
                body: json(json!({ "to": to, "from": from, "text": text })),
            },
            Gateway::Template { url } => Request {
                url: filled(url, &[("{to}", to), ("{from}", from), ("{text}", text)]),
                authorization: bearer(secret),
                body: None,
            },
        }
    }
}

/// A way for text messages to leave.
pub struct Texter {
    settings: SmsSettings,
    client: reqwest::Client,
}

impl Texter {
    /// A gateway that sends elsewhere is not followed: the secret is for it alone.
    pub fn new(settings: SmsSettings) -> anyhow::Result<Self> {
        let builder = reqwest::Client::builder().timeout(Duration::from_secs(20));
        let client = builder.redirect(reqwest::redirect::Policy::none()).build().context("the SMS settings")?;
        Ok(Self { settings, client })
    }

    pub(crate) async fn send(&self, message: &Message, base_url: &str) -> anyhow::Result<()> {
        let text = message.text.replace(SITE, base_url.trim_end_matches('/'));
        let Request { url, authorization, body } = self.settings.request(&message.to, &text);
        let request = match body {
            Some((kind, body)) => self.client.post(url).header("content-type", kind).body(body),
            None => self.client.get(url),
        };
        let request = if authorization.is_empty() { request } else { request.header("authorization", authorization) };
        // The address may hold the number and the code; what was answered may quote them: neither goes into the log.
        let answer = request.send().await.map_err(reqwest::Error::without_url).context("the SMS gateway")?;
        let status = answer.status();
        if status.is_success() { Ok(()) } else { bail!("the SMS gateway answered {status}") }
    }
}

fn basic(name: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{secret}")))
}

fn bearer(secret: &str) -> String {
    if secret.is_empty() { String::new() } else { format!("Bearer {secret}") }
}

/// An account or key, which goes into an address: letters and digits alone.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn form(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
    pairs.join("&")
}

/// In one pass, so that a text with `{to}` in it stays as it is.
fn filled(template: &str, values: &[(&str, &str)]) -> String {
    let (mut all, mut rest) = (String::new(), template);
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        all.push_str(before);
        let found = values.iter().find(|(name, _)| from.starts_with(name));
        let (value, length) = found.map_or(("{".to_owned(), 1), |(name, value)| (percent(value), name.len()));
        all.push_str(&value);
        rest = &from[length..];
    }
    all + rest
}

/// As one part of an address.
fn percent(text: &str) -> String {
    const ALL_BUT_PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, ALL_BUT_PLAIN).to_string()
}

#[cfg(test)]
mod tests {
    use super::{Request, SmsSettings};

    fn request(gateway: &str) -> Request {
        SmsSettings::parse(gateway, "+15005550006", "secret").unwrap().request("+491512345678", "123456 {to} & more")
    }

    #[test]
    fn what_each_gateway_is_sent() {
        let table = [
            (
                "twilio:AC0123",
                "https://api.twilio.com/2010-04-01/Accounts/AC0123/Messages.json",
                "Basic QUMwMTIzOnNlY3JldA==",
                Some((
                    "application/x-www-form-urlencoded",
                    "To=%2B491512345678&From=%2B15005550006&Body=123456%20%7Bto%7D%20%26%20more",
                )),
            ),
            (
                "vonage:abcd1234",
                "https://api.nexmo.com/v1/messages",
                "Basic YWJjZDEyMzQ6c2VjcmV0",
                Some((
                    "application/json",
                    r#"{"message_type":"text","channel":"sms","to":"491512345678","from":"15005550006","text":"123456 {to} & more"}"#,
                )),
            ),
            (
                "https://gateway.example.org/send",
                "https://gateway.example.org/send",
                "Bearer secret",
                Some((
                    "application/json",
                    r#"{"to":"+491512345678","from":"+15005550006","text":"123456 {to} & more"}"#,
                )),
            ),
            (
                "https://gateway.example.org/send?to={to}&x={x}&text={text}",
                "https://gateway.example.org/send?to=%2B491512345678&x={x}&text=123456%20%7Bto%7D%20%26%20more",
                "Bearer secret",
                None,
            ),
        ];
        for (gateway, url, authorization, body) in table {
            let expected = Request {
                url: url.to_owned(),
                authorization: authorization.to_owned(),
                body: body.map(|(kind, body)| (kind, body.to_owned())),
            };
            assert_eq!(request(gateway), expected);
        }
    }

    #[test]
    fn what_is_no_gateway() {
        for wrong in
            ["", "twilio:", "twilio:../x", "vonage:a b", "http://gateway.example.org/send", "gateway.example.org"]
        {
            let said = SmsSettings::parse(wrong, "x", "y").unwrap_err().to_string();
            assert!(said.starts_with("--sms looks like"), "{wrong}: {said}");
        }
        let settings = SmsSettings::parse("twilio:AC1", "x", "very secret").unwrap();
        assert!(!format!("{settings:?}").contains("very secret"));
    }
}

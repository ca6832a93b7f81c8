//! The cookies: the session, the device, a sign-in that waits for its second step, a visit pass, a clinic's code, a handed-over screen, and the choice of light or dark.
//!
//! Written by hand: what is needed of the cookie crate is one `format!`, and its ages want a second time library.

use crate::settings::BaseUrl;
use axum::http::{HeaderMap, HeaderValue, header};

const THEME: &str = "theme";
const SESSION: &str = "kinsight";
const DEVICE: &str = "kinsight-device";
const HALF: &str = "kinsight-half";
const PASS: &str = "kinsight-pass";
const HERE: &str = "kinsight-here";
const LINK: &str = "kinsight-link";
const DAY_S: u32 = 24 * 60 * 60;
/// A device that the person marked as their own; the store ends the session itself, at the latest then.
const OWN_DEVICE_S: u32 = 90 * DAY_S;

/// Light, dark, or as the system wishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub fn parse(text: &str) -> Self {
        match text {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn of(headers: &HeaderMap) -> Self {
        Self::parse(value_of(headers, THEME).unwrap_or_default())
    }
}

/// The session's opaque text, if the browser sent one.
pub fn session_token<'a>(headers: &'a HeaderMap, base: &BaseUrl) -> Option<&'a str> {
    value_of(headers, &name(SESSION, base)).filter(|token| !token.is_empty())
}

/// The text by which the browser is known from earlier sign-ins.
pub fn device_token<'a>(headers: &'a HeaderMap, base: &BaseUrl) -> Option<&'a str> {
    value_of(headers, &name(DEVICE, base)).filter(|token| !token.is_empty())
}

/// The text of a sign-in whose second step is still to come.
pub fn half_token<'a>(headers: &'a HeaderMap, base: &BaseUrl) -> Option<&'a str> {
    value_of(headers, &name(HALF, base)).filter(|token| !token.is_empty())
}

/// The text of a visit pass that was opened in this browser.
pub fn pass_token<'a>(headers: &'a HeaderMap, base: &BaseUrl) -> Option<&'a str> {
    value_of(headers, &name(PASS, base)).filter(|token| !token.is_empty())
}

/// No session, and none beside it is touched. The store ends it itself, at the latest then.
pub fn pass(token: &str, base: &BaseUrl) -> HeaderValue {
    kept(&name(PASS, base), token, Some(2 * 60 * 60), base)
}

pub fn pass_over(base: &BaseUrl) -> HeaderValue {
    kept(&name(PASS, base), "", Some(0), base)
}

/// The code of a clinic's link that this browser came with.
pub fn kept_link_code<'a>(headers: &'a HeaderMap, base: &BaseUrl) -> Option<&'a str> {
    value_of(headers, &name(LINK, base)).filter(|code| !code.is_empty())
}

/// Lasts over signing in, so that the code stands in no other address. Empty for none.
pub fn link_code(code: &str, base: &BaseUrl) -> HeaderValue {
    kept(&name(LINK, base), code, Some(60 * 60), base)
}

pub fn link_code_over(base: &BaseUrl) -> HeaderValue {
    kept(&name(LINK, base), "", Some(0), base)
}

/// The secret of a step on a handed-over screen.
pub fn here_secret<'a>(headers: &'a HeaderMap, base: &BaseUrl) -> Option<&'a str> {
    value_of(headers, &name(HERE, base)).filter(|secret| !secret.is_empty())
}

/// As long as a screen is handed over; gone when it is given back.
pub fn here(secret: &str, base: &BaseUrl) -> HeaderValue {
    kept(&name(HERE, base), secret, Some(600), base)
}

pub fn here_over(base: &BaseUrl) -> HeaderValue {
    kept(&name(HERE, base), "", Some(0), base)
}

/// Outlives sessions; of no use without the password.
pub fn device(token: &str, base: &BaseUrl) -> HeaderValue {
    kept(&name(DEVICE, base), token, Some(400 * DAY_S), base)
}

/// The store ends it itself after ten minutes.
pub fn half(token: &str, base: &BaseUrl) -> HeaderValue {
    kept(&name(HALF, base), token, Some(600), base)
}

pub fn half_over(base: &BaseUrl) -> HeaderValue {
    kept(&name(HALF, base), "", Some(0), base)
}

/// Carries an opaque text and nothing else. Without an age it ends with the browser.
pub fn session(token: &str, own_device: bool, base: &BaseUrl) -> HeaderValue {
    kept(&name(SESSION, base), token, own_device.then_some(OWN_DEVICE_S), base)
}

pub fn session_over(base: &BaseUrl) -> HeaderValue {
    kept(&name(SESSION, base), "", Some(0), base)
}

pub fn theme(theme: Theme, base: &BaseUrl) -> HeaderValue {
    kept(THEME, theme.name(), Some(365 * DAY_S), base)
}

/// `__Host-` ties the cookie to this host and to https. Browsers other than Chromium refuse it on plain
/// http, loopback included, so there it has a plain name and no `Secure`.
fn name(plain: &str, base: &BaseUrl) -> String {
    if base.is_https() { format!("__Host-{plain}") } else { plain.to_owned() }
}

fn kept(name: &str, value: &str, age_s: Option<u32>, base: &BaseUrl) -> HeaderValue {
    let age = age_s.map_or(String::new(), |age_s| format!("; Max-Age={age_s}"));
    let secure = if base.is_https() { "; Secure" } else { "" };
    HeaderValue::try_from(format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}"))
        .expect("tokens and names of themes are plain ASCII")
}

fn value_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

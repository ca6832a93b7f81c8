//! What a request shows to be let in, wherever an app puts it. Nothing here is ever printed.

use crate::query::pairs;
use serde_json::Value;
use std::fmt;

/// Where a request may carry something.
#[derive(Clone, Copy, Default)]
pub struct Carried<'a> {
    /// The header `api-secret`.
    pub api_secret: Option<&'a str>,
    /// The header `Authorization`.
    pub authorization: Option<&'a str>,
    /// The text behind the question mark.
    pub query: &'a str,
    /// The body, where it is JSON.
    pub body: Option<&'a Value>,
}

/// One thing that was shown.
#[derive(Clone, PartialEq, Eq)]
pub enum Presented {
    /// A token as it was given out.
    Token(String),
    /// SHA-1 of a token or of a secret: 40 hex digits, lower case.
    Sha1(String),
    /// SHA-512 of the same: 128 hex digits, lower case.
    Sha512(String),
    /// Three parts with dots between.
    Jwt(String),
}

impl fmt::Debug for Presented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Token(_) => "Token(…)",
            Self::Sha1(_) => "Sha1(…)",
            Self::Sha512(_) => "Sha512(…)",
            Self::Jwt(_) => "Jwt(…)",
        })
    }
}

/// Nothing longer than this is looked at.
const LONGEST: usize = 4096;

/// Everything that a request shows; headers first, then the address, then the body.
pub fn presented(carried: Carried<'_>) -> Vec<Presented> {
    let mut found = Vec::new();
    let mut take = |text: &str| {
        let one = told(text);
        found.extend(one.filter(|one| !found.contains(one)));
    };
    if let Some(bearer) = bearer(carried.authorization) {
        take(bearer);
    }
    if let Some(header) = carried.api_secret {
        take(header.trim().strip_prefix("token=").unwrap_or(header));
    }
    for (name, value) in pairs(carried.query) {
        if matches!(name.as_str(), "token" | "secret" | "api_secret") {
            take(&value);
        }
    }
    let first = carried.body.and_then(|body| if body.is_array() { body.get(0) } else { Some(body) });
    for name in ["token", "secret"] {
        if let Some(text) = first.and_then(|body| body.get(name)).and_then(Value::as_str) {
            take(text);
        }
    }
    found
}

/// Of version 3, which takes nothing but this. `Some("")` is a bearer with nothing behind it.
pub fn bearer(authorization: Option<&str>) -> Option<&str> {
    let (scheme, token) = authorization?.trim().split_once(' ').unwrap_or((authorization?.trim(), ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// What a text is, by its form.
fn told(text: &str) -> Option<Presented> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST || text.chars().any(char::is_whitespace) {
        return None;
    }
    let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    Some(match text.len() {
        40 if is_hex => Presented::Sha1(text.to_ascii_lowercase()),
        128 if is_hex => Presented::Sha512(text.to_ascii_lowercase()),
        _ if text.matches('.').count() == 2 => Presented::Jwt(text.to_owned()),
        _ => Presented::Token(text.to_owned()),
    })
}

/// Fields that carry a credential and are no part of a document.
pub fn strip(document: &mut crate::Document) {
    for name in ["token", "secret"] {
        document.shift_remove(name);
    }
}

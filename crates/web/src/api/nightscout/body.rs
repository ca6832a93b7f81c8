//! What an app sends: a document or a list of them, as JSON or as a form, packed or not.

use super::failure::Failure;
use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use flate2::read::GzDecoder;
use nightscout::{Document, document_of_form, documents};
use serde_json::Value;
use std::io::Read as _;

/// An app that comes back after weeks brings all of them at once.
pub const MOST_BYTES: usize = 32 << 20;
/// More documents are no call of an app.
const MOST_DOCUMENTS: usize = 50_000;

/// Whoever is not known yet is listened to for so long.
const MOST_OF_STRANGERS: usize = 1 << 20;

/// What came, and whether it was a list.
pub struct Brought {
    pub documents: Vec<Document>,
    pub list: bool,
}

/// Credentials may stand in a body. They are looked for where nothing else was shown.
pub fn credentials(headers: &HeaderMap, body: &Bytes) -> Option<Value> {
    if body.len() > MOST_OF_STRANGERS || is_packed(headers) || is_form(headers, body) {
        return None;
    }
    serde_json::from_slice(body).ok()
}

fn is_packed(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding == "gzip")
}

/// Some apps call JSON a form.
fn is_form(headers: &HeaderMap, body: &[u8]) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.starts_with("application/x-www-form-urlencoded") && !matches!(body.first(), Some(b'{' | b'['))
}

pub fn read(headers: &HeaderMap, body: &Bytes) -> Result<Brought, Failure> {
    if is_packed(headers) { of_kind(headers, &unpacked(body)?) } else { of_kind(headers, body) }
}

/// Counts as long as it is when unpacked.
fn unpacked(body: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut plain = Vec::new();
    let most = MOST_BYTES as u64 + 1;
    GzDecoder::new(body).take(most).read_to_end(&mut plain).map_err(|_| unreadable())?;
    if plain.len() > MOST_BYTES { Err(Failure::TooLarge) } else { Ok(plain) }
}

fn of_kind(headers: &HeaderMap, body: &[u8]) -> Result<Brought, Failure> {
    if is_form(headers, body) {
        let text = std::str::from_utf8(body).map_err(|_| unreadable())?;
        return Ok(Brought { documents: vec![document_of_form(text)], list: false });
    }
    let value: Value = serde_json::from_slice(body).map_err(|_| unreadable())?;
    let list = value.as_array().map(Vec::len);
    if list.is_some_and(|length| length > MOST_DOCUMENTS) {
        return Err(Failure::TooLarge);
    }
    Ok(Brought { documents: documents(value).ok_or_else(unreadable)?, list: list.is_some() })
}

fn unreadable() -> Failure {
    Failure::Bad("This is no JSON object and no list of them".to_owned())
}

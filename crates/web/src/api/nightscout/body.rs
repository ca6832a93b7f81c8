//! What an app sends: a document or a list of them, as JSON or as a form, packed or not.

use super::failure::Failure;
use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use flate2::read::GzDecoder;
use nightscout::Document;
use nightscout::query::pairs;
use serde_json::Value;
use std::io::Read as _;

/// An app that comes back after weeks brings all of them at once.
pub const MOST_BYTES: usize = 32 << 20;
/// More documents are no call of an app.
const MOST_DOCUMENTS: usize = 50_000;

/// What came, and whether it was a list.
pub struct Brought {
    pub documents: Vec<Document>,
    pub list: bool,
}

pub fn read(headers: &HeaderMap, body: &Bytes) -> Result<Brought, Failure> {
    let packed = headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding == "gzip");
    if packed { of_kind(headers, &unpacked(body)?) } else { of_kind(headers, body) }
}

/// Counts as long as it is when unpacked.
fn unpacked(body: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut plain = Vec::new();
    let most = MOST_BYTES as u64 + 1;
    GzDecoder::new(body).take(most).read_to_end(&mut plain).map_err(|_| unreadable())?;
    if plain.len() > MOST_BYTES { Err(Failure::TooLarge) } else { Ok(plain) }
}

fn of_kind(headers: &HeaderMap, body: &[u8]) -> Result<Brought, Failure> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/x-www-form-urlencoded") && !matches!(body.first(), Some(b'{' | b'[')) {
        let text = std::str::from_utf8(body).map_err(|_| unreadable())?;
        let document = pairs(text).map(|(name, value)| (name, Value::from(value))).collect();
        return Ok(Brought { documents: vec![document], list: false });
    }
    match serde_json::from_slice(body).map_err(|_| unreadable())? {
        Value::Object(document) => Ok(Brought { documents: vec![document], list: false }),
        Value::Array(list) if list.len() > MOST_DOCUMENTS => Err(Failure::TooLarge),
        Value::Array(list) => Ok(Brought { documents: documents(list)?, list: true }),
        _ => Err(unreadable()),
    }
}

fn documents(list: Vec<Value>) -> Result<Vec<Document>, Failure> {
    let document = |(place, value)| match value {
        Value::Object(document) => Ok(document),
        _ => Err(Failure::Bad(format!("Element {place} of the list is no JSON object"))),
    };
    list.into_iter().enumerate().map(document).collect()
}

fn unreadable() -> Failure {
    Failure::Bad("This is no JSON object or list that can be read".to_owned())
}

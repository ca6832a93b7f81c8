//! One document: a JSON object, as apps send it and get it back.

use serde_json::{Map, Value};

/// A JSON object, whose fields stay in the order in which they came.
pub type Document = Map<String, Value>;

pub(crate) fn text<'d>(document: &'d Document, key: &str) -> Option<&'d str> {
    document.get(key).and_then(Value::as_str)
}

/// Words that are not empty.
pub(crate) fn words<'d>(document: &'d Document, key: &str) -> Option<&'d str> {
    text(document, key).map(str::trim).filter(|text| !text.is_empty())
}

/// A document with its id in front.
pub fn with_id(id: &str, document: &Document) -> Document {
    let mut all = Document::new();
    all.insert("_id".to_owned(), id.into());
    all.extend(document.iter().filter(|(name, _)| *name != "_id").map(|(name, value)| (name.clone(), value.clone())));
    all
}

/// The offset from UTC that a document states, in minutes; zero where it states none that can be.
pub fn stated_offset(document: &Document) -> i16 {
    let minutes = document.get("utcOffset").and_then(Value::as_i64);
    minutes.and_then(|minutes| i16::try_from(minutes).ok()).unwrap_or_default()
}

/// The app that a document says it is from, where that is short enough to be a name.
pub fn stated_app(document: &Document) -> Option<String> {
    let app = text(document, "app").or_else(|| text(document, "enteredBy"));
    app.filter(|app| app.chars().count() <= 64).map(str::to_owned)
}

/// A number, also one that came as text.
pub(crate) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => leading_number(text),
        _ => None,
    }
    .filter(|number| number.is_finite())
}

/// The number that a text begins with, as JavaScript's `parseFloat` reads it.
pub(crate) fn leading_number(text: &str) -> Option<f64> {
    let text = text.trim_start();
    let bytes = text.as_bytes();
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let digits = |from: usize| bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let mut end = sign + digits(sign);
    let mut any = end > sign;
    if bytes.get(end) == Some(&b'.') {
        let more = digits(end + 1);
        any |= more > 0;
        end += 1 + more;
    }
    if !any {
        return None;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let more = digits(end + 1 + sign);
        if more > 0 {
            end += 1 + sign + more;
        }
    }
    text[..end].parse().ok()
}

/// A number as JSON: whole where it is whole.
pub(crate) fn json_number(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 { Value::from(number as i64) } else { Value::from(number) }
}

/// An id as databases of this kind make them: 24 hex digits.
pub fn is_object_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Eight, four, four, four and twelve hex digits with dashes between.
pub fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

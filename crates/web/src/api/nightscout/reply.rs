//! Answers as apps read them.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use nightscout::times::{http_date, of_header};
use serde::Serialize;
use std::convert::Infallible;

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// JSON with a status of 200.
pub fn json<T: Serialize + ?Sized>(value: &T) -> Response {
    bytes(serde_json::to_vec(value).unwrap_or_default())
}

/// JSON that is written already.
pub fn bytes(json: impl Into<Body>) -> Response {
    let mut response = Response::new(json.into());
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    // Some apps send packed bodies only to a server that says it takes them.
    response.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    response
}

/// The same in several pieces.
pub fn pieces(mut json: Vec<Vec<u8>>) -> Response {
    if json.len() == 1 {
        return bytes(json.remove(0));
    }
    let length: usize = json.iter().map(Vec::len).sum();
    let mut response = bytes(Body::from_stream(stream::iter(json.into_iter().map(Ok::<_, Infallible>))));
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    response
}

pub fn text(kind: &'static str, text: String) -> Response {
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

/// With when it last changed; nothing when the app knows that already.
pub fn since(headers: &HeaderMap, changed_ms: Option<i64>, answer: impl FnOnce() -> Response) -> Response {
    let Some(changed_ms) = changed_ms else { return answer() };
    let mut response = if is_known(headers, changed_ms) { StatusCode::NOT_MODIFIED.into_response() } else { answer() };
    stamp(response.headers_mut(), changed_ms);
    response
}

/// When it last changed.
pub fn stamp(headers: &mut HeaderMap, changed_ms: i64) {
    if let Ok(changed) = HeaderValue::try_from(http_date(changed_ms)) {
        headers.insert(header::LAST_MODIFIED, changed);
    }
}

/// Whether the app has what was changed then. Headers tell whole seconds.
pub fn is_known(headers: &HeaderMap, changed_ms: i64) -> bool {
    let asked = headers.get(header::IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok()).and_then(of_header);
    asked.is_some_and(|asked| asked.div_euclid(1000) >= changed_ms.div_euclid(1000))
}

//! A number for each request: it stands in the log and on the page of a failure, so that the two can be laid together.

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Names one request in log and page; says nothing about the person.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

static START: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(0));
static COUNT: AtomicU64 = AtomicU64::new(0);

pub async fn give(mut request: Request, next: Next) -> Response {
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let id = RequestId(format!("{:08x}-{number:x}", *START >> 32));
    request.extensions_mut().insert(id.clone());
    let span = tracing::info_span!("request", id = %id.0, method = %request.method());
    let mut response = tracing::Instrument::instrument(next.run(request), span).await;
    if let Ok(value) = HeaderValue::try_from(&id.0) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

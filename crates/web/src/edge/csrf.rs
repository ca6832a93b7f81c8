//! A change needs proof that it was asked for by a page of ours: `Sec-Fetch-Site`, or `Origin` where a browser
//! does not send that. No tokens: browsers cannot be made to lie about either.
//!
//! tower-http's layer lets a request without both pass, as a command line sends it. Here only what apps call takes
//! such requests, because it looks at bearer tokens and never at cookies.

use super::host;
use super::problem::Problem;
use crate::Web;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

pub async fn guard(State(web): State<Web>, request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let by_cookie = !host::is_of_apps(request.uri().path());
    if changes && by_cookie && !is_ours(&web, request.headers()) {
        return Problem::cross_site().into_response();
    }
    next.run(request).await
}

fn is_ours(web: &Web, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST).unwrap_or_default();
    match (text(header::HeaderName::from_static("sec-fetch-site")), text(header::ORIGIN)) {
        (Some(site), None) => site == "same-origin",
        (Some(site), Some(origin)) => {
            site == "same-origin" && (origin == "null" || web.settings.base_url.is_origin(origin, host))
        }
        (None, Some(origin)) => web.settings.base_url.is_origin(origin, host),
        (None, None) => false,
    }
}

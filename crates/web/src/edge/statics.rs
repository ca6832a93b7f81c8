//! The static files, and the style of the charts beside them.

use super::problem::Problem;
use assets::Asset;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::LazyLock;

/// The charts bring their own style, so that page and PDF draw the same.
static CHART_TREE: LazyLock<String> = LazyLock::new(|| {
    let hash = reports::CHART_CSS
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
});

pub fn style() -> String {
    assets::url("css/app.css")
}

pub fn chart_style() -> String {
    format!("/charts/{}.css", *CHART_TREE)
}

pub async fn charts(Path(name): Path<String>) -> Response {
    let cached = if name.strip_suffix(".css") == Some(CHART_TREE.as_str()) { FOR_EVER } else { FOR_NOW };
    let kind = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    ([(header::CACHE_CONTROL, cached)], kind, reports::CHART_CSS).into_response()
}

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// A page of an earlier build may still ask for its own tree; it gets today's file, and may not keep it.
const FOR_NOW: HeaderValue = HeaderValue::from_static("public, max-age=60");

pub async fn file(Path((tree, path)): Path<(String, String)>, headers: HeaderMap) -> Result<Response, Problem> {
    let asset = assets::find(&path).ok_or_else(Problem::not_found)?;
    let is_current = tree == assets::TREE;
    let cached = if is_current { FOR_EVER } else { FOR_NOW };
    let etag = format!("\"{}\"", assets::TREE);
    let same = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes());
    let common = [(header::CACHE_CONTROL, cached), (header::VARY, HeaderValue::from_static("accept-encoding"))];
    let etag = [(header::ETAG, etag)];
    if same {
        return Ok((StatusCode::NOT_MODIFIED, common, etag).into_response());
    }
    let content_type = [(header::CONTENT_TYPE, asset.content_type)];
    let (encoding, bytes) = packed(asset, &headers);
    let mut response = (common, etag, content_type, bytes).into_response();
    if let Some(encoding) = encoding {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Ok(response)
}

fn packed(asset: &'static Asset, headers: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes = |wanted: &str| {
        accepted.split(',').any(|part| {
            let (name, quality) = part.split_once(';').unwrap_or((part, ""));
            name.trim() == wanted && !matches!(quality.trim(), "q=0" | "q=0.0")
        })
    };
    if takes("br") {
        (Some("br"), asset.brotli)
    } else if takes("gzip") {
        (Some("gzip"), asset.gzip)
    } else {
        (None, asset.plain)
    }
}

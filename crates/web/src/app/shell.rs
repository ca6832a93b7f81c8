//! What a browser needs to have Kinsight as an app: the manifest, the service worker, and the page without a connection.

use crate::edge::cookies::Theme;
use crate::edge::statics;
use crate::page::{Frame, render};
use askama::Template;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::json;

const OFFLINE: &str = "/offline";

#[derive(Template)]
#[template(path = "app/offline.html")]
struct OfflinePage {
    frame: Frame,
}

/// The same for everybody, so that a browser may keep it.
pub async fn offline() -> Response {
    render(&OfflinePage { frame: Frame { bare: true, ..Frame::plain("No connection", Theme::System, OFFLINE) } })
}

/// At the root, because a service worker sees only what is beneath it.
pub async fn service_worker() -> Response {
    let kept = ["icons/kinsight.svg", "icons/kinsight-192.png", "js/app.js", "js/age.js"].map(assets::url);
    let files: Vec<String> =
        [OFFLINE.to_owned(), statics::style(), statics::chart_style()].into_iter().chain(kept).collect();
    let shell = json!({
        "tree": assets::TREE,
        "offline": OFFLINE,
        "files": files,
        "icon": assets::url("icons/kinsight-192.png"),
        "badge": assets::url("icons/kinsight-badge.png"),
    });
    let script = assets::find("js/service-worker.js").map_or(&b""[..], |asset| asset.plain);
    let script = String::from_utf8_lossy(script);
    let kind = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (kind, format!("const SHELL = {shell};\n{script}")).into_response()
}

pub async fn manifest() -> Response {
    let icon = |name: &str, sizes: &str, purpose: &str| {
        let kind = if name.ends_with(".svg") { "image/svg+xml" } else { "image/png" };
        json!({ "src": assets::url(&format!("icons/{name}")), "type": kind, "sizes": sizes, "purpose": purpose })
    };
    let manifest = json!({
        "id": "/",
        "name": "Kinsight",
        "short_name": "Kinsight",
        "description": "See glucose data live, and share it with whom you choose.",
        "lang": "en",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f5f4f0",
        "theme_color": "#0b5f63",
        "categories": ["health", "medical"],
        "icons": [
            icon("kinsight.svg", "any", "any"),
            icon("kinsight-192.png", "192x192", "any"),
            icon("kinsight-512.png", "512x512", "any"),
            icon("kinsight-maskable.png", "512x512", "maskable"),
        ],
        "shortcuts": [
            { "name": "Following", "url": "/following" },
            { "name": "Upload now", "url": "/upload-now" },
        ],
    });
    ([(header::CONTENT_TYPE, "application/manifest+json")], manifest.to_string()).into_response()
}

//! A server answers to its own name only, so that no link or cookie is ever made for another.

use super::problem::Problem;
use crate::Web;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use std::net::IpAddr;

pub async fn guard(State(web): State<Web>, request: Request, next: Next) -> Response {
    let called = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .or_else(|| request.uri().authority().map(|authority| authority.as_str()));
    let is_probe = request.uri().path() == "/healthz";
    if let Some(site) = called.and_then(|host| web.settings.sites.as_ref()?.site(host)) {
        let site = Site(site.to_ascii_lowercase());
        return at_site(&web, site, request, next).await;
    }
    if !is_probe && !called.is_some_and(|host| web.settings.base_url.answers_to(host)) {
        return Problem::wrong_host().into_response();
    }
    next.run(request).await
}

/// The name of the record's site at which an app called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site(pub String);

/// What apps ask at a record's own site. Whoever opens it in a browser is led to where people are.
const OF_APPS: &[&str] = &["/api/", "/pebble", "/socket.io/", "/carelink/"];

pub fn is_of_apps(path: &str) -> bool {
    OF_APPS.iter().any(|start| path.starts_with(start))
}

async fn at_site(web: &Web, site: Site, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path == "/" {
        return Redirect::to(&web.settings.base_url.origin()).into_response();
    }
    if !is_of_apps(path) {
        return Problem::not_found().into_response();
    }
    request.extensions_mut().insert(site);
    next.run(request).await
}

/// Where the request came from: the peer, or what a trusted proxy says of it.
pub fn address(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[IpAddr]) -> Option<IpAddr> {
    let forwarded = || {
        let line = headers.get("x-forwarded-for")?.to_str().ok()?;
        line.rsplit(',').filter_map(|hop| hop.trim().parse().ok()).find(|hop| !trusted.contains(hop))
    };
    match peer {
        Some(peer) if trusted.contains(&peer) => forwarded().or(Some(peer)),
        peer => peer,
    }
}

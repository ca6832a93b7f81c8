//! What apps ask before they begin: what this is, who they are here, and what they may do.

use super::caller::Caller;
use super::failure::Failure;
use super::reply;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use glucose::Unit;
use jiff::Timestamp;
use nightscout::query::parameter;
use nightscout::{Permissions, answers};
use serde_json::Value;
use sharing::{Standing, TokenScope};
use store::{Access, Upload, View};

/// Who calls, as far as it concerns an app.
#[derive(Clone, Copy)]
pub struct Known {
    pub unit: Unit,
    pub permissions: Permissions,
}

fn permissions(standing: Standing) -> Permissions {
    match standing {
        Standing::App { scope: TokenScope::Upload, .. } => Permissions::Upload,
        Standing::App { scope: TokenScope::Both, .. } => Permissions::Both,
        _ => Permissions::Follow,
    }
}

/// The record's unit and what the token is for; none when nobody known calls.
pub async fn known(caller: &Caller) -> Result<Option<Known>, Failure> {
    let look = |patient: &mut Access<'_, View>| patient.record();
    let known = |record: store::Record| Known { unit: record.unit, permissions: permissions(record.standing) };
    match caller.read(look).await {
        Ok(record) => return Ok(Some(known(record))),
        Err(Failure::Unauthorized) => {}
        Err(other) => return Err(other),
    }
    let bring = |patient: &mut Access<'_, Upload>| patient.record();
    match caller.write(bring).await {
        Ok(record) => Ok(Some(known(record))),
        Err(Failure::Unauthorized) => Ok(None),
        Err(other) => Err(other),
    }
}

/// What a site is, which anybody may know: it says nothing of a person.
pub async fn status(caller: &Caller, extension: Option<&str>, query: &str) -> Result<Response, Failure> {
    let known = known(caller).await?;
    if caller.showed && known.is_none() {
        caller.app()?;
        return Err(Failure::Unauthorized);
    }
    // An app that shows its token in the address looks here for what it may.
    let shows = parameter(query, "token").is_some();
    let authorized = known.filter(|_| shows).and_then(|known| caller.pass(known.permissions).ok());
    let unit = known.map_or(Unit::MgDl, |known| known.unit);
    let body = status_json(unit, caller.web.clock.now(), authorized);
    Ok(match extension {
        Some("txt") => reply::text("text/plain; charset=utf-8", "STATUS OK".to_owned()),
        Some("html") => reply::text("text/html; charset=utf-8", "<h1>STATUS OK</h1>".to_owned()),
        Some("js") => reply::text("application/javascript; charset=utf-8", answers::status_js(&body)),
        Some("svg" | "png") => badge(),
        _ => reply::json(&body),
    })
}

/// `authorized` is what a token that was shown is good for.
pub fn status_json(unit: Unit, now: Timestamp, authorized: Option<Value>) -> Value {
    let site = answers::Site {
        title: "Kinsight".to_owned(),
        unit,
        thresholds: [54.0, 70.0, 180.0, 250.0],
        hours: 24,
        language: "en".to_owned(),
    };
    answers::status(&site, now.as_millisecond(), authorized)
}

fn badge() -> Response {
    const BADGE: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"104\" height=\"20\" role=\"img\" \
        aria-label=\"Nightscout: OK\"><rect width=\"104\" height=\"20\" rx=\"3\" fill=\"#1f6f43\"/><text x=\"52\" y=\"14\" \
        fill=\"#fff\" font-family=\"sans-serif\" font-size=\"11\" text-anchor=\"middle\">Nightscout OK</text></svg>";
    reply::text("image/svg+xml", BADGE.to_owned())
}

/// Always answered; what somebody unknown may do is nothing.
pub async fn verify(caller: &Caller) -> Result<Response, Failure> {
    let permissions = known(caller).await?.map(|known| known.permissions);
    Ok(reply::json(&answers::verified(permissions)))
}

/// Whether an app may bring data.
pub async fn may_write(caller: &Caller) -> Result<Response, Failure> {
    caller.write(|_| Ok(())).await?;
    Ok(reply::json(&answers::experiment()))
}

/// Alerts are acknowledged by people here, by name; an app's silence is its own.
pub async fn acknowledge(caller: &Caller) -> Result<Response, Failure> {
    caller.app()?;
    caller.read(|_| Ok(())).await?;
    Ok(StatusCode::OK.into_response())
}

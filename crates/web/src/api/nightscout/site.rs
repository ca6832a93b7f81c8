//! What apps ask before they begin: what this is, who they are here, and what they may do.

use super::caller::Caller;
use super::failure::Failure;
use super::reply;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use glucose::Unit;
use jiff::Timestamp;
use serde_json::{Value, json};
use sharing::{Standing, TokenScope};
use store::{Access, Upload, View};

/// The version of the original whose answers these are.
const VERSION: &str = "15.0.7";

/// Who calls, as far as it concerns an app.
pub struct Known {
    pub unit: Unit,
    pub scope: TokenScope,
}

/// The record's unit and what the token is for; none when nobody known calls.
pub async fn known(caller: &Caller) -> Result<Option<Known>, Failure> {
    let look = |patient: &mut Access<'_, View>| patient.record();
    let scope = |standing: Standing| match standing {
        Standing::App { scope, .. } => scope,
        _ => TokenScope::Follow,
    };
    match caller.read(look).await {
        Ok(record) => return Ok(Some(Known { unit: record.unit, scope: scope(record.standing) })),
        Err(Failure::Unauthorized) => {}
        Err(other) => return Err(other),
    }
    let bring = |patient: &mut Access<'_, Upload>| patient.record();
    match caller.write(bring).await {
        Ok(record) => Ok(Some(Known { unit: record.unit, scope: scope(record.standing) })),
        Err(Failure::Unauthorized) => Ok(None),
        Err(other) => Err(other),
    }
}

/// What a site is, which anybody may know: it says nothing of a person.
pub async fn status(caller: &Caller, extension: Option<&str>) -> Result<Response, Failure> {
    let known = known(caller).await?;
    if caller.showed && known.is_none() {
        caller.app()?;
        return Err(Failure::Unauthorized);
    }
    let body = status_json(known.as_ref().map_or(Unit::MgDl, |known| known.unit), caller.web.clock.now());
    Ok(match extension {
        Some("txt") => reply::text("text/plain; charset=utf-8", "STATUS OK".to_owned()),
        Some("html") => reply::text("text/html; charset=utf-8", "<h1>STATUS OK</h1>".to_owned()),
        Some("js") => reply::text("application/javascript; charset=utf-8", format!("this.serverSettings = {body};")),
        Some("svg" | "png") => badge(),
        _ => {
            let mut response = reply::json(&body);
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
    })
}

pub fn status_json(unit: Unit, now: Timestamp) -> Value {
    let units = if unit == Unit::MmolL { "mmol" } else { "mg/dl" };
    json!({
        "status": "ok",
        "name": "nightscout",
        "version": VERSION,
        "versionNum": 150_007,
        "serverTime": nightscout::times::iso(now.as_millisecond()),
        "serverTimeEpoch": now.as_millisecond(),
        "apiEnabled": true,
        "careportalEnabled": true,
        "boluscalcEnabled": false,
        "settings": {
            "units": units,
            "timeFormat": 24,
            "dayStart": 7,
            "dayEnd": 21,
            "nightMode": false,
            "editMode": true,
            "showRawbg": "never",
            "customTitle": "Kinsight",
            "theme": "default",
            "alarmUrgentHigh": false,
            "alarmHigh": false,
            "alarmLow": false,
            "alarmUrgentLow": false,
            "alarmTimeagoWarn": false,
            "alarmTimeagoUrgent": false,
            "alarmTypes": ["simple"],
            "language": "en",
            "scaleY": "log",
            "showPlugins": "delta direction upbat iob cob",
            "thresholds": { "bgHigh": 250, "bgTargetTop": 180, "bgTargetBottom": 70, "bgLow": 54 },
            "enable": ["careportal", "iob", "cob", "bwp", "cage", "sage", "iage", "basal", "rawbg", "delta", "direction",
                "upbat", "devicestatus", "profile", "loop", "openaps", "pump"],
            "authDefaultRoles": "status-only",
            "DEFAULT_FEATURES": ["bgnow", "delta", "direction", "timeago", "devicestatus", "upbat", "errorcodes", "profile", "dbsize"]
        },
        "extendedSettings": { "devicestatus": { "advanced": true } },
        "authorized": null,
        "runtimeState": "loaded"
    })
}

fn badge() -> Response {
    const BADGE: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"104\" height=\"20\" role=\"img\" \
        aria-label=\"Nightscout: OK\"><rect width=\"104\" height=\"20\" rx=\"3\" fill=\"#1f6f43\"/><text x=\"52\" y=\"14\" \
        fill=\"#fff\" font-family=\"sans-serif\" font-size=\"11\" text-anchor=\"middle\">Nightscout OK</text></svg>";
    reply::text("image/svg+xml", BADGE.to_owned())
}

pub fn versions() -> Value {
    json!([
        { "version": "1.0.0", "url": "/api/v1" },
        { "version": "2.0.0", "url": "/api/v2" },
        { "version": "3.0.5", "url": "/api/v3" }
    ])
}

/// Always answered; what somebody unknown may do is nothing.
pub async fn verify(caller: &Caller) -> Result<Response, Failure> {
    let known = known(caller).await?;
    let (read, write) = known.as_ref().map_or((false, false), |known| (known.scope.follows(), known.scope.uploads()));
    let message = json!({
        "canRead": read,
        "canWrite": write,
        "isAdmin": false,
        "message": if read || write { "OK" } else { "UNAUTHORIZED" },
        "rolefound": if known.is_some() { "FOUND" } else { "NOTFOUND" },
        "permissions": if write { "ROLE" } else { "DEFAULT" },
    });
    Ok(reply::json(&json!({ "status": 200, "message": message })))
}

/// Whether an app may bring data.
pub async fn may_write(caller: &Caller) -> Result<Response, Failure> {
    caller.write(|_| Ok(())).await?;
    Ok(reply::json(&json!({ "status": "ok" })))
}

/// Alerts are acknowledged by people here, by name; an app's silence is its own.
pub async fn acknowledge(caller: &Caller) -> Result<Response, Failure> {
    caller.app()?;
    caller.read(|_| Ok(())).await?;
    Ok(StatusCode::OK.into_response())
}

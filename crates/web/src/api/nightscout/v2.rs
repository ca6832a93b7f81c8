//! Version 2: what is going on, reckoned for displays, and what an app can show for its token. All else is version 1.

use super::caller::Caller;
use super::failure::Failure;
use super::{live, reply, site, v1};
use crate::Web;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;
use jiff::Timestamp;
use nightscout::query::parameter;
use nightscout::{Live, Moment, answers};
use serde_json::Value;
use store::{Access, View};

/// Apps that would make tokens or change roles are told where that is done.
const NO_ADMIN: &str = "Tokens are made and ended by the person whose data this is, in Kinsight under Apps. \
    Make one there and give it to this app.";
/// Nothing here moves a pump.
const NO_REMOTE: &str = "Kinsight does not take commands for a loop.";
const HOURS: i64 = 6;

/// Answers a token with what can be shown for it for some hours.
pub async fn request(State(web): State<Web>, Path(token): Path<String>, parts: Parts) -> Result<Response, Failure> {
    if !web.settings.tokens_in_addresses {
        return Err(Failure::Unauthorized);
    }
    let caller = Caller::with_token(&web, &parts, &token).await;
    caller.app()?;
    let known = site::known(&caller).await?.ok_or(Failure::Unauthorized)?;
    Ok(reply::json(&caller.pass(known.permissions)?))
}

pub async fn get(
    caller: Caller,
    Path(path): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let (name, rest) = split(&path);
    let asked = query.as_deref().unwrap_or_default();
    match name {
        "authorization" => Err(known_but_no_admin(&caller).await),
        "properties" => {
            let names: Option<Vec<&str>> = rest.map(|names| names.split(',').map(str::trim).collect());
            Ok(reply::json(&answers::properties(&now(&caller).await?, names.as_deref())))
        }
        "ddata" => {
            let at = rest.and_then(|rest| rest.strip_prefix("at")).map(|at| at.trim_matches('/'));
            let live = match at.filter(|at| !at.is_empty()) {
                Some(at) => at_time(&caller, at).await?,
                None => now(&caller).await?,
            };
            Ok(reply::json(&answers::ddata(&live)))
        }
        "summary" => {
            let hours = parameter(asked, "hours").and_then(|hours| hours.parse().ok()).unwrap_or(HOURS);
            Ok(reply::json(&answers::summary(&now(&caller).await?, hours)))
        }
        _ => v1::get(caller, Path(path), RawQuery(query), headers).await,
    }
}

pub async fn post(
    caller: Caller,
    Path(path): Path<String>,
    query: RawQuery,
    parts: Parts,
    bytes: Bytes,
) -> Result<Response, Failure> {
    match split(&path) {
        ("authorization", _) => Err(known_but_no_admin(&caller).await),
        ("notifications", Some("loop")) => Err(refused(&caller, NO_REMOTE)),
        _ => v1::post(caller, Path(path), query, parts, bytes).await,
    }
}

pub async fn put(
    caller: Caller,
    Path(path): Path<String>,
    query: RawQuery,
    parts: Parts,
    bytes: Bytes,
) -> Result<Response, Failure> {
    match split(&path) {
        ("authorization", _) => Err(known_but_no_admin(&caller).await),
        _ => v1::put(caller, Path(path), query, parts, bytes).await,
    }
}

pub async fn delete(caller: Caller, Path(path): Path<String>, query: RawQuery) -> Result<Response, Failure> {
    match split(&path) {
        ("authorization", _) => Err(known_but_no_admin(&caller).await),
        _ => v1::delete(caller, Path(path), query).await,
    }
}

fn split(path: &str) -> (&str, Option<&str>) {
    let path = path.trim_matches('/');
    path.split_once('/').map_or((path, None), |(name, rest)| (name, Some(rest)))
}

fn refused(caller: &Caller, words: &'static str) -> Failure {
    caller.app().err().unwrap_or(Failure::Forbidden(words))
}

/// A token that has ended is told so, and only one that is good is told where tokens are made.
async fn known_but_no_admin(caller: &Caller) -> Failure {
    match site::known(caller).await {
        Ok(Some(_)) => Failure::Forbidden(NO_ADMIN),
        Ok(None) => Failure::Unauthorized,
        Err(why) => why,
    }
}

/// What is going on just now.
pub async fn now(caller: &Caller) -> Result<Live, Failure> {
    let now = caller.web.clock.now();
    caller.read(move |patient: &mut Access<'_, View>| live::load(patient, now)).await
}

/// What was going on then.
async fn at_time(caller: &Caller, time: &str) -> Result<Live, Failure> {
    let at = moment(time).ok_or_else(|| Failure::Bad("This time cannot be read".to_owned()))?;
    let at = at.min(caller.web.clock.now());
    caller.read(move |patient: &mut Access<'_, View>| live::load_until(patient, at, at)).await
}

fn moment(time: &str) -> Option<Timestamp> {
    let number = time.parse::<i64>().ok().map(Value::from);
    Moment::of(&number.unwrap_or_else(|| time.into())).map(|moment| moment.timestamp())
}

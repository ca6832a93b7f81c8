//! Version 3: documents by identifier, what changed since, and who may what in words of its own. Only
//! `Authorization: Bearer` lets in.
//!
//! | path | what |
//! | --- | --- |
//! | `version`, `status`, `lastModified` | what this is, what the caller may, when what changed |
//! | `{collection}` | search, create |
//! | `{collection}/{identifier}` | look, update, change some fields, delete |
//! | `{collection}/history/{ms}`, `{collection}/history` | what changed since |

mod call;
mod change;
mod known;
mod look;

use super::caller::Bearer;
use super::changes::last_changed;
use super::failure::Failure;
use super::{reply, site};
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use call::{Call, refused};
use nightscout::{Collection, answers};
use store::{Access, View};

/// Where documents are kept, as `version` tells it.
const STORAGE: &str = "kinsight";

/// Anybody may ask.
pub async fn version(State(web): State<crate::Web>) -> Response {
    reply::json(&answers::version_v3(web.clock.now().as_millisecond(), STORAGE))
}

pub async fn get(
    Bearer(caller): Bearer,
    Path(path): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let now = caller.web.clock.now();
    match path.trim_matches('/') {
        "status" => {
            let known = site::known(&caller).await.map_err(|why| call::refusal(&caller, why))?;
            let known = known.ok_or_else(|| call::refusal(&caller, Failure::Unauthorized))?;
            Ok(reply::json(&answers::status_v3(now.as_millisecond(), STORAGE, known.permissions)))
        }
        "lastModified" => {
            let job = move |patient: &mut Access<'_, View>| {
                let of = |collection| match collection {
                    Collection::Settings => Ok((collection, None)),
                    other => Ok((other, last_changed(patient, other, now)?)),
                };
                Collection::OF_V3.into_iter().map(of).collect::<Result<Vec<_>, store::Error>>()
            };
            let all = caller.read(job).await;
            let all = refused(&caller, "api:entries:read", all).await?;
            Ok(reply::json(&answers::last_modified_v3(now.as_millisecond(), &all)))
        }
        path => {
            let call = Call::parse(path, query, &headers)?;
            match call.rest.as_deref() {
                None => look::search(&caller, &call).await,
                Some("history") => look::history(&caller, &call, None, &headers).await,
                Some(rest) => match rest.strip_prefix("history/") {
                    Some(since) => look::history(&caller, &call, Some(since), &headers).await,
                    None => look::one(&caller, &call, rest, &headers).await,
                },
            }
        }
    }
}

pub async fn post(
    Bearer(caller): Bearer,
    Path(path): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let call = Call::parse(&path, None, &headers)?;
    if call.rest.is_some() {
        return Err(call::no_such());
    }
    change::create(&caller, &call, &headers, &bytes).await
}

pub async fn put(
    Bearer(caller): Bearer,
    Path(path): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let call = Call::parse(&path, None, &headers)?;
    change::update(&caller, &call, call.identifier()?, &headers, &bytes).await
}

pub async fn patch(
    Bearer(caller): Bearer,
    Path(path): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let call = Call::parse(&path, None, &headers)?;
    change::patch(&caller, &call, call.identifier()?, &headers, &bytes).await
}

pub async fn delete(
    Bearer(caller): Bearer,
    Path(path): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let call = Call::parse(&path, query, &headers)?;
    change::delete(&caller, &call, call.identifier()?).await
}

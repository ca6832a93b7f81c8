//! Version 1, and version 2 where it is the same. One door for each method; which call it is stands in the path.
//!
//! | path | what |
//! | --- | --- |
//! | `entries`, `entries/sgv`, `entries/current`, `entries/{id}` | glucose values, as JSON, CSV or text |
//! | `treatments`, `devicestatus`, `profile`, `food`, `activity` | documents |
//! | `slice`, `times`, `echo`, `count` | documents by a pattern of their time, and how many there are |
//! | `status`, `verifyauth`, `experiments/test`, `adminnotifies`, `notifications/ack` | what apps ask before they begin |

use super::body::{self, Brought};
use super::caller::Caller;
use super::failure::Failure;
use super::find;
use super::keep::{self, shelf};
use super::{entries, reply, site};
use axum::body::Bytes;
use axum::extract::{Path, RawQuery};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use nightscout::entries::{write_csv, write_tsv};
use nightscout::negotiate::{Form, negotiate};
use nightscout::query::{Slice, parameter};
use nightscout::{Collection, Document, Query, answers};
use serde_json::json;
use store::{Access, Lookup, View};

/// A call: what stands behind `/api/v1/`, taken apart.
struct Call {
    collection: String,
    rest: Option<String>,
    /// `json`, `csv`, `tsv`, `txt`, …
    extension: Option<String>,
    query: String,
}

impl Call {
    fn of(path: &str, query: Option<String>) -> Self {
        let path = path.trim_matches('/');
        const KNOWN: &[&str] = &["json", "csv", "tsv", "txt", "js", "html", "svg", "png"];
        let (path, extension) = match path.rsplit_once('.') {
            Some((path, extension)) if KNOWN.contains(&extension) => (path, Some(extension.to_owned())),
            _ => (path, None),
        };
        let (collection, rest) = match path.split_once('/') {
            Some((collection, rest)) => (collection.to_owned(), Some(rest.to_owned())),
            None => (path.to_owned(), None),
        };
        Self { collection, rest, extension, query: query.unwrap_or_default() }
    }

    fn documents(&self) -> Result<Collection, Failure> {
        Collection::named(&self.collection)
            .filter(|collection| *collection != Collection::Settings)
            .ok_or(Failure::NotFound)
    }

    fn question(&self, caller: &Caller, collection: Collection) -> Result<Query, Failure> {
        Ok(Query::parse(collection, &self.query, caller.web.clock.now())?)
    }
}

pub async fn get(
    caller: Caller,
    Path(path): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let call = Call::of(&path, query);
    match (call.collection.as_str(), call.rest.as_deref()) {
        ("status", None) => site::status(&caller, call.extension.as_deref(), &call.query).await,
        ("verifyauth", None) => site::verify(&caller).await,
        ("experiments", Some("test")) => site::may_write(&caller).await,
        ("adminnotifies", None) => {
            caller.app()?;
            Ok(reply::json(&answers::admin_notifies()))
        }
        ("notifications", Some("ack")) => site::acknowledge(&caller).await,
        ("count", Some(rest)) => count(&caller, &call, rest).await,
        ("slice" | "times" | "echo", Some(rest)) => get_slice(&caller, &call, rest, &headers).await,
        ("entries", rest) => get_entries(&caller, &call, rest, &headers).await,
        _ => get_documents(&caller, &call, &headers).await,
    }
}

async fn get_entries(
    caller: &Caller,
    call: &Call,
    rest: Option<&str>,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    let query = call.question(caller, Collection::Entries)?;
    let query = match rest {
        None => query,
        Some("current") => Query { count: Some(1), ..query.of_type("sgv") },
        Some(kind @ ("sgv" | "mbg" | "cal")) => query.of_type(kind),
        Some(id) => return entry(caller, call, id, headers).await,
    };
    answer_entries(caller, call, query, headers).await
}

async fn answer_entries(caller: &Caller, call: &Call, query: Query, headers: &HeaderMap) -> Result<Response, Failure> {
    match form(call, headers) {
        Form::Json => {
            let json = entries::list(caller, query).await?;
            let changed = json.iter().find_map(|piece| newest_date(piece));
            Ok(reply::since(headers, changed, || reply::pieces(json)))
        }
        other => Ok(in_form(other, &entries::documents(caller, query).await?)),
    }
}

/// Documents whose time is like a pattern: `slice/{collection}/{field}/{type}/{prefix}/{pattern}`,
/// `times/{prefix}/{pattern}` of entries, and `echo` of either, which tells what would be asked for.
async fn get_slice(caller: &Caller, call: &Call, rest: &str, headers: &HeaderMap) -> Result<Response, Failure> {
    let slice = match (call.collection.as_str(), rest.strip_prefix("echo/")) {
        ("times", Some(rest)) => Slice::of_times(rest),
        ("times", None) => Slice::of_times(rest),
        _ => Slice::parse(rest),
    };
    let slice = slice.ok_or(Failure::NotFound)?;
    let asked = slice.question(&call.query).map_err(|why| Failure::Bad(why.to_string()))?;
    let query = Query::parse(slice.collection, &asked, caller.web.clock.now())?;
    if call.collection == "echo" || rest.starts_with("echo/") {
        caller.read(|_| Ok(())).await?;
        return Ok(reply::json(&slice.echo()));
    }
    match slice.collection {
        Collection::Entries => answer_entries(caller, call, query, headers).await,
        _ => Ok(reply::json(&find::find(caller, query).await?)),
    }
}

/// When the newest of a list is from: what apps are told as the time of its last change.
fn newest_date(json: &[u8]) -> Option<i64> {
    const DATE: &[u8] = b"\"date\":";
    let at = json.windows(DATE.len()).position(|window| window == DATE)? + DATE.len();
    let digits: Vec<u8> = json[at..].iter().copied().take_while(u8::is_ascii_digit).collect();
    std::str::from_utf8(&digits).ok()?.parse().ok()
}

async fn entry(caller: &Caller, call: &Call, id: &str, headers: &HeaderMap) -> Result<Response, Failure> {
    let id = id.to_owned();
    let job = move |patient: &mut Access<'_, View>| {
        if let Lookup::Here(entry) = patient.entry(&id)? {
            return Ok(vec![entries::document_of(&entry)]);
        }
        Ok(match patient.document(store::Collection::Entries, &id)? {
            Lookup::Here(document) => vec![find::shown(Collection::Entries, &document)],
            _ => Vec::new(),
        })
    };
    let found = caller.read(job).await?;
    Ok(in_form(form(call, headers), &found))
}

/// How entries are wanted: by the ending of the path, or else by what is accepted.
fn form(call: &Call, headers: &HeaderMap) -> Form {
    negotiate(call.extension.as_deref(), headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()))
}

fn in_form(form: Form, documents: &[Document]) -> Response {
    match form {
        Form::Csv => reply::text(form.content_type(), write_csv(documents)),
        Form::Tsv => reply::text(form.content_type(), write_tsv(documents)),
        Form::Json | Form::Xml => reply::json(documents),
    }
}

async fn get_documents(caller: &Caller, call: &Call, headers: &HeaderMap) -> Result<Response, Failure> {
    let collection = call.documents()?;
    let query = call.question(caller, collection)?;
    let changed = move |patient: &mut Access<'_, View>| patient.last_changed(shelf(collection));
    match (collection, call.rest.as_deref()) {
        (Collection::Profile, Some("current")) => {
            let newest = find::find(caller, Query { count: Some(1), ..query }).await?;
            Ok(reply::json(&newest.into_iter().next().map_or_else(|| json!({}), Into::into)))
        }
        (Collection::Food, Some(kind @ ("quickpicks" | "regular"))) => {
            let wanted = if kind == "quickpicks" { "quickpick" } else { "food" };
            let mut all = find::find(caller, query).await?;
            all.retain(|food| food.get("type").and_then(|kind| kind.as_str()) == Some(wanted));
            Ok(reply::json(&all))
        }
        (_, Some(id)) => {
            let id = id.to_owned();
            let job = move |patient: &mut Access<'_, View>| patient.document(shelf(collection), &id);
            match caller.read(job).await? {
                Lookup::Here(document) => {
                    let shown = find::shown(collection, &document);
                    Ok(reply::json(&[shown]))
                }
                _ => Ok(reply::json(&json!([]))),
            }
        }
        (_, None) => {
            let changed = if collection == Collection::Treatments { caller.read(changed).await? } else { None };
            if changed.is_some_and(|changed| reply::is_known(headers, changed)) {
                return Ok(reply::since(headers, changed, || StatusCode::NOT_MODIFIED.into_response()));
            }
            let found = find::find(caller, query).await?;
            Ok(reply::since(headers, changed, || reply::json(&found)))
        }
    }
}

/// How many documents a question finds: `count/{collection}/where`.
async fn count(caller: &Caller, call: &Call, rest: &str) -> Result<Response, Failure> {
    let name = rest.strip_suffix("/where").ok_or(Failure::NotFound)?;
    let collection = Collection::named(name).ok_or(Failure::NotFound)?;
    let query = Query { count: None, ..call.question(caller, collection)? };
    let found = if collection == Collection::Entries {
        entries::documents(caller, query).await?.len()
    } else {
        find::find(caller, query).await?.len()
    };
    Ok(reply::json(&answers::counted(found)))
}

pub async fn post(
    caller: Caller,
    Path(path): Path<String>,
    RawQuery(query): RawQuery,
    parts: Parts,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let call = Call::of(&path, query);
    let collection = call.documents()?;
    let (caller, brought) = brought(caller, &parts, &bytes).await?;
    match (collection, call.rest.as_deref()) {
        (Collection::Entries, Some("preview")) => {
            let now = caller.web.clock.now();
            caller.write(|_| Ok(())).await?;
            Ok(reply::json(&keep::prepared(collection, brought.documents, now)?))
        }
        (_, None) => Ok(reply::bytes(keep::keep_and_write(&caller, collection, brought.documents).await?)),
        _ => Err(Failure::NotFound),
    }
}

/// What somebody known brings. Credentials may stand in the body as well.
async fn brought(caller: Caller, parts: &Parts, bytes: &Bytes) -> Result<(Caller, Brought), Failure> {
    let in_body = if caller.showed { None } else { body::credentials(&parts.headers, bytes) };
    let caller = caller.or_in_body(parts, in_body.as_ref()).await;
    caller.app()?;
    let brought = body::read(&parts.headers, bytes)?;
    Ok((caller, brought))
}

pub async fn put(
    caller: Caller,
    Path(path): Path<String>,
    RawQuery(query): RawQuery,
    parts: Parts,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let call = Call::of(&path, query);
    let collection = call.documents()?;
    let (caller, Brought { documents, list }) = brought(caller, &parts, &bytes).await?;
    if call.rest.is_some() || matches!(collection, Collection::Entries | Collection::DeviceStatus) {
        return Err(Failure::NotFound);
    }
    let kept = keep::keep(&caller, collection, documents).await?;
    Ok(if list { reply::json(&kept) } else { reply::json(&kept.into_iter().next().unwrap_or_default()) })
}

pub async fn delete(caller: Caller, Path(path): Path<String>, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let call = Call::of(&path, query);
    let collection = call.documents()?;
    let gone = match call.rest.as_deref() {
        Some(id) if id != "*" => find::delete_by_id(&caller, collection, id).await?,
        // Without a word of what is to go nothing goes.
        _ if parameter(&call.query, "count").is_none() && !call.query.contains("find") => {
            caller.write(|_| Ok(())).await?;
            0
        }
        _ => find::delete(&caller, call.question(&caller, collection)?).await?,
    };
    Ok(reply::json(&answers::deleted_v1(gone)))
}

pub async fn versions() -> Response {
    reply::json(&answers::versions())
}

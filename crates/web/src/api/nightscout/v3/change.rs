//! Changing: a document that is new or known again, one that takes another's place, some fields, an end.

use super::super::body;
use super::super::caller::{Caller, SUBJECT};
use super::super::failure::Failure;
use super::super::keep::shelf;
use super::super::reply;
use super::call::{Call, bare, forbidden, let_in, refused};
use super::known::{Known, is_invalid, remove, save, to_change};
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use nightscout::prepare::{instant_of, patched, refuse_changes, replaced};
use nightscout::query::parameter;
use nightscout::times::of_header;
use nightscout::{Collection, Document, Refused, answers, identity_v3, prepare_v3};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use store::{Access, Error, KeptAs, Upload};

/// What became of a try that the store itself does not refuse.
enum Came {
    New(KeptAs),
    /// Known before, by this identifier.
    Same {
        identifier: String,
        before: Option<String>,
        kept: KeptAs,
    },
    Done(Option<i64>),
    Unknown,
    Gone,
    ChangedSince,
    Refused(Refused),
}

impl From<Refused> for Came {
    fn from(why: Refused) -> Self {
        Self::Refused(why)
    }
}

fn document(headers: &HeaderMap, bytes: &Bytes) -> Result<Document, Failure> {
    let mut brought = body::read(headers, bytes)?;
    match (brought.list, brought.documents.pop()) {
        (false, Some(document)) => Ok(document),
        _ => Err(Failure::Bad("Bad or missing request body".to_owned())),
    }
}

/// Settings are the server's own.
fn may_change(call: &Call, act: &str) -> Result<(), Failure> {
    if call.collection == Collection::Settings { Err(forbidden(&call.permission(act))) } else { Ok(()) }
}

pub async fn create(caller: &Caller, call: &Call, headers: &HeaderMap, bytes: &Bytes) -> Result<Response, Failure> {
    let_in(caller)?;
    may_change(call, "create")?;
    let (collection, now) = (call.collection, caller.web.clock.now());
    let new = prepare_v3(collection, document(headers, bytes)?, now, SUBJECT)?;
    let identifier = new.get("identifier").and_then(Value::as_str).unwrap_or_default().to_owned();
    let job = move |patient: &mut Access<'_, Upload>| put_new(patient, collection, &new, now);
    let came = refused(caller, &call.permission("create"), caller.write(job).await).await?;
    answer(call, &identifier, came)
}

fn put_new(
    patient: &mut Access<'_, Upload>,
    collection: Collection,
    new: &Document,
    now: Timestamp,
) -> Result<Came, Error> {
    let Some(known) = same(patient, collection, new)? else {
        let kept = save(patient, collection, new.clone(), None, now)?;
        // A reading of its instant and kind may be here under another id, which it keeps.
        return Ok(if kept.new { Came::New(kept) } else { again(new, kept.id.clone(), kept) });
    };
    if known.document.get("isReadOnly").and_then(Value::as_bool) == Some(true) {
        return Ok(Refused::ReadOnly.into());
    }
    let document = match replaced(collection, &known.document, new.clone(), now) {
        Ok(document) => document,
        Err(why) => return Ok(why.into()),
    };
    let kept = save(patient, collection, document, Some(&known), now)?;
    Ok(again(new, known.identifier().to_owned(), kept))
}

fn again(new: &Document, identifier: String, kept: KeptAs) -> Came {
    let sent = new.get("identifier").and_then(Value::as_str).unwrap_or_default();
    let before = (sent != identifier).then(|| identifier.clone());
    Came::Same { identifier, before, kept }
}

/// The document that is the same: by its identifier, or else, where that one has none, by what it says.
fn same(patient: &mut Access<'_, Upload>, collection: Collection, new: &Document) -> Result<Option<Known>, Error> {
    let identity = identity_v3(collection, new);
    if let Some(known) = to_change(patient, collection, &identity.identifier)? {
        return Ok(Some(known));
    }
    let Some(at) = instant_of(collection, new).and_then(|ms| Timestamp::from_millisecond(ms).ok()) else {
        return Ok(None);
    };
    let until = at.saturating_add(SignedDuration::from_millis(1)).unwrap_or(Timestamp::MAX);
    let is_same = |other: &store::Document| identity.is(&super::super::find::parsed(&other.json));
    match patient.same_document(shelf(collection), (at, until), is_same)? {
        Some(id) => to_change(patient, collection, &id),
        None => Ok(None),
    }
}

/// Until when the app knows the document; what changed after that is not overwritten.
fn unmodified_since(headers: &HeaderMap) -> Option<i64> {
    headers.get(header::IF_UNMODIFIED_SINCE).and_then(|value| value.to_str().ok()).and_then(of_header)
}

/// What keeps a known document from being changed.
fn hindered(known: &Known, collection: Collection, since: Option<i64>) -> Option<Came> {
    if known.deleted {
        return Some(Came::Gone);
    }
    let seconds = known.changed_ms(collection).div_euclid(1000);
    since.filter(|since| seconds > since.div_euclid(1000)).map(|_| Came::ChangedSince)
}

pub async fn update(
    caller: &Caller,
    call: &Call,
    id: &str,
    headers: &HeaderMap,
    bytes: &Bytes,
) -> Result<Response, Failure> {
    let_in(caller)?;
    may_change(call, "update")?;
    let (collection, now, since) = (call.collection, caller.web.clock.now(), unmodified_since(headers));
    let sent = document(headers, bytes)?;
    let name = id.to_owned();
    let job = move |patient: &mut Access<'_, Upload>| {
        let Some(known) = to_change(patient, collection, &name)? else {
            let mut new = sent.clone();
            new.insert("identifier".to_owned(), name.as_str().into());
            return Ok(match prepare_v3(collection, new, now, SUBJECT) {
                Ok(new) => Came::New(save(patient, collection, new, None, now)?),
                Err(why) => why.into(),
            });
        };
        if let Some(hindered) = hindered(&known, collection, since) {
            return Ok(hindered);
        }
        let checked = refuse_changes(collection, &known.document, &sent)
            .and_then(|()| replaced(collection, &known.document, sent.clone(), now));
        Ok(match checked {
            Ok(document) => Came::Done(Some(save(patient, collection, document, Some(&known), now)?.changed_ms)),
            Err(why) => why.into(),
        })
    };
    let came = refused(caller, &call.permission("update"), caller.write(job).await).await?;
    if let Came::Done(Some(changed_ms)) = came {
        return Ok(stamped(reply::json(&answers::replaced_v3(changed_ms)), changed_ms));
    }
    answer(call, id, came)
}

pub async fn patch(
    caller: &Caller,
    call: &Call,
    id: &str,
    headers: &HeaderMap,
    bytes: &Bytes,
) -> Result<Response, Failure> {
    let_in(caller)?;
    may_change(call, "update")?;
    let (collection, now, since) = (call.collection, caller.web.clock.now(), unmodified_since(headers));
    let changes = document(headers, bytes)?;
    let name = id.to_owned();
    let job = move |patient: &mut Access<'_, Upload>| {
        let Some(known) = to_change(patient, collection, &name)? else { return Ok(Came::Unknown) };
        if let Some(hindered) = hindered(&known, collection, since) {
            return Ok(hindered);
        }
        if let Err(why) = refuse_changes(collection, &known.document, &changes) {
            return Ok(why.into());
        }
        if is_invalid(&changes) {
            remove(patient, collection, &known, false)?;
            return Ok(Came::Done(None));
        }
        let document = patched(&known.document, changes.clone(), now, SUBJECT);
        Ok(Came::Done(Some(save(patient, collection, document, Some(&known), now)?.changed_ms)))
    };
    let came = refused(caller, &call.permission("update"), caller.write(job).await).await?;
    answer(call, id, came)
}

pub async fn delete(caller: &Caller, call: &Call, id: &str) -> Result<Response, Failure> {
    let_in(caller)?;
    may_change(call, "delete")?;
    let (collection, name) = (call.collection, id.to_owned());
    let for_good = parameter(&call.query, "permanent").is_some_and(|value| value == "true");
    let job = move |patient: &mut Access<'_, Upload>| {
        let Some(known) = to_change(patient, collection, &name)? else { return Ok(Came::Unknown) };
        if for_good || !known.deleted {
            remove(patient, collection, &known, for_good)?;
        }
        Ok(Came::Done(None))
    };
    let came = refused(caller, &call.permission("delete"), caller.write(job).await).await?;
    answer(call, id, came)
}

fn answer(call: &Call, identifier: &str, came: Came) -> Result<Response, Failure> {
    Ok(match came {
        Came::New(kept) => {
            let mut response = reply::json(&answers::created_v3(identifier, kept.changed_ms));
            *response.status_mut() = StatusCode::CREATED;
            at_place(stamped(response, kept.changed_ms), call, identifier)
        }
        Came::Same { identifier, before, kept } => {
            let body = answers::deduplicated_v3(&identifier, before.as_deref(), kept.changed_ms);
            at_place(stamped(reply::json(&body), kept.changed_ms), call, &identifier)
        }
        Came::Done(changed_ms) => {
            let response = reply::json(&answers::done_v3());
            changed_ms.map_or_else(|| response, |changed_ms| stamped(reply::json(&answers::done_v3()), changed_ms))
        }
        Came::Unknown => return Err(bare(StatusCode::NOT_FOUND)),
        Came::Gone => return Err(bare(StatusCode::GONE)),
        Came::ChangedSince => return Err(bare(StatusCode::PRECONDITION_FAILED)),
        Came::Refused(why) => return Err(why.into()),
    })
}

fn stamped(mut response: Response, changed_ms: i64) -> Response {
    reply::stamp(response.headers_mut(), changed_ms);
    response
}

fn at_place(mut response: Response, call: &Call, identifier: &str) -> Response {
    let name = utf8_percent_encode(identifier, NON_ALPHANUMERIC).to_string().replace("%2D", "-");
    let place = format!("/api/v3/{}/{name}", call.collection.name());
    if let Ok(place) = HeaderValue::try_from(place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

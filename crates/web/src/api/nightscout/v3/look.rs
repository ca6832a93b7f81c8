//! Looking: a search, one document, what changed since.

use super::super::caller::Caller;
use super::super::changes::{changed, shown};
use super::super::entries::document_of;
use super::super::failure::Failure;
use super::super::find::{MOST, instants, parsed};
use super::super::keep::shelf;
use super::super::reply;
use super::call::{Call, bare, forbidden, let_in, refused};
use super::known::{is_invalid, to_show};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use nightscout::query::parameter;
use nightscout::search::{fields, only};
use nightscout::times::of_header;
use nightscout::{Collection, Document, Search, answers, shown_v3, treatment_of};
use std::sync::Arc;
use store::{Access, Error, View};

/// What lies in settings is for administrators, and no token is one.
fn may_list(call: &Call) -> Result<(), Failure> {
    if call.collection == Collection::Settings { Err(forbidden(&call.permission("admin"))) } else { Ok(()) }
}

fn parse(call: &Call) -> Result<Search, Failure> {
    Search::parse(call.collection, &call.query).map_err(|why| Failure::Bad(why.to_string()))
}

pub async fn search(caller: &Caller, call: &Call) -> Result<Response, Failure> {
    let_in(caller)?;
    may_list(call)?;
    let search = Arc::new(parse(call)?);
    let found = caller.read(move |patient: &mut Access<'_, View>| find(patient, &search)).await;
    Ok(call.list(refused(caller, &call.permission("read"), found).await?))
}

fn find(patient: &mut Access<'_, View>, search: &Search) -> Result<Vec<Document>, Error> {
    let (collection, span) = (search.collection, instants(search.span));
    let newest_first = search.sort.as_ref().is_none_or(|(field, falling)| *falling && is_time(field));
    let most = if newest_first { (search.skip + search.limit).min(MOST) } else { MOST };
    let of_document =
        |document: &store::Document| shown(collection, parsed(&document.json), &document.id, document.stamps);
    let wanted = |document: &Document| !is_invalid(document) && search.matches(document);
    let documents =
        patient.newest_documents(shelf(collection), span, most, |document| wanted(&of_document(document)))?;
    let mut all: Vec<Document> = documents.iter().map(of_document).collect();
    if collection == Collection::Entries {
        let of_entry = |entry: store::Entry| shown(collection, document_of(&entry), &entry.id, entry.stamps);
        all.extend(patient.newest_entries_as(span, most, |entry| Some(of_entry(entry)).filter(&wanted))?);
    }
    if collection == Collection::Treatments {
        // What came in files and from other brands is told as treatments too.
        let events = patient.events_beside_documents(span.0, span.1)?;
        let treatments = events.iter().filter_map(|(id, event)| Some((treatment_of(event, id)?, id)));
        let treatments = treatments.map(|(document, id)| shown_v3(collection, document, id, None));
        all.extend(treatments.filter(wanted));
    }
    all.sort_by_cached_key(|document| std::cmp::Reverse(nightscout::prepare::instant_of(collection, document)));
    Ok(search.pick(all))
}

fn is_time(field: &str) -> bool {
    matches!(field, "date" | "created_at")
}

pub async fn one(caller: &Caller, call: &Call, id: &str, headers: &HeaderMap) -> Result<Response, Failure> {
    let_in(caller)?;
    let (collection, id) = (call.collection, id.to_owned());
    let found = caller.read(move |patient: &mut Access<'_, View>| to_show(patient, collection, &id)).await;
    let found = refused(caller, &call.permission("read"), found).await?;
    let known = found.ok_or_else(|| bare(StatusCode::NOT_FOUND))?;
    if known.deleted {
        return Err(bare(StatusCode::GONE));
    }
    let wanted = parameter(&call.query, "fields").and_then(|names| fields(&names));
    let document = only(known.shown(collection), wanted.as_deref());
    Ok(reply::since(headers, Some(known.changed_ms(collection)), || call.one(document)))
}

/// Everything that changed after `since`; the header of the same name as the answer's includes its own instant.
pub async fn history(
    caller: &Caller,
    call: &Call,
    since: Option<&str>,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    let_in(caller)?;
    may_list(call)?;
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let after = match since {
        Some(ms) => ms.parse::<i64>().ok(),
        None => text(header::LAST_MODIFIED).and_then(of_header).map(|ms| ms.saturating_sub(1)),
    };
    let after = after.ok_or_else(|| Failure::Bad("Bad or missing Last-Modified header/parameter".to_owned()))?;
    let search = parse(call)?;
    let (collection, limit) = (call.collection, search.limit);
    let found = caller.read(move |patient: &mut Access<'_, View>| changed(patient, collection, after, limit)).await;
    let found = refused(caller, &call.permission("read"), found).await?;
    let newest = found.last().map(|(_, stamps)| stamps.changed_ms);
    let documents = found.into_iter().map(|(document, _)| only(document, search.fields.as_deref())).collect();
    let mut response = match newest.map(answers::etag_v3) {
        Some(tag) if text(header::IF_NONE_MATCH) == Some(&tag) => StatusCode::NOT_MODIFIED.into_response(),
        _ => call.list(documents),
    };
    if let Some(newest) = newest {
        let stamped = response.headers_mut();
        let tag = HeaderValue::try_from(answers::etag_v3(newest));
        stamped.extend(tag.ok().map(|tag| (header::ETAG, tag)));
        reply::stamp(stamped, newest);
    }
    Ok(response)
}

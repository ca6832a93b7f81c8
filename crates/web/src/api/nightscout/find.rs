//! Finding documents for a question, and deleting what it finds.

use super::caller::Caller;
use super::entries::document_of;
use super::failure::Failure;
use super::keep::shelf;
use jiff::{SignedDuration, Timestamp};
use nightscout::filter::Span;
use nightscout::{Collection, Document, Query, shown_v1, treatment_of};
use std::sync::Arc;
use store::{Access, Error, Lookup, Upload, View};

/// No answer is longer, whatever was asked for.
pub const MOST: usize = 100_000;

/// The instants outside of which nothing can match; the second one is not included.
pub fn instants(span: Span) -> (Timestamp, Timestamp) {
    let at = |ms: i64| Timestamp::from_millisecond(ms);
    let from = span.from_ms.and_then(|ms| at(ms).ok()).unwrap_or(Timestamp::MIN);
    let to = span.to_ms.and_then(|ms| at(ms.saturating_add(1)).ok()).unwrap_or(Timestamp::MAX);
    (from, to)
}

pub fn parsed(json: &str) -> Document {
    serde_json::from_str(json).unwrap_or_default()
}

/// A document as versions 1 and 2 answer it.
pub fn shown(collection: Collection, document: &store::Document) -> Document {
    shown_v1(collection, parsed(&document.json), &document.id, &document.id)
}

/// Documents for a question, newest first, as versions 1 and 2 answer them.
pub async fn find(caller: &Caller, query: Query) -> Result<Vec<Document>, Failure> {
    let query = Arc::new(query);
    caller.read(move |patient: &mut Access<'_, View>| found(patient, &query)).await
}

pub fn found(patient: &mut Access<'_, View>, query: &Query) -> Result<Vec<Document>, Error> {
    let most = query.count.unwrap_or(MOST).min(MOST);
    let (from, to) = instants(query.span);
    let collection = query.collection;
    if let Some(ids) = query.ids() {
        return by_id(patient, query, &ids);
    }
    let matches = |document: &store::Document| query.matches(&shown(collection, document));
    let documents = patient.newest_documents(shelf(collection), (from, to), most, matches)?;
    let mut found: Vec<Document> = documents.iter().map(|document| shown(collection, document)).collect();
    if collection == Collection::Treatments {
        add_elsewhere(patient, query, (from, to), &mut found)?;
        found.truncate(most);
    }
    Ok(found)
}

/// What came in files and from other brands is told as treatments too.
fn add_elsewhere(
    patient: &mut Access<'_, View>,
    query: &Query,
    (from, to): (Timestamp, Timestamp),
    found: &mut Vec<Document>,
) -> Result<(), Error> {
    let events = patient.events_beside_documents(from, to)?;
    let treatments = events.iter().filter_map(|(id, event)| treatment_of(event, id));
    let before = found.len();
    found.extend(treatments.filter(|document| query.matches(document)));
    if found.len() > before {
        let time = |document: &Document| document.get("created_at").and_then(|at| at.as_str()).map(str::to_owned);
        found.sort_by_cached_key(|document| std::cmp::Reverse(time(document)));
    }
    Ok(())
}

fn by_id(patient: &mut Access<'_, View>, query: &Query, ids: &[&str]) -> Result<Vec<Document>, Error> {
    let mut found = Vec::new();
    for id in ids {
        if let Lookup::Here(document) = patient.document(shelf(query.collection), id)? {
            let shown = shown(query.collection, &document);
            if query.matches(&shown) {
                found.push(shown);
            }
        }
    }
    Ok(found)
}

/// Deletes what a question finds; how many.
pub async fn delete(caller: &Caller, query: Query) -> Result<u64, Failure> {
    let query = Arc::new(query);
    let job = move |patient: &mut Access<'_, Upload>| {
        let (from, to) = instants(query.span);
        let collection = query.collection;
        let goes = |document: &store::Document| query.matches(&shown(collection, document));
        if let Some(ids) = query.ids() {
            let mut gone = 0;
            for id in ids {
                gone += delete_one(patient, collection, id)?;
            }
            return Ok(gone);
        }
        let mut gone = patient.delete_documents(shelf(collection), from, to, goes)?;
        if collection == Collection::Entries {
            gone += patient.delete_entries(from, to, |entry| query.matches(&document_of(entry)))?;
        }
        Ok(gone)
    };
    caller.write(job).await
}

/// Deletes one document of version 1 by its id; how many that were here.
pub async fn delete_by_id(caller: &Caller, collection: Collection, id: &str) -> Result<u64, Failure> {
    let id = id.to_owned();
    caller.write(move |patient: &mut Access<'_, Upload>| delete_one(patient, collection, &id)).await
}

fn delete_one(patient: &mut Access<'_, Upload>, collection: Collection, id: &str) -> Result<u64, Error> {
    let mut gone = 0;
    if collection == Collection::Entries && matches!(patient.entry_to_change(id)?, Lookup::Here(_)) {
        gone += u64::from(patient.delete_entry(id, false)?);
    }
    if matches!(patient.document_to_change(shelf(collection), id)?, Lookup::Here(_)) {
        gone += u64::from(patient.delete_document(shelf(collection), id, false)?);
    }
    Ok(gone)
}

/// How far into the future anything is looked for.
pub fn soon(now: Timestamp) -> Timestamp {
    now.saturating_add(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MAX)
}

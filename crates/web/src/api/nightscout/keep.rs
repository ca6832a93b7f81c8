//! Keeping what apps bring, as version 1 has it: one list in, one list out, of the same length and in the same order.

use super::caller::Caller;
use super::failure::Failure;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use nightscout::identity::{IdentityV1, identity_v1};
use nightscout::prepare::instant_of;
use nightscout::{
    Collection, Document, Measured, is_object_id, meaning, prepare_v1, stated_app, stated_offset, with_id,
};
use serde_json::Value;
use std::sync::Arc;
use store::{Access, Error, Lookup, NewDocument, Same, Upload, object_id};

/// The store's name of a collection.
pub fn shelf(collection: Collection) -> store::Collection {
    match collection {
        Collection::Entries => store::Collection::Entries,
        Collection::Treatments => store::Collection::Treatments,
        Collection::DeviceStatus => store::Collection::DeviceStatus,
        Collection::Profile => store::Collection::Profile,
        Collection::Food => store::Collection::Food,
        Collection::Activity => store::Collection::Activity,
        Collection::Settings => store::Collection::Settings,
    }
}

/// What version 1 makes of documents, without keeping them.
pub fn prepared(collection: Collection, documents: Vec<Document>, now: Timestamp) -> Result<Vec<Document>, Failure> {
    let mut all = Vec::with_capacity(documents.len());
    for document in documents {
        all.extend(prepare_v1(collection, document, now)?);
    }
    Ok(all)
}

/// Keeps documents; answers each as it is kept, with its `_id`.
pub async fn keep(caller: &Caller, collection: Collection, documents: Vec<Document>) -> Result<Vec<Document>, Failure> {
    let (all, ids) = kept(caller, collection, documents).await?;
    Ok(all.iter().zip(&ids).map(|(document, id)| with_id(id, document)).collect())
}

/// The same, with the answer written.
pub async fn keep_and_write(
    caller: &Caller,
    collection: Collection,
    documents: Vec<Document>,
) -> Result<Vec<u8>, Failure> {
    let (all, ids) = kept(caller, collection, documents).await?;
    let mut json = vec![b'['];
    for (document, id) in all.iter().zip(&ids) {
        if json.len() > 1 {
            json.push(b',');
        }
        write_with_id(&mut json, id, document).map_err(|_| Failure::NotFound)?;
    }
    json.push(b']');
    Ok(json)
}

/// As [`with_id`], written.
fn write_with_id(json: &mut Vec<u8>, id: &str, document: &Document) -> serde_json::Result<()> {
    json.extend_from_slice(b"{\"_id\":");
    serde_json::to_writer(&mut *json, id)?;
    for (name, value) in document.iter().filter(|(name, _)| *name != "_id") {
        json.push(b',');
        serde_json::to_writer(&mut *json, name)?;
        json.push(b':');
        serde_json::to_writer(&mut *json, value)?;
    }
    json.push(b'}');
    Ok(())
}

/// Prepares and keeps; in the same order, the id of each. What can be made of them is made before the database is asked:
/// whoever writes there waits for nobody's arithmetic.
async fn kept(
    caller: &Caller,
    collection: Collection,
    documents: Vec<Document>,
) -> Result<(Arc<Vec<Document>>, Vec<String>), Failure> {
    let now = caller.web.clock.now();
    let all = Arc::new(prepared(collection, documents, now)?);
    let measured = |document| (collection == Collection::Entries).then(|| Measured::of(document)).flatten();
    let measured: Vec<Option<Measured>> = all.iter().map(measured).collect();
    let documents = Arc::clone(&all);
    let job =
        move |patient: &mut Access<'_, Upload>| keep_all(patient, collection, (&documents, measured.clone()), now);
    Ok((all, caller.write(job).await?))
}

fn keep_all(
    patient: &mut Access<'_, Upload>,
    collection: Collection,
    (all, measured): (&[Document], Vec<Option<Measured>>),
    now: Timestamp,
) -> Result<Vec<String>, Error> {
    let zone = patient.zone()?;
    let mut ids = vec![String::new(); all.len()];
    let (mut readings, mut places, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for (place, measured) in measured.into_iter().enumerate() {
        match measured {
            Some(measured) => {
                readings.push(measured.by(&zone));
                places.push(place);
            }
            None => others.push(place),
        }
    }
    if !readings.is_empty() {
        let kept = patient.put_entries(&readings, Same::TimeAndKind)?;
        for (place, kept) in places.into_iter().zip(kept) {
            ids[place] = if is_object_id(&kept.id) { kept.id } else { kept.own_id };
        }
    }
    for place in others {
        let new = new_document(patient, collection, &all[place], &zone, now)?;
        patient.put_documents(std::slice::from_ref(&new))?;
        ids[place] = new.id;
    }
    Ok(ids)
}

/// What is to be kept of a prepared document: in the place of the same one, when there is one.
pub fn new_document(
    patient: &mut Access<'_, Upload>,
    collection: Collection,
    document: &Document,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<NewDocument, Error> {
    let at = instant_of(collection, document).and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or(now);
    let says = |other: &store::Document, name: &str, wanted: &str| {
        let other: Option<Document> = serde_json::from_str(&other.json).ok();
        other.is_some_and(|other| other.get(name).and_then(Value::as_str).unwrap_or_default() == wanted)
    };
    let moment = (at, at.saturating_add(SignedDuration::from_millis(1)).unwrap_or(Timestamp::MAX));
    let same = match identity_v1(collection, document) {
        IdentityV1::Id(id) => match patient.document_to_change(shelf(collection), &id)? {
            Lookup::Here(same) | Lookup::Deleted(same) => Some(same.id),
            Lookup::Unknown => None,
        },
        IdentityV1::TimeAndEvent { event_type, .. } => {
            patient.same_document(shelf(collection), moment, |other| says(other, "eventType", &event_type))?
        }
        IdentityV1::TimeAndType { kind, .. } => {
            patient.same_document(shelf(collection), moment, |other| says(other, "type", &kind))?
        }
        IdentityV1::New => None,
    };
    let own = || document.get("_id").and_then(Value::as_str).filter(|id| is_object_id(id)).map(str::to_owned);
    let id = match same.or_else(own) {
        Some(id) => id,
        None => object_id(now)?,
    };
    Ok(as_new(collection, with_id(&id, document), id, at, zone))
}

/// A document that has its id, with what it means.
pub fn as_new(collection: Collection, document: Document, id: String, at: Timestamp, zone: &TimeZone) -> NewDocument {
    let means = meaning(collection, &document, &id, zone);
    NewDocument {
        collection: shelf(collection),
        at,
        offset_min: stated_offset(&document),
        app: stated_app(&document),
        json: Value::Object(document).to_string(),
        readings: means.readings,
        events: means.events,
        id,
    }
}

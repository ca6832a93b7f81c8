//! What a piece brought becomes readings and documents of the record: what is the same is passed over, what is known under another
//! id takes its place, and what a site says was deleted is deleted.

use super::{Piece, asking::hex};
use ::nightscout::{
    Collection, Document, Entry, entry, is_object_id, meaning,
    prepare::{instant_of, prepare_v1},
    stated_app, stated_offset,
    times::iso,
    with_id,
};
use aws_lc_rs::digest;
use glucose::NewReading;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use store::{Access, DocumentHere, Error, Lookup, MOST_DOCUMENT_BYTES, NewDocument, Upload};

/// Sensor values so far ahead come from a clock that is wrong.
const AHEAD_MS: i64 = 5 * 60_000;
/// Fields that sites make of others, or change at will.
const VOLATILE: &[&str] = &["_id", "identifier", "mills", "srvModified", "srvCreated", "sysTime"];

/// Keeps a piece; how much of it was new or changed.
pub(super) fn keep(
    patient: &mut Access<'_, Upload>,
    piece: &Piece,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<u64, Error> {
    let mut readings = piece.readings.clone();
    let mut documents: Vec<(Collection, Document)> = Vec::new();
    for (collection, document) in &piece.documents {
        let Some(document) = prepared(*collection, document, now) else { continue };
        match (*collection == Collection::Entries).then(|| entry(document.clone(), zone)) {
            Some(Entry::Reading(reading)) => readings.push(*reading),
            _ => documents.push((*collection, document)),
        }
    }
    readings.retain(|reading: &NewReading| reading.at.as_millisecond() <= now.as_millisecond() + AHEAD_MS);
    readings.sort_by_key(|reading| reading.at);
    let mut written = patient.put_pulled_entries(&readings)?;
    for collection in Collection::ALL {
        let of_it: Vec<&Document> = documents.iter().filter(|(of, _)| *of == collection).map(|(_, one)| one).collect();
        written += keep_documents(patient, collection, &of_it, zone)?;
    }
    Ok(written)
}

/// As it is stored here; `None` when it cannot be. The site knows better than its own normalised times what the wall clock showed.
fn prepared(collection: Collection, document: &Document, now: Timestamp) -> Option<Document> {
    let at = instant_of(collection, document)?;
    let offset = document.get("utcOffset").filter(|offset| offset.is_i64()).cloned();
    let mut document = document.clone();
    match collection {
        Collection::Profile if !document.contains_key("created_at") => {
            document.insert("created_at".to_owned(), iso(at).into());
        }
        Collection::Profile => {}
        // A site adds it to what it answers.
        _ => drop(document.shift_remove("mills")),
    }
    let mut document = prepare_v1(collection, document, now).ok()?.into_iter().next()?;
    if let Some(offset) = offset {
        document.insert("utcOffset".to_owned(), offset);
    }
    Some(document)
}

fn keep_documents(
    patient: &mut Access<'_, Upload>,
    collection: Collection,
    new: &[&Document],
    zone: &TimeZone,
) -> Result<u64, Error> {
    let instant =
        |document: &&Document| instant_of(collection, document).and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let times = || new.iter().filter_map(instant);
    let (Some(from), Some(to)) = (times().min(), times().max()) else { return Ok(0) };
    let here = Here::of(collection, patient.documents_here(shelf(collection), from, to)?);
    let (mut puts, mut gone, mut taken) = (Vec::new(), 0, HashSet::new());
    for document in new {
        let Some(at) = instant(document) else { continue };
        // Two of one instant and kind are two, also where a phone sent one of them here.
        let known = here.find(collection, document).filter(|known| taken.insert(known.id.clone()));
        if document.get("isValid").and_then(Value::as_bool) == Some(false) {
            gone += delete(patient, collection, known)?;
        } else if !known.as_ref().is_some_and(|known| known.is_the_same(document)) {
            let id = known.map_or_else(|| own_id(collection, document), |known| known.id);
            puts.push(as_new(collection, document, id, at, zone));
        }
    }
    puts.retain(|new| new.json.len() <= MOST_DOCUMENT_BYTES);
    let written = patient.put_documents(&puts)?.len() as u64;
    Ok(written + gone)
}

fn delete(patient: &mut Access<'_, Upload>, collection: Collection, known: Option<Known<'_>>) -> Result<u64, Error> {
    let Some(known) = known.filter(|known| known.brought.is_some()) else { return Ok(0) };
    let is_here = matches!(patient.document_to_change(shelf(collection), &known.id)?, Lookup::Here(_));
    if is_here {
        patient.delete_document(shelf(collection), &known.id, false)?;
    }
    Ok(u64::from(is_here))
}

/// What is here already, found by its names.
struct Here {
    /// By `_id` and `identifier`, whoever brought it.
    by_id: HashMap<String, usize>,
    /// By time and kind, what others brought: a site gives its own ids to what a phone sends to both.
    by_time: HashMap<String, usize>,
    all: Vec<(String, Document, bool)>,
}

/// A document that is the same one.
struct Known<'h> {
    id: String,
    /// As this source brought it.
    brought: Option<&'h Document>,
}

impl Known<'_> {
    fn is_the_same(&self, document: &Document) -> bool {
        self.brought.is_some_and(|brought| content(brought) == content(document))
    }
}

impl Here {
    fn of(collection: Collection, here: Vec<DocumentHere>) -> Self {
        let mut all = Self { by_id: HashMap::new(), by_time: HashMap::new(), all: Vec::new() };
        for DocumentHere { document, brought } in here {
            let parsed: Document = serde_json::from_str(&document.json).unwrap_or_default();
            let place = all.all.len();
            for name in names(&parsed).chain([document.id.clone()]) {
                all.by_id.insert(name, place);
            }
            if !brought {
                all.by_time.insert(time_and_kind(collection, &parsed), place);
            }
            all.all.push((document.id, parsed, brought));
        }
        all
    }

    fn find(&self, collection: Collection, document: &Document) -> Option<Known<'_>> {
        let by_id = names(document).find_map(|name| self.by_id.get(&name));
        let place = by_id.or_else(|| self.by_time.get(&time_and_kind(collection, document)))?;
        let id = self.all[*place].0.clone();
        let brought = self.all.iter().find(|(other, _, brought)| *brought && *other == id);
        Some(Known { brought: brought.map(|(_, document, _)| document), id })
    }
}

fn names(document: &Document) -> impl Iterator<Item = String> + use<'_> {
    ["_id", "identifier"].into_iter().filter_map(|name| document.get(name)?.as_str().map(str::to_owned))
}

fn time_and_kind(collection: Collection, document: &Document) -> String {
    let at = instant_of(collection, document).unwrap_or_default();
    let kind = ["eventType", "type", "device"].into_iter().find_map(|name| document.get(name)?.as_str());
    format!("{at} {}", kind.unwrap_or_default())
}

fn content(document: &Document) -> Document {
    document
        .iter()
        .filter(|(name, _)| !VOLATILE.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The site's own id; one that is none here becomes one, always the same.
fn own_id(collection: Collection, document: &Document) -> String {
    let id = document.get("_id").and_then(Value::as_str).filter(|id| is_object_id(id)).map(str::to_owned);
    id.unwrap_or_else(|| {
        let name = names(document).next().unwrap_or_else(|| time_and_kind(collection, document));
        let hash = digest::digest(&digest::SHA256, format!("{} {name}", collection.name()).as_bytes());
        hex(&hash.as_ref()[..12])
    })
}

fn as_new(collection: Collection, document: &Document, id: String, at: Timestamp, zone: &TimeZone) -> NewDocument {
    let means = meaning(collection, document, &id, zone);
    let mut json = with_id(&id, document);
    if let Some(own) = document.get("_id").filter(|own| own.as_str() != Some(&id)) {
        // By which it is found when it comes again.
        json.entry("identifier").or_insert_with(|| own.clone());
    }
    NewDocument {
        collection: shelf(collection),
        at,
        offset_min: stated_offset(document),
        app: stated_app(document),
        json: Value::Object(json).to_string(),
        readings: means.readings,
        events: means.events,
        id,
    }
}

/// The store's name of a collection.
fn shelf(collection: Collection) -> store::Collection {
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

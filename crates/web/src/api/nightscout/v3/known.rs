//! A document of which something is asked by its identifier, whether it is kept as a reading or as it came.

use super::super::changes::shown;
use super::super::entries::document_of;
use super::super::find::parsed;
use super::super::keep::{as_new, shelf};
use jiff::Timestamp;
use nightscout::prepare::instant_of;
use nightscout::{Collection, Document, Entry, entry};
use serde_json::Value;
use store::{Access, Error, KeptAs, Lookup, Same, Stamps, Upload, View, object_id};

/// What is here, or was.
#[derive(Clone)]
pub struct Known {
    /// By which it is kept.
    pub id: String,
    /// It is a glucose value.
    is_reading: bool,
    pub document: Document,
    stamps: Option<Stamps>,
    pub deleted: bool,
}

impl Known {
    fn of(entry: Lookup<store::Entry>, document: Lookup<store::Document>) -> Option<Self> {
        let (entry, document) = match (entry, document) {
            (Lookup::Here(entry), _) => return Some(Self::of_reading(&entry, false)),
            (_, Lookup::Here(document)) => return Some(Self::of_document(&document, false)),
            gone => gone,
        };
        match (entry, document) {
            (Lookup::Deleted(entry), _) => Some(Self::of_reading(&entry, true)),
            (_, Lookup::Deleted(document)) => Some(Self::of_document(&document, true)),
            _ => None,
        }
    }

    fn of_reading(entry: &store::Entry, deleted: bool) -> Self {
        let mut document = document_of(entry);
        document.shift_remove("mills");
        let id = entry.id.clone();
        Self { id, is_reading: true, document, stamps: entry.stamps, deleted }
    }

    fn of_document(document: &store::Document, deleted: bool) -> Self {
        let (id, stamps) = (document.id.clone(), document.stamps);
        let document = parsed(&document.json);
        // An app may have said so itself.
        let deleted = deleted || is_invalid(&document);
        Self { id, is_reading: false, document, stamps, deleted }
    }

    /// As version 3 shows it.
    pub fn shown(&self, collection: Collection) -> Document {
        shown(collection, self.document.clone(), &self.id, self.stamps)
    }

    /// The name that apps know it by.
    pub fn identifier(&self) -> &str {
        let named = self.document.get("identifier").or_else(|| self.document.get("_id"));
        named.and_then(Value::as_str).unwrap_or(&self.id)
    }

    pub fn changed_ms(&self, collection: Collection) -> i64 {
        let made = || instant_of(collection, &self.document).unwrap_or_default();
        self.stamps.map_or_else(made, |stamps| stamps.changed_ms)
    }
}

pub fn is_invalid(document: &Document) -> bool {
    document.get("isValid").and_then(Value::as_bool) == Some(false)
}

/// By whoever reads.
pub fn to_show(patient: &mut Access<'_, View>, collection: Collection, id: &str) -> Result<Option<Known>, Error> {
    let entry = if collection == Collection::Entries { patient.entry(id)? } else { Lookup::Unknown };
    Ok(Known::of(entry, patient.document(shelf(collection), id)?))
}

/// By whoever brings.
pub fn to_change(patient: &mut Access<'_, Upload>, collection: Collection, id: &str) -> Result<Option<Known>, Error> {
    let entry = if collection == Collection::Entries { patient.entry_to_change(id)? } else { Lookup::Unknown };
    Ok(Known::of(entry, patient.document_to_change(shelf(collection), id)?))
}

/// Keeps a document, in the place of the one that is known.
pub fn save(
    patient: &mut Access<'_, Upload>,
    collection: Collection,
    document: Document,
    known: Option<&Known>,
    now: Timestamp,
) -> Result<KeptAs, Error> {
    let zone = patient.record()?.zone;
    let is_entry = collection == Collection::Entries;
    let kept = match is_entry.then(|| entry(without_row_id(document.clone()), &zone)) {
        Some(Entry::Reading(mut reading)) => {
            let same = if known.is_some() { Same::Id } else { Same::TimeAndKind };
            if let Some(known) = known {
                reading.given.get_or_insert_default().id = Some(known.id.clone());
            }
            patient.put_entries(&[*reading], same)?
        }
        Some(Entry::Other(_)) | None => {
            if let Some(known) = known.filter(|known| known.is_reading) {
                patient.delete_entry(&known.id, false)?;
            }
            let at = instant_of(collection, &document).and_then(|ms| Timestamp::from_millisecond(ms).ok());
            let id = known.filter(|known| !known.is_reading).map(|known| known.id.clone());
            let id = match id {
                Some(id) => id,
                None => object_id(now)?,
            };
            let mut document = document;
            document.insert("_id".to_owned(), id.as_str().into());
            patient.put_documents(&[as_new(collection, document, id, at.unwrap_or(now), &zone)])?
        }
    };
    kept.into_iter().next().ok_or(Error::NotFound)
}

/// A reading has one id, which is the identifier where there is one.
fn without_row_id(mut document: Document) -> Document {
    if document.contains_key("identifier") {
        document.shift_remove("_id");
    }
    document
}

/// Deletes it; for good, without a trace for those who ask what changed.
pub fn remove(
    patient: &mut Access<'_, Upload>,
    collection: Collection,
    known: &Known,
    for_good: bool,
) -> Result<(), Error> {
    match known.is_reading {
        true => patient.delete_entry(&known.id, for_good)?,
        false => patient.delete_document(shelf(collection), &known.id, for_good)?,
    };
    Ok(())
}

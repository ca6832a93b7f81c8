//! How a stored document is answered: with the fields that each version adds.

use crate::{Collection, Document, document::json_number, is_object_id, prepare::instant_of};
use serde_json::Value;

/// For versions 1 and 2. `id` is what it is known by, `own_id` the 24 hex digits it has here.
pub fn shown_v1(collection: Collection, document: Document, id: &str, own_id: &str) -> Document {
    let mut shown = Document::new();
    let hex =
        text_of(&document, "_id").filter(|id| is_object_id(id)).or_else(|| is_object_id(id).then(|| id.to_owned()));
    shown.insert("_id".to_owned(), hex.unwrap_or_else(|| own_id.to_owned()).into());
    let mills = instant_of(collection, &document);
    shown.extend(document.into_iter().filter(|(name, _)| name != "_id"));
    if collection != Collection::Profile
        && let Some(mills) = mills
    {
        shown.entry("mills").or_insert_with(|| mills.into());
    }
    if collection == Collection::Treatments {
        shown.entry("carbs").or_insert(Value::Null);
        shown.entry("insulin").or_insert(Value::Null);
    }
    shown
}

/// For version 3: an identifier and stamps, and no `_id`. `stamps` are when it was taken in and last changed, where known.
pub fn shown_v3(collection: Collection, mut document: Document, id: &str, stamps: Option<(i64, i64)>) -> Document {
    let own = document.shift_remove("_id");
    document.shift_remove("mills");
    let made = instant_of(collection, &document).unwrap_or_default();
    let (created, changed) = stamps.unwrap_or((made, made));
    document.entry("identifier").or_insert_with(|| own.unwrap_or_else(|| id.into()));
    // The store's stamps are the truth of what changed since.
    if stamps.is_some() {
        document.insert("srvModified".to_owned(), changed.into());
    }
    document.entry("srvModified").or_insert_with(|| changed.into());
    document.entry("srvCreated").or_insert_with(|| created.into());
    if collection == Collection::Treatments {
        add_end(&mut document, made);
    }
    document
}

/// A duration in minutes is told in milliseconds as well, and as an end.
fn add_end(document: &mut Document, made: i64) {
    let minutes = document.get("duration").and_then(Value::as_f64).filter(|minutes| (0.0..1e7).contains(minutes));
    if let Some(minutes) = minutes {
        let ms = (minutes * 60_000.0).round();
        document.entry("durationInMilliseconds").or_insert_with(|| json_number(ms));
        document.entry("endmills").or_insert_with(|| json_number(made as f64 + ms));
    }
}

fn text_of(document: &Document, name: &str) -> Option<String> {
    document.get(name).and_then(Value::as_str).map(str::to_owned)
}

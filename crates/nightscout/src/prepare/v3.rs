//! Version 3: what a document must say, what the server says of it, and what no client may change.

use super::{Refused, common};
use crate::{
    Collection, Document, Moment,
    document::{number, words},
    identity::identifier,
    times::iso,
};
use jiff::Timestamp;
use serde_json::Value;

/// Nobody but the server changes these once they are there.
const IMMUTABLE: &[&str] = &[
    "identifier",
    "date",
    "utcOffset",
    "eventType",
    "device",
    "app",
    "srvCreated",
    "subject",
    "srvModified",
    "modifiedBy",
    "isValid",
];
/// Of these only the server knows.
const OF_SERVER: &[&str] = &["_id", "srvCreated", "srvModified", "subject", "modifiedBy", "created_at"];
/// The longest id that an app may give.
const LONGEST_ID: usize = 64;

/// A new document of version 3 as it is stored.
pub fn prepare_v3(
    collection: Collection,
    document: Document,
    now: Timestamp,
    subject: &str,
) -> Result<Document, Refused> {
    let mut document = checked(collection, document, now)?;
    let stamp = now.as_millisecond();
    document.insert("srvModified".to_owned(), stamp.into());
    document.insert("srvCreated".to_owned(), stamp.into());
    document.insert("subject".to_owned(), subject.into());
    Ok(document)
}

/// What a client says of itself, checked and in one form.
fn checked(collection: Collection, mut document: Document, now: Timestamp) -> Result<Document, Refused> {
    OF_SERVER.iter().for_each(|name| drop(document.shift_remove(*name)));
    document.values_mut().for_each(common::clean);
    let moment = common::time(&document, &["date"], now)?.ok_or(Refused::Date)?;
    if collection == Collection::Entries {
        common::refuse_tomorrow(moment, now)?;
        common::name_kind(&mut document);
    }
    let offset = match document.get("utcOffset") {
        None | Some(Value::Null) => f64::from(moment.offset_min.unwrap_or(0)),
        Some(stated) => number(stated).filter(|minutes| minutes.abs() <= 1440.0).ok_or(Refused::Offset)?,
    };
    words(&document, "app").ok_or(Refused::App)?;
    document.insert("date".to_owned(), moment.ms.into());
    document.insert("utcOffset".to_owned(), (offset.round() as i64).into());
    if has_created_at(collection) {
        document.insert("created_at".to_owned(), iso(moment.ms).into());
    }
    let id = match document.get("identifier") {
        None | Some(Value::Null) => identifier(&document),
        Some(Value::String(id)) if !id.is_empty() && id.chars().count() <= LONGEST_ID => id.clone(),
        Some(_) => return Err(Refused::Identifier),
    };
    document.insert("identifier".to_owned(), id.into());
    Ok(document)
}

fn has_created_at(collection: Collection) -> bool {
    !matches!(collection, Collection::Entries | Collection::Settings)
}

/// Whether a client tries to change what it may not. What was never said may be said now.
pub fn refuse_changes(collection: Collection, before: &Document, changes: &Document) -> Result<(), Refused> {
    if before.get("isReadOnly").is_some_and(|value| *value == Value::Bool(true)) {
        return Err(Refused::ReadOnly);
    }
    let changed = |name: &&&str| match (before.get(**name), changes.get(**name)) {
        (_, None) => false,
        (Some(one), Some(other)) if **name == "date" => {
            let ms = |value| Moment::of(value).map(|moment| moment.ms);
            ms(one) != ms(other) && one != other
        }
        (_, Some(_)) if **name == "utcOffset" && collection == Collection::Entries => false,
        (None, Some(valid)) => **name == "isValid" && *valid == Value::Bool(false),
        (Some(one), Some(other)) => one != other,
    };
    IMMUTABLE.iter().find(changed).map_or(Ok(()), |name| Err(Refused::Immutable(name)))
}

/// The document that takes the place of another, with what the server knew of it.
pub fn replaced(
    collection: Collection,
    before: &Document,
    document: Document,
    now: Timestamp,
) -> Result<Document, Refused> {
    let mut document = checked(collection, document, now)?;
    if let Some(id) = before.get("identifier").or_else(|| before.get("_id")) {
        document.insert("identifier".to_owned(), id.clone());
    }
    document.insert("srvModified".to_owned(), now.as_millisecond().into());
    for name in ["srvCreated", "subject"] {
        if let Some(value) = before.get(name) {
            document.insert(name.to_owned(), value.clone());
        }
    }
    Ok(document)
}

/// A document with some fields set anew.
pub fn patched(before: &Document, mut changes: Document, now: Timestamp, by: &str) -> Document {
    changes.values_mut().for_each(common::clean);
    let mut document = before.clone();
    let is_one_of = |names: &[&str], name: &str| names.contains(&name);
    let may = |name: &str| !is_one_of(OF_SERVER, name) && (!is_one_of(IMMUTABLE, name) || !before.contains_key(name));
    document.extend(changes.into_iter().filter(|(name, _)| may(name)));
    stamped(document, now, by)
}

/// What stays of a document that was deleted.
pub fn deleted(before: &Document, now: Timestamp, by: &str) -> Document {
    let mut document = before.clone();
    document.insert("isValid".to_owned(), false.into());
    stamped(document, now, by)
}

fn stamped(mut document: Document, now: Timestamp, by: &str) -> Document {
    document.insert("srvModified".to_owned(), now.as_millisecond().into());
    document.insert("modifiedBy".to_owned(), by.into());
    document
}

//! How a document that an app sends is stored: times, numbers and ids brought into one form.

mod common;
mod entries;
mod treatments;
mod v3;

pub use v3::{deleted, patched, prepare_v3, refuse_changes, replaced};

use crate::{Collection, Document, document::json_number, times::iso};
use common::{clean, id, time};
use jiff::Timestamp;
use serde_json::Value;
use thiserror::Error;

/// Why a document is not taken; the words are those that apps look for.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Refused {
    #[error("Invalid _id format")]
    Id,
    #[error("Bad or missing identifier field")]
    Identifier,
    #[error("Bad or missing date field")]
    Date,
    #[error("Bad or missing utcOffset field")]
    Offset,
    #[error("Bad or missing app field")]
    App,
    #[error("Field {0} cannot be modified by the client")]
    Immutable(&'static str),
    #[error("Trying to modify read-only document")]
    ReadOnly,
}

impl Refused {
    /// The status of the answer.
    pub fn status(&self) -> u16 {
        if *self == Self::ReadOnly { 422 } else { 400 }
    }
}

/// A document of versions 1 and 2 as it is stored, without an `_id` where it brought none. One that announces a meal
/// becomes two.
pub fn prepare_v1(collection: Collection, mut document: Document, now: Timestamp) -> Result<Vec<Document>, Refused> {
    id(&mut document)?;
    document.values_mut().for_each(clean);
    match collection {
        Collection::Entries => entries::prepare(document, now).map(|document| vec![document]),
        Collection::Treatments => treatments::prepare(document, now),
        _ => dated(document, now).map(|document| vec![document]),
    }
}

/// Everything else only needs to say when it was made.
fn dated(mut document: Document, now: Timestamp) -> Result<Document, Refused> {
    let moment = time(&document, &["created_at"], now)?;
    let (created_at, offset) = match moment {
        Some(moment) => (moment.ms, moment.offset_min.unwrap_or(0)),
        None => (now.as_millisecond(), 0),
    };
    document.insert("created_at".to_owned(), iso(created_at).into());
    document.insert("utcOffset".to_owned(), offset.into());
    Ok(document)
}

/// The instant of a document that was prepared, in milliseconds.
pub fn instant_of(collection: Collection, document: &Document) -> Option<i64> {
    let names: &[&str] = match collection {
        Collection::Entries => &["date", "dateString"],
        Collection::Profile => &["startDate", "created_at", "date"],
        _ => &["created_at", "date"],
    };
    names.iter().find_map(|name| document.get(*name).and_then(crate::Moment::of)).map(|moment| moment.ms)
}

/// Sets a number where one can be read.
fn set_number(document: &mut Document, name: &str, number: f64) {
    if !document.get(name).is_some_and(Value::is_number) {
        document.insert(name.to_owned(), json_number(number));
    }
}

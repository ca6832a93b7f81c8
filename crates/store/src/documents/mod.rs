//! What phone apps keep here: documents as they sent them, and readings with what came beside them.
//!
//! An app asks back what it or another app sent, to the last field, by id, by time, or by what changed since. What a
//! document means (insulin, carbohydrate, a finger value) is kept beside it as readings and events under the same id, put
//! and deleted with it in one transaction, so that figures and charts never ask a document anything.

mod change;
mod drawer;
mod entries;
mod lately;
mod pulled;
mod put;
mod read;
mod seen;

pub(crate) use lately::STATEMENTS;
pub use pulled::DocumentHere;

pub(crate) use seen::names;

use crate::{
    chunk::{Collection, DocumentDatum, Stamps},
    error::Error,
    keys::random,
};
use glucose::{Limit, NewEvent, NewReading, Reading};
use jiff::Timestamp;

/// No document is larger than this.
pub const MOST_DOCUMENT_BYTES: usize = 512 * 1024;

/// A document as an app sent it.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    /// Its own id.
    pub id: String,
    /// Which collection.
    pub collection: Collection,
    /// When it is about.
    pub at: Timestamp,
    /// The sender's wall clock minus UTC, in minutes.
    pub offset_min: i16,
    /// One JSON object.
    pub json: String,
    /// Who sent it, as it calls itself.
    pub app: Option<String>,
    /// When the server took it in and last changed it, in milliseconds.
    pub stamps: Option<Stamps>,
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Document({:?}, {})", self.collection, self.id)
    }
}

/// A reading with what came beside it.
#[derive(Clone, PartialEq)]
pub struct Entry {
    /// The sender's id, or one derived from what and when.
    pub id: String,
    /// The derived one: 24 hex digits, whatever the sender's looks like.
    pub own_id: String,
    /// What was measured.
    pub reading: Reading,
    /// Who sent it, as it calls itself.
    pub app: Option<String>,
    /// Fields we have no place for: one JSON object.
    pub fields: Option<String>,
    /// When the server took it in and last changed it; only for what apps sent one by one.
    pub stamps: Option<Stamps>,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Entry({})", self.id)
    }
}

/// A document to be kept, and what it means.
#[derive(Clone)]
pub struct NewDocument {
    /// Its id; the same id again replaces it.
    pub id: String,
    /// Which collection.
    pub collection: Collection,
    /// When it is about.
    pub at: Timestamp,
    /// The sender's wall clock minus UTC, in minutes.
    pub offset_min: i16,
    /// One JSON object; its `_id` and `identifier` are names under which it is found.
    pub json: String,
    /// Who sent it, as it calls itself.
    pub app: Option<String>,
    /// Finger values in it.
    pub readings: Vec<NewReading>,
    /// All else that it means.
    pub events: Vec<NewEvent>,
}

impl std::fmt::Debug for NewDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewDocument({:?}, {})", self.collection, self.id)
    }
}

/// What became of something that was put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The id it has.
    pub id: String,
    /// Of a reading the derived one: 24 hex digits.
    pub own_id: String,
    /// Nothing was replaced.
    pub new: bool,
    /// When it was changed: the stamp it has now, in milliseconds.
    pub changed_ms: i64,
}

/// What a reading that comes replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Same {
    /// What is shown at its instant and of its kind, whatever its id; that id stays.
    TimeAndKind,
    /// What has its id; where it brings none, as above.
    Id,
}

/// What is known of an id.
#[derive(Clone, Debug, PartialEq)]
pub enum Lookup<T> {
    /// It is here.
    Here(T),
    /// It was deleted; what it was, with the stamps of that.
    Deleted(T),
    /// It never was, or may not be seen.
    Unknown,
}

/// An id in the form of MongoDB's: the second in the first eight digits, the rest random.
pub fn object_id(now: Timestamp) -> Result<String, Error> {
    let second = u32::try_from(now.as_second()).unwrap_or_default();
    let rest = random::<8>()?;
    Ok(format!("{second:08x}{}", rest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()))
}

impl<const SHELF: u8> DocumentDatum<SHELF> {
    pub(crate) fn document(&self, stamps: Option<Stamps>) -> Document {
        let given = self.common.given.as_deref();
        Document {
            id: given.and_then(|given| given.id.clone()).unwrap_or_default(),
            collection: self.collection,
            at: self.common.at(),
            offset_min: self.common.offset_min,
            json: self.json.to_string(),
            app: given.and_then(|given| given.app.clone()),
            stamps,
        }
    }
}

impl Entry {
    /// Whether the device's end of scale was reached.
    pub fn limit(&self) -> Option<Limit> {
        self.reading.limit
    }
}

//! When two documents are the same one, by the rule of each version.

use crate::{
    Collection, Document, Moment,
    document::{text, words},
    times::iso,
};
use uuid::Uuid;

/// What tells a document of versions 1 and 2 from all others of its collection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum IdentityV1 {
    /// An `identifier`, or else an `_id`.
    Id(String),
    /// Treatments without one.
    TimeAndEvent { created_at: String, event_type: String },
    /// Entries: the same time and type is the same entry, whatever its id.
    TimeAndType { sys_time: String, kind: String },
    /// Always a new one.
    New,
}

/// Of a document that was prepared.
pub fn identity_v1(collection: Collection, document: &Document) -> IdentityV1 {
    let owned = |name| text(document, name).unwrap_or_default().to_owned();
    let id = ["identifier", "_id"].iter().find_map(|name| words(document, name));
    match (collection, id) {
        (Collection::Entries, _) => IdentityV1::TimeAndType { sys_time: owned("sysTime"), kind: owned("type") },
        (_, Some(id)) => IdentityV1::Id(id.to_owned()),
        (Collection::Treatments, None) => {
            IdentityV1::TimeAndEvent { created_at: owned("created_at"), event_type: owned("eventType") }
        }
        _ => IdentityV1::New,
    }
}

/// What tells a document of version 3 from all others: its identifier, and against documents without one these fields.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdentityV3 {
    pub identifier: String,
    /// Fields that are equal in a document without identifier that is the same; empty when there can be none.
    pub fields: Vec<(&'static str, String)>,
}

/// Of a document that was prepared.
pub fn identity_v3(collection: Collection, document: &Document) -> IdentityV3 {
    let names: &[&'static str] = match collection {
        Collection::Entries => &["date", "type"],
        Collection::Treatments => &["created_at", "eventType"],
        Collection::DeviceStatus => &["created_at", "device"],
        Collection::Food | Collection::Profile => &["created_at"],
        Collection::Activity | Collection::Settings => &[],
    };
    let fields = names.iter().map(|name| (*name, plain(document, name))).collect();
    let identifier = words(document, "identifier").map_or_else(|| identifier(document), str::to_owned);
    IdentityV3 { identifier, fields }
}

impl IdentityV3 {
    /// Whether a stored document is this one.
    pub fn is(&self, stored: &Document) -> bool {
        match words(stored, "identifier") {
            Some(identifier) => identifier == self.identifier,
            None => {
                words(stored, "_id") == Some(&self.identifier)
                    || !self.fields.is_empty() && self.fields.iter().all(|(name, value)| plain(stored, name) == *value)
            }
        }
    }
}

/// A field as text, times in one form.
fn plain(document: &Document, name: &str) -> String {
    let Some(value) = document.get(name) else { return String::new() };
    let is_time = matches!(name, "date" | "created_at");
    match Moment::of(value).filter(|_| is_time) {
        Some(moment) => iso(moment.ms),
        None => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
    }
}

/// The name space of identifiers: its sixteen bytes read `NightscoutRocks!`.
const NAMES: Uuid = Uuid::from_bytes(*b"NightscoutRocks!");

/// The identifier of a document that gives none: a UUID (version 5) of device, date and event.
pub fn identifier(document: &Document) -> String {
    let date = document.get("date").map(ToString::to_string).unwrap_or_default();
    // What is missing is called so by the original as well, and its identifiers must come out the same.
    let device = text(document, "device").unwrap_or("undefined");
    let event = words(document, "eventType").map(|event| format!("_{event}")).unwrap_or_default();
    Uuid::new_v5(&NAMES, format!("{device}_{date}{event}").as_bytes()).to_string()
}

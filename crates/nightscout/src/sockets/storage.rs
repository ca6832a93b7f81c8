//! `/storage`: one event for each document that came, changed or went.

use crate::{Collection, Document, Permissions};
use serde_json::{Value, json};

/// What happened to one document, as version 3 shows it.
#[derive(Clone, Debug, PartialEq)]
pub enum StorageEvent {
    Create(Document),
    Update(Document),
    /// Its identifier.
    Delete(String),
}

/// The name of the event and what it carries.
pub fn storage_event(collection: Collection, event: StorageEvent) -> (&'static str, Value) {
    let document = |mut document: Document| {
        document.shift_remove("_id");
        json!({"colName": collection.name(), "doc": document})
    };
    match event {
        StorageEvent::Create(created) => ("create", document(created)),
        StorageEvent::Update(updated) => ("update", document(updated)),
        StorageEvent::Delete(identifier) => ("delete", json!({"colName": collection.name(), "identifier": identifier})),
    }
}

/// Answer to `subscribe`, and what is granted: of the collections that were asked for, or of all, those that may be read.
pub fn subscribed_to_storage(permissions: Option<Permissions>, asked: Option<&[&str]>) -> (Vec<Collection>, Value) {
    let Some(permissions) = permissions else {
        return (Vec::new(), json!({"success": false, "message": "Missing or bad access token or JWT"}));
    };
    let is_asked = |collection: &Collection| asked.is_none_or(|asked| asked.contains(&collection.name()));
    let may = |collection: &Collection| permissions.allows(&format!("api:{}:read", collection.name()));
    let granted: Vec<Collection> = Collection::OF_V3.into_iter().filter(is_asked).filter(may).collect();
    let names: Vec<&str> = granted.iter().map(|collection| collection.name()).collect();
    let body = match granted.is_empty() {
        true => json!({"success": false, "message": "You are not authorized to access any of the collections"}),
        false => json!({"success": true, "collections": names}),
    };
    (granted, body)
}

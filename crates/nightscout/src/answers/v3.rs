//! Answers of version 3.

use super::VERSION;
use crate::{Collection, Permissions};
use serde_json::{Map, Value, json};

fn version(now_ms: i64, storage: &str) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("version".to_owned(), VERSION.into());
    body.insert("apiVersion".to_owned(), "3.0.3-alpha".into());
    body.insert("srvDate".to_owned(), now_ms.into());
    body.insert("storage".to_owned(), json!({"storage": storage, "version": "1"}));
    body
}

/// Of `/version`, which everybody may ask.
pub fn version_v3(now_ms: i64, storage: &str) -> Value {
    json!({"status": 200, "result": version(now_ms, storage)})
}

/// Of `/status`: also what the caller may do with each collection.
pub fn status_v3(now_ms: i64, storage: &str, permissions: Permissions) -> Value {
    let mut body = version(now_ms, storage);
    let letters = |collection: Collection| {
        let may = |(act, letter)| permissions.allows(&format!("api:{}:{act}", collection.name())).then_some(letter);
        [("create", 'c'), ("read", 'r'), ("update", 'u'), ("delete", 'd')]
            .into_iter()
            .filter_map(may)
            .collect::<String>()
    };
    let all =
        Collection::OF_V3.into_iter().map(|collection| (collection.name().to_owned(), letters(collection).into()));
    body.insert("apiPermissions".to_owned(), Value::Object(all.collect()));
    json!({"status": 200, "result": body})
}

/// Of `/lastModified`: when each collection changed last; those with nothing are left out.
pub fn last_modified_v3(now_ms: i64, collections: &[(Collection, Option<i64>)]) -> Value {
    let changed = collections.iter().filter_map(|(collection, ms)| Some((collection.name().to_owned(), (*ms)?.into())));
    json!({"status": 200, "result": {"srvDate": now_ms, "collections": Value::Object(changed.collect())}})
}

/// Of a search or a history, which are lists, or of a look at one document.
pub fn result_v3(result: impl Into<Value>) -> Value {
    let result: Value = result.into();
    json!({"status": 200, "result": result})
}

/// 200 of what took another's place.
pub fn replaced_v3(modified_ms: i64) -> Value {
    json!({"status": 200, "lastModified": modified_ms})
}

/// 200 of what was changed or deleted.
pub fn done_v3() -> Value {
    json!({"status": 200})
}

/// 201 of what is new.
pub fn created_v3(identifier: &str, modified_ms: i64) -> Value {
    json!({"status": 201, "identifier": identifier, "lastModified": modified_ms})
}

/// 200 of what was there already; `before` is the identifier it had, where that is another one.
pub fn deduplicated_v3(identifier: &str, before: Option<&str>, modified_ms: i64) -> Value {
    let mut body =
        json!({"status": 200, "lastModified": modified_ms, "identifier": identifier, "isDeduplication": true});
    if let Some(before) = before {
        body["deduplicatedIdentifier"] = before.into();
    }
    body
}

/// The tag of a history: one app cuts a number out of it at fixed places.
pub fn etag_v3(modified_ms: i64) -> String {
    format!("W/\"{modified_ms}\"")
}

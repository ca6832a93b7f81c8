//! What a request's body brings: one document or a list of them, as JSON or as a form.

use crate::{Document, credentials, query::pairs};
use serde_json::Value;

/// The documents of a JSON body, in order, without the credentials that some apps put there. `None` when it holds
/// something else.
pub fn documents(body: Value) -> Option<Vec<Document>> {
    let list = match body {
        Value::Array(list) => list,
        one => vec![one],
    };
    list.into_iter().map(document).collect()
}

fn document(value: Value) -> Option<Document> {
    match value {
        Value::Object(mut document) => {
            credentials::strip(&mut document);
            Some(document)
        }
        _ => None,
    }
}

/// The document of a form: every value is text. The same name again is a list.
pub fn document_of_form(text: &str) -> Document {
    let mut document = Document::new();
    for (name, value) in pairs(text) {
        match document.get_mut(&name) {
            Some(Value::Array(list)) => list.push(value.into()),
            Some(first) => *first = Value::Array(vec![first.take(), value.into()]),
            None => drop(document.insert(name, value.into())),
        }
    }
    credentials::strip(&mut document);
    document
}

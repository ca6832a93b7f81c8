//! A call of version 3, taken apart, and its refusals in the words that apps look for.

use super::super::caller::Caller;
use super::super::failure::Failure;
use super::super::{reply, site};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use nightscout::negotiate::{Form, negotiate_v3};
use nightscout::{Collection, Document, answers};
use serde_json::{Value, json};

pub struct Call {
    pub collection: Collection,
    /// What stands behind the collection.
    pub rest: Option<String>,
    form: Form,
    pub query: String,
}

impl Call {
    pub fn parse(path: &str, query: Option<String>, headers: &HeaderMap) -> Result<Self, Failure> {
        let path = path.trim_matches('/');
        let (path, extension) = ending(path);
        let (name, rest) = match path.split_once('/') {
            Some((name, rest)) => (name, Some(rest.to_owned())),
            None => (path, None),
        };
        let collection = Collection::OF_V3.into_iter().find(|collection| collection.name() == name);
        let collection = collection.ok_or_else(no_such)?;
        let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
        let form = negotiate_v3(extension, accept)
            .ok_or_else(|| told(StatusCode::NOT_ACCEPTABLE, "Unsupported output format requested"))?;
        Ok(Self { collection, rest, form, query: query.unwrap_or_default() })
    }

    pub fn identifier(&self) -> Result<&str, Failure> {
        self.rest.as_deref().filter(|rest| !rest.contains('/')).ok_or_else(no_such)
    }

    /// As it stands in tokens: `api:treatments:create`.
    pub fn permission(&self, act: &str) -> String {
        format!("api:{}:{act}", self.collection.name())
    }

    /// Documents in the form that is wanted.
    pub fn list(&self, documents: Vec<Document>) -> Response {
        self.shown(documents, answers::result_v3)
    }

    /// One document.
    pub fn one(&self, document: Document) -> Response {
        self.shown(vec![document], |mut documents| answers::result_v3(documents.pop().unwrap_or_default()))
    }

    fn shown(&self, documents: Vec<Document>, json: impl FnOnce(Vec<Document>) -> Value) -> Response {
        match self.form {
            Form::Json | Form::Tsv => reply::json(&json(documents)),
            Form::Csv => reply::text(self.form.content_type(), answers::csv_v3(&documents)),
            Form::Xml => reply::text(self.form.content_type(), answers::xml_v3(&documents)),
        }
    }
}

/// An identifier may have a dot in it; a collection has none.
fn ending(path: &str) -> (&str, Option<&str>) {
    match path.rsplit_once('.') {
        Some((path, extension @ ("json" | "csv" | "xml"))) => (path, Some(extension)),
        Some((path, extension)) if !path.contains('/') => (path, Some(extension)),
        _ => (path, None),
    }
}

fn told(status: StatusCode, words: &str) -> Failure {
    Failure::Told(status, answers::refused(status.as_u16(), words))
}

/// No call of version 3.
pub fn no_such() -> Failure {
    told(StatusCode::NOT_FOUND, "Bad operation or collection")
}

/// A status that says it all.
pub fn bare(status: StatusCode) -> Failure {
    Failure::Told(status, json!({ "status": status.as_u16() }))
}

/// As version 3 says that nobody known calls.
pub fn refusal(caller: &Caller, why: Failure) -> Failure {
    match why {
        Failure::Unauthorized => Failure::Told(StatusCode::UNAUTHORIZED, answers::unauthorized_v3(caller.showed)),
        other => other,
    }
}

/// Somebody known, before anything that they bring is looked at.
pub fn let_in(caller: &Caller) -> Result<(), Failure> {
    caller.app().map(drop).map_err(|why| refusal(caller, why))
}

/// What came of a try; when it was refused, whether for the token or for what it may.
pub async fn refused<T>(caller: &Caller, permission: &str, tried: Result<T, Failure>) -> Result<T, Failure> {
    let Err(Failure::Unauthorized) = tried else { return tried };
    match site::known(caller).await {
        Ok(Some(_)) => Err(forbidden(permission)),
        Ok(None) => Err(refusal(caller, Failure::Unauthorized)),
        Err(why) => Err(refusal(caller, why)),
    }
}

pub fn forbidden(permission: &str) -> Failure {
    Failure::Told(StatusCode::FORBIDDEN, answers::forbidden_v3(permission))
}

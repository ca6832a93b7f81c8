//! What an app changes through its socket.

use super::super::caller::Caller;
use super::super::failure::Failure;
use super::super::find::{delete_by_id, parsed};
use super::super::keep::{self, as_new, shelf};
use super::line::Line;
use jiff::{SignedDuration, Timestamp};
use nightscout::prepare::instant_of;
use nightscout::sockets::Outcome;
use nightscout::{Collection, Document, with_id};
use serde::Deserialize;
use serde_json::Value;
use socketioxide::extract::{AckSender, Data, SocketRef};
use store::{Access, Lookup, Upload};

/// Of the same kind and no further apart than this, two are one.
const NEAR: SignedDuration = SignedDuration::from_secs(2);

#[derive(Deserialize, Default)]
#[serde(default)]
struct Change {
    collection: String,
    #[serde(rename = "_id")]
    id: Option<String>,
    data: Value,
}

impl Change {
    fn collection(&self) -> Result<Collection, Outcome> {
        Collection::named(&self.collection)
            .filter(|collection| *collection != Collection::Settings)
            .ok_or(Outcome::WrongCollection)
    }

    fn id(&self) -> Result<&str, Outcome> {
        self.id.as_deref().filter(|id| !id.is_empty()).ok_or(Outcome::MissingId)
    }
}

pub fn listen(socket: &SocketRef, line: &Line) {
    let here = line.clone();
    socket.on("dbAdd", async move |Data(change): Data<Change>, ack: AckSender| match add(&here, change).await {
        Ok(documents) => drop(ack.send(&documents)),
        Err(outcome) => drop(ack.send(&outcome.body())),
    });
    for (event, unset) in [("dbUpdate", false), ("dbUpdateUnset", true)] {
        let here = line.clone();
        socket.on(event, async move |Data(change): Data<Change>, ack: AckSender| {
            let outcome = update(&here, change, unset).await.unwrap_or_else(|outcome| outcome);
            let _ = ack.send(&outcome.body());
        });
    }
    let here = line.clone();
    socket.on("dbRemove", async move |Data(change): Data<Change>, ack: AckSender| {
        let outcome = remove(&here, change).await.unwrap_or_else(|outcome| outcome);
        let _ = ack.send(&outcome.body());
    });
}

fn outcome(failure: Failure) -> Outcome {
    match failure {
        Failure::Unauthorized | Failure::TooMany => Outcome::NotAuthorized,
        _ => Outcome::NotPermitted,
    }
}

/// Whoever may try: each change is one of the calls that a token has.
fn caller(line: &Line) -> Result<&Caller, Outcome> {
    let caller = line.caller().ok_or(Outcome::NotAuthorized)?;
    caller.count().map_err(outcome)?;
    Ok(caller)
}

async fn add(line: &Line, change: Change) -> Result<Vec<Document>, Outcome> {
    let caller = caller(line)?;
    let collection = change.collection()?;
    let documents = match change.data {
        Value::Object(document) => vec![document],
        Value::Array(list) => list.into_iter().filter_map(|one| one.as_object().cloned()).collect(),
        _ => return Err(Outcome::NotPermitted),
    };
    let mut kept = Vec::new();
    for document in documents {
        let same =
            if collection == Collection::Treatments { same(line, &document).await.map_err(outcome)? } else { None };
        match same {
            Some(same) => kept.push(same),
            None => kept.extend(keep::keep(caller, collection, vec![document]).await.map_err(outcome)?),
        }
    }
    Ok(kept)
}

/// A treatment that is here already: of the app's own id, or of the same kind and moment.
async fn same(line: &Line, document: &Document) -> Result<Option<Document>, Failure> {
    let caller = line.caller().ok_or(Failure::Unauthorized)?;
    let at = instant_of(Collection::Treatments, document).and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let Some(at) = at else { return Ok(None) };
    let text = |document: &Document, name: &str| document.get(name).and_then(Value::as_str).map(str::to_owned);
    let (own, kind, sent) = (text(document, "NSCLIENT_ID"), text(document, "eventType"), document.clone());
    let job = move |patient: &mut Access<'_, Upload>| {
        let span = (at.saturating_sub(NEAR).unwrap_or(at), at.saturating_add(NEAR).unwrap_or(at));
        let is_same = |other: &store::Document| {
            let other = parsed(&other.json);
            let other_own = text(&other, "NSCLIENT_ID");
            if own.is_some() && other_own.is_some() { own == other_own } else { kind == text(&other, "eventType") }
        };
        let Some(id) = patient.same_document(store::Collection::Treatments, span, is_same)? else { return Ok(None) };
        // What the app sent, and not what is here: a token may be for bringing alone.
        Ok(Some(with_id(&id, &sent)))
    };
    caller.write(job).await
}

async fn update(line: &Line, change: Change, unset: bool) -> Result<Outcome, Outcome> {
    let caller = caller(line)?;
    let (collection, id) = (change.collection()?, change.id()?.to_owned());
    let Value::Object(data) = change.data else { return Err(Outcome::NotPermitted) };
    let job = move |patient: &mut Access<'_, Upload>| {
        let Lookup::Here(before) = patient.document_to_change(shelf(collection), &id)? else { return Ok(false) };
        let mut document = parsed(&before.json);
        if unset {
            document.retain(|name, _| !data.contains_key(name));
        } else {
            let may = data.iter().filter(|(name, _)| *name != "_id");
            document.extend(may.map(|(name, value)| (name.clone(), value.clone())));
        }
        let at = instant_of(collection, &document).and_then(|ms| Timestamp::from_millisecond(ms).ok());
        let zone = patient.record()?.zone;
        let new = as_new(collection, document, before.id, at.unwrap_or(before.at), &zone);
        patient.put_documents(&[new]).map(|_| true)
    };
    caller.write(job).await.map_err(outcome)?;
    Ok(Outcome::Success)
}

async fn remove(line: &Line, change: Change) -> Result<Outcome, Outcome> {
    let caller = caller(line)?;
    let collection = change.collection()?;
    delete_by_id(caller, collection, change.id()?).await.map_err(outcome)?;
    Ok(Outcome::Success)
}

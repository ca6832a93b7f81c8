//! `/storage`: each document that came, changed or went, as version 3 shows it.

use super::super::caller::Caller;
use super::super::changes::changed;
use super::super::failure::Failure;
use super::line::Line;
use crate::Web;
use nightscout::sockets::{StorageEvent, storage_event, subscribed_to_storage};
use nightscout::{Collection, Document};
use serde::Deserialize;
use serde_json::Value;
use socketioxide::extract::{AckSender, Data, SocketRef};
use std::sync::Arc;
use store::{Access, Stamps, View};

/// Changes that are told at once.
const MOST: usize = 1000;
/// Stamps may run ahead of the clock after a batch; so far back the newest one is looked for.
const LOOK_BACK_MS: i64 = 3_600_000;

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Asked {
    access_token: Value,
    collections: Option<Vec<String>>,
}

/// Listens before it answers: an app may speak as soon as it is let in.
pub fn connected(socket: SocketRef, web: Web) -> impl Future<Output = ()> + Send + 'static {
    let line = Line::of(&socket, web);
    let here = line.clone();
    socket.on("subscribe", async move |socket: SocketRef, Data(asked): Data<Asked>, ack: AckSender| {
        subscribe(socket, here, asked, ack).await;
    });
    async move { line.cut_off_the_silent(&socket).await }
}

async fn subscribe(socket: SocketRef, mut line: Line, asked: Asked, ack: AckSender) {
    let may = line.let_in(&socket, &[asked.access_token.as_str().unwrap_or_default()]).await.ok();
    let names: Option<Vec<&str>> = asked.collections.as_ref().map(|names| names.iter().map(String::as_str).collect());
    let (granted, answer) = subscribed_to_storage(may, names.as_deref());
    let Some(caller) = line.caller().filter(|_| !granted.is_empty()).cloned() else {
        let _ = ack.send(&answer);
        let _ = socket.disconnect();
        return;
    };
    if tell(&socket, &mut line, &caller, &granted, || drop(ack.send(&answer))).await.is_err() {
        let _ = socket.disconnect();
    }
}

async fn tell(
    socket: &SocketRef,
    line: &mut Line,
    caller: &Arc<Caller>,
    granted: &[Collection],
    begun: impl FnOnce(),
) -> Result<(), Failure> {
    let (app, _) = caller.app()?;
    let mut watch = caller.web.store.watch_for_app(app).await?;
    let mut seat = line.seat().ok_or(Failure::TooMany)?;
    let from_ms = caller.web.clock.now().as_millisecond() - LOOK_BACK_MS;
    let mut since: Vec<(Collection, i64)> = granted.iter().map(|collection| (*collection, from_ms)).collect();
    changes(caller, &mut since).await?;
    // Whatever comes from here on is told.
    begun();
    while line.next(socket, &mut watch, &mut seat).await.is_some() {
        for (collection, document, stamps) in changes(caller, &mut since).await? {
            let (name, body) = storage_event(collection, event(document, stamps));
            let _ = socket.emit(name, &body);
        }
    }
    Ok(())
}

fn event(document: Document, stamps: Stamps) -> StorageEvent {
    if stamps.deleted {
        let identifier = document.get("identifier").and_then(Value::as_str).unwrap_or_default();
        return StorageEvent::Delete(identifier.to_owned());
    }
    match stamps.created_ms == stamps.changed_ms {
        true => StorageEvent::Create(document),
        false => StorageEvent::Update(document),
    }
}

type Change = (Collection, Document, Stamps);

/// What changed in each collection after its stamp, as version 3 shows it; the stamps go on to the last of them. An index leads
/// to it, so that it costs no more than finding out whether another socket knows it already.
async fn changes(caller: &Caller, since: &mut [(Collection, i64)]) -> Result<Vec<Change>, Failure> {
    let from = since.to_vec();
    let job = move |patient: &mut Access<'_, View>| {
        let mut all: Vec<Change> = Vec::new();
        for (collection, since) in &from {
            let found = changed(patient, *collection, *since, MOST)?;
            all.extend(found.into_iter().map(|(document, stamps)| (*collection, document, stamps)));
        }
        Ok(all)
    };
    let all = caller.read(job).await?;
    for (collection, since) in since {
        let last = all.iter().rev().find(|(of, ..)| of == collection);
        *since = last.map_or(*since, |(_, _, stamps)| stamps.changed_ms);
    }
    Ok(all)
}

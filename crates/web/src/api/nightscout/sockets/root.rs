//! The root name space: `authorize`, then two days of everything, then what changes.

use super::super::caller::Caller;
use super::super::failure::Failure;
use super::super::{live, site};
use super::line::Line;
use super::write;
use crate::Web;
use nightscout::Live;
use nightscout::sockets::{authorized, retro_update};
use serde::Deserialize;
use serde_json::{Value, json};
use socketioxide::extract::{AckSender, Data, SocketRef};
use std::sync::Arc;
use store::{Access, View};

/// What an app says of itself.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    secret: Value,
    token: Value,
    /// It wants the status with the first data.
    status: bool,
}

/// Listens before it answers: an app may speak as soon as it is let in.
pub fn connected(socket: SocketRef, web: Web) -> impl Future<Output = ()> + Send + 'static {
    let line = Line::of(&socket, web);
    let here = line.clone();
    socket.on("authorize", async move |socket: SocketRef, Data(asked): Data<Asked>, ack: AckSender| {
        authorize(socket, here, asked, ack).await;
    });
    let here = line.clone();
    socket.on("loadRetro", async move |socket: SocketRef, ack: AckSender| {
        if let Some(caller) = here.caller()
            && let Ok(now) = load(caller).await
        {
            let _ = ack.send(&json!({ "result": "success" }));
            let _ = socket.emit("retroUpdate", &retro_update(&now));
        }
    });
    write::listen(&socket, &line);
    async move { line.cut_off_the_silent(&socket).await }
}

async fn authorize(socket: SocketRef, mut line: Line, asked: Asked, ack: AckSender) {
    let secrets = [asked.secret.as_str().unwrap_or_default(), asked.token.as_str().unwrap_or_default()];
    let Ok(may) = line.let_in(&socket, &secrets).await else {
        let _ = ack.send(&json!({ "read": false, "write": false, "write_treatment": false }));
        let _ = socket.disconnect();
        return;
    };
    let _ = ack.send(&authorized(may));
    let _ = socket.emit("connected", &json!({}));
    let _ = socket.emit("clients", &1);
    if !may.allows("api:entries:read") {
        return;
    }
    let Some(caller) = line.caller().cloned() else { return };
    if tell(&socket, &mut line, &caller, asked.status).await.is_err() {
        let _ = socket.disconnect();
    }
}

/// Tells what is going on until it is over.
async fn tell(socket: &SocketRef, line: &mut Line, caller: &Arc<Caller>, with_status: bool) -> Result<(), Failure> {
    let (app, record) = caller.app()?;
    let mut watch = caller.web.store.watch_for_app(app).await?;
    let mut seat = line.seat().ok_or(Failure::TooMany)?;
    let table = caller.web.tables.of(record);
    let mut told = {
        let (told, now, set) = table.whole(caller).await?;
        let status = with_status.then(|| site::status_json(now.unit, caller.web.clock.now(), None));
        let _ = socket.emit("dataUpdate", &set.full(status));
        told
    };
    while line.next(socket, &mut watch, &mut seat).await.is_some() {
        let (state, news) = table.news(caller, &told).await?;
        if let Some(changed) = news.as_ref() {
            let _ = socket.emit("dataUpdate", changed);
        }
        told = state;
    }
    Ok(())
}

async fn load(caller: &Caller) -> Result<Live, Failure> {
    let now = caller.web.clock.now();
    caller.read(move |patient: &mut Access<'_, View>| live::load(patient, now)).await
}

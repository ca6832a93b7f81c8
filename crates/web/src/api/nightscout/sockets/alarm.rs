//! `/alarm`: what needs attention.

use super::line::Line;
use crate::Web;
use nightscout::sockets::subscribed_to_alarms;
use serde::Deserialize;
use serde_json::Value;
use socketioxide::extract::{AckSender, Data, SocketRef};

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Asked {
    access_token: Value,
    secret: Value,
    jwt_token: Value,
}

pub async fn connected(socket: &SocketRef, web: Web) {
    let line = Line::of(socket, web);
    let here = line.clone();
    socket.on("subscribe", async move |socket: SocketRef, Data(asked): Data<Asked>, ack: AckSender| {
        let shown = [&asked.access_token, &asked.secret, &asked.jwt_token].map(|one| one.as_str().unwrap_or_default());
        let may = here.let_in(&socket, &shown).await.ok();
        let is_known = may.is_some();
        let _ = ack.send(&subscribed_to_alarms(may));
        if !is_known {
            let _ = socket.disconnect();
        }
    });
    line.cut_off_the_silent(socket).await;
}

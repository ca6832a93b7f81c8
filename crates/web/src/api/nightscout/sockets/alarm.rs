//! `/alarm`: what needs attention, for apps that sound alarms themselves. What an app silences is silent in that app alone; a
//! person takes an alert by name, and then it is over for apps too.

use super::super::caller::Caller;
use super::super::failure::Failure;
use super::line::Line;
use crate::Web;
use glucose::alert::AlertKind;
use nightscout::sockets::{Alarm, AlarmLevel, alarm_event, clear_alarm, subscribed_to_alarms};
use serde::Deserialize;
use serde_json::Value;
use socketioxide::extract::{AckSender, Data, SocketRef};
use std::sync::Arc;
use store::{Access, View, alert_words};

const GROUP: &str = "default";

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Asked {
    access_token: Value,
    secret: Value,
    jwt_token: Value,
}

/// Listens before it answers: an app may speak as soon as it is let in.
pub fn connected(socket: SocketRef, web: Web) -> impl Future<Output = ()> + Send + 'static {
    let line = Line::of(&socket, web);
    let here = line.clone();
    socket.on("subscribe", async move |socket: SocketRef, Data(asked): Data<Asked>, ack: AckSender| {
        subscribe(socket, here, asked, ack).await;
    });
    socket.on("ack", async move |socket: SocketRef| {
        let (name, body) = clear_alarm(GROUP, AlarmLevel::Warning);
        let _ = socket.emit(name, &body);
    });
    async move { line.cut_off_the_silent(&socket).await }
}

async fn subscribe(socket: SocketRef, mut line: Line, asked: Asked, ack: AckSender) {
    let shown = [&asked.access_token, &asked.secret, &asked.jwt_token].map(|one| one.as_str().unwrap_or_default());
    let may = line.let_in(&socket, &shown).await.ok();
    let reads = may.is_some_and(|may| may.allows("api:entries:read"));
    let _ = ack.send(&subscribed_to_alarms(may));
    let Some(caller) = line.caller().filter(|_| reads).cloned() else {
        let _ = socket.disconnect();
        return;
    };
    if tell(&socket, &mut line, &caller).await.is_err() {
        let _ = socket.disconnect();
    }
}

async fn tell(socket: &SocketRef, line: &mut Line, caller: &Arc<Caller>) -> Result<(), Failure> {
    let (app, _) = caller.app()?;
    let mut watch = caller.web.store.watch_for_app(app).await?;
    let mut seat = line.seat().ok_or(Failure::TooMany)?;
    let mut told = None;
    loop {
        let now = caller.read(|patient: &mut Access<'_, View>| patient.alarm()).await?;
        if now != told {
            let (name, body) = match (now, told) {
                (Some((_, kind)), _) => alarm_event(&alarm(kind)),
                (None, Some((_, kind))) => clear_alarm(GROUP, level(kind)),
                (None, None) => break,
            };
            let _ = socket.emit(name, &body);
            told = now;
        }
        if line.next(socket, &mut watch, &mut seat).await.is_none() {
            break;
        }
    }
    Ok(())
}

fn level(kind: AlertKind) -> AlarmLevel {
    if kind == AlertKind::UrgentLow { AlarmLevel::Urgent } else { AlarmLevel::Warning }
}

/// In words alone: the app has the values.
fn alarm(kind: AlertKind) -> Alarm {
    let words = alert_words(kind).to_owned();
    let event_name = match kind {
        AlertKind::High => "high",
        AlertKind::NoData => "timeago",
        _ => "low",
    };
    Alarm {
        level: level(kind),
        title: words.clone(),
        message: words,
        event_name: event_name.to_owned(),
        group: GROUP.to_owned(),
        is_announcement: false,
    }
}

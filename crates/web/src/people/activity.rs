//! What happened to one's own account, and what is open just now.

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use crate::show;
use askama::Template;
use axum::extract::State;
use axum::response::Response;

const MOST: u32 = 100;

#[derive(Template)]
#[template(path = "people/activity.html")]
struct ActivityPage {
    frame: Frame,
    sessions: Vec<SessionRow>,
    lines: Vec<Line>,
    messages: Vec<(String, String)>,
}

struct SessionRow {
    began: String,
    seen: String,
    origin: String,
    own_device: bool,
}

struct Line {
    at: String,
    what: String,
    count: u32,
    detail: String,
}

pub async fn page(State(web): State<Web>, me: SignedIn) -> Result<Response, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    let (sessions, lines, messages) = web
        .store
        .with_account(me.actor(), |own| Ok((own.sessions()?, own.activity(MOST)?, own.messages(MOST)?)))
        .await?;
    let moment = |at| show::moment(at, &me.session.zone, me.language);
    let session = |line: store::SessionLine| SessionRow {
        began: moment(line.began_at),
        seen: me.language.ago(line.seen_at, web.clock.now()),
        origin: device_words(&line.origin),
        own_device: line.own_device,
    };
    let line = |line: store::ActivityLine| Line {
        at: moment(line.at),
        what: capital(&line.what),
        count: line.count,
        detail: device_words(&line.detail),
    };
    Ok(render(&ActivityPage {
        frame: frame_of(&me, &overview, "Activity").at(Place::Activity).wide(),
        sessions: sessions.into_iter().map(session).collect(),
        lines: lines.into_iter().map(line).collect(),
        messages: messages.into_iter().map(|message| (moment(message.made_at), message.subject)).collect(),
    }))
}

/// `127.0.0.1 Mozilla/5.0 (X11; Linux …) … Chrome/156.0` in a few words; anything else as it is.
pub fn device_words(origin: &str) -> String {
    let Some((address, browser)) = origin.split_once(" Mozilla/") else { return origin.to_owned() };
    let first = |known: &[(&str, &'static str)]| {
        known.iter().find(|(sign, _)| browser.contains(sign)).map_or("another", |(_, words)| words).to_owned()
    };
    let name = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("iPhone", "an iPhone"),
        ("iPad", "an iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "a Mac"),
        ("Linux", "Linux"),
    ]);
    format!("{name} on {system}, {address}")
}

pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

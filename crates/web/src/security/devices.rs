//! Where the account is signed in, and which devices are known: each can be ended or forgotten, or all at once.

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::page::{Frame, Place, render};
use crate::people::sign_in;
use crate::record::visit::frame_of;
use crate::show;
use crate::whence::Whence;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use store::{DeviceLine, PushLine, SessionLine};

#[derive(Template)]
#[template(path = "security/devices.html")]
struct DevicesPage {
    frame: Frame,
    sessions: Vec<SessionRow>,
    devices: Vec<DeviceRow>,
    notified: Vec<NotifiedRow>,
}

struct SessionRow {
    id: String,
    whence: Whence,
    since: String,
    used: String,
    method: String,
    own_device: bool,
    this: bool,
}

struct DeviceRow {
    id: String,
    whence: Whence,
    /// Nobody signed in yet when there is none.
    first: Option<String>,
    last: String,
    remembered: Option<String>,
    this: bool,
}

/// A browser that shows notices.
struct NotifiedRow {
    id: String,
    whence: Whence,
    since: String,
    worked: Option<String>,
    failing: Option<String>,
    this: bool,
}

const HERE: &str = "/security/devices";

pub async fn page(State(web): State<Web>, me: SignedIn) -> Result<Response, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    let origin = me.visitor.origin.clone();
    let look = move |own: &mut store::Own<'_>| {
        Ok((own.sessions()?, own.known_devices(&origin)?, own.push_subscriptions(&origin)?))
    };
    let (sessions, devices, notified) = web.store.with_account(me.actor(), look).await?;
    Ok(render(&DevicesPage {
        frame: frame_of(&me, &overview, "Devices").at(Place::Security).wide(),
        sessions: sessions.into_iter().map(|line| session_row(&web, &me, line)).collect(),
        devices: devices.into_iter().map(|line| device_row(&web, &me, line)).collect(),
        notified: notified.into_iter().map(|line| notified_row(&web, &me, line)).collect(),
    }))
}

fn session_row(web: &Web, me: &SignedIn, line: SessionLine) -> SessionRow {
    SessionRow {
        this: line.id == me.session.id,
        whence: Whence::of(&line.origin, web.settings.places.as_deref()),
        since: show::moment(line.began_at, &me.session.zone, me.language),
        used: me.language.ago(line.seen_at, web.clock.now()),
        method: line.method,
        own_device: line.own_device,
        id: line.id,
    }
}

fn device_row(web: &Web, me: &SignedIn, line: DeviceLine) -> DeviceRow {
    let moment = |at| show::moment(at, &me.session.zone, me.language);
    DeviceRow {
        whence: Whence::of(&line.origin, web.settings.places.as_deref()),
        first: line.first_at.map(moment),
        last: moment(line.seen_at),
        remembered: line.remembered_until_at.map(moment),
        this: line.this,
        id: line.id,
    }
}

fn notified_row(web: &Web, me: &SignedIn, line: PushLine) -> NotifiedRow {
    let moment = |at| show::moment(at, &me.session.zone, me.language);
    NotifiedRow {
        whence: Whence::of(&line.origin, web.settings.places.as_deref()),
        since: moment(line.made_at),
        worked: line.worked_at.map(moment),
        failing: line.failing_since_at.map(moment),
        this: line.this,
        id: line.id.to_string(),
    }
}

/// Back to the list, or out, when it was this very session that ended.
async fn onward(web: &Web, me: &SignedIn) -> Result<Response, Problem> {
    let token = me.visitor.token.as_deref().unwrap_or_default();
    match web.store.session_quietly(token).await {
        Ok(_) => Ok(Redirect::to(HERE).into_response()),
        Err(store::Error::NotSignedIn) => Ok(sign_in::gone(web)),
        Err(error) => Err(error.into()),
    }
}

pub async fn end(State(web): State<Web>, me: SignedIn, Path(session): Path<String>) -> Result<Response, Problem> {
    web.store.with_account(me.actor(), move |own| own.end_session(&session)).await.map_err(back)?;
    onward(&web, &me).await
}

pub async fn end_others(State(web): State<Web>, me: SignedIn) -> Result<Response, Problem> {
    let kept = me.session.id.clone();
    web.store.with_account(me.actor(), move |own| own.end_other_sessions(&kept)).await?;
    onward(&web, &me).await
}

pub async fn forget(State(web): State<Web>, me: SignedIn, Path(device): Path<String>) -> Result<Response, Problem> {
    web.store.with_account(me.actor(), move |own| own.forget_device(&device)).await.map_err(back)?;
    onward(&web, &me).await
}

pub async fn forget_all(State(web): State<Web>, me: SignedIn) -> Result<Response, Problem> {
    let kept = me.session.id.clone();
    web.store.with_account(me.actor(), move |own| own.forget_all_devices(&kept)).await?;
    onward(&web, &me).await
}

fn back(error: store::Error) -> Problem {
    Problem::from(error).with_way_on("Back to your devices", HERE)
}

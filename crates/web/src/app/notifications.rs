//! Notices in this browser: on, off, and one to see whether it comes.

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::{SignedIn, in_query};
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use crate::show;
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use sharing::Id;
use store::{NewPushSubscription, PushLine};

const HERE: &str = "/settings/notifications";

#[derive(Template)]
#[template(path = "app/notifications.html")]
struct NotificationsPage {
    frame: Frame,
    done: &'static str,
    /// By which push services know this server.
    key: String,
    here: Option<Here>,
    /// To the page that asks for a fresh proof, and back.
    proof: String,
    is_fresh: bool,
    own_device: bool,
    others: usize,
}

/// What is known of this browser.
struct Here {
    since: String,
    worked: Option<String>,
    failing: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    done: String,
}

fn words(done: &str) -> &'static str {
    match done {
        "on" => "Notifications come to this device from now on. Send one to see it.",
        "off" => "No more notifications come to this device.",
        "test" => "A notification is on its way. It comes within a few seconds.",
        _ => "",
    }
}

pub async fn page(State(web): State<Web>, me: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    let origin = me.visitor.origin.clone();
    let lines = web.store.with_account(me.actor(), move |own| own.push_subscriptions(&origin)).await?;
    let here = lines.iter().find(|line| line.this).map(|line| seen(line, &me));
    Ok(render(&NotificationsPage {
        frame: frame_of(&me, &overview, "Notifications").at(Place::Settings).with_script("js/notifications.js"),
        done: words(&asked.done),
        key: URL_SAFE_NO_PAD.encode(web.store.push_key()),
        others: lines.len() - usize::from(here.is_some()),
        here,
        proof: format!("/proof?next={}", in_query(HERE)),
        is_fresh: me.session.is_fresh(web.clock.now()),
        own_device: me.session.own_device,
    }))
}

fn seen(line: &PushLine, me: &SignedIn) -> Here {
    let moment = |at| show::moment(at, &me.session.zone, me.language);
    Here { since: moment(line.made_at), worked: line.worked_at.map(moment), failing: line.failing_since_at.map(moment) }
}

#[derive(Deserialize)]
pub struct Filled {
    endpoint: String,
    p256dh: String,
    auth: String,
    /// The address that this one takes the place of.
    #[serde(default)]
    before: String,
}

/// From the script of the page, or from the service worker when the push service gave the browser another address.
pub async fn turn_on(State(web): State<Web>, me: SignedIn, Form(filled): Form<Filled>) -> Result<StatusCode, Problem> {
    let Filled { endpoint, p256dh, auth, before } = filled;
    let (new, origin) = (NewPushSubscription { endpoint, p256dh, auth, before }, me.visitor.origin.clone());
    web.store.with_account(me.actor(), move |own| own.turn_push_on(&new, &origin)).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn turn_off(State(web): State<Web>, me: SignedIn) -> Result<Redirect, Problem> {
    let origin = me.visitor.origin.clone();
    web.store.with_account(me.actor(), move |own| own.turn_push_off(&origin)).await?;
    Ok(Redirect::to("/settings/notifications?done=off"))
}

pub async fn test(State(web): State<Web>, me: SignedIn) -> Result<Redirect, Problem> {
    let origin = me.visitor.origin.clone();
    let sent = web.store.with_account(me.actor(), move |own| own.test_push(&origin)).await;
    sent.map_err(|error| Problem::from(error).with_way_on("Notifications on this device", HERE))?;
    Ok(Redirect::to("/settings/notifications?done=test"))
}

/// Any of them, from the page of devices.
pub async fn remove(
    State(web): State<Web>,
    me: SignedIn,
    Path(subscription): Path<String>,
) -> Result<Redirect, Problem> {
    let id = Id::parse(&subscription).ok_or_else(Problem::not_found)?;
    web.store.with_account(me.actor(), move |own| own.remove_push(id)).await?;
    Ok(Redirect::to("/security/devices"))
}

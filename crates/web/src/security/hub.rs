//! Security in one place: the check-up with its score, what to do about each trouble, and where everything is.

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use crate::routes::leads_somewhere;
use crate::security::words::{self, Remedy};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{Redirect, Response};
use serde::Deserialize;
use sharing::check_up::{Finding, check_up};

#[derive(Template)]
#[template(path = "security/hub.html")]
struct HubPage {
    frame: Frame,
    score: u32,
    verdict: &'static str,
    done: &'static str,
    troubles: Vec<Row>,
    good: Vec<Row>,
    places: Vec<(&'static str, &'static str, &'static str)>,
}

/// A finding in words.
struct Row {
    title: &'static str,
    text: String,
    points: u32,
    remedy: Option<Remedy>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    done: String,
}

/// Words, address, and what is there.
const PLACES: &[(&str, &str, &str)] = &[
    ("Password", "/security/password", "Change it when somebody may know it."),
    ("Second step", "/security/second-step", "Authenticator app, passkeys, phone, recovery codes."),
    ("Devices", "/security/devices", "Where you are signed in, and what is remembered."),
    ("E-mail address", "/security/e-mail", "Move your account to another address."),
    ("Who can see your data", "/security/review", "Your care partners, and since when."),
    ("Data sharing", "/sharing", "Care partners, invitations, and who asks to follow you."),
    ("Phrase", "/security/phrase", "By which you know that a mail is from us."),
    ("Messages we sent you", "/security/messages", "To check a mail that looks odd."),
    ("Activity", "/activity", "Sign-ins and changes."),
    ("Lockdown", "/lockdown", "When somebody else may be in your account."),
    ("Take your data with you", "/export", "Everything, in open formats."),
    ("Leave", "/leaving", "Delete your account and all data."),
];

fn row(finding: &Finding) -> Row {
    let (title, text) = words::of(finding);
    let remedy = (!finding.is_good).then(|| words::remedy(finding.topic)).flatten();
    let is_there = |remedy: &Remedy| remedy.is_button || leads_somewhere(remedy.href);
    Row { title, text, points: finding.points, remedy: remedy.filter(is_there) }
}

pub async fn page(State(web): State<Web>, me: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    let facts = web.store.with_account(me.actor(), |own| own.check_up()).await?;
    let found = check_up(&facts, web.clock.now());
    let (good, troubles): (Vec<&Finding>, Vec<&Finding>) = found.findings.iter().partition(|finding| finding.is_good);
    Ok(render(&HubPage {
        frame: frame_of(&me, &overview, "Security").at(Place::Security).wide(),
        score: found.score,
        verdict: words::verdict(found.score),
        done: words::done(&asked.done),
        troubles: troubles.into_iter().map(row).collect(),
        good: good.into_iter().map(row).collect(),
        places: PLACES.iter().copied().filter(|(_, path, _)| leads_somewhere(path)).collect(),
    }))
}

/// Sends the link that confirms the address once more.
pub async fn send_confirmation(State(web): State<Web>, me: SignedIn) -> Result<Redirect, Problem> {
    if !me.session.verified {
        web.store.with_account(me.actor(), |own| own.ask_to_confirm()).await?;
    }
    Ok(Redirect::to("/security?done=confirmation"))
}

/// Nobody loses a second step who is still signed in and says so.
pub async fn keep_second_step(State(web): State<Web>, me: SignedIn) -> Result<Redirect, Problem> {
    web.store.with_account(me.actor(), |own| own.stop_factor_loss()).await?;
    Ok(Redirect::to("/security?done=kept"))
}

pub async fn end_unused_tokens(State(web): State<Web>, me: SignedIn) -> Result<Redirect, Problem> {
    web.store.with_account(me.actor(), |own| own.end_unused_tokens().map(drop)).await?;
    Ok(Redirect::to("/security?done=tokens"))
}

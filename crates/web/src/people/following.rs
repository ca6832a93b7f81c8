//! Following: everyone who let this person in, with the last value, its arrow and its age, or why it is not shown; who
//! invites them, and whom they asked.

use super::ask_to_follow;
use super::invitation::{Offered, permission_words, visible_words};
use crate::Web;
use crate::alerts::words::{AlertLine, Told};
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::forms::Form;
use crate::page::{Frame, Place, render};
use crate::record::now::Now;
use crate::record::visit::frame_of;
use crate::show;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use glucose::Ranges;
use jiff::Timestamp;
use reports::Show;
use serde::Deserialize;
use sharing::Refusal;
use store::{Followed, OwnRequest, RecordLine, Shut};

#[derive(Template)]
#[template(path = "people/following.html")]
struct FollowingPage {
    frame: Frame,
    done: &'static str,
    offers: Vec<Offered>,
    people: Vec<FollowedLine>,
    requests: Vec<RequestLine>,
    form: Form,
}

/// One person who is followed.
struct FollowedLine {
    person: PersonLine,
    visible: String,
    until: Option<String>,
    shut: Option<ShutWords>,
}

/// Why nothing is seen, and what can be done.
struct ShutWords {
    state: &'static str,
    text: String,
    way_on: Option<(&'static str, &'static str)>,
}

struct RequestLine {
    id: String,
    email: String,
    asked: String,
    ends: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    done: String,
}

/// One person in a list.
pub struct PersonLine {
    pub record: String,
    pub name: String,
    pub now: Option<Now>,
    pub permission: &'static str,
    /// The most urgent alert that is open.
    pub alert: Option<AlertLine>,
}

impl PersonLine {
    pub fn of(line: &RecordLine, me: &SignedIn, now: Timestamp) -> Self {
        let show = Show { language: me.language, unit: me.session.unit, ranges: Ranges::ADULT };
        let latest = line.latest.as_ref();
        Self {
            record: line.id.to_string(),
            name: line.name.clone(),
            now: latest.map(|latest| Now::of(latest, line.previous.as_ref(), &show, now)),
            permission: line.permission.map_or("", permission_words),
            alert: line.alert.as_ref().map(|alert| AlertLine::of(alert, &Told { show: &show, zone: &me.session.zone })),
        }
    }
}

impl FollowedLine {
    fn of(one: &Followed, me: &SignedIn, now: Timestamp) -> Self {
        let person = match &one.seen {
            Ok(line) => PersonLine::of(line, me, now),
            Err(_) => PersonLine {
                record: one.record.to_string(),
                name: one.name.clone(),
                now: None,
                alert: None,
                permission: permission_words(one.permission),
            },
        };
        Self {
            person,
            visible: visible_words(one.visibility),
            until: one.until_at.filter(|until| *until > now).map(|until| moment(until, me)),
            shut: one.seen.as_ref().err().map(|shut| ShutWords::of(*shut, me)),
        }
    }
}

impl ShutWords {
    fn of(shut: Shut, me: &SignedIn) -> Self {
        let at = shut.at.map(|at| moment(at, me)).unwrap_or_default();
        let (state, text, way_on) = match shut.why {
            Refusal::Paused => ("Paused", format!("Paused until {at}. It comes back by itself."), None),
            Refusal::Expired => ("Ended", format!("Ended on {at}. Ask them to let you in again."), None),
            Refusal::SecondStep => (
                "Second step needed",
                "They let people in who sign in with a second step, and you have none yet.".to_owned(),
                Some(("Set up a second step", "/security/second-step")),
            ),
            _ => (
                "Suspended",
                "They locked their account for safety, and let people in again one by one. Ask them to restore your access."
                    .to_owned(),
                None,
            ),
        };
        Self { state, text, way_on }
    }
}

impl RequestLine {
    fn of(request: &OwnRequest, me: &SignedIn) -> Self {
        Self {
            id: request.id.to_string(),
            email: request.email.clone(),
            asked: moment(request.asked_at, me),
            ends: moment(request.ends_at, me),
        }
    }
}

fn moment(at: Timestamp, me: &SignedIn) -> String {
    show::moment(at, &me.session.zone, me.language)
}

fn done_words(done: &str) -> &'static str {
    match done {
        "accepted" => "You follow somebody new. Their last value stands below.",
        "declined" => "You declined the invitation. The person who invited you is told.",
        "asked" => {
            "If there is such an account, its owner is told that you ask, and can let you in for 24 hours from now. After that \
             the request ends by itself."
        }
        "withdrawn" => "You took your request back.",
        "stopped" => "You follow this person no longer.",
        _ => "",
    }
}

pub async fn page(State(web): State<Web>, me: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    shown(&web, &me, ask_to_follow::form(""), done_words(&asked.done)).await
}

pub async fn shown(web: &Web, me: &SignedIn, form: Form, done: &'static str) -> Result<Response, Problem> {
    let (overview, followed) = (web.store.overview(me.actor()).await?, web.store.following(me.actor()).await?);
    let read = |own: &mut store::Own<'_>| Ok((own.offers()?, own.own_requests()?));
    let (offers, requests) = web.store.with_account(me.actor(), read).await?;
    let now = web.clock.now();
    let frame = frame_of(me, &overview, "Following").at(Place::Following).wide().with_script("js/live.js");
    Ok(render(&FollowingPage {
        frame,
        done,
        offers: offers.iter().map(|offer| Offered::of(offer, &me.session.zone, me.language)).collect(),
        people: followed.iter().map(|one| FollowedLine::of(one, me, now)).collect(),
        requests: requests.iter().map(|request| RequestLine::of(request, me)).collect(),
        form,
    }))
}

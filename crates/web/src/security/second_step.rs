//! The list of second steps, removing one, and what follows from adding one.

use super::proof::onward;
use crate::Web;
use crate::edge::cookies;
use crate::edge::problem::Problem;
use crate::edge::session::{Proved, SignedIn};
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use crate::show;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sharing::Id;
use store::{AddedStep, Method, SecondStep};

const LIST: &str = "/security/second-step";

#[derive(Template)]
#[template(path = "security/second_step.html")]
struct ListPage {
    frame: Frame,
    done: &'static str,
    lines: Vec<Line>,
    codes_left: u32,
    codes_made: String,
    /// Where passkeys work, if they can work at all.
    passkeys: Option<String>,
    sms: bool,
}

struct Line {
    id: String,
    kind: &'static str,
    name: String,
    about: &'static str,
    made: String,
    used: String,
}

#[derive(Template)]
#[template(path = "security/second_step_removal.html")]
struct RemovalPage {
    frame: Frame,
    line: Line,
    is_last: bool,
    /// Nothing of a clinic opens without one.
    shuts_clinics: bool,
}

#[derive(Template)]
#[template(path = "security/recovery_codes_new.html")]
pub struct NewCodesPage {
    pub frame: Frame,
    pub lead: &'static str,
    pub codes: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    done: String,
}

impl Asked {
    /// Only words of ours are shown.
    fn words(&self) -> &'static str {
        match self.done.as_str() {
            "added" => "The second step was added. We have written to you about it.",
            "removed" => {
                "The second step was removed, and all other devices were signed out. We have written to you about it."
            }
            _ => "",
        }
    }
}

fn line(step: SecondStep, me: &SignedIn) -> Line {
    let moment = |at| show::moment(at, &me.session.zone, me.language);
    Line {
        id: step.id.to_string(),
        kind: kind(step.method),
        name: step.name,
        about: match step.backed_up {
            Some(true) => "kept in several places by your device or password manager",
            Some(false) => "on this one device only",
            None if step.method == Method::Phone => "weaker than the others",
            None => "",
        },
        made: moment(step.made_at),
        used: step.used_at.map_or_else(|| "never".to_owned(), moment),
    }
}

fn kind(method: Method) -> &'static str {
    match method {
        Method::Totp => "Authenticator app",
        Method::Passkey => "Passkey",
        Method::Phone => "Code by SMS",
    }
}

/// The frame of a page about second steps.
pub async fn frame(web: &Web, me: &SignedIn, title: &str) -> Result<Frame, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    Ok(frame_of(me, &overview, title).at(Place::Security))
}

/// The text of the session's cookie, for what goes on under another one.
pub fn session_of(me: &SignedIn) -> String {
    me.visitor.token.clone().unwrap_or_default()
}

pub async fn page(State(web): State<Web>, me: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let steps = web.store.with_account(me.actor(), |own| own.second_steps()).await?;
    let codes_made = steps.codes_made_at.map(|at| show::moment(at, &me.session.zone, me.language));
    Ok(render(&ListPage {
        frame: frame(&web, &me, "Second step").await?,
        done: asked.words(),
        lines: steps.steps.into_iter().map(|step| line(step, &me)).collect(),
        codes_left: steps.codes_left,
        codes_made: codes_made.unwrap_or_default(),
        passkeys: web.store.passkey_origin().map(str::to_owned),
        sms: web.store.sends_sms(),
    }))
}

pub async fn removal(
    State(web): State<Web>,
    Proved(me): Proved,
    Path(factor): Path<String>,
) -> Result<Response, Problem> {
    let steps = web.store.with_account(me.actor(), |own| own.second_steps()).await?.steps;
    let is_last = steps.len() == 1;
    let step = steps.into_iter().find(|step| step.id.to_string() == factor).ok_or_else(Problem::not_found)?;
    let frame = frame(&web, &me, "Remove a second step").await?;
    let shuts_clinics = is_last && frame.person.as_ref().is_some_and(|person| !person.clinics.is_empty());
    Ok(render(&RemovalPage { frame, line: line(step, &me), is_last, shuts_clinics }))
}

pub async fn remove(
    State(web): State<Web>,
    Proved(me): Proved,
    Path(factor): Path<String>,
) -> Result<Response, Problem> {
    let id = Id::parse(&factor).ok_or_else(Problem::not_found)?;
    let session = session_of(&me);
    let token = web.store.with_account(me.actor(), move |own| own.remove_second_step(&session, id)).await?;
    Ok(onward(&web, &me, &token, &format!("{LIST}?done=removed")))
}

/// A second step was added: the first time with the recovery codes, which are shown now and never again.
pub async fn added(web: &Web, me: &SignedIn, added: AddedStep) -> Result<Response, Problem> {
    let Some(codes) = added.codes else { return Ok(onward(web, me, &added.session, &format!("{LIST}?done=added"))) };
    let lead = "The second step was added, and all other devices were signed out. From now on it is asked for in every new browser.";
    let frame = frame(web, me, "Your recovery codes").await?.with_script("js/copy.js");
    let cookie = cookies::session(added.session.as_str(), me.session.own_device, &web.settings.base_url);
    Ok(([(header::SET_COOKIE, cookie)], render(&NewCodesPage { frame, lead, codes: codes.0 })).into_response())
}

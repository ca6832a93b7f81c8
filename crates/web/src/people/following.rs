//! Following: everyone who let this person in, with the last value, its arrow and its age.

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::page::{Frame, Place, render};
use crate::record::now::Now;
use crate::record::visit::frame_of;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use glucose::Ranges;
use jiff::Timestamp;
use reports::Show;
use sharing::Permission;
use store::RecordLine;

#[derive(Template)]
#[template(path = "people/following.html")]
struct FollowingPage {
    frame: Frame,
    people: Vec<PersonLine>,
}

/// One person in a list.
pub struct PersonLine {
    pub record: String,
    pub name: String,
    pub now: Option<Now>,
    pub permission: &'static str,
}

impl PersonLine {
    pub fn of(line: &RecordLine, me: &SignedIn, now: Timestamp) -> Self {
        let show = Show { language: me.language, unit: me.session.unit, ranges: Ranges::ADULT };
        let latest = line.latest.as_ref();
        Self {
            record: line.id.to_string(),
            name: line.name.clone(),
            now: latest.map(|latest| Now::of(latest, line.previous.as_ref(), &show, now)),
            permission: match line.permission {
                Some(Permission::ViewOnly) => "View only",
                Some(Permission::ViewAndDownload) => "View and download",
                None => "",
            },
        }
    }
}

pub async fn page(State(web): State<Web>, me: SignedIn) -> Result<Response, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    let now = web.clock.now();
    let people = overview.following.iter().map(|line| PersonLine::of(line, &me, now)).collect();
    Ok(render(&FollowingPage {
        frame: frame_of(&me, &overview, "Following").at(Place::Following).wide().with_script("js/live.js"),
        people,
    }))
}

//! The care partner review: who can see which record of mine, with a way to remove each, and a reminder for the calendar.

use super::calendar;
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::page::{Frame, Place, own_path, render};
use crate::record::visit::frame_of;
use crate::sharing::{Card, Clock, home, zone_name};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "security/review.html")]
struct ReviewPage {
    frame: Frame,
    records: Vec<Seen>,
    last: Option<String>,
    done: bool,
}

/// A record that somebody can see, with times on its own clock.
struct Seen {
    name: String,
    zone: String,
    cards: Vec<Card>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    done: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Back {
    back: String,
}

pub async fn page(State(web): State<Web>, me: SignedIn, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let overview = web.store.overview(me.actor()).await?;
    let read = |own: &mut store::Own<'_>| Ok((own.care_partners()?, own.check_up()?.reviewed_at));
    let (lines, reviewed_at) = web.store.with_account(me.actor(), read).await?;
    let mut records = Vec::new();
    for (record, _) in home::records(&web, &me).await? {
        let clock = Clock { zone: &record.zone, language: me.language, now: web.clock.now() };
        let lines = lines.iter().filter(|line| line.record == record.id);
        let cards: Vec<Card> = lines.map(|line| Card::of(line, clock)).collect();
        if !cards.is_empty() {
            records.push(Seen { name: record.name.clone(), zone: zone_name(&record.zone), cards });
        }
    }
    Ok(render(&ReviewPage {
        frame: frame_of(&me, &overview, "Who can see your data").at(Place::Security).wide(),
        records,
        last: reviewed_at.map(|at| home::clock(&web, &me).moment(at)),
        done: asked.done,
    }))
}

/// Back to the page that has the button, if it says which.
pub async fn reviewed(
    State(web): State<Web>,
    me: SignedIn,
    axum::Form(back): axum::Form<Back>,
) -> Result<Redirect, Problem> {
    web.store.with_account(me.actor(), |own| own.review()).await?;
    Ok(Redirect::to(own_path(&back.back).unwrap_or("/security/review?done=true")))
}

/// Every three months from the last review on; without one, from today.
pub async fn calendar(State(web): State<Web>, me: SignedIn) -> Result<Response, Problem> {
    let now = web.clock.now();
    let reviewed_at = web.store.with_account(me.actor(), |own| Ok(own.check_up()?.reviewed_at)).await?;
    let from_on = me.session.zone.to_datetime(reviewed_at.unwrap_or(now)).date();
    let url = format!("{}/security/review", web.settings.base_url);
    let text = calendar::quarterly(&me.session.account.to_string(), from_on, &url, now);
    let kind = (header::CONTENT_TYPE, "text/calendar; charset=utf-8");
    let name = (header::CONTENT_DISPOSITION, "attachment; filename=\"kinsight-review.ics\"");
    Ok(([kind, name], text).into_response())
}

//! A care partner stops following, and says so twice.

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use crate::page::{Frame, Place, render};
use crate::record::visit::frame_of;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Redirect, Response};
use sharing::RecordId;

#[derive(Template)]
#[template(path = "people/stop_following.html")]
struct StopPage {
    frame: Frame,
    record: String,
    name: String,
}

pub async fn page(State(web): State<Web>, me: SignedIn, Path(record): Path<String>) -> Result<Response, Problem> {
    let followed = web.store.following(me.actor()).await?;
    let one = followed.into_iter().find(|one| one.record.to_string() == record).ok_or_else(Problem::not_found)?;
    let overview = web.store.overview(me.actor()).await?;
    let frame = frame_of(&me, &overview, "Stop following").at(Place::Following);
    Ok(render(&StopPage { frame, record, name: one.name }))
}

pub async fn stop(State(web): State<Web>, me: SignedIn, Path(record): Path<String>) -> Result<Redirect, Problem> {
    let record = RecordId::parse(&record).ok_or_else(Problem::not_found)?;
    web.store.with_account(me.actor(), move |own| own.stop_following(record)).await?;
    Ok(Redirect::to("/following?done=stopped"))
}

//! A second step that was lost: asking for it to go after 72 hours, and the link that stops it.

use crate::Web;
use crate::edge::cookies;
use crate::edge::problem::Problem;
use crate::edge::session::Visitor;
use crate::page::{Frame, render};
use crate::show;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::tz::TimeZone;

#[derive(Template)]
#[template(path = "people/second_step_loss.html")]
struct LossPage {
    frame: Frame,
    /// When it will go, once that was asked for.
    due: Option<String>,
}

#[derive(Template)]
#[template(path = "people/second_step_kept.html")]
struct KeptPage {
    frame: Frame,
    token: String,
    done: bool,
}

fn half<'a>(headers: &'a HeaderMap, web: &Web) -> Result<&'a str, Problem> {
    cookies::half_token(headers, &web.settings.base_url).ok_or_else(Problem::not_signed_in)
}

fn frame(visitor: &Visitor) -> Frame {
    Frame::plain("I have lost my second step", visitor.theme, "/")
}

pub async fn page(State(web): State<Web>, visitor: Visitor, headers: HeaderMap) -> Result<Response, Problem> {
    web.store.second_steps(half(&headers, &web)?).await?;
    Ok(render(&LossPage { frame: frame(&visitor), due: None }))
}

pub async fn ask(State(web): State<Web>, visitor: Visitor, headers: HeaderMap) -> Result<Response, Problem> {
    let due_at = web.store.ask_factor_loss(half(&headers, &web)?, visitor.origin.clone()).await?;
    let frame = frame(&visitor);
    let due = format!("{} UTC", show::moment(due_at, &TimeZone::UTC, frame.language));
    Ok(render(&LossPage { frame, due: Some(due) }))
}

pub async fn stop_page(
    State(web): State<Web>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    web.store.factor_loss(&token).await.map_err(too_late)?;
    Ok(render(&KeptPage { frame: Frame::plain("Keep the second step?", visitor.theme, "/"), token, done: false }))
}

pub async fn stop(State(web): State<Web>, visitor: Visitor, Path(token): Path<String>) -> Result<Response, Problem> {
    web.store.keep_second_step(&token, visitor.origin.clone()).await.map_err(too_late)?;
    Ok(render(&KeptPage { frame: Frame::plain("Your second step stays", visitor.theme, "/"), token, done: true }))
}

fn too_late(error: store::Error) -> Problem {
    Problem::from(error).with_way_on("Go to sign in", "/sign-in")
}

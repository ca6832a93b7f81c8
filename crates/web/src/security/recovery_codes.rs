//! New recovery codes, shown once.

use super::second_step::{NewCodesPage, frame};
use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::Proved;
use crate::page::{Frame, render};
use askama::Template;
use axum::extract::State;
use axum::response::Response;

#[derive(Template)]
#[template(path = "security/recovery_codes.html")]
struct RenewPage {
    frame: Frame,
    left: u32,
}

pub async fn page(State(web): State<Web>, Proved(me): Proved) -> Result<Response, Problem> {
    let steps = web.store.with_account(me.actor(), |own| own.second_steps()).await?;
    if steps.steps.is_empty() {
        return Err(without_step());
    }
    Ok(render(&RenewPage { frame: frame(&web, &me, "Recovery codes").await?, left: steps.codes_left }))
}

pub async fn renew(State(web): State<Web>, Proved(me): Proved) -> Result<Response, Problem> {
    let renewed = web.store.with_account(me.actor(), |own| own.renew_recovery_codes()).await;
    let codes = renewed.map_err(|error| match error {
        store::Error::NotFound => without_step(),
        error => error.into(),
    })?;
    let frame = frame(&web, &me, "Your recovery codes").await?.with_script("js/copy.js");
    let lead = "The old codes do not work any more. We have written to you about it.";
    Ok(render(&NewCodesPage { frame, lead, codes: codes.0 }))
}

fn without_step() -> Problem {
    let text = "Recovery codes stand in for a second step. Add an authenticator app or a passkey first; ten codes come with it.";
    Problem::new(axum::http::StatusCode::CONFLICT, "No second step yet", text)
        .with_way_on("Add a second step", "/security/second-step")
}

//! Lockdown: the button and its three doors, the way back in, and the steps. Written to be used by a frightened person, at
//! night, on a phone: short words, one thing at a time, nothing that can be lost.

pub mod access;
pub mod button;
pub mod clinics;
pub mod code;
pub mod end;
mod identity;
pub mod locked;
pub mod mail;
pub mod report;
mod review;
mod sources;
pub mod steps;
pub mod unlock;

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::SignedIn;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use store::Lockdown;

/// How far the review looks back.
const REVIEWED: SignedDuration = SignedDuration::from_hours(90 * 24);

fn since(web: &Web) -> Timestamp {
    web.clock.now().saturating_sub(REVIEWED).unwrap_or(Timestamp::MIN)
}

/// The lockdown that lasts; without one there are no steps.
async fn lasting(web: &Web, me: &SignedIn) -> Result<Lockdown, Problem> {
    web.store.with_account(me.actor(), |own| own.lockdown()).await?.ok_or_else(|| {
        Problem::new(StatusCode::NOT_FOUND, "No lockdown", "Your account is not in lockdown, so there are no steps.")
            .with_way_on("To the lockdown button", "/lockdown")
    })
}

//! How long the session lasts, for the page that warns before its end. Asking keeps nothing open; staying does.

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::Visitor;
use axum::Json;
use axum::extract::State;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use store::{Error, Session};

/// The warning comes so long before the end, or at two thirds of a short session.
const WARNING_S: i64 = 120;

/// Nobody's has no tag and no ends.
#[derive(Default, Serialize)]
pub struct Ends {
    signed_in: bool,
    /// The same for all sessions of the account, so that a page comes back for its own person alone.
    tag: String,
    /// Until it ends unused, and until it ends in any case.
    idle_s: i64,
    whole_s: i64,
    warn_s: i64,
}

impl Ends {
    fn of(session: &Session, now: Timestamp) -> Self {
        let left = |end: Timestamp| end.duration_since(now).max(SignedDuration::ZERO).as_secs();
        Self {
            signed_in: true,
            tag: session.tag.clone(),
            idle_s: left(session.idle_ends_at),
            whole_s: left(session.ends_at),
            warn_s: WARNING_S.min(session.idle.as_secs() / 3),
        }
    }
}

fn answer(web: &Web, session: Result<Session, Error>) -> Result<Json<Ends>, Problem> {
    match session {
        Ok(session) => Ok(Json(Ends::of(&session, web.clock.now()))),
        Err(Error::NotSignedIn) => Ok(Json(Ends::default())),
        Err(error) => Err(error.into()),
    }
}

pub async fn ends(State(web): State<Web>, visitor: Visitor) -> Result<Json<Ends>, Problem> {
    let token = visitor.token.unwrap_or_default();
    answer(&web, web.store.session_quietly(&token).await)
}

pub async fn stay(State(web): State<Web>, visitor: Visitor) -> Result<Json<Ends>, Problem> {
    let token = visitor.token.unwrap_or_default();
    answer(&web, web.store.session(&token).await)
}

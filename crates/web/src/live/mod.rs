//! Open live streams: word that there is something new, and when looking is over. They carry no data, so that every value goes
//! through the gate when the page fetches it.

mod events;
mod seats;

pub use seats::{Seat, Seats};

use crate::Web;
use crate::edge::problem::Problem;
use crate::edge::session::{Quiet, SignedIn};
use crate::record::visit::Visit;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use sharing::Purpose;
use store::{Access, View};

/// People on one page; further ones come with the next fetch of the page.
const MOST_WATCHED: usize = 64;

/// Of one record. Opening it is a look like any other.
pub async fn of_record(Quiet(visit): Quiet<Visit>) -> Result<Response, Problem> {
    let watch = visit.web.store.watch(&visit.me.session, visit.record).await?;
    visit.with(Purpose::Home, |_: &mut Access<'_, View>| Ok(())).await?;
    events::answer(&visit.web, &visit.me.session, vec![watch])
}

/// Of all who let this person in, for the page that lists them.
pub async fn of_following(State(web): State<Web>, Quiet(me): Quiet<SignedIn>) -> Result<Response, Problem> {
    // Opening it is a look at each of them.
    let followed = web.store.following(me.actor()).await?;
    let mut watches = Vec::new();
    for one in followed.iter().filter(|one| one.seen.is_ok()).take(MOST_WATCHED) {
        watches.push(web.store.watch(&me.session, one.record).await?);
    }
    if watches.is_empty() {
        // A browser does not come back for this.
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    events::answer(&web, &me.session, watches)
}

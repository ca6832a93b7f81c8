//! Watching as server-sent events: `ready`, `readings`, `access`, and `end` with its reason.

use super::seats::Seat;
use crate::Web;
use crate::edge::problem::Problem;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderName, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, SelectAll, Stream, StreamExt as _};
use std::convert::Infallible;
use std::pin::Pin;
use std::time::Duration;
use store::{Ending, Seen, Session, Watch};

/// A comment so often keeps proxies from cutting a quiet stream, and finds out who went away.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// When to come back after a stream broke off.
const COME_BACK: Duration = Duration::from_secs(3);
/// Nobody keeps it, and proxies that gather an answer before they pass it on are asked not to.
const NOT_KEPT: [(HeaderName, &str); 2] =
    [(CACHE_CONTROL, "no-store"), (HeaderName::from_static("x-accel-buffering"), "no")];

type Seeing = Pin<Box<dyn Stream<Item = (String, Seen)> + Send>>;

pub fn answer(web: &Web, session: &Session, watches: Vec<Watch>) -> Result<Response, Problem> {
    let seat = web.live.take(&session.id).ok_or_else(too_many)?;
    let first = stream::iter([Ok::<_, Infallible>(Event::default().event("ready").data("{}").retry(COME_BACK))]);
    let events = first.chain(events(seat, stream::select_all(watches.into_iter().map(seeing))));
    Ok((NOT_KEPT, Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT))).into_response())
}

fn too_many() -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "Too many live pages",
        "This page shows new values every minute instead. Close other tabs of Kinsight to see them at once.",
    )
}

/// What one watch tells, until it is over. Where the gate cannot be asked there is no telling: the stream breaks off.
fn seeing(watch: Watch) -> Seeing {
    let record = watch.record().to_string();
    let told = stream::unfold(Some(watch), |watch| async {
        let mut watch = watch?;
        let seen = watch.next().await.ok()?;
        let rest = (!matches!(seen, Seen::Ended(_))).then_some(watch);
        Some((seen, rest))
    });
    Box::pin(told.map(move |seen| (record.clone(), seen)))
}

/// Until all watches are over, the session is, or the server ends.
fn events(seat: Seat, seeing: SelectAll<Seeing>) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    stream::unfold(Some((seat, seeing)), |open| async {
        let (mut seat, mut seeing) = open?;
        let (record, seen) = tokio::select! {
            biased;
            () = seat.ended() => return None,
            seen = seeing.next() => seen?,
        };
        let is_last = seen == Seen::Ended(Ending::SignedOut);
        Some((Ok(event(&record, seen)), (!is_last).then_some((seat, seeing))))
    })
}

fn event(record: &str, seen: Seen) -> Event {
    let about = |name| Event::default().event(name).data(serde_json::json!({ "record": record }).to_string());
    match seen {
        Seen::Readings => about("readings"),
        Seen::Access => about("access"),
        Seen::Ended(why) => {
            let data = serde_json::json!({ "record": record, "reason": why.name() });
            Event::default().event("end").data(data.to_string())
        }
    }
}

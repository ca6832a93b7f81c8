//! Asks the sources that people connected for what is new: the frame. What is particular to a service is one file beside this.
//!
//! | what | where |
//! | --- | --- |
//! | who is due, runs, failures | here |
//! | when it is asked next | `when` |
//! | what is sent to a service and how its answers go on | `nightscout`, `librelinkup`, `dexcom_share` |
//! | what an answer holds | `imports::pulled`, `nightscout` (pure, without this room) |
//! | what of it is new here | `keep` |
//!
//! A run goes piece by piece. A piece and how far it reached are written in one transaction, so that whatever breaks off
//! leaves nothing out and brings nothing twice; the next run, on whichever node, goes on there.

mod asking;
mod dexcom_share;
mod keep;
mod librelinkup;
mod nightscout;
mod when;
mod windows;

pub use asking::Hosts;

use crate::Work;
use ::nightscout::{Collection, Document};
use asking::Asking;
use glucose::NewReading;
use imports::pulled::Service;
use jiff::Timestamp;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use store::{Error, PullRun, PullTrouble};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// So many sources are asked at once by one node.
const AT_ONCE: usize = 8;
/// After so many pieces others have their turn; the rest follows at once.
const MOST_PIECES: usize = 40;

/// What one step brought, and what the service's file wants to know the next time.
#[derive(Default)]
struct Piece {
    readings: Vec<NewReading>,
    documents: Vec<(Collection, Document)>,
    state: Vec<u8>,
    /// There is more to be asked at once.
    more: bool,
    /// When the newest sensor value is from.
    newest_at: Option<Timestamp>,
}

type Step<'a> = Pin<Box<dyn Future<Output = Result<Piece, PullTrouble>> + Send + 'a>>;

/// The next step of a service that can be asked. `None`: it cannot (CareLink wants a person at a browser for its sign-in).
fn step<'a>(service: Service, asking: &'a Asking<'_>, state: &'a [u8]) -> Option<Step<'a>> {
    Some(match service {
        Service::Nightscout => Box::pin(nightscout::step(asking, state)),
        Service::LibreLinkUp => Box::pin(librelinkup::step(asking, state)),
        Service::DexcomShare => Box::pin(dexcom_share::step(asking, state)),
        Service::CareLink => return None,
    })
}

/// Until the end: each source that is due is asked, several at once, so that a slow one keeps no other waiting.
pub(crate) async fn watch(work: Arc<Work>, mut shutdown: watch::Receiver<bool>) {
    let mut running = JoinSet::new();
    while !*shutdown.borrow() {
        match claim(&work, AT_ONCE - running.len()).await {
            Ok(runs) => runs.into_iter().for_each(|run| {
                running.spawn(until_the_end(Arc::clone(&work), run, shutdown.clone()));
            }),
            Err(why) => tracing::warn!(%why, "sources could not be claimed; they are claimed again"),
        }
        tokio::select! {
            _ = shutdown.wait_for(|ended| *ended) => break,
            _ = running.join_next(), if running.len() == AT_ONCE => {}
            () = tokio::time::sleep(work.every) => while running.try_join_next().is_some() {}
        }
    }
    while running.join_next().await.is_some() {}
}

/// All that is due, one after the other.
pub(crate) async fn due(work: &Work) -> anyhow::Result<usize> {
    let mut count = 0;
    loop {
        let runs = claim(work, 1).await?;
        let Some(run) = runs.into_iter().next() else { return Ok(count) };
        go(work, &run).await?;
        count += 1;
    }
}

async fn claim(work: &Work, room: usize) -> Result<Vec<PullRun>, Error> {
    if room == 0 {
        return Ok(Vec::new());
    }
    work.store.claim_pulls(&work.duties.pull, u32::try_from(room).unwrap_or(u32::MAX)).await
}

/// One run; given back when the server ends, so that another node need not wait for the lease to run out.
async fn until_the_end(work: Arc<Work>, run: PullRun, mut shutdown: watch::Receiver<bool>) {
    let done = tokio::select! {
        done = go(&work, &run) => Some(done),
        _ = shutdown.wait_for(|ended| *ended) => None,
    };
    let done = match done {
        Some(done) => done,
        None => work.store.give_back_pull(&run).await,
    };
    if let Err(why) = done {
        tracing::warn!(source = %run.id, %why, "a source could not be brought up to date; it is asked again");
    }
}

async fn go(work: &Work, run: &PullRun) -> Result<(), Error> {
    match pieces(work, run).await {
        Ok(()) => Ok(()),
        // More than a day can hold, or nothing that anybody here can keep.
        Err(Error::Invalid(_)) => failed(work, run, PullTrouble::Unreadable).await,
        // It was paused, removed, changed or taken over meanwhile: nothing was written, and nothing is to be said.
        Err(Error::NotFound | Error::Forbidden(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn pieces(work: &Work, run: &PullRun) -> Result<(), Error> {
    let Some(service) = Service::of(&run.service) else { return failed(work, run, PullTrouble::Unreadable).await };
    let mut asking = Asking::of(work, run);
    let (mut state, mut newest_at) = (run.state.clone(), None);
    for _ in 0..MOST_PIECES {
        let Some(step) = step(service, &asking, &state) else {
            return failed(work, run, PullTrouble::Unreadable).await;
        };
        let piece = match step.await {
            Ok(piece) => piece,
            Err(why) => return failed(work, run, why).await,
        };
        let more = piece.more;
        state.clone_from(&piece.state);
        newest_at = newest_at.max(piece.newest_at);
        kept(work, run, piece).await?;
        asking.is_first = false;
        if !more {
            let due_at = when::next_at((work.clock)(), newest_at, run.interval, when::dice());
            return work.store.pull_worked(run, &state, due_at).await;
        }
    }
    work.store.give_back_pull(run).await
}

async fn kept(work: &Work, run: &PullRun, piece: Piece) -> Result<(), Error> {
    let (zone, now) = (run.zone.clone(), (work.clock)());
    let piece = Arc::new(piece);
    let job = move |patient: &mut store::Access<'_, store::Upload>| {
        let written = keep::keep(patient, &piece, &zone, now)?;
        Ok((written, piece.state.clone()))
    };
    work.store.bring(run, job).await.map(drop)
}

/// Neither address nor answer stands in the log: both are somebody's secret.
async fn failed(work: &Work, run: &PullRun, why: PullTrouble) -> Result<(), Error> {
    tracing::debug!(source = %run.id, ?why, "a source brought nothing");
    let due_at = when::again_at((work.clock)(), run.failures, when::dice());
    work.store.pull_failed(run, why, due_at).await
}

//! What nobody asked for just now: alerts are raised, messages go out, sources are asked, news goes to the other nodes, what has run out is tidied,
//! accounts that left are purged, audit heads are anchored.
//!
//! **Invariant:** only this room opens outbound connections (`kinsight/tests/it/house.rs`). Each round is safe to
//! repeat and to interrupt: work is claimed in the database with a lease, and given back by its end.

mod addressed;
mod alerts;
mod deliver;
mod mail;
mod nats;
pub mod outbound;
mod pull;
mod push;
mod rounds;
mod sms;

pub use mail::{Mailer, SmtpSettings, SmtpTls};
pub use nats::Nats;
pub use outbound::Outbound;
pub use pull::Hosts;
pub use push::Pusher;
pub use sms::{SmsSettings, Texter};

use jiff::Timestamp;
use std::{sync::Arc, time::Duration};
use store::{Actor, Store};
use tokio::{sync::watch, task::JoinSet};

/// The actors of the worker's duties, from the store's roster.
pub struct Duties {
    pub deliver: Actor,
    pub expire: Actor,
    pub raise_alerts: Actor,
    pub pull: Actor,
}

/// What the worker needs.
pub struct Work {
    pub store: Store,
    pub duties: Duties,
    pub mailer: Mailer,
    /// None: no text messages can be sent, and none are written.
    pub texter: Option<Texter>,
    /// To webhooks and other addresses that people typed.
    pub outbound: Outbound,
    /// Where the services are that have fixed hosts.
    pub hosts: Hosts,
    pub pusher: Pusher,
    /// None: this node is the only one, or the others hear within seconds.
    pub nats: Option<Nats>,
    /// Where people reach the pages; links in messages begin with it.
    pub base_url: String,
    pub clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// How often the outbox is looked at without being told of news.
    pub every: Duration,
}

/// Works until `shutdown` says so; what is being sent just then is finished first.
pub async fn run(work: Work, shutdown: watch::Receiver<bool>) {
    let work = Arc::new(work);
    let mut rounds = JoinSet::new();
    rounds.spawn(alerts::watch(Arc::clone(&work), shutdown.clone()));
    rounds.spawn(pull::watch(Arc::clone(&work), shutdown.clone()));
    rounds.spawn(rounds::repeat(Arc::clone(&work), work.every, shutdown.clone(), deliver::round));
    rounds.spawn(rounds::repeat(Arc::clone(&work), rounds::TIDY_EVERY, shutdown.clone(), rounds::tidy));
    rounds.spawn(rounds::repeat(Arc::clone(&work), rounds::TIDY_EVERY, shutdown.clone(), rounds::purge));
    if let Some(nats) = work.nats.clone() {
        rounds.spawn(nats::carry(Arc::clone(&work), nats, shutdown.clone()));
    }
    rounds.spawn(rounds::repeat(work, rounds::ANCHOR_EVERY, shutdown, rounds::anchor));
    while rounds.join_next().await.is_some() {}
}

/// Asks every source that is due now, to its end; for tests. Says how many runs that were.
pub async fn pull_due(work: &Work) -> anyhow::Result<usize> {
    pull::due(work).await
}

/// Sends what is due now, once; for tests and for the last round before the end.
pub async fn deliver_due(work: &Work) -> anyhow::Result<usize> {
    deliver::due(work).await
}

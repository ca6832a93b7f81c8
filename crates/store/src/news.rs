//! Who has something new; never what. Each listener asks the gate again.

use crate::{
    bells::{Bells, Listener, Ring},
    known_apps::KnownApps,
};
use sharing::{AccountId, Id, RecordId};
use std::sync::Arc;
use tokio::sync::broadcast;

/// Something changed about one record. Carries no data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct News {
    /// Whose.
    pub record: RecordId,
    /// In which respect.
    pub what: What,
}

/// In which respect something changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Readings or events were added or taken back.
    Readings,
    /// Events were added, and no readings: nothing to those who see glucose alone.
    Events,
    /// Somebody's access changed.
    Access,
}

/// What a transaction will have told once it is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// A record has something new.
    Record(News),
    /// Sessions of an account ended; some or all.
    SessionsEnded(AccountId),
    /// What an account may see was changed, of many records at once: a membership began, changed or ended.
    AccountAccess(AccountId),
    /// The key of a record or an account was destroyed: nothing of it may stay open anywhere.
    Purged(Id),
}

impl Told {
    /// Somebody's access to a record changed.
    pub(crate) fn access(record: RecordId) -> Self {
        Self::Record(News { record, what: What::Access })
    }
}

/// The carrier within this process, and out of it where there are several; clones are one. Whoever hears all news may lag, loses some and asks again anyway; whoever listens
/// for one record is rung, and loses nothing.
#[derive(Clone, Debug)]
pub(crate) struct Carrier {
    all: broadcast::Sender<News>,
    bells: Arc<Bells>,
    /// What is told here, for other nodes.
    said: broadcast::Sender<Arc<[Told]>>,
    /// Where ended tokens are forgotten before whoever ended them has an answer.
    known_apps: Arc<KnownApps>,
}

impl Carrier {
    pub(crate) fn new() -> Self {
        Self {
            all: broadcast::channel(1024).0,
            bells: Arc::default(),
            said: broadcast::channel(4096).0,
            known_apps: Arc::default(),
        }
    }

    pub(crate) fn known_apps(&self) -> &KnownApps {
        &self.known_apps
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<News> {
        self.all.subscribe()
    }

    /// For what concerns somebody who watches a record: the record, and their own account and its sessions.
    pub(crate) fn listen_for(&self, record: RecordId, other: Id) -> Listener {
        Listener::new(&self.bells, record, other)
    }

    /// What is told here from now on.
    pub(crate) fn said(&self) -> broadcast::Receiver<Arc<[Told]>> {
        self.said.subscribe()
    }

    /// Tells whoever listens, here and on other nodes; nobody listening is fine.
    pub(crate) fn publish(&self, told: &[Told]) {
        self.ring(told);
        if !told.is_empty() && self.said.receiver_count() > 0 {
            let _ = self.said.send(told.into());
        }
    }

    /// Something may have been missed.
    pub(crate) fn ring_all(&self) {
        self.bells.ring_all();
    }

    /// Tells whoever listens here.
    pub(crate) fn ring(&self, told: &[Told]) {
        for one in told {
            match *one {
                Told::Record(news) => {
                    let _ = self.all.send(news);
                    if news.what == What::Access {
                        self.known_apps.forget(news.record);
                    }
                    let ring = match news.what {
                        What::Readings => Ring::READINGS,
                        What::Events => Ring::EVENTS,
                        What::Access => Ring::ACCESS,
                    };
                    self.bells.ring(news.record.0, ring);
                }
                Told::Purged(id) => {
                    self.known_apps.forget(RecordId(id));
                    self.bells.ring(id, Ring::ACCESS);
                }
                Told::SessionsEnded(account) | Told::AccountAccess(account) => self.bells.ring(account.0, Ring::ACCESS),
            }
        }
    }
}

//! One bell for each listener, found by what it listens for: a thousand open pages cost nothing until something concerns them,
//! and none is woken for another. A bell that rings again before it was heard has rung once, so nothing piles up or is lost.

use sharing::{Id, RecordId};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
};
use tokio::sync::Notify;

/// What a bell rang for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ring(u8);

impl Ring {
    pub(crate) const READINGS: Self = Self(1);
    pub(crate) const ACCESS: Self = Self(2);
    pub(crate) const EVENTS: Self = Self(4);
    const ANYTHING: Self = Self(7);

    /// Whether events came, whatever else did.
    pub(crate) fn has_events(self) -> bool {
        self.0 & Self::EVENTS.0 != 0
    }

    /// Whether readings changed, whatever else did.
    pub(crate) fn has_readings(self) -> bool {
        self.0 & Self::READINGS.0 != 0
    }
}

#[derive(Debug, Default)]
struct Bell {
    rung: AtomicU8,
    heard: Notify,
}

/// All bells, by the record or account that they hang at.
#[derive(Debug, Default)]
pub(crate) struct Bells(Mutex<HashMap<Id, Vec<Arc<Bell>>>>);

impl Bells {
    pub(crate) fn ring(&self, at: Id, ring: Ring) {
        let bells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for bell in bells.get(&at).into_iter().flatten() {
            bell.rung.fetch_or(ring.0, Ordering::AcqRel);
            bell.heard.notify_one();
        }
    }

    /// Each once, for whatever there may be.
    pub(crate) fn ring_all(&self) {
        let bells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for bell in bells.values().flatten() {
            bell.rung.fetch_or(Ring::ANYTHING.0, Ordering::AcqRel);
            bell.heard.notify_one();
        }
    }

    fn hang(&self, at: Id, bell: &Arc<Bell>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(at).or_default().push(Arc::clone(bell));
    }

    fn take_down(&self, at: Id, bell: &Arc<Bell>) {
        let mut bells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(here) = bells.get_mut(&at) else { return };
        here.retain(|other| !Arc::ptr_eq(other, bell));
        if here.is_empty() {
            bells.remove(&at);
        }
    }
}

/// Somebody who listens, until dropped.
#[derive(Debug)]
pub(crate) struct Listener {
    bells: Arc<Bells>,
    bell: Arc<Bell>,
    at: [Id; 2],
}

impl Listener {
    pub(crate) fn new(bells: &Arc<Bells>, record: RecordId, other: Id) -> Self {
        let new = Self { bells: Arc::clone(bells), bell: Arc::default(), at: [record.0, other] };
        new.at.iter().for_each(|at| bells.hang(*at, &new.bell));
        new
    }

    /// What rang since the last time, once something did.
    pub(crate) async fn heard(&self) -> Ring {
        loop {
            let rung = self.bell.rung.swap(0, Ordering::AcqRel);
            if rung != 0 {
                return Ring(rung);
            }
            self.bell.heard.notified().await;
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.at.iter().for_each(|at| self.bells.take_down(*at, &self.bell));
    }
}

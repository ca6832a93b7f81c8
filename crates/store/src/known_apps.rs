//! Which token it is that an app shows, found lately: apps show the same one all the time.
//!
//! **Invariant:** what stands here is what never changes while a token lives: its id and its record. Whether it lives, and what
//! for, is the gate's to say, in the transaction of every call; so nothing here lets anybody in (`tests/it/gate.rs`:
//! `a_token_that_is_known_by_heart_ends_at_once`). Hashes are random and never come again.

use crate::actor::Who;
use jiff::Timestamp;
use sharing::RecordId;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// Beyond that all are forgotten and found again as needed; some 3 MB.
const MOST: usize = 20_000;

/// An app, and when its use was last noted.
pub(crate) type Found = (Who, Option<Timestamp>);

/// By the keyed hash of what they show.
#[derive(Debug, Default)]
pub(crate) struct KnownApps(Mutex<HashMap<Vec<u8>, Found>>);

impl KnownApps {
    pub(crate) fn find(&self, hash: &[u8]) -> Option<Found> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(hash).copied()
    }

    pub(crate) fn keep(&self, hash: Vec<u8>, found: Found) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(hash, found);
    }

    /// Somebody's access to a record changed, or the gate knew one of its apps no more.
    pub(crate) fn forget(&self, record: RecordId) {
        let of_it = |who: &Who| matches!(who, Who::App { record: of, .. } if *of == record);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, (who, _)| !of_it(who));
    }
}

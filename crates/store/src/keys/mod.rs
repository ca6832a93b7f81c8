//! Keys: one master key outside the database, one random key a record in the key store, apart from the data.
//!
//! Losing the master key loses the data. Destroying a record's one wrapped key ends every copy of the record.

mod master;
mod seal;
mod store;

pub(crate) use master::MasterKeys;
pub(crate) use seal::{RecordKey, random};
pub(crate) use store::KeyStore;

use crate::error::Error;
use aws_lc_rs::{hmac, signature::Ed25519KeyPair};
use jiff::Timestamp;
use sharing::{Id, RecordId};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use zeroize::Zeroizing;

/// Record keys kept open at once; beyond that all are closed and opened again as needed.
const KEPT: usize = 20_000;

/// A key that is written to and never used.
const DECOY: &str = "decoy";

/// Everything that seals, opens, finds and signs.
pub(crate) struct Keys {
    master: MasterKeys,
    store: KeyStore,
    opened: Mutex<HashMap<RecordId, Arc<RecordKey>>>,
    index: hmac::Key,
    pepper: Zeroizing<Vec<u8>>,
    signing: Ed25519KeyPair,
}

impl Keys {
    /// Unlocks the key store with the master key; refuses a master key that is not the right one.
    pub(crate) fn unlock(master: MasterKeys, mut store: KeyStore, now: Timestamp) -> Result<Self, Error> {
        let mut named = |name| store.named(name, &master, now);
        let index = hmac::Key::new(hmac::HMAC_SHA256, &named("index")?);
        let pepper = named("pepper")?;
        let signing = Ed25519KeyPair::from_seed_unchecked(&named("signing")?).map_err(Error::broken)?;
        named(DECOY)?;
        Ok(Self { master, store, opened: Mutex::default(), index, pepper, signing })
    }

    /// Seals a column under the master key, bound to its place.
    pub(crate) fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, Error> {
        self.master.seal(&place.text(), plain)
    }

    /// Opens a column that [`Keys::seal`] sealed at the same place.
    pub(crate) fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        self.master.open(&place.text(), sealed)
    }

    /// Opens a column of text.
    pub(crate) fn open_text(&self, place: Place<'_>, sealed: &[u8]) -> Result<String, Error> {
        String::from_utf8(self.open(place, sealed)?).map_err(|_| Error::broken("a sealed text is not a text"))
    }

    /// The keyed hash by which the database finds what it cannot read.
    pub(crate) fn find_by(&self, kind: &str, text: &str) -> Vec<u8> {
        hmac::sign(&self.index, format!("{kind}:{text}").as_bytes()).as_ref().to_vec()
    }

    /// Goes into every password hash, from outside the database.
    pub(crate) fn pepper(&self) -> &[u8] {
        &self.pepper
    }

    /// Signs the anchored heads.
    pub(crate) fn signing(&self) -> &Ed25519KeyPair {
        &self.signing
    }

    /// Makes and keeps the key of a new record.
    pub(crate) fn new_record(&self, record: RecordId, now: Timestamp) -> Result<Arc<RecordKey>, Error> {
        let bytes = Zeroizing::new(random::<32>()?);
        self.store.put_record(record, &self.master, &bytes[..], now)?;
        self.keep(record, &bytes[..])
    }

    /// Takes as long as [`Keys::new_record`], so that signing up with a known address takes no less than with a new one.
    pub(crate) fn no_new_record(&self) -> Result<(), Error> {
        self.store.touch(DECOY)
    }

    /// The key of a record; *not found* when it was destroyed.
    pub(crate) fn record(&self, record: RecordId) -> Result<Arc<RecordKey>, Error> {
        if let Some(key) = self.opened.lock().unwrap_or_else(PoisonError::into_inner).get(&record) {
            return Ok(Arc::clone(key));
        }
        let bytes = self.store.record(record, &self.master)?;
        self.keep(record, &bytes)
    }

    /// Destroys the one key of a record: no copy of its data can be read any more.
    pub(crate) fn destroy_record(&self, record: RecordId) -> Result<(), Error> {
        self.store.destroy_record(record)?;
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).remove(&record);
        Ok(())
    }

    /// Prepares every statement of the key store.
    pub(crate) fn prepare_all(&self) -> Result<(), Error> {
        self.store.prepare_all()
    }

    fn keep(&self, record: RecordId, bytes: &[u8]) -> Result<Arc<RecordKey>, Error> {
        let key = Arc::new(RecordKey::new(record, bytes)?);
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if opened.len() >= KEPT {
            opened.clear();
        }
        opened.insert(record, Arc::clone(&key));
        Ok(key)
    }
}

/// Where a sealed value belongs; it opens nowhere else.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) table: &'a str,
    pub(crate) column: &'a str,
    pub(crate) row: Id,
}

impl Place<'_> {
    fn text(&self) -> String {
        format!("{}:{}:{}", self.table, self.column, self.row)
    }
}

/// A place in one line.
pub(crate) fn place<'a>(table: &'a str, column: &'a str, row: Id) -> Place<'a> {
    Place { table, column, row }
}

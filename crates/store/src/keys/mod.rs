//! Keys: one master key outside the database; a random key for each record and each account in the key store, apart
//! from the data.
//!
//! Losing the master key loses the data. Destroying the one wrapped key of a record ends every copy of the record, and
//! destroying an account's ends every copy of what it says of the person.

mod master;
mod push;
mod seal;
mod store;

pub(crate) use master::MasterKeys;
pub(crate) use push::PushKey;
pub(crate) use seal::{RecordKey, random};
pub(crate) use store::Kept;
pub(crate) use store::KeyStore;

use crate::error::Error;
use aws_lc_rs::{hmac, signature::Ed25519KeyPair};
use jiff::Timestamp;
use sharing::{AccountId, ClinicId, Id, RecordId};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use zeroize::Zeroizing;

/// Record keys kept open at once; beyond that all are closed and opened again as needed.
const KEPT: usize = 20_000;

/// Keys of so many records are kept open when they are asked for at once; those of more are for this one time.
const KEPT_AT_ONCE: usize = 1_000;

/// A key that is written to and never used.
const DECOY: &str = "decoy";

/// Everything that seals, opens, finds and signs.
pub(crate) struct Keys {
    master: MasterKeys,
    store: KeyStore,
    opened: Mutex<HashMap<Id, Arc<RecordKey>>>,
    index: hmac::Key,
    pepper: Zeroizing<Vec<u8>>,
    signing: Ed25519KeyPair,
    push: PushKey,
    news: RecordKey,
}

impl Keys {
    /// Unlocks the key store with the master key; refuses a master key that is not the right one.
    pub(crate) fn unlock(master: MasterKeys, mut store: KeyStore, now: Timestamp) -> Result<Self, Error> {
        let mut named = |name| store.named(name, &master, now);
        let index = hmac::Key::new(hmac::HMAC_SHA256, &named("index")?);
        let pepper = named("pepper")?;
        let signing = Ed25519KeyPair::from_seed_unchecked(&named("signing")?).map_err(Error::broken)?;
        let push = PushKey::of(&named("push")?)?;
        let news = RecordKey::new(Id(0), &named("news")?)?;
        named(DECOY)?;
        Ok(Self { master, store, opened: Mutex::default(), index, pepper, signing, push, news })
    }

    /// Seals a column, bound to its place: under the key of the record or account that the place belongs to, when
    /// there is one, else under the master key.
    pub(crate) fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let own = place.owner.map(|owner| self.own(owner)).transpose();
        match own {
            Ok(Some(key)) => key.seal_at(&place.text(), plain),
            Ok(None) | Err(Error::NotFound) => self.master.seal(&place.text(), plain),
            Err(error) => Err(error),
        }
    }

    /// Opens a column that [`Keys::seal`] sealed at the same place; *not found* when the key was destroyed.
    pub(crate) fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        match place.owner {
            Some(owner) if sealed.first() == Some(&seal::OWN) => self.own(owner)?.open_at(&place.text(), sealed),
            _ => self.master.open(&place.text(), sealed),
        }
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

    /// By which push services know this server.
    pub(crate) fn push(&self) -> &PushKey {
        &self.push
    }

    /// Seals what one node tells the others.
    pub(crate) fn seal_news(&self, plain: &[u8]) -> Result<Vec<u8>, Error> {
        self.news.seal("news", 0, plain)
    }

    /// Opens what a node of this house sealed.
    pub(crate) fn open_news(&self, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        // The first byte stands outside of what is sealed.
        if sealed.first() != Some(&1) {
            return Err(Error::broken("news of another kind"));
        }
        self.news.open("news", 0, sealed)
    }

    /// Makes and keeps the key of a new record.
    pub(crate) fn new_record(&self, record: RecordId, now: Timestamp) -> Result<(), Error> {
        self.new_key(Kept::Record, record.0, now)
    }

    /// Makes and keeps the key of a new account.
    pub(crate) fn new_account(&self, account: AccountId, now: Timestamp) -> Result<(), Error> {
        self.new_key(Kept::Account, account.0, now)
    }

    /// Makes and keeps the key of a new clinic, beside those of accounts: its name, and what its activity says, go with it.
    pub(crate) fn new_clinic(&self, clinic: ClinicId, now: Timestamp) -> Result<(), Error> {
        self.new_key(Kept::Account, clinic.0, now)
    }

    fn new_key(&self, kept: Kept, id: Id, now: Timestamp) -> Result<(), Error> {
        let bytes = Zeroizing::new(random::<32>()?);
        self.store.put(kept, id, &self.master, &bytes[..], now)?;
        self.keep(id, &bytes[..]).map(drop)
    }

    /// Takes as long as making one key, so that signing up with a known address takes no less than with a new one.
    pub(crate) fn no_new_key(&self) -> Result<(), Error> {
        self.store.touch(DECOY)
    }

    /// The key of a record; *not found* when it was destroyed.
    pub(crate) fn record(&self, record: RecordId) -> Result<Arc<RecordKey>, Error> {
        self.own(record.0)
    }

    /// The keys of many records, asked for together; those that were destroyed are missing.
    pub(crate) fn records(&self, records: &[RecordId]) -> Result<HashMap<RecordId, Arc<RecordKey>>, Error> {
        let mut keys = HashMap::with_capacity(records.len());
        {
            let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
            let open = records.iter().filter_map(|id| opened.get(&id.0).map(|key| (*id, Arc::clone(key))));
            keys.extend(open);
        }
        let closed: Vec<Id> = records.iter().filter(|id| !keys.contains_key(id)).map(|id| id.0).collect();
        for (id, bytes) in self.store.records(&closed, &self.master)? {
            let kept = closed.len() <= KEPT_AT_ONCE;
            let key = if kept { self.keep(id, &bytes)? } else { Arc::new(RecordKey::new(id, &bytes)?) };
            keys.insert(RecordId(id), key);
        }
        Ok(keys)
    }

    /// Opens a column that [`Keys::seal`] sealed at the same place, with the key of its owner at hand.
    pub(crate) fn open_with(&self, key: &RecordKey, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        match sealed.first() {
            Some(&seal::OWN) => key.open_at(&place.text(), sealed),
            _ => self.master.open(&place.text(), sealed),
        }
    }

    /// The key of a record or an account.
    fn own(&self, id: Id) -> Result<Arc<RecordKey>, Error> {
        if let Some(key) = self.opened.lock().unwrap_or_else(PoisonError::into_inner).get(&id) {
            return Ok(Arc::clone(key));
        }
        let bytes = self.store.own(id, &self.master)?;
        self.keep(id, &bytes)
    }

    /// Destroys the one key of a record or an account: no copy of what it sealed can be read any more. Its bytes do not
    /// stay in the key store's file either.
    pub(crate) fn destroy(&self, id: Id) -> Result<(), Error> {
        self.store.destroy(id)?;
        self.forget(id);
        Ok(())
    }

    /// A key that was destroyed, here or on another node, stays open no longer.
    pub(crate) fn forget(&self, id: Id) {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// Whatever was destroyed elsewhere stays open no longer.
    pub(crate) fn forget_all(&self) {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Prepares every statement of the key store.
    pub(crate) fn prepare_all(&self) -> Result<(), Error> {
        self.store.prepare_all()
    }

    fn keep(&self, id: Id, bytes: &[u8]) -> Result<Arc<RecordKey>, Error> {
        let key = Arc::new(RecordKey::new(id, bytes)?);
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if opened.len() >= KEPT {
            opened.clear();
        }
        opened.insert(id, Arc::clone(&key));
        Ok(key)
    }
}

/// Tables whose rows are named by the account, record or clinic that they are about.
const OF_THEIR_OWN: &[&str] = &[
    "accounts",
    "audit",
    "challenges",
    "clinics",
    "flags",
    "half_sign_ins",
    "known_devices",
    "records",
    "sessions",
    "tokens",
];

/// Where a sealed value belongs; it opens nowhere else.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) table: &'a str,
    pub(crate) column: &'a str,
    pub(crate) row: Id,
    owner: Option<Id>,
}

impl Place<'_> {
    /// The same place, sealed under the key of this account or record: it goes with it.
    pub(crate) fn of(self, owner: impl Into<Option<Id>>) -> Self {
        Self { owner: owner.into(), ..self }
    }

    fn text(&self) -> String {
        format!("{}:{}:{}", self.table, self.column, self.row)
    }
}

/// A place in one line.
pub(crate) fn place<'a>(table: &'a str, column: &'a str, row: Id) -> Place<'a> {
    Place { table, column, row, owner: OF_THEIR_OWN.contains(&table).then_some(row) }
}

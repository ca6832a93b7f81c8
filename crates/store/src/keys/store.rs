//! The key store: a file of its own beside SQLite, a schema of its own in PostgreSQL. Never in a data backup.

use super::{MasterKeys, random};
use crate::{
    db::{MANY, Migration, Tx, many, many_ids, migrate, params, statements},
    error::Error,
};
use jiff::Timestamp;
use sharing::Id;
use std::sync::{Mutex, PoisonError};
use zeroize::Zeroizing;

statements! {
    NAMED = "select wrapped from named_keys where name = $1";
    PUT_NAMED = "insert into named_keys (name, wrapped, made_at) values ($1, $2, $3)";
    ANY = "select count(*) from named_keys";
    OWN = "select wrapped, 'record' from record_keys where record = $1 \
        union all select wrapped, 'account' from account_keys where account = $1";
    RECORDS = concat!("select record, wrapped from record_keys where record in ", many_ids!());
    PUT_RECORD = "insert into record_keys (record, wrapped, made_at) values ($1, $2, $3)";
    PUT_ACCOUNT = "insert into account_keys (account, wrapped, made_at) values ($1, $2, $3)";
    TOUCH = "update named_keys set made_at = made_at + 1 where name = $1";
    DESTROY_RECORD = "delete from record_keys where record = $1";
    DESTROY_ACCOUNT = "delete from account_keys where account = $1";
}

const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, text: include_str!("../migrations/keys_0001_start.sql") },
    Migration { version: 2, text: include_str!("../migrations/keys_0002_accounts.sql") },
];

/// Whose key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    Record,
    Account,
}

impl Kept {
    fn of(word: &str) -> Self {
        if word == "account" { Self::Account } else { Self::Record }
    }

    /// What a wrapped key is bound to.
    fn place(self, id: Id) -> String {
        match self {
            Self::Record => format!("record_keys:wrapped:{id}"),
            Self::Account => format!("account_keys:wrapped:{id}"),
        }
    }
}

/// The bytes of a key, and whose it is.
type Unwrapped = (Id, Zeroizing<Vec<u8>>);

/// A connection of its own; every statement is a transaction of its own.
pub(crate) struct KeyStore(Mutex<Tx>);

impl KeyStore {
    /// Brings the key store to its shape.
    pub(crate) fn open(mut tx: Tx, now: Timestamp) -> Result<Self, Error> {
        migrate(&mut tx, MIGRATIONS, now)?;
        Ok(Self(Mutex::new(tx)))
    }

    /// Whether nothing was sealed with any master key yet.
    pub(crate) fn is_new(&self) -> Result<bool, Error> {
        self.with(|tx| Ok(tx.query_one(ANY, params![])?.is_none_or(|row| row.int(0).is_ok_and(|count| count == 0))))
    }

    /// A key of the house by its name; made at the first call.
    pub(super) fn named(
        &mut self,
        name: &str,
        master: &MasterKeys,
        now: Timestamp,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let place = format!("named_keys:wrapped:{name}");
        let find = |tx: &mut Tx| tx.query_one(NAMED, params![name]);
        let mut kept = self.with(find)?;
        if kept.is_none() {
            let bytes = Zeroizing::new(random::<32>()?);
            let wrapped = master.seal(&place, &bytes[..])?;
            // Of several nodes that start at once on a new database one makes it, and the others take that one.
            let put = self.with(|tx| tx.execute(PUT_NAMED, params![name, wrapped, now]));
            kept = self.with(find)?;
            if kept.is_none() {
                put?;
            }
        }
        let row = kept.ok_or(Error::Unavailable)?;
        master.open(&place, row.bytes(0)?).map(Zeroizing::new)
    }

    pub(super) fn own(&self, id: Id, master: &MasterKeys) -> Result<Zeroizing<Vec<u8>>, Error> {
        let row = self.with(|tx| tx.query_one(OWN, params![id]))?.ok_or(Error::NotFound)?;
        master.open(&Kept::of(row.text(1)?).place(id), row.bytes(0)?).map(Zeroizing::new)
    }

    /// The keys of records, as far as they are there, in few questions.
    pub(super) fn records(&self, ids: &[Id], master: &MasterKeys) -> Result<Vec<Unwrapped>, Error> {
        let mut keys = Vec::with_capacity(ids.len());
        for some in ids.chunks(MANY) {
            for row in self.with(|tx| tx.query(RECORDS, &many(some)))? {
                let id = row.id(0)?;
                keys.push((id, master.open(&Kept::Record.place(id), row.bytes(1)?).map(Zeroizing::new)?));
            }
        }
        Ok(keys)
    }

    pub(super) fn put(
        &self,
        kept: Kept,
        id: Id,
        master: &MasterKeys,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<(), Error> {
        let wrapped = master.seal(&kept.place(id), bytes)?;
        let put = if kept == Kept::Record { PUT_RECORD } else { PUT_ACCOUNT };
        self.with(|tx| tx.execute(put, params![id, wrapped.as_slice(), now]).map(drop))
    }

    /// Writes as much as [`KeyStore::put`] does, and keeps nothing.
    pub(super) fn touch(&self, name: &str) -> Result<(), Error> {
        self.with(|tx| tx.execute(TOUCH, params![name]).map(drop))
    }

    /// Takes a key out, and its bytes out of the file.
    pub(super) fn destroy(&self, id: Id) -> Result<(), Error> {
        self.with(|tx| {
            tx.execute(DESTROY_RECORD, params![id])?;
            tx.execute(DESTROY_ACCOUNT, params![id]).map(drop)
        })?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).scrub("record_keys, account_keys")
    }

    /// Prepares each statement of this file.
    pub(crate) fn prepare_all(&self) -> Result<(), Error> {
        self.with(|tx| STATEMENTS.iter().try_for_each(|sql| tx.prepare(*sql).map(drop)))
    }

    fn with<T>(&self, job: impl FnOnce(&mut Tx) -> Result<T, Error>) -> Result<T, Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write_once(job)
    }
}

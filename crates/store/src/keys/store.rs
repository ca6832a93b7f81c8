//! The key store: a file of its own beside SQLite, a schema of its own in PostgreSQL. Never in a data backup.

use super::{MasterKeys, random};
use crate::{
    db::{Migration, Tx, migrate, params, statements},
    error::Error,
};
use jiff::Timestamp;
use sharing::RecordId;
use std::sync::{Mutex, PoisonError};
use zeroize::Zeroizing;

statements! {
    NAMED = "select wrapped from named_keys where name = $1";
    PUT_NAMED = "insert into named_keys (name, wrapped, made_at) values ($1, $2, $3)";
    ANY = "select count(*) from named_keys";
    RECORD = "select wrapped from record_keys where record = $1";
    PUT_RECORD = "insert into record_keys (record, wrapped, made_at) values ($1, $2, $3)";
    TOUCH = "update named_keys set made_at = made_at + 1 where name = $1";
    DESTROY = "delete from record_keys where record = $1";
}

const MIGRATIONS: &[Migration] = &[Migration { version: 1, text: include_str!("../migrations/keys_0001_start.sql") }];

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
        self.with(|tx| {
            if let Some(row) = tx.query_one(NAMED, params![name])? {
                return master.open(&place, row.bytes(0)?).map(Zeroizing::new);
            }
            let bytes = Zeroizing::new(random::<32>()?.to_vec());
            tx.execute(PUT_NAMED, params![name, master.seal(&place, &bytes)?, now])?;
            Ok(bytes)
        })
    }

    pub(super) fn record(&self, record: RecordId, master: &MasterKeys) -> Result<Zeroizing<Vec<u8>>, Error> {
        let row = self.with(|tx| tx.query_one(RECORD, params![record]))?.ok_or(Error::NotFound)?;
        master.open(&place(record), row.bytes(0)?).map(Zeroizing::new)
    }

    pub(super) fn put_record(
        &self,
        record: RecordId,
        master: &MasterKeys,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<(), Error> {
        let wrapped = master.seal(&place(record), bytes)?;
        self.with(|tx| tx.execute(PUT_RECORD, params![record, wrapped.as_slice(), now]).map(drop))
    }

    /// Writes as much as [`KeyStore::put_record`] does, and keeps nothing.
    pub(super) fn touch(&self, name: &str) -> Result<(), Error> {
        self.with(|tx| tx.execute(TOUCH, params![name]).map(drop))
    }

    pub(super) fn destroy_record(&self, record: RecordId) -> Result<(), Error> {
        self.with(|tx| tx.execute(DESTROY, params![record]).map(drop))
    }

    /// Prepares each statement of this file.
    pub(crate) fn prepare_all(&self) -> Result<(), Error> {
        self.with(|tx| STATEMENTS.iter().try_for_each(|sql| tx.prepare(*sql).map(drop)))
    }

    fn with<T>(&self, job: impl FnOnce(&mut Tx) -> Result<T, Error>) -> Result<T, Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write_once(job)
    }
}

fn place(record: RecordId) -> String {
    format!("record_keys:wrapped:{record}")
}

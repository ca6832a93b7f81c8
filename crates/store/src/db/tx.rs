//! One transaction on either database.

use super::{
    Row, Sql, Value,
    postgres::{self, Pg},
    sqlite::Lite,
};
use crate::{error::Error, news::Told};
use std::path::Path;

/// A connection inside a transaction. Whoever holds one can run listed statements and nothing else.
pub(crate) struct Tx {
    pub(super) conn: Conn,
    told: Vec<Told>,
}

/// A connection to either database.
pub(super) enum Conn {
    Lite(Lite),
    Pg(Box<Pg>),
}

impl Tx {
    fn of(conn: Conn) -> Self {
        Self { conn, told: Vec::new() }
    }

    /// Tells listeners after the commit; nobody, when there is none.
    pub(crate) fn tell(&mut self, told: Told) {
        if !self.told.contains(&told) {
            self.told.push(told);
        }
    }

    /// What the job that ran just now wants told.
    pub(super) fn take_told(&mut self) -> Vec<Told> {
        std::mem::take(&mut self.told)
    }

    /// Runs a statement; answers how many rows it touched.
    pub(crate) fn execute(&mut self, sql: Sql, params: &[Value]) -> Result<u64, Error> {
        match &mut self.conn {
            Conn::Lite(lite) => lite.execute(sql, params),
            Conn::Pg(pg) => pg.execute(sql, params),
        }
    }

    /// All rows of the answer.
    pub(crate) fn query(&mut self, sql: Sql, params: &[Value]) -> Result<Vec<Row>, Error> {
        self.query_most(sql, params, usize::MAX)
    }

    /// The first row of the answer, if there is one.
    pub(crate) fn query_one(&mut self, sql: Sql, params: &[Value]) -> Result<Option<Row>, Error> {
        Ok(self.query_most(sql, params, 1)?.pop())
    }

    fn query_most(&mut self, sql: Sql, params: &[Value], most: usize) -> Result<Vec<Row>, Error> {
        match &mut self.conn {
            Conn::Lite(lite) => lite.query(sql, params, most),
            Conn::Pg(pg) => pg.query(sql, params, most),
        }
    }

    /// Prepares a statement and answers how many columns it gives.
    pub(crate) fn prepare(&mut self, sql: Sql) -> Result<usize, Error> {
        match &mut self.conn {
            Conn::Lite(lite) => lite.prepare(sql),
            Conn::Pg(pg) => pg.prepare(sql),
        }
    }

    /// Several statements at once, without parameters: migrations.
    pub(super) fn batch(&mut self, text: &str) -> Result<(), Error> {
        match &mut self.conn {
            Conn::Lite(lite) => lite.batch(text),
            Conn::Pg(pg) => pg.batch(text),
        }
    }

    /// `begin`, `commit` and their kind.
    pub(super) fn control(&mut self, text: &'static str) -> Result<(), Error> {
        match &mut self.conn {
            Conn::Lite(lite) => lite.control(text),
            Conn::Pg(pg) => pg.batch(text),
        }
    }

    /// Opens the embedded database for writing.
    pub(crate) fn sqlite_writer(path: &Path) -> Result<Self, Error> {
        Ok(Self::of(Conn::Lite(Lite::writer(path)?)))
    }

    /// Opens the embedded database for reading.
    pub(crate) fn sqlite_reader(path: &Path) -> Result<Self, Error> {
        Ok(Self::of(Conn::Lite(Lite::reader(path)?)))
    }

    /// Connects to a server.
    pub(crate) fn postgres(url: &str) -> Result<Self, Error> {
        Ok(Self::of(Conn::Pg(Box::new(Pg::open(url)?))))
    }

    /// Connects to a server, to the schema of the keys beside the schema of the data.
    pub(crate) fn postgres_key_schema(url: &str) -> Result<Self, Error> {
        Ok(Self::of(Conn::Pg(Box::new(Pg::open_beside(url)?))))
    }

    /// Fills in what the dialects write differently.
    pub(super) fn dialect(&self, text: &str) -> String {
        text.replace("{bytes}", if matches!(self.conn, Conn::Lite(_)) { "blob" } else { "bytea" })
    }

    /// Whether a failed transaction may succeed when it is tried again.
    pub(super) fn may_try_again(&self, error: &Error, attempt: u32) -> bool {
        matches!(self.conn, Conn::Pg(_)) && postgres::collided(error, attempt)
    }

    /// Makes sure that somebody is listening.
    pub(super) fn revive(&mut self) -> Result<(), Error> {
        match &mut self.conn {
            Conn::Lite(_) => Ok(()),
            Conn::Pg(pg) => pg.revive(),
        }
    }

    /// That the server was started anew is found out by the first word to it: nothing is under way yet that could be lost.
    fn begin_on_server(&mut self, text: &'static str) -> Result<(), Error> {
        match self.control(text) {
            Err(Error::Unavailable) => {
                if let Conn::Pg(pg) = &mut self.conn {
                    pg.connect_again()?;
                }
                self.control(text)
            }
            begun => begun,
        }
    }

    pub(super) fn begin_write(&mut self) -> Result<(), Error> {
        match &self.conn {
            // A read that later wants to write fails at once in SQLite, and no waiting helps: so immediate.
            Conn::Lite(_) => self.control("begin immediate"),
            Conn::Pg(_) => self.begin_on_server("begin isolation level repeatable read"),
        }
    }

    pub(super) fn begin_read(&mut self) -> Result<(), Error> {
        match &self.conn {
            Conn::Lite(_) => self.control("begin"),
            Conn::Pg(_) => self.begin_on_server("begin isolation level repeatable read read only"),
        }
    }

    /// Sees to it that the bytes of deleted rows of these tables are gone from the files; outside of any transaction.
    /// SQLite overwrites them when it deletes; what is left is the log, which is folded back and cut to nothing.
    pub(crate) fn scrub(&mut self, tables: &'static str) -> Result<(), Error> {
        self.revive()?;
        match &mut self.conn {
            Conn::Lite(lite) => lite.batch("pragma wal_checkpoint(truncate)"),
            Conn::Pg(pg) => pg.batch(&format!("vacuum {tables}")),
        }
    }

    /// One write on the calling thread, without company: migrations and the key store.
    pub(crate) fn write_once<T>(&mut self, job: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        self.revive()?;
        self.begin_write()?;
        let done = job(self).and_then(|value| self.control("commit").map(|()| value));
        if done.is_err() {
            // The first error is the one to tell; a connection that cannot roll back has rolled back by breaking.
            let _ = self.control("rollback");
        }
        done
    }
}

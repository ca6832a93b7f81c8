//! The embedded database: one writer that commits in groups, and a few readers that never wait for it.

use super::{Row, Sql, Value};
use crate::error::{Conflict, Error};
use rusqlite::{Connection, ErrorCode, OpenFlags, types::ValueRef};
use std::{collections::HashMap, path::Path, sync::Arc};

/// A connection, with its statements kept.
pub(crate) struct Lite {
    connection: Connection,
    translated: HashMap<(usize, usize), Arc<str>>,
}

impl Lite {
    /// Opens the file for writing, durable at every commit.
    pub(crate) fn writer(path: &Path) -> Result<Self, Error> {
        let connection = Connection::open(path).map_err(error)?;
        // Cached pages are bounded (8 MB), and the log is folded back at 16 MB, so that memory and disk stay small and the
        // same pages of busy records are folded back once for many values. What is deleted is overwritten: a purge must leave
        // nothing in the file.
        connection
            .execute_batch(
                "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = off; \
                 pragma busy_timeout = 5000; pragma cache_size = -8000; pragma temp_store = memory; \
                 pragma wal_autocheckpoint = 4000; pragma journal_size_limit = 33554432; \
                 pragma secure_delete = on;",
            )
            .map_err(error)?;
        Ok(Self::of(connection))
    }

    /// Opens the file for reading alone.
    pub(crate) fn reader(path: &Path) -> Result<Self, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(error)?;
        connection
            .execute_batch(
                "pragma query_only = on; pragma busy_timeout = 5000; pragma cache_size = -2000; \
                 pragma temp_store = memory;",
            )
            .map_err(error)?;
        Ok(Self::of(connection))
    }

    fn of(connection: Connection) -> Self {
        connection.set_prepared_statement_cache_capacity(256);
        Self { connection, translated: HashMap::new() }
    }

    fn text(&mut self, sql: Sql) -> Arc<str> {
        let known = self.translated.entry(sql.key());
        known.or_insert_with(|| sql.for_sqlite().into()).clone()
    }

    pub(super) fn batch(&mut self, text: &str) -> Result<(), Error> {
        self.connection.execute_batch(text).map_err(error)
    }

    pub(super) fn control(&mut self, text: &'static str) -> Result<(), Error> {
        let mut statement = self.connection.prepare_cached(text).map_err(error)?;
        statement.raw_execute().map(drop).map_err(error)
    }

    pub(super) fn execute(&mut self, sql: Sql, params: &[Value]) -> Result<u64, Error> {
        let text = self.text(sql);
        let mut statement = self.connection.prepare_cached(&text).map_err(error)?;
        bind(&mut statement, params)?;
        statement.raw_execute().map(|rows| rows as u64).map_err(error)
    }

    pub(super) fn query(&mut self, sql: Sql, params: &[Value], most: usize) -> Result<Vec<Row>, Error> {
        let text = self.text(sql);
        let mut statement = self.connection.prepare_cached(&text).map_err(error)?;
        bind(&mut statement, params)?;
        let columns = statement.column_count();
        let mut answer = Vec::new();
        let mut rows = statement.raw_query();
        while answer.len() < most
            && let Some(row) = rows.next().map_err(error)?
        {
            let values = (0..columns).map(|column| row.get_ref(column).map_err(error).and_then(value));
            answer.push(Row(values.collect::<Result<_, _>>()?));
        }
        Ok(answer)
    }

    pub(super) fn prepare(&mut self, sql: Sql) -> Result<usize, Error> {
        let text = self.text(sql);
        Ok(self.connection.prepare(&text).map_err(error)?.column_count())
    }
}

fn bind(statement: &mut rusqlite::CachedStatement<'_>, params: &[Value]) -> Result<(), Error> {
    for (at, value) in params.iter().enumerate() {
        let at = at + 1;
        match value {
            Value::Null => statement.raw_bind_parameter(at, rusqlite::types::Null),
            Value::Int(value) => statement.raw_bind_parameter(at, value),
            Value::Real(value) => statement.raw_bind_parameter(at, value),
            Value::Text(value) => statement.raw_bind_parameter(at, value),
            Value::Bytes(value) => statement.raw_bind_parameter(at, value),
        }
        .map_err(error)?;
    }
    Ok(())
}

fn value(value: ValueRef<'_>) -> Result<Value, Error> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Int(value),
        ValueRef::Real(value) => Value::Real(value),
        ValueRef::Text(value) => Value::Text(String::from_utf8(value.to_vec()).map_err(Error::broken)?),
        ValueRef::Blob(value) => Value::Bytes(value.to_vec()),
    })
}

fn error(error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::DiskFull) => Error::Unavailable,
        Some(ErrorCode::ConstraintViolation) => Error::Conflict(Conflict::Taken),
        _ => Error::broken(error),
    }
}

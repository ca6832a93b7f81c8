//! The only folder that names a driver: a small synchronous face over rusqlite and `postgres`.
//!
//! Everything above speaks in listed statements ([`statements!`]), four types ([`Value`]) and transactions ([`Tx`]).
//! A transaction runs as one plain closure on a database thread.

mod migrate;
mod pool;
mod postgres;
mod schema;
mod sql;
mod sqlite;
mod tx;
mod value;

pub(crate) use migrate::{Migration, STATEMENTS as MIGRATE_STATEMENTS, migrate};
pub(crate) use pool::Db;
pub(crate) use schema::describe;
pub(crate) use sql::{MANY, Sql, many, many_ids, statements};
pub(crate) use tx::Tx;
pub(crate) use value::{Row, Value, params};

//! The server: a few connections, each on its own thread, transactions that try again when they collide.

use super::{Row, Sql, Value};
use crate::error::{Conflict, Error};
use bytes::BytesMut;
use postgres::{
    Client, NoTls, Statement,
    error::SqlState,
    types::{FromSql, IsNull, ToSql, Type, to_sql_checked},
};
use std::{collections::HashMap, error::Error as StdError, thread};

/// A connection, with its statements kept.
pub(crate) struct Pg {
    client: Option<Client>,
    url: String,
    beside: bool,
    prepared: HashMap<(usize, usize), Statement>,
}

impl Pg {
    pub(crate) fn open(url: &str) -> Result<Self, Error> {
        Self::connect(url, false)
    }

    /// Opens the schema of the keys: named after the schema of the data, with `_keys` behind.
    pub(crate) fn open_beside(url: &str) -> Result<Self, Error> {
        Self::connect(url, true)
    }

    fn connect(url: &str, beside: bool) -> Result<Self, Error> {
        let mut client = Client::connect(url, NoTls).map_err(error)?;
        client.batch_execute("set client_min_messages = warning").map_err(error)?;
        let row = client.query_one("select current_schema()::text, current_setting('search_path')", &[]);
        let row = row.map_err(error)?;
        // A schema that the address asks for and that is not there yet is made.
        let there: Option<String> = row.try_get(0).map_err(error)?;
        let asked: String = row.try_get(1).map_err(error)?;
        let name = there.unwrap_or(asked).replace('"', "\"\"");
        let name = if beside { format!("{name}_keys") } else { name };
        let choose = format!("create schema if not exists \"{name}\"; set search_path to \"{name}\"");
        // Of several nodes that make it at once all but one fail, and find it there when they look again.
        client.batch_execute(&choose).or_else(|_| client.batch_execute(&choose)).map_err(error)?;
        Ok(Self { client: Some(client), url: url.to_owned(), beside, prepared: HashMap::new() })
    }

    /// Connects again when the server hung up; statements are prepared anew.
    pub(super) fn revive(&mut self) -> Result<(), Error> {
        if self.client().is_closed() { self.connect_again() } else { Ok(()) }
    }

    /// A server that was there and does not let itself be reached is away, however it says so.
    pub(super) fn connect_again(&mut self) -> Result<(), Error> {
        *self = Self::connect(&self.url.clone(), self.beside).map_err(|_| Error::Unavailable)?;
        Ok(())
    }

    fn client(&mut self) -> &mut Client {
        self.client.as_mut().expect("only dropping takes it")
    }

    fn statement(&mut self, sql: Sql) -> Result<Statement, Error> {
        if let Some(statement) = self.prepared.get(&sql.key()) {
            return Ok(statement.clone());
        }
        let statement = self.client().prepare(sql.text()).map_err(error)?;
        self.prepared.insert(sql.key(), statement.clone());
        Ok(statement)
    }

    pub(super) fn batch(&mut self, text: &str) -> Result<(), Error> {
        self.client().batch_execute(text).map_err(error)
    }

    pub(super) fn execute(&mut self, sql: Sql, params: &[Value]) -> Result<u64, Error> {
        let statement = self.statement(sql)?;
        self.client().execute(&statement, &refs(params)).map_err(error)
    }

    pub(super) fn query(&mut self, sql: Sql, params: &[Value], most: usize) -> Result<Vec<Row>, Error> {
        let statement = self.statement(sql)?;
        let rows = self.client().query(&statement, &refs(params)).map_err(error)?;
        rows.iter().take(most).map(row).collect()
    }

    pub(super) fn prepare(&mut self, sql: Sql) -> Result<usize, Error> {
        Ok(self.statement(sql)?.columns().len())
    }
}

impl Drop for Pg {
    fn drop(&mut self) {
        // Saying good-bye blocks, which a thread that drives async work must not do.
        let client = self.client.take();
        let _ = thread::Builder::new().spawn(move || drop(client));
    }
}

fn refs(params: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn row(row: &postgres::Row) -> Result<Row, Error> {
    (0..row.len()).map(|column| row.try_get::<_, Value>(column).map_err(error)).collect::<Result<Vec<_>, _>>().map(Row)
}

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match (self, ty) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Int(value), &Type::INT8) => value.to_sql(ty, out),
            (Self::Int(value), &Type::INT4) => i32::try_from(*value)?.to_sql(ty, out),
            (Self::Real(value), &Type::FLOAT8) => value.to_sql(ty, out),
            (Self::Text(value), &Type::TEXT) => value.to_sql(ty, out),
            (Self::Bytes(value), &Type::BYTEA) => value.to_sql(ty, out),
            _ => Err(format!("a parameter is not a {ty}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl FromSql<'_> for Value {
    fn from_sql(ty: &Type, raw: &[u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        match *ty {
            Type::INT8 => i64::from_sql(ty, raw).map(Value::Int),
            Type::INT4 => i32::from_sql(ty, raw).map(|value| Value::Int(value.into())),
            Type::FLOAT8 => f64::from_sql(ty, raw).map(Value::Real),
            Type::TEXT => String::from_sql(ty, raw).map(Value::Text),
            _ => Vec::<u8>::from_sql(ty, raw).map(Value::Bytes),
        }
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Value::Null)
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT8, Type::INT4, Type::FLOAT8, Type::TEXT, Type::BYTEA].contains(ty)
    }
}

/// Two transactions collided, and the same one tried again may succeed. Two that made the same row at once look to the
/// later one like a row that is taken; once it is tried again, it sees the row.
pub(super) fn collided(error: &Error, attempt: u32) -> bool {
    let source = match error {
        Error::Broken(source) => source,
        Error::Conflict(Conflict::Taken) => return attempt <= 2,
        _ => return false,
    };
    let code = source.downcast_ref::<postgres::Error>().and_then(postgres::Error::code);
    code.is_some_and(|code| [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED].contains(code))
}

fn error(error: postgres::Error) -> Error {
    let away = [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW];
    // A connection that breaks in the middle of a word says so as an error of the network.
    let broke = StdError::source(&error).is_some_and(|source| source.is::<std::io::Error>());
    let away = error.is_closed() || broke || error.code().is_some_and(|code| away.contains(code));
    match error.code() {
        _ if away => Error::Unavailable,
        Some(&SqlState::UNIQUE_VIOLATION) => Error::Conflict(Conflict::Taken),
        _ => Error::broken(error),
    }
}

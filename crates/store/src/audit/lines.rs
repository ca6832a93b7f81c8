//! The lines of one chain: as they are kept, for whoever verifies them elsewhere, and opened, for the record's owner.

use super::{Chain, detail_column};
use crate::{
    db::{Row, Tx, params, statements},
    error::Error,
    inside::Inside,
    keys::place,
};
use jiff::Timestamp;

statements! {
    ALL = "select number, at, who, act, purpose, count, detail, hash from audit where chain = $1 order by number";
    SINCE = "select number, at, who, act, purpose, count, detail from audit where chain = $1 and at >= $2 \
        order by number desc limit 5000";
    OF_ACT = "select number, detail from audit where chain = $1 and act = $2 order by number";
}

/// A line as it is kept: its detail is sealed, and its hash holds over that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLine {
    /// The id of a record or an account.
    pub chain: String,
    /// From 1, without gaps.
    pub number: i64,
    /// In milliseconds.
    pub at_ms: i64,
    /// `account …`, `app …`, `operator` or `duty …`.
    pub who: String,
    /// What was done.
    pub act: String,
    /// What for.
    pub purpose: String,
    /// How often.
    pub count: i64,
    /// Sealed; empty when there is none.
    pub detail: Vec<u8>,
    /// Over all of it and the hash before.
    pub hash: Vec<u8>,
}

/// A line, opened.
pub(crate) struct Opened {
    pub(crate) at: Timestamp,
    pub(crate) who: String,
    pub(crate) act: String,
    pub(crate) purpose: String,
    pub(crate) count: u32,
    pub(crate) detail: String,
}

/// Every line of a chain, as it is kept.
pub(crate) fn lines(tx: &mut Tx, chain: Chain) -> Result<Vec<AuditLine>, Error> {
    let id = chain.id().to_string();
    let line = |row: &Row| {
        Ok(AuditLine {
            chain: id.clone(),
            number: row.int(0)?,
            at_ms: row.int(1)?,
            who: row.text(2)?.to_owned(),
            act: row.text(3)?.to_owned(),
            purpose: row.text(4)?.to_owned(),
            count: row.int(5)?,
            detail: row.bytes(6)?.to_vec(),
            hash: row.bytes(7)?.to_vec(),
        })
    };
    tx.query(ALL, params![id.as_str()])?.iter().map(line).collect()
}

/// The lines since an instant, newest first, opened.
pub(crate) fn opened(tx: &mut Tx, inside: &Inside, chain: Chain, since: Timestamp) -> Result<Vec<Opened>, Error> {
    let line = |row: &Row| {
        Ok(Opened {
            at: row.instant(1)?,
            who: row.text(2)?.to_owned(),
            act: row.text(3)?.to_owned(),
            purpose: row.text(4)?.to_owned(),
            count: row.count(5)?,
            detail: detail(inside, chain, row.int(0)?, row.bytes(6)?)?,
        })
    };
    tx.query(SINCE, params![chain.id().to_string(), since])?.iter().map(line).collect()
}

/// The details of every line of one act, oldest first.
pub(crate) fn details(tx: &mut Tx, inside: &Inside, chain: Chain, act: &str) -> Result<Vec<String>, Error> {
    let rows = tx.query(OF_ACT, params![chain.id().to_string(), act])?;
    rows.iter().map(|row| detail(inside, chain, row.int(0)?, row.bytes(1)?)).collect()
}

fn detail(inside: &Inside, chain: Chain, number: i64, sealed: &[u8]) -> Result<String, Error> {
    match sealed {
        [] => Ok(String::new()),
        sealed => inside.keys.open_text(place("audit", &detail_column(number), chain.id()), sealed),
    }
}

//! The lines of one chain: as they are kept, for whoever verifies them elsewhere, and opened, for the record's owner.

use super::{Chain, Detail, detail_column};
use crate::{
    db::{Row, Tx, params, statements},
    error::Error,
    inside::Inside,
    keys::place,
};
use jiff::Timestamp;
use sharing::Purpose;

statements! {
    ALL = "select number, at, who, act, purpose, count, detail, hash from audit where chain = $1 order by number";
    SINCE = "select number, at, who, act, purpose, count, detail from audit where chain = $1 and at >= $2 \
        order by number desc limit 5000";
    AFTER = "select number, at, who, act, purpose, count, detail from audit where chain = $1 and number > $2 \
        order by number limit 1000";
    BEFORE = "select number, at, who, act, purpose, count, detail from audit where chain = $1 and number < $2 \
        and at >= $3 and at < $4 order by number desc limit 500";
    BEFORE_OF = "select number, at, who, act, purpose, count, detail from audit where chain = $1 and number < $2 \
        and at >= $3 and at < $4 and who = $5 order by number desc limit 500";
    ENDS = "select number, at, who, act, purpose, count, detail from audit where chain = $1 and number >= $2 and at < $3 \
        and act = 'looked again' order by number";
    ONE = "select number, at, who, act, purpose, count, detail from audit where chain = $1 and number = $2";
    OF_PURPOSES = "select number, at, who, act, purpose, count, detail from audit where chain = $1 and purpose in ($2, $3) \
        order by number desc limit $4";
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
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    pub(crate) number: i64,
    pub(crate) at: Timestamp,
    pub(crate) who: String,
    pub(crate) act: String,
    pub(crate) purpose: String,
    pub(crate) count: u32,
    pub(crate) detail: Detail,
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

/// The lines since an instant, newest first.
pub(crate) fn opened(tx: &mut Tx, inside: &Inside, chain: Chain, since: Timestamp) -> Result<Vec<Opened>, Error> {
    all(inside, chain, &tx.query(SINCE, params![chain.id().to_string(), since])?)
}

/// Up to a thousand lines behind one, oldest first.
pub(crate) fn after(tx: &mut Tx, inside: &Inside, chain: Chain, number: i64) -> Result<Vec<Opened>, Error> {
    all(inside, chain, &tx.query(AFTER, params![chain.id().to_string(), number])?)
}

/// Up to five hundred lines before one, newest first, from and until before an instant, of one or of everybody.
pub(crate) fn before(
    tx: &mut Tx,
    inside: &Inside,
    chain: Chain,
    number: i64,
    within: (Timestamp, Timestamp),
    who: Option<&str>,
) -> Result<Vec<Opened>, Error> {
    let id = chain.id().to_string();
    let rows = match who {
        Some(who) => tx.query(BEFORE_OF, params![id, number, within.0, within.1, who]),
        None => tx.query(BEFORE, params![id, number, within.0, within.1]),
    };
    all(inside, chain, &rows?)
}

/// The ends of visits from a line on until before an instant.
pub(crate) fn ends_between(
    tx: &mut Tx,
    inside: &Inside,
    chain: Chain,
    number: i64,
    until: Timestamp,
) -> Result<Vec<Opened>, Error> {
    all(inside, chain, &tx.query(ENDS, params![chain.id().to_string(), number, until])?)
}

/// One line.
pub(crate) fn line(tx: &mut Tx, inside: &Inside, chain: Chain, number: i64) -> Result<Option<Opened>, Error> {
    let row = tx.query_one(ONE, params![chain.id().to_string(), number])?;
    row.map(|row| open(inside, chain, &row)).transpose()
}

fn all(inside: &Inside, chain: Chain, rows: &[Row]) -> Result<Vec<Opened>, Error> {
    rows.iter().map(|row| open(inside, chain, row)).collect()
}

fn open(inside: &Inside, chain: Chain, row: &Row) -> Result<Opened, Error> {
    let (number, act) = (row.int(0)?, row.text(3)?.to_owned());
    Ok(Opened {
        number,
        at: row.instant(1)?,
        who: row.text(2)?.to_owned(),
        purpose: row.text(4)?.to_owned(),
        count: row.count(5)?,
        detail: detail(inside, chain, number, &act, row.bytes(6)?)?,
        act,
    })
}

/// The newest lines that were written for one of two purposes, newest first.
pub(crate) fn of_purposes(
    tx: &mut Tx,
    inside: &Inside,
    chain: Chain,
    [one, other]: [Purpose; 2],
    most: u32,
) -> Result<Vec<Opened>, Error> {
    let row = params![chain.id().to_string(), one.name(), other.name(), most];
    all(inside, chain, &tx.query(OF_PURPOSES, row)?)
}

/// The details of every line of one act, oldest first.
pub(crate) fn details(tx: &mut Tx, inside: &Inside, chain: Chain, act: &str) -> Result<Vec<Detail>, Error> {
    let rows = tx.query(OF_ACT, params![chain.id().to_string(), act])?;
    rows.iter().map(|row| detail(inside, chain, row.int(0)?, act, row.bytes(1)?)).collect()
}

fn detail(inside: &Inside, chain: Chain, number: i64, act: &str, sealed: &[u8]) -> Result<Detail, Error> {
    let kept = match sealed {
        [] => String::new(),
        sealed => inside.keys.open_text(place("audit", &detail_column(number), chain.id()), sealed)?,
    };
    Ok(Detail::read(act, kept))
}

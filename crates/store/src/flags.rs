//! Flags: records that the operator is to look after, and what the operator does at the command line. No health data and
//! no names go there, and every look of the operator is a line in the history of the record.

use crate::{
    accounts,
    actor::{Actor, Who},
    audit::{self, AuditLine, Chain, Entry},
    db::{Tx, params, statements},
    error::{Error, Invalid},
    inside::{Inside, Store},
    keys::place,
    standing,
};
use jiff::Timestamp;
use sharing::{AccountId, Duty, Email, RecordId};
use std::sync::Arc;

statements! {
    // What somebody wrote stays when lockdown flags the record once more.
    PUT = "insert into flags (record, at, by_whom, why) values ($1, $2, $3, $4) on conflict (record) do nothing";
    REMOVE = "delete from flags where record = $1";
    ALL = "select f.record, f.at, f.by_whom, f.why, a.id, a.email from flags f join records r on r.id = f.record \
        left join accounts a on a.id = r.account order by f.at, f.record";
}

/// Longer than this is no reason.
const MOST_WHY: usize = 500;

/// A record that the operator is to look after.
#[derive(Clone, Debug, PartialEq)]
pub struct Flag {
    /// Which.
    pub record: RecordId,
    /// Since when.
    pub at: Timestamp,
    /// `lockdown` or `operator`.
    pub by: String,
    /// In the words of whoever flagged it; the owner reads them too.
    pub why: String,
    /// The owner's address, masked: `a…@example.org`. None when a clinic keeps the record.
    pub owner: Option<String>,
}

/// Whose audit.
#[derive(Clone, Debug, PartialEq)]
pub enum AuditOf {
    /// A record's.
    Record(RecordId),
    /// Of the account with this address.
    Account(Email),
}

/// Flags a record, if it is not flagged already.
pub(crate) fn put(
    tx: &mut Tx,
    inside: &Inside,
    record: RecordId,
    by: &str,
    why: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let sealed = inside.keys.seal(place("flags", "why", record.0), why.as_bytes())?;
    tx.execute(PUT, params![record, now, by, sealed]).map(drop)
}

/// Why a record is flagged.
pub(crate) fn open_why(inside: &Inside, record: RecordId, sealed: &[u8]) -> Result<String, Error> {
    inside.keys.open_text(place("flags", "why", record.0), sealed)
}

impl Store {
    /// Flags a record for the operator. The owner sees the flag, the reason, and the line in the history.
    pub async fn flag(&self, duty: &Actor, record: RecordId, why: &str) -> Result<(), Error> {
        let why = why.trim().to_owned();
        if why.is_empty() || why.chars().count() > MOST_WHY {
            return Err(Error::Invalid(if why.is_empty() { Invalid::Empty } else { Invalid::TooLong }));
        }
        self.operate(duty, move |tx, inside, now| {
            known(tx, record)?;
            tx.execute(REMOVE, params![record])?;
            put(tx, inside, record, "operator", &why, now)?;
            audit::write(tx, inside, &by_operator(record, now, "flagged the record", &why))
        })
        .await
    }

    /// Takes the flag off a record.
    pub async fn unflag(&self, duty: &Actor, record: RecordId) -> Result<(), Error> {
        self.operate(duty, move |tx, inside, now| {
            if tx.execute(REMOVE, params![record])? == 0 {
                return Err(Error::NotFound);
            }
            audit::write(tx, inside, &by_operator(record, now, "took the flag off the record", ""))
        })
        .await
    }

    /// All flagged records, oldest first. The look is a line in the history of each.
    pub async fn flags(&self, duty: &Actor) -> Result<Vec<Flag>, Error> {
        self.operate(duty, |tx, inside, now| {
            let flags = all(tx, inside)?;
            for flag in &flags {
                audit::write(tx, inside, &by_operator(flag.record, now, "looked at the flag", ""))?;
            }
            Ok(flags)
        })
        .await
    }

    /// The audit of a record or an account, line by line, with its details sealed as they are kept: they can be file names
    /// and days of reports, which is more than an operator is to see, and the hashes hold over what is sealed. The export
    /// is itself the last line.
    pub async fn audit_export(&self, duty: &Actor, whose: AuditOf) -> Result<Vec<AuditLine>, Error> {
        self.operate(duty, move |tx, inside, now| {
            let (chain, line) = match &whose {
                AuditOf::Record(record) => {
                    known(tx, *record)?;
                    (Chain::Record(*record), by_operator(*record, now, "exported the history", ""))
                }
                AuditOf::Account(email) => {
                    let account = accounts::by_email(tx, inside, email)?.ok_or(Error::NotFound)?;
                    let line = Entry::by_operator(account, now, "exported the history", String::new());
                    (Chain::Account(account), line)
                }
            };
            audit::write(tx, inside, &line)?;
            audit::lines(tx, chain)
        })
        .await
    }

    async fn operate<T: Send + 'static>(
        &self,
        duty: &Actor,
        mut job: impl FnMut(&mut Tx, &Inside, Timestamp) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        duty.on(Duty::Operate)?;
        let (inside, now) = (Arc::clone(&self.0), self.0.clock.now());
        self.0.db.write(move |tx| job(tx, &inside, now), |_| ()).await
    }
}

fn by_operator(record: RecordId, now: Timestamp, act: &'static str, detail: &str) -> Entry {
    Entry::beside(Who::Duty(Duty::Operate), record, now, act, detail.to_owned())
}

fn known(tx: &mut Tx, record: RecordId) -> Result<(), Error> {
    if standing::exists(tx, record)? { Ok(()) } else { Err(Error::NotFound) }
}

fn all(tx: &mut Tx, inside: &Inside) -> Result<Vec<Flag>, Error> {
    let mut flags = Vec::new();
    for row in tx.query(ALL, params![])? {
        let record = RecordId(row.id(0)?);
        let owner = match (row.opt_id(4)?, row.opt_bytes(5)?) {
            (Some(id), Some(sealed)) => {
                Some(masked(&inside.keys.open_text(place("accounts", "email", AccountId(id).0), sealed)?))
            }
            _ => None,
        };
        let why = open_why(inside, record, row.bytes(3)?)?;
        flags.push(Flag { record, at: row.instant(1)?, by: row.text(2)?.to_owned(), why, owner });
    }
    Ok(flags)
}

/// `a…@example.org`: enough to recognise what one knows.
fn masked(address: &str) -> String {
    let (name, host) = address.split_once('@').unwrap_or((address, ""));
    let first: String = name.chars().take(1).collect();
    format!("{first}…@{host}")
}

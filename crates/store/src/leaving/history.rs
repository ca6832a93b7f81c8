//! The history of a record, with names instead of ids: who looked, took away or changed what, and when.

use crate::{
    access::Access,
    audit::detail_column,
    db::{Row, Tx, params, statements},
    error::Error,
    inside::Inside,
    keys::place,
    rights::Download,
};
use jiff::Timestamp;
use sharing::{AccountId, Id, RecordId, Refusal, Standing};
use std::collections::HashMap;

statements! {
    LINES = "select number, at, who, act, purpose, count, detail from audit \
        where chain = $1 and number > $2 order by number limit 1000";
    RECEIPTS = "select receipt, at, who, what from reports_log where record = $1 order by at, receipt";
    ACCOUNT = "select name from accounts where id = $1";
    APP = "select name from app_tokens where record = $1 and id = $2";
}

/// A line of a record's history.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryLine {
    /// Its place in the chain, from 1.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who, by name.
    pub who: String,
    /// What.
    pub act: String,
    /// What for.
    pub purpose: String,
    /// How often.
    pub count: u32,
    /// How the person related, or which.
    pub detail: String,
}

/// A report or export that was taken away.
#[derive(Clone, Debug, PartialEq)]
pub struct ReceiptLine {
    /// Its number.
    pub number: String,
    /// When.
    pub at: Timestamp,
    /// Who, by name.
    pub who: String,
    /// Which.
    pub what: String,
}

impl Access<'_, Download> {
    /// Who looked is for the owner alone, whoever else may take reports away.
    fn owned(&self) -> Result<(), Error> {
        let own = self.entered().standing == Standing::Owner;
        if own { Ok(()) } else { Err(Error::Forbidden(Refusal::NotYours)) }
    }

    /// Up to a thousand lines behind one, oldest first.
    pub fn export_history(&mut self, after: i64) -> Result<Vec<HistoryLine>, Error> {
        self.owned()?;
        let (tx, inside, entered) = self.parts();
        let mut names = Names::new(inside, entered.record);
        let rows = tx.query(LINES, params![entered.record.to_string(), after])?;
        rows.iter().map(|row| line(tx, inside, &mut names, entered.record, row)).collect()
    }

    /// What was taken away, oldest first.
    pub fn export_receipts(&mut self) -> Result<Vec<ReceiptLine>, Error> {
        self.owned()?;
        let (tx, inside, entered) = self.parts();
        let mut names = Names::new(inside, entered.record);
        let rows = tx.query(RECEIPTS, params![entered.record])?;
        let line = |row: &Row| {
            let (number, what) = (row.text(0)?.to_owned(), row.text(3)?.to_owned());
            Ok(ReceiptLine { number, at: row.instant(1)?, who: names.of(tx, row.text(2)?)?, what })
        };
        rows.iter().map(line).collect()
    }
}

fn line(
    tx: &mut Tx,
    inside: &Inside,
    names: &mut Names<'_>,
    record: RecordId,
    row: &Row,
) -> Result<HistoryLine, Error> {
    let number = row.int(0)?;
    let detail = match row.bytes(6)? {
        [] => String::new(),
        sealed => inside.keys.open_text(place("audit", &detail_column(number), record.0), sealed)?,
    };
    Ok(HistoryLine {
        number,
        at: row.instant(1)?,
        who: names.of(tx, row.text(2)?)?,
        act: row.text(3)?.to_owned(),
        purpose: row.text(4)?.to_owned(),
        count: row.count(5)?,
        detail,
    })
}

/// Names of those who stand in a history, each looked up once.
struct Names<'a> {
    inside: &'a Inside,
    record: RecordId,
    known: HashMap<String, String>,
}

impl<'a> Names<'a> {
    fn new(inside: &'a Inside, record: RecordId) -> Self {
        Self { inside, record, known: HashMap::new() }
    }

    fn of(&mut self, tx: &mut Tx, who: &str) -> Result<String, Error> {
        if let Some(name) = self.known.get(who) {
            return Ok(name.clone());
        }
        let name = self.look_up(tx, who)?;
        self.known.insert(who.to_owned(), name.clone());
        Ok(name)
    }

    fn look_up(&self, tx: &mut Tx, who: &str) -> Result<String, Error> {
        let parted = who.split_once(' ').and_then(|(kind, id)| Some((kind, Id::parse(id)?)));
        match parted {
            Some(("account", id)) => match tx.query_one(ACCOUNT, params![AccountId(id)])? {
                Some(row) => self.inside.keys.open_text(place("accounts", "name", id), row.bytes(0)?),
                None => Ok("somebody whose account was deleted".to_owned()),
            },
            Some(("app", id)) => match tx.query_one(APP, params![self.record, id])? {
                Some(row) => {
                    let sealed = place("app_tokens", "name", id).of(self.record.0);
                    Ok(format!("the app {}", self.inside.keys.open_text(sealed, row.bytes(0)?)?))
                }
                None => Ok("an app whose token was ended".to_owned()),
            },
            Some(("pass", _)) => Ok("a visit pass".to_owned()),
            _ => Ok("Kinsight itself".to_owned()),
        }
    }
}

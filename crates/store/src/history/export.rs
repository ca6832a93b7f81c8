//! Every line of a record's history and every receipt, for an owner who takes everything along.

use super::{
    names::{Doer, Names},
    pages_seen, receipt,
    view::{PageSeen, Role, ViewEntry},
};
use crate::{
    access::Access,
    audit::{self, Chain},
    db::{params, statements},
    error::Error,
    rights::Download,
};
use jiff::Timestamp;
use sharing::{Refusal, Standing};

statements! {
    RECEIPTS = "select receipt from reports_log where record = $1 order by at, receipt";
}

/// A line of a record's history.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryLine {
    /// Its place in the chain, from 1.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: Doer,
    /// How they related to the record.
    pub role: Role,
    /// What.
    pub act: String,
    /// What for.
    pub purpose: String,
    /// How often.
    pub count: u32,
    /// Network address and browser.
    pub origin: String,
    /// What was looked at, and which days.
    pub pages: Vec<PageSeen>,
    /// The number on what was taken away.
    pub receipt: String,
    /// Of the file that was made.
    pub sha256: String,
    /// Which, in words.
    pub detail: String,
}

/// A report or export that was taken away.
#[derive(Clone, Debug, PartialEq)]
pub struct ReceiptLine {
    /// Its number.
    pub number: String,
    /// Its line.
    pub entry: ViewEntry,
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
        let zone = self.record()?.zone;
        let (tx, inside, entered) = self.parts();
        let mut names = Names::new(inside, entered.record, None);
        let mut lines = Vec::new();
        for line in audit::after(tx, inside, Chain::Record(entered.record), after)? {
            lines.push(HistoryLine {
                number: line.number,
                at: line.at,
                who: names.doer(tx, &line.who)?,
                role: names.role(tx, &line.detail)?,
                detail: names.detail(tx, &line.act, &line.detail.text)?,
                act: line.act,
                purpose: line.purpose,
                count: line.count,
                pages: pages_seen(&line.detail.pages, &zone),
                origin: line.detail.origin,
                receipt: line.detail.receipt,
                sha256: line.detail.sha256,
            });
        }
        Ok(lines)
    }

    /// What was taken away, oldest first.
    pub fn export_receipts(&mut self) -> Result<Vec<ReceiptLine>, Error> {
        self.owned()?;
        let (tx, inside, entered) = self.parts();
        let mut names = Names::new(inside, entered.record, None);
        let mut lines = Vec::new();
        for row in tx.query(RECEIPTS, params![entered.record])? {
            let number = row.text(0)?.to_owned();
            let entry = receipt::entry(tx, inside, &mut names, entered.record, &number)?;
            lines.extend(entry.map(|entry| ReceiptLine { number, entry }));
        }
        Ok(lines)
    }
}

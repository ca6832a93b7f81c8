//! Receipts: the number on whatever is taken away, and the lines of the history that it leads back to.
//!
//! The first line is written where it is decided, before there is a file; the second holds the hash of the file and is
//! written when its bytes exist, before they leave. Both stand in the record's chain, so that neither can be changed unseen.

use crate::{
    access::Access,
    actor::Actor,
    audit::{self, Entry},
    db::{Tx, params, statements},
    error::Error,
    inside::{Inside, Store},
    keys::random,
};
use sharing::{Purpose, RecordId};
use std::sync::Arc;

statements! {
    LOG = "insert into reports_log (record, receipt, at, who, what, line) values ($1, $2, $3, $4, $5, $6)";
    OPEN = "select 1 from reports_log where record = $1 and receipt = $2 and who = $3 and made_line is null";
    MADE = "update reports_log set made_line = $3 where record = $1 and receipt = $2";
}

/// The number of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Three groups of four characters.
    pub number: String,
}

/// The act of a line that tells of the finished file.
pub(crate) const MADE_FILE: &str = "made the file";

impl<R> Access<'_, R> {
    /// Gives what is taken away a number, and the line that the number leads back to.
    pub(crate) fn give_receipt(&mut self, act: &'static str, what: &str) -> Result<Receipt, Error> {
        let number = receipt_number()?;
        let entry = self.line(act, what).with_receipt(&number);
        let (tx, inside, entered) = self.parts();
        let line = audit::write_numbered(tx, inside, &entry)?;
        let who = audit::who_text(entered.who);
        tx.execute(LOG, params![entered.record, number.as_str(), entered.now, who, what, line])?;
        Ok(Receipt { number })
    }

    /// Notes the name and the hash of the finished file.
    pub(crate) fn finish_receipt(&mut self, receipt: &Receipt, file: &str, sha256: &[u8; 32]) -> Result<(), Error> {
        let entry = self.line(MADE_FILE, file).with_receipt(&receipt.number).with_hash(sha256);
        let (tx, inside, entered) = self.parts();
        finish(tx, inside, entered.record, &audit::who_text(entered.who), receipt, &entry)
    }
}

impl Store {
    /// Notes the name and the hash of a file that whoever holds the receipt is about to get. Nothing is read or decided
    /// here: that was done when the receipt was given, and a file that exists is told of in any case.
    pub async fn finish_report(
        &self,
        who: &Actor,
        record: RecordId,
        purpose: Purpose,
        receipt: &Receipt,
        file: &str,
        sha256: &[u8; 32],
    ) -> Result<(), Error> {
        let entry = Entry::about(who.who, record, purpose, self.0.clock.now(), MADE_FILE, file)
            .coming_from(&who.origin)
            .with_receipt(&receipt.number)
            .with_hash(sha256);
        let (inside, holder, receipt) = (Arc::clone(&self.0), audit::who_text(who.who), receipt.clone());
        let note = move |tx: &mut Tx| finish(tx, &inside, record, &holder, &receipt, &entry);
        self.0.db.write(note, |()| ()).await
    }
}

fn finish(
    tx: &mut Tx,
    inside: &Inside,
    record: RecordId,
    holder: &str,
    receipt: &Receipt,
    entry: &Entry,
) -> Result<(), Error> {
    let number = receipt.number.as_str();
    tx.query_one(OPEN, params![record, number, holder])?.ok_or(Error::NotFound)?;
    let line = audit::write_numbered(tx, inside, entry)?;
    tx.execute(MADE, params![record, number, line]).map(drop)
}

/// Twelve characters that nobody mistakes for others: 60 bits.
fn receipt_number() -> Result<String, Error> {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let bytes = random::<12>()?;
    let letters: Vec<char> = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
    Ok(letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

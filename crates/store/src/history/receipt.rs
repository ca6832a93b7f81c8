//! From the number on a report back to its line: who took which file when, and the hash of it.

use super::{
    names::Names,
    view::{ViewEntry, ViewKind},
};
use crate::{
    access::Access,
    audit::{self, Chain, Detail, Opened},
    db::{Row, Tx, params, statements},
    error::Error,
    inside::Inside,
    rights::Manage,
};
use sharing::RecordId;

statements! {
    FIND = "select at, who, what, line, made_line from reports_log where record = $1 and receipt = $2";
}

impl Access<'_, Manage> {
    /// The line that a receipt's number leads back to. It may be typed in small letters and without its hyphens.
    pub fn receipt(&mut self, number: &str) -> Result<ViewEntry, Error> {
        let number = as_printed(number).ok_or(Error::NotFound)?;
        let (tx, inside, entered) = self.parts();
        let mut names = Names::new(inside, entered.record, Some(audit::who_text(entered.who)));
        entry(tx, inside, &mut names, entered.record, &number)?.ok_or(Error::NotFound)
    }
}

/// Three groups of four, as it stands on the report.
fn as_printed(typed: &str) -> Option<String> {
    let letters: String = typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    (letters.len() == 12).then(|| [&letters[..4], &letters[4..8], &letters[8..]].join("-"))
}

/// The entry of a receipt.
pub(super) fn entry(
    tx: &mut Tx,
    inside: &Inside,
    names: &mut Names<'_>,
    record: RecordId,
    number: &str,
) -> Result<Option<ViewEntry>, Error> {
    let Some(row) = tx.query_one(FIND, params![record, number])? else { return Ok(None) };
    let line = match row.opt_int(3)? {
        Some(line) => audit::line(tx, inside, Chain::Record(record), line)?,
        None => Some(old(&row, number)?),
    };
    let Some(line) = line else { return Ok(None) };
    let mut entry = ViewEntry::of_line(tx, names, line, ViewKind::Download)?;
    if let Some(made) = row.opt_int(4)? {
        entry.made(audit::line(tx, inside, Chain::Record(record), made)?);
    }
    Ok(Some(entry))
}

/// A receipt from before its lines were noted; an export's hash stood behind its name.
fn old(row: &Row, number: &str) -> Result<Opened, Error> {
    let what = row.text(2)?;
    let (text, sha256) = what.split_once(" sha256 ").unwrap_or((what, ""));
    let act = if text == "export" { "exported everything" } else { "prepared a report" };
    let detail = Detail { receipt: number.to_owned(), sha256: sha256.to_owned(), ..Detail::plain(text) };
    Ok(Opened {
        number: 0,
        at: row.instant(0)?,
        who: row.text(1)?.to_owned(),
        act: act.to_owned(),
        purpose: String::new(),
        count: 1,
        detail,
    })
}

#[cfg(test)]
mod tests {
    use super::as_printed;

    #[test]
    fn a_number_is_known_however_it_is_typed() {
        for typed in ["ABCD-EFGH-2345", " abcd efgh 2345 ", "abcdefgh2345"] {
            assert_eq!(as_printed(typed).as_deref(), Some("ABCD-EFGH-2345"));
        }
        assert_eq!((as_printed("ABCD-EFGH"), as_printed("ÄBCD-EFGH-2345")), (None, None));
    }
}

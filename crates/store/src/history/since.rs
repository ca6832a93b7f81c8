//! The lines of a record since an instant, in words, for its owner after a lockdown.

use super::names::{Doer, Names};
use crate::{
    access::Access,
    audit::{self, Chain, Opened, is_gate},
    db::Tx,
    error::Error,
    rights::Manage,
};
use jiff::Timestamp;

/// One line of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: Doer,
    /// What, in words.
    pub what: String,
    /// How often.
    pub count: u32,
    /// Which file, which days; empty when there is nothing to add.
    pub detail: String,
    /// The number on the report that was taken away.
    pub receipt: Option<String>,
    /// Whether it changed something, took something away, or was refused: what to look at first.
    pub weighs: bool,
}

impl Access<'_, Manage> {
    /// What happened to this record since then, newest first.
    pub fn history(&mut self, since: Timestamp) -> Result<Vec<HistoryEntry>, Error> {
        let (tx, inside, entered) = self.parts();
        let lines = audit::opened(tx, inside, Chain::Record(entered.record), since)?;
        let mut names = Names::new(inside, entered.record, Some(audit::who_text(entered.who)));
        lines.into_iter().map(|line| told(tx, &mut names, line)).collect()
    }
}

fn told(tx: &mut Tx, names: &mut Names<'_>, line: Opened) -> Result<HistoryEntry, Error> {
    let who = names.doer(tx, &line.who)?;
    let detail = names.detail(tx, &line.act, &line.detail.text)?;
    Ok(HistoryEntry {
        at: line.at,
        who,
        what: what(&line),
        count: line.count,
        detail,
        weighs: !is_gate(&line.act) || line.act.starts_with("refused"),
        receipt: Some(line.detail.receipt).filter(|receipt| !receipt.is_empty()),
    })
}

/// The audit's words with what it was for.
fn what(line: &Opened) -> String {
    let (act, purpose) = (&line.act, &line.purpose);
    match act.as_str() {
        "looked" | "looked again" if line.detail.pages.is_empty() => format!("{act}: {purpose}"),
        "looked" | "looked again" => {
            let pages: Vec<&str> = line.detail.pages.iter().map(|page| page.page.as_str()).collect();
            format!("{act}: {}", pages.join(", "))
        }
        "downloaded" => format!("opened for download: {purpose}"),
        "uploaded" | "uploaded again" => format!("opened for upload: {purpose}"),
        "changed" => format!("opened with the right to change: {purpose}"),
        "refused a look" | "refused a download" | "refused an upload" | "refused a change" => {
            format!("was {act}: {purpose}")
        }
        "lockdown" => "locked the account".to_owned(),
        act => act.to_owned(),
    }
}

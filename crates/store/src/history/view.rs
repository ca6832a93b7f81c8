//! The view history: who looked at a record, from where, at which pages and days; what was taken away; who was refused.

use super::{
    names::{Doer, Names},
    pages_seen, receipt,
    sheet::Sheet,
};
use crate::{
    access::Access,
    audit::{self, Chain, Opened, Page},
    db::{Tx, params, statements},
    error::Error,
    receipts::Receipt,
    rights::Manage,
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use sharing::Standing;

statements! {
    PEOPLE = "select distinct who from audit where chain = $1 order by who limit 500";
}

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ViewKind {
    /// Somebody looked.
    Look,
    /// Somebody took something away.
    Download,
    /// Somebody tried and was refused.
    Refused,
    /// Something was changed or brought.
    Change,
}

/// What to show of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewAsked {
    /// Only of one, by the key of a [`Viewer`].
    pub who: Option<String>,
    /// Only this kind; otherwise all but changes.
    pub kind: Option<ViewKind>,
    /// From.
    pub from: Timestamp,
    /// Until before.
    pub to: Timestamp,
    /// Only before this line.
    pub before: Option<i64>,
    /// At most so many entries.
    pub most: usize,
}

/// A part of the view history, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct ViewHistory {
    /// Visits, downloads, refusals, changes.
    pub entries: Vec<ViewEntry>,
    /// There is more: to be asked for with this as `before`.
    pub earlier: Option<i64>,
    /// Everybody who stands in the history.
    pub people: Vec<Viewer>,
}

/// Somebody who stands in the history.
#[derive(Clone, Debug, PartialEq)]
pub struct Viewer {
    /// By which the history is filtered.
    pub key: String,
    /// By name.
    pub who: Doer,
}

/// How somebody related to the record when they did something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Role {
    /// `care partner`, `linked clinic`, `stranger` …; empty when the line does not say.
    pub standing: String,
    /// A member's role in the clinic.
    pub role: String,
    /// The clinic's name, as it is now.
    pub clinic: Option<String>,
}

/// A page that was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageSeen {
    /// The purpose, as lines name it.
    pub page: String,
    /// How often.
    pub count: u32,
    /// First and last of the days that were looked at.
    pub days: Vec<(Date, Date)>,
}

/// A visit, a download, a refused try or a change.
#[derive(Clone, Debug, PartialEq)]
pub struct ViewEntry {
    /// Its newest line.
    pub number: i64,
    /// Which kind.
    pub kind: ViewKind,
    /// Who.
    pub who: Doer,
    /// How they related to the record.
    pub role: Role,
    /// When it began.
    pub first_at: Timestamp,
    /// When it was last seen.
    pub last_at: Timestamp,
    /// How many looks or tries.
    pub count: u32,
    /// Network address and browser.
    pub origin: String,
    /// The audit's word for it.
    pub act: String,
    /// What it was for.
    pub purpose: String,
    /// What was looked at, and which days.
    pub pages: Vec<PageSeen>,
    /// Which report, whom, which file.
    pub detail: String,
    /// The number on what was taken away.
    pub receipt: Option<String>,
    /// The name of the file.
    pub file: Option<String>,
    /// Of the file, in hexadecimal digits.
    pub sha256: Option<String>,
}

impl ViewAsked {
    /// Everything but changes, the newest first.
    pub fn newest(most: usize) -> Self {
        Self { who: None, kind: None, from: Timestamp::UNIX_EPOCH, to: FAR, before: None, most }
    }
}

/// Later than any line.
const FAR: Timestamp = Timestamp::constant(253_402_000_000, 0);

/// Within which a visit's last line is written: its longest day, and a day for a worker that was away.
const CLOSED_WITHIN: SignedDuration = SignedDuration::from_hours(48);

/// Batches that one page reads at most; what is left is behind its link to earlier ones.
const BATCHES: usize = 4;

/// Batches that an export reads at most.
const BATCHES_OF_EXPORT: usize = 80;

impl Access<'_, Manage> {
    /// A page of the view history.
    pub fn view_history(&mut self, asked: &ViewAsked) -> Result<ViewHistory, Error> {
        self.view_history_of(asked, BATCHES)
    }

    /// The view history as a file, which is a download like any other: with a fresh proof, a line and a receipt.
    pub fn export_view_history(&mut self, asked: &ViewAsked, form: &str) -> Result<(ViewHistory, Receipt), Error> {
        self.fresh()?;
        let history = self.view_history_of(asked, BATCHES_OF_EXPORT)?;
        Ok((history, self.give_receipt("exported the view history", &format!("view history {form}"))?))
    }

    fn view_history_of(&mut self, asked: &ViewAsked, batches: usize) -> Result<ViewHistory, Error> {
        let zone = self.record()?.zone;
        let (tx, inside, entered) = self.parts();
        let (chain, me) = (Chain::Record(entered.record), audit::who_text(entered.who));
        let owner = (entered.standing == Standing::Owner).then_some(me.as_str());
        let mut sheet = Sheet::new(asked, owner);
        if let Some(before) = asked.before
            && let Some(line) = audit::line(tx, inside, chain, before)?
        {
            let until = line.at.saturating_add(CLOSED_WITHIN).unwrap_or(FAR);
            audit::ends_between(tx, inside, chain, before, until)?.iter().for_each(|end| sheet.skip_first_of(end));
        }
        let within = (asked.from, asked.to.saturating_add(CLOSED_WITHIN).unwrap_or(FAR).min(FAR));
        let mut cursor = asked.before.unwrap_or(i64::MAX);
        let mut earlier = None;
        'reading: for batch in 0..batches {
            let lines = audit::before(tx, inside, chain, cursor, within, asked.who.as_deref())?;
            let whole = lines.len() == 500;
            for line in lines {
                let number = line.number;
                if !sheet.take(line) {
                    earlier = Some(cursor);
                    break 'reading;
                }
                cursor = number;
            }
            if !whole {
                break;
            }
            earlier = (batch + 1 == batches).then_some(cursor);
        }
        let mut names = Names::new(inside, entered.record, Some(me.clone()));
        let mut entries = Vec::new();
        for (line, kind, lasted) in sheet.into_lines() {
            let pages = pages_seen(&line.detail.pages, &zone);
            let mut entry = ViewEntry::of_line(tx, &mut names, line, kind)?;
            (entry.first_at, entry.last_at, entry.pages) = (lasted.0, lasted.1, pages);
            if let Some(number) = entry.receipt.as_deref()
                && let Some(known) = receipt::entry(tx, inside, &mut names, entered.record, number)?
            {
                (entry.file, entry.sha256) = (known.file, known.sha256);
            }
            entries.push(entry);
        }
        Ok(ViewHistory { entries, earlier, people: people(tx, chain, &mut names)? })
    }
}

fn people(tx: &mut Tx, chain: Chain, names: &mut Names<'_>) -> Result<Vec<Viewer>, Error> {
    let Chain::Record(record) = chain else { return Ok(Vec::new()) };
    let rows = tx.query(PEOPLE, params![record.to_string()])?;
    rows.iter().map(|row| Ok(Viewer { key: row.text(0)?.to_owned(), who: names.doer(tx, row.text(0)?)? })).collect()
}

impl ViewEntry {
    /// One line, with names; its pages are for whoever knows the zone.
    pub(super) fn of_line(tx: &mut Tx, names: &mut Names<'_>, line: Opened, kind: ViewKind) -> Result<Self, Error> {
        let text = |text: String| Some(text).filter(|text| !text.is_empty());
        let role = names.role(tx, &line.detail)?;
        let looks: u32 = line.detail.pages.iter().map(|page: &Page| page.count).sum();
        Ok(Self {
            number: line.number,
            kind,
            who: names.doer(tx, &line.who)?,
            role,
            first_at: line.at,
            last_at: line.at,
            count: if looks > 0 { looks } else { line.count },
            detail: names.detail(tx, &line.act, &line.detail.text)?,
            act: line.act,
            purpose: line.purpose,
            pages: Vec::new(),
            origin: line.detail.origin,
            receipt: text(line.detail.receipt),
            file: None,
            sha256: text(line.detail.sha256),
        })
    }

    /// Adds what the line of the finished file says.
    pub(super) fn made(&mut self, line: Option<Opened>) {
        if let Some(line) = line {
            (self.file, self.sha256) = (Some(line.detail.text), Some(line.detail.sha256));
        }
    }
}

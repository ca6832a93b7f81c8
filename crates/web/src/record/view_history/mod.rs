//! The view history: who looked, from where, at which pages and days; downloads with their receipts; refused tries.

pub mod export;
pub mod filter;
pub mod receipt;
pub mod words;

use super::visit::Visit;
use crate::edge::problem::Problem;
use crate::page::{Frame, Tab, render};
pub use crate::people::activity::capital;
use crate::show;
use crate::whence::Whence;
use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use filter::{Asked, Filter};
use jiff::tz::TimeZone;
use sharing::Purpose;
use store::{Access, Manage, ViewEntry, ViewKind};

/// Entries on one page.
const MOST: usize = 50;

#[derive(Template)]
#[template(path = "record/view_history.html")]
struct HistoryPage {
    frame: Frame,
    record: String,
    own: bool,
    filter: Filter,
    entries: Vec<Entry>,
    earlier: Option<String>,
}

/// One entry, in words.
pub struct Entry {
    pub kind: ViewKind,
    pub who: String,
    pub role: String,
    pub when: String,
    pub count: u32,
    pub whence: Option<Whence>,
    pub what: String,
    pub detail: String,
    pub pages: Vec<String>,
    pub receipt: Option<String>,
    pub file: Option<String>,
    pub sha256: Option<String>,
}

impl Entry {
    pub fn of(visit: &Visit, zone: &TimeZone, entry: ViewEntry) -> Self {
        let language = visit.me.language;
        let pages = entry.pages.iter().map(|page| words::page_words(page, language)).collect();
        let places = visit.web.settings.places.as_deref();
        Self {
            who: words::who(&entry.who),
            role: words::role(&entry.role),
            when: when(&entry, zone, language),
            count: entry.count,
            whence: (!entry.origin.is_empty()).then(|| Whence::of(&entry.origin, places)),
            what: words::what(&entry, language),
            detail: words::detail(&entry).to_owned(),
            pages: if entry.kind == ViewKind::Look { pages } else { Vec::new() },
            kind: entry.kind,
            receipt: entry.receipt,
            file: entry.file,
            sha256: entry.sha256,
        }
    }

    pub fn badge(&self) -> &'static str {
        match self.kind {
            ViewKind::Look => "Look",
            ViewKind::Download => "Download",
            ViewKind::Refused => "Refused",
            ViewKind::Change => "Change",
        }
    }

    pub fn is_refused(&self) -> bool {
        self.kind == ViewKind::Refused
    }
}

/// `18 Mar 2026, 20:00–20:14`, on the record's wall clock.
fn when(entry: &ViewEntry, zone: &TimeZone, language: ::words::Language) -> String {
    let first = show::moment(entry.first_at, zone, language);
    let day = |at| zone.to_datetime(at).date();
    if day(entry.first_at) != day(entry.last_at) {
        return format!("{first} – {}", show::moment(entry.last_at, zone, language));
    }
    let (from, to) = (show::time(entry.first_at, zone, language), show::time(entry.last_at, zone, language));
    if from == to { first } else { format!("{first}–{to}") }
}

pub async fn page(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let wanted = asked.clone();
    let (record, seen) = visit
        .with(Purpose::ViewHistory, move |patient: &mut Access<'_, Manage>| {
            let record = patient.record()?;
            // A malformed question is answered after the gate, so that strangers hear of nothing.
            let Ok(asked) = wanted.of_store(&record.zone, MOST) else { return Ok((record, None)) };
            Ok((record, Some(patient.view_history(&asked)?)))
        })
        .await?;
    let history = seen.ok_or_else(|| filter::problem(&visit))?;
    let frame = visit.frame(&format!("{}: view history", record.name), &record, Tab::ViewHistory).await?;
    let entries = history.entries.into_iter().map(|entry| Entry::of(&visit, &record.zone, entry)).collect();
    let earlier = history.earlier.map(|before| asked.query(Some(before)));
    let filter = Filter::of(asked, history.people);
    Ok(render(&HistoryPage { frame, record: visit.record.to_string(), own: record.own, filter, entries, earlier }))
}

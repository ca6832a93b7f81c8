//! What a line of a record's chain keeps sealed: how the person related, from where, which pages and days, which receipt.
//!
//! It is a small JSON text with a version. Lines from before it existed hold plain words, and are still read.

use super::{Entry, standing_word};
use crate::{db::Tx, error::Error, standing};
use serde::{Deserialize, Serialize};
use sharing::{ClinicId, ClinicRole, Purpose, RecordId, Standing};
use std::sync::Arc;

/// The form that is written.
const VERSION: u8 = 1;

/// The sealed part of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Detail {
    /// 0 for a line of plain words.
    pub(crate) v: u8,
    /// How the person related to the record, in a word or two.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) standing: String,
    /// What a member does in the clinic.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) role: String,
    /// The id of the clinic through which a member came in.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) clinic: String,
    /// Network address and browser.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) origin: String,
    /// Whatever else: a file's name, a token's name, an id.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) text: String,
    /// Ties the lines of one visit together.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) visit: String,
    /// In a line that ends a visit: its first and last look, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lasted: Option<(i64, i64)>,
    /// What was looked at. In a line that ends a visit: in all of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) pages: Vec<Page>,
    /// The number on what was taken away.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) receipt: String,
    /// Of the file that was made, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) sha256: String,
}

/// A page that was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Page {
    /// The purpose, as lines name it.
    pub(crate) page: String,
    /// How often.
    pub(crate) count: u32,
    /// The spans of time that were read, in milliseconds, the end not included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) spans: Vec<Span>,
}

/// From, and until before, in milliseconds.
pub(crate) type Span = (i64, i64);

/// Spans that are told apart on one page of one visit; more run together.
const MOST_SPANS: usize = 6;

impl Page {
    /// A page that was opened once.
    pub(crate) fn once(purpose: Purpose, seen: Option<Span>) -> Self {
        Self { page: purpose.name().to_owned(), count: 1, spans: seen.into_iter().collect() }
    }
}

/// Adds a page to those of a visit.
pub(crate) fn add_page(pages: &mut Vec<Page>, new: &Page) {
    let Some(known) = pages.iter_mut().find(|page| page.page == new.page) else {
        pages.push(new.clone());
        return;
    };
    known.count = known.count.saturating_add(new.count);
    for span in &new.spans {
        add_span(&mut known.spans, *span);
    }
}

fn add_span(spans: &mut Vec<Span>, new: Span) {
    let apart = |known: &Span| new.1 < known.0 || known.1 < new.0;
    // What is looked at again and again moves on with the clock: overlapping spans are one.
    let place = spans.iter().position(|known| !apart(known));
    let full = spans.len() >= MOST_SPANS;
    match place.or(full.then_some(MOST_SPANS - 1)) {
        Some(place) => spans[place] = (spans[place].0.min(new.0), spans[place].1.max(new.1)),
        None => spans.push(new),
    }
}

impl Detail {
    /// Plain words.
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// By a member of a clinic, in this role.
    pub(super) fn of_member(self, role: ClinicRole, clinic: ClinicId) -> Self {
        Self { role: standing::role_word(role).to_owned(), clinic: clinic.0.to_string(), ..self }
    }

    /// As the line of this act keeps it.
    pub(crate) fn read(act: &str, kept: String) -> Self {
        if kept.starts_with("{\"v\":")
            && let Ok(detail) = serde_json::from_str::<Self>(&kept)
        {
            return detail;
        }
        match (act, kept.split_once(", receipt ")) {
            ("prepared a report", Some((what, receipt))) => Self { receipt: receipt.to_owned(), ..Self::plain(what) },
            _ if is_gate(act) => Self { standing: kept, ..Self::default() },
            _ => Self::plain(kept),
        }
    }

    /// Whether it is from before details had a form.
    pub(crate) fn is_old(&self) -> bool {
        self.v == 0
    }

    /// As a record's chain keeps it; empty when there is nothing to keep.
    pub(super) fn write(&self) -> Result<String, Error> {
        if *self == Self::default() {
            return Ok(String::new());
        }
        serde_json::to_string(&Self { v: VERSION, ..self.clone() }).map_err(Error::broken)
    }

    /// How the person related, as it is when the line is written.
    pub(super) fn relate(&mut self, tx: &mut Tx, entry: &Entry, record: RecordId) -> Result<(), Error> {
        let Some(standing) = entry.standing else { return Ok(()) };
        self.standing = standing_word(standing).to_owned();
        if let Standing::ClinicOfRecord { role, .. } | Standing::LinkedClinic { role, .. } = standing {
            self.role = standing::role_word(role).to_owned();
            // One member may stand to a record through two clinics: only the door knows which it was.
            let known = entry.clinic.map_or_else(|| standing::clinic(tx, entry.who, record), |clinic| Ok(Some(clinic)));
            self.clinic = known?.map_or(String::new(), |clinic| clinic.0.to_string());
        }
        Ok(())
    }
}

/// Lines that the gate itself writes, of which old ones hold how the person related.
pub(crate) fn is_gate(act: &str) -> bool {
    act.starts_with("looked")
        || act.starts_with("refused")
        || matches!(act, "downloaded" | "uploaded" | "uploaded again" | "changed")
}

impl Entry {
    /// The same, with where the request came from.
    pub(crate) fn coming_from(mut self, origin: &Arc<str>) -> Self {
        self.detail.origin = origin.to_string();
        self
    }

    /// The same, with the number on what is taken away.
    pub(crate) fn with_receipt(mut self, number: &str) -> Self {
        number.clone_into(&mut self.detail.receipt);
        self
    }

    /// The same, with the hash of the file that was made.
    pub(crate) fn with_hash(mut self, sha256: &[u8; 32]) -> Self {
        self.detail.sha256 = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::{Detail, MOST_SPANS, Page, add_page};
    use sharing::Purpose;

    #[test]
    fn what_is_kept_is_read_again_and_old_lines_too() {
        let detail =
            Detail { standing: "care partner".to_owned(), origin: "192.0.2.1 x".to_owned(), ..Detail::default() };
        let again = Detail::read("looked", detail.write().unwrap());
        assert_eq!(
            (again.standing.as_str(), again.origin.as_str(), again.is_old()),
            ("care partner", "192.0.2.1 x", false)
        );
        assert_eq!(Detail::default().write().unwrap(), "");
        let old = Detail::read("looked again", "care partner".to_owned());
        assert_eq!((old.standing.as_str(), old.text.as_str(), old.is_old()), ("care partner", "", true));
        let old = Detail::read("prepared a report", "agp 2026-01-01 2026-01-14, receipt AAAA-BBBB-CCCC".to_owned());
        assert_eq!((old.text.as_str(), old.receipt.as_str()), ("agp 2026-01-01 2026-01-14", "AAAA-BBBB-CCCC"));
        assert_eq!(Detail::read("made an app token", "{\"v\":\"x\"}".to_owned()).text, "{\"v\":\"x\"}");
    }

    #[test]
    fn days_that_overlap_are_one_span_and_there_are_never_many() {
        let mut pages = Vec::new();
        for span in [(0, 10), (5, 12), (12, 14), (100, 110)] {
            add_page(&mut pages, &Page::once(Purpose::Home, Some(span)));
        }
        assert_eq!((pages[0].count, pages[0].spans.as_slice()), (4, [(0, 14), (100, 110)].as_slice()));
        for number in 0..40 {
            add_page(&mut pages, &Page::once(Purpose::Home, Some((1000 + number * 100, 1010 + number * 100))));
        }
        assert_eq!((pages.len(), pages[0].spans.len()), (1, MOST_SPANS));
        assert!(pages[0].spans.iter().any(|span| span.1 == 4910));
    }
}

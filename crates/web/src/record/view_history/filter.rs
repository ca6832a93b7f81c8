//! What of the view history is shown, as asked for in the address: whose, which kind, which days, from where on.

use super::words;
use crate::edge::problem::Problem;
use crate::edge::session::in_query;
use crate::record::visit::Visit;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use store::{ViewAsked, ViewKind, Viewer};

/// Every field may be missing or empty.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub who: String,
    pub kind: String,
    pub from: String,
    pub to: String,
    before: String,
}

/// The form above the list.
pub struct Filter {
    pub asked: Asked,
    /// Key, name, whether it is chosen.
    pub people: Vec<(String, String, bool)>,
    /// As it goes into the addresses of the files.
    pub query: String,
}

/// Word, what it is called.
const KINDS: [(&str, &str, Option<ViewKind>); 5] = [
    ("", "All", None),
    ("looks", "Looks", Some(ViewKind::Look)),
    ("downloads", "Downloads", Some(ViewKind::Download)),
    ("refused", "Refused", Some(ViewKind::Refused)),
    ("changes", "Changes", Some(ViewKind::Change)),
];

/// Not a date, or a number that is none of ours.
#[derive(Debug)]
pub struct Malformed;

impl Asked {
    pub fn of_store(&self, zone: &TimeZone, most: usize) -> Result<ViewAsked, Malformed> {
        let mut asked = ViewAsked::newest(most);
        asked.who = (!self.who.is_empty()).then(|| self.who.clone());
        asked.kind = KINDS.iter().find(|(word, ..)| *word == self.kind).and_then(|(.., kind)| *kind);
        let start = |day: Date| day.to_zoned(zone.clone()).map(|start| start.timestamp()).map_err(|_| Malformed);
        if let Some(from) = date(&self.from)? {
            asked.from = start(from)?.max(asked.from);
        }
        if let Some(to) = date(&self.to)? {
            asked.to = start(to.tomorrow().map_err(|_| Malformed)?)?.min(asked.to);
        }
        if !self.before.is_empty() {
            asked.before = Some(self.before.parse().map_err(|_| Malformed)?);
        }
        Ok(asked)
    }

    pub fn query(&self, before: Option<i64>) -> String {
        let before = before.map(|number| number.to_string()).unwrap_or_default();
        let fields =
            [("who", &self.who), ("kind", &self.kind), ("from", &self.from), ("to", &self.to), ("before", &before)];
        let given = fields.iter().filter(|(_, value)| !value.is_empty());
        given.map(|(name, value)| format!("{name}={}", in_query(value))).collect::<Vec<_>>().join("&")
    }
}

/// Nothing, or a day in the years that calendars of browsers know.
fn date(text: &str) -> Result<Option<Date>, Malformed> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Malformed)
}

pub fn problem(visit: &Visit) -> Problem {
    Problem::invalid("Write days as year-month-day, such as 2026-03-12.")
        .with_way_on("Back to the view history", visit.url("/view-history"))
}

impl Filter {
    pub fn of(asked: Asked, people: Vec<Viewer>) -> Self {
        let person = |viewer: Viewer| {
            let chosen = viewer.key == asked.who;
            (viewer.key, words::who(&viewer.who), chosen)
        };
        Self { people: people.into_iter().map(person).collect(), query: asked.query(None), asked }
    }

    /// Address, name, whether it is shown.
    pub fn kinds(&self) -> Vec<(String, &'static str, bool)> {
        let kind = |(word, name, _): &(&'static str, &'static str, Option<ViewKind>)| {
            let asked = Asked { kind: (*word).to_owned(), ..self.asked.clone() };
            (asked.query(None), *name, self.asked.kind == *word)
        };
        KINDS.iter().map(kind).collect()
    }

    pub fn is_narrowed(&self) -> bool {
        !(self.asked.who.is_empty() && self.asked.from.is_empty() && self.asked.to.is_empty())
    }
}

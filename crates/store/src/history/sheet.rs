//! Lines of a chain, newest first, become entries: one for each visit, however many lines it has.

use super::view::{ViewAsked, ViewKind};
use crate::{
    audit::{Opened, Page, add_page},
    receipts::MADE_FILE,
};
use jiff::{SignedDuration, Timestamp};
use sharing::Purpose;
use std::collections::{HashMap, HashSet};

/// Lines without a visit of their own that lie closer together are one entry.
const GAP: SignedDuration = SignedDuration::from_mins(15);

/// From when to when.
type Lasted = (Timestamp, Timestamp);

/// What belongs together when it happens close together.
type Same = (String, String, ViewKind, String);

pub(super) struct Sheet<'a> {
    asked: &'a ViewAsked,
    /// How lines name the owner, when the owner asks: own looks are left out unless they are asked for.
    owner: Option<&'a str>,
    entries: Vec<(Opened, ViewKind, Lasted)>,
    /// Visits of which the last line was read: it tells of all of them.
    ended: HashSet<String>,
    visits: HashMap<String, usize>,
    near: HashMap<Same, usize>,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(asked: &'a ViewAsked, owner: Option<&'a str>) -> Self {
        let (ended, visits, near) = (HashSet::new(), HashMap::new(), HashMap::new());
        Self { asked, owner, entries: Vec::new(), ended, visits, near }
    }

    /// The end of a visit stands on the page before this one.
    pub(super) fn skip_first_of(&mut self, end: &Opened) {
        self.ended.insert(end.detail.visit.clone());
    }

    /// Takes a line in; false when there is no room for it.
    pub(super) fn take(&mut self, mut line: Opened) -> bool {
        let Some(kind) = self.kind_of(&line) else { return true };
        let lasted = lasted(&line);
        if !self.asked.kind.map_or(kind != ViewKind::Change, |asked| asked == kind) || !self.within(lasted) {
            return true;
        }
        let visit = line.detail.visit.clone();
        if self.ended.contains(&visit) {
            return true;
        }
        with_page(&mut line, kind);
        if let Some(place) = self.place_of(&line, kind) {
            self.join(place, &line, lasted);
            return true;
        }
        if self.entries.len() >= self.asked.most {
            return false;
        }
        let place = self.entries.len();
        if line.act == "looked again" && !visit.is_empty() {
            self.ended.insert(visit);
        } else if !visit.is_empty() {
            self.visits.insert(visit, place);
        }
        self.near.insert(same(&line, kind), place);
        self.entries.push((line, kind, lasted));
        true
    }

    /// The entry that this line belongs to.
    fn place_of(&self, line: &Opened, kind: ViewKind) -> Option<usize> {
        if !line.detail.visit.is_empty() {
            return self.visits.get(&line.detail.visit).copied();
        }
        if !matches!(kind, ViewKind::Look | ViewKind::Refused) {
            return None;
        }
        let place = *self.near.get(&same(line, kind))?;
        let first_at = self.entries[place].2.0;
        (first_at.duration_since(line.at) < GAP).then_some(place)
    }

    fn join(&mut self, place: usize, line: &Opened, lasted: Lasted) {
        let (known, _, known_lasted) = &mut self.entries[place];
        *known_lasted = (known_lasted.0.min(lasted.0), known_lasted.1.max(lasted.1));
        known.count = known.count.saturating_add(line.count);
        line.detail.pages.iter().for_each(|page| add_page(&mut known.detail.pages, page));
    }

    fn within(&self, (first, last): Lasted) -> bool {
        first < self.asked.to && last >= self.asked.from
    }

    /// What kind of entry a line is; none when another line tells it better.
    fn kind_of(&self, line: &Opened) -> Option<ViewKind> {
        let own = self.owner == Some(line.who.as_str());
        let left_out = own && self.asked.who.as_deref() != self.owner;
        match line.act.as_str() {
            "looked" | "looked again" => (!left_out).then_some(ViewKind::Look),
            // What a care partner would be refused, shown to the owner.
            act if act.starts_with("refused") && own && line.purpose == Purpose::SeeAs.name() => None,
            act if act.starts_with("refused") => Some(ViewKind::Refused),
            "prepared a report" | "exported everything" | "exported the view history" => Some(ViewKind::Download),
            // The gate's own line; an export had no other in its day.
            "downloaded" => {
                let old_export = line.purpose == Purpose::Export.name() && line.detail.is_old();
                old_export.then_some(ViewKind::Download)
            }
            MADE_FILE => None,
            "uploaded" | "uploaded again" if line.purpose == Purpose::DeviceUpload.name() => Some(ViewKind::Change),
            // The page was opened; whatever was brought or changed there has a line of its own.
            "uploaded" => (!own && line.purpose == Purpose::Uploads.name()).then_some(ViewKind::Look),
            "changed" => (!own).then_some(ViewKind::Look),
            "looked at the flag" | "exported the history" => Some(ViewKind::Look),
            _ => Some(ViewKind::Change),
        }
    }
}

impl Sheet<'_> {
    /// The entries, each as its newest line with the pages of all.
    pub(super) fn into_lines(self) -> Vec<(Opened, ViewKind, Lasted)> {
        self.entries
    }
}

fn same(line: &Opened, kind: ViewKind) -> Same {
    let what = if kind == ViewKind::Look { String::new() } else { format!("{} {}", line.act, line.purpose) };
    (line.who.clone(), line.detail.origin.clone(), kind, what)
}

fn lasted(line: &Opened) -> Lasted {
    let at = |ms| Timestamp::from_millisecond(ms).ok();
    line.detail.lasted.and_then(|(first, last)| at(first).zip(at(last))).unwrap_or((line.at, line.at))
}

/// A look whose line does not list pages was at the one that it was for.
fn with_page(line: &mut Opened, kind: ViewKind) {
    if kind == ViewKind::Look && line.detail.pages.is_empty() {
        let page = if line.purpose == Purpose::Duty.name() { &line.act } else { &line.purpose };
        line.detail.pages = vec![Page { page: page.clone(), count: line.count, spans: Vec::new() }];
    }
}

//! Visits: what the same person looks at in the same record from the same browser is one visit, with one line at its
//! first look and one at its end, however many pages and days were opened.
//!
//! ```text
//! first look   written before the answer leaves     ┐ until 15 minutes after the last look, a day at most;
//! more looks   collected here, in memory            ┘ a day for the owner's own looks and for an app's
//! visit over   one more line: how often, which pages and days; written by the worker's round, and at close
//! ```
//!
//! A look costs at most one write for each visit: the page opened second waits for the line at the end. Should the
//! machine die before, it is still written that the person looked, from where and since when.

use crate::{
    access::Entered,
    actor::Who,
    audit::{Page, Span, add_page},
    inside::new_id,
};
use jiff::{SignedDuration, Timestamp};
use sharing::{ClinicId, Id, Purpose, RecordId, RightKind, Standing};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Which visit: who, whose record, from where, and to do what.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) who: Who,
    pub(crate) record: RecordId,
    /// Through which clinic a member looks: a record may be linked to two clinics of one member.
    pub(crate) clinic: Option<ClinicId>,
    /// Told apart only for looks: a phone that delivers values goes through many networks.
    pub(crate) origin: Arc<str>,
    pub(crate) kind: Kind,
}

/// What is collected to visits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// Looks at anything.
    Looks,
    /// A device's deliveries.
    Uploads,
    /// The pieces of an export.
    Export,
}

/// Visits that are going on, and those that are over and not written yet.
#[derive(Default)]
pub(crate) struct Visits(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    going: HashMap<Key, Visit>,
    over: Vec<Over>,
}

struct Visit {
    begun: Begun,
    ends_at: Timestamp,
    last_at: Timestamp,
    standing: Standing,
    purpose: Purpose,
    state: State,
    repeats: u32,
    pages: Vec<Page>,
}

/// Whether the first look stands in the audit.
#[derive(PartialEq)]
enum State {
    BeingWritten,
    Written,
    Failed,
}

/// A visit's own name, and when it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Begun {
    pub(crate) visit: Id,
    pub(crate) at: Timestamp,
}

/// What to do about a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// Write it now.
    First(Begun),
    /// It is collected.
    Repeat,
}

impl Look {
    /// The visit that this look begins.
    pub(crate) fn first(self) -> Option<Begun> {
        match self {
            Self::First(begun) => Some(begun),
            Self::Repeat => None,
        }
    }
}

/// A visit that is over, with looks that are only collected so far.
#[derive(Clone)]
pub(crate) struct Over {
    pub(crate) key: Key,
    pub(crate) begun: Begun,
    pub(crate) last_at: Timestamp,
    /// Of the first look.
    pub(crate) purpose: Purpose,
    pub(crate) standing: Standing,
    /// Looks that are in no line yet.
    pub(crate) repeats: u32,
    /// Of the whole visit.
    pub(crate) pages: Vec<Page>,
}

impl Key {
    /// The visit that this belongs to; none for acts that are lines of their own.
    pub(crate) fn of(right: RightKind, entered: &Entered, origin: &Arc<str>) -> Option<Self> {
        let kind = match (right, entered.purpose) {
            (RightKind::View, _) => Kind::Looks,
            (RightKind::Upload, Purpose::DeviceUpload) => Kind::Uploads,
            (RightKind::Download, Purpose::Export) => Kind::Export,
            _ => return None,
        };
        let origin = if kind == Kind::Looks { Arc::clone(origin) } else { Arc::default() };
        let clinic = entered.clinic.filter(|_| kind == Kind::Looks);
        Some(Self { who: entered.who, record: entered.record, clinic, origin, kind })
    }

    /// Of the pieces of an export.
    pub(crate) fn of_export(who: Who, record: RecordId) -> Self {
        Self { who, record, clinic: None, origin: Arc::default(), kind: Kind::Export }
    }
}

impl Visits {
    /// Counts a look, and what was seen.
    pub(crate) fn look(&self, key: &Key, entered: &Entered, seen: Option<Span>) -> Look {
        let inner = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let page = Page::once(entered.purpose, seen);
        if let Some(visit) = inner.going.get_mut(key)
            && entered.now < visit.ends_at
        {
            return visit.goes_on(entered, &page);
        }
        let visit = Visit::begin(entered, page);
        let begun = visit.begun;
        if let Some(old) = inner.going.insert(key.clone(), visit) {
            inner.over.extend(old.over(key.clone()));
        }
        Look::First(begun)
    }

    /// The next act is the first of a visit of its own.
    pub(crate) fn begin_anew(&self, key: &Key) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).going.remove(key);
    }

    /// Tells whether the first look of a visit could be written. If not, the next look is a first one again.
    pub(crate) fn written(&self, key: &Key, written: bool) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(visit) = inner.going.get_mut(key) {
            visit.state = if written { State::Written } else { State::Failed };
        }
    }

    /// Takes out the visits that are over by `now`, or all.
    pub(crate) fn take_over(&self, now: Option<Timestamp>) -> Vec<Over> {
        let inner = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = inner.going.extract_if(|_, visit| now.is_none_or(|now| visit.ends_at <= now));
        inner.over.extend(ended.filter_map(|(key, visit)| visit.over(key)));
        std::mem::take(&mut inner.over)
    }

    /// They could not be written; the next round tries again.
    pub(crate) fn put_back(&self, over: Vec<Over>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).over.extend(over);
    }
}

impl Visit {
    fn begin(entered: &Entered, page: Page) -> Self {
        let now = entered.now;
        Self {
            begun: Begun { visit: new_id(), at: now },
            ends_at: after(now, length(entered.standing)),
            last_at: now,
            standing: entered.standing,
            purpose: entered.purpose,
            state: State::BeingWritten,
            repeats: 0,
            pages: vec![page],
        }
    }

    fn goes_on(&mut self, entered: &Entered, page: &Page) -> Look {
        self.last_at = entered.now;
        self.ends_at = self.ends_at.max(after(entered.now, IDLE)).min(after(self.begun.at, DAY));
        add_page(&mut self.pages, page);
        match self.state {
            State::Written => {
                // An export is one line, however many pieces it is read in.
                self.repeats += u32::from(entered.purpose != Purpose::Export);
                Look::Repeat
            }
            // The first line may yet fail: whoever looks meanwhile leaves a line of their own.
            State::BeingWritten => Look::First(self.begun),
            State::Failed => {
                self.state = State::BeingWritten;
                Look::First(self.begun)
            }
        }
    }

    fn over(self, key: Key) -> Option<Over> {
        let Self { begun, last_at, purpose, standing, repeats, pages, .. } = self;
        (repeats > 0).then_some(Over { key, begun, last_at, purpose, standing, repeats, pages })
    }
}

const DAY: SignedDuration = SignedDuration::from_hours(24);
const IDLE: SignedDuration = SignedDuration::from_mins(15);

fn length(standing: Standing) -> SignedDuration {
    match standing {
        Standing::Owner | Standing::App { .. } => DAY,
        _ => IDLE,
    }
}

fn after(at: Timestamp, length: SignedDuration) -> Timestamp {
    at.saturating_add(length).unwrap_or(Timestamp::MAX)
}

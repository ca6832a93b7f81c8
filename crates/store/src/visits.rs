//! Visits: looks of the same person at the same record for the same purpose are one line with a count.
//!
//! ```text
//! first look   written before the answer leaves         ┐ fifteen minutes; a day for the owner's own looks
//! more looks   counted here, in memory                  ┘ and for the patient's own device
//! visit over   one more line with the count, if any     (also at close)
//! ```

use crate::{access::Entered, actor::Who};
use jiff::{SignedDuration, Timestamp};
use sharing::{Purpose, RecordId, RightKind, Standing};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// Which visit: who, whose record, why.
type Key = (Who, RecordId, Purpose);

/// Visits that are going on.
#[derive(Default)]
pub(crate) struct Visits(Mutex<HashMap<Key, Visit>>);

struct Visit {
    ends_at: Timestamp,
    standing: Standing,
    state: State,
    repeats: u32,
}

/// Whether the first look stands in the audit.
#[derive(PartialEq)]
enum State {
    BeingWritten,
    Written,
    Failed,
}

/// What to do about a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// Write it now, with so many repeats that could not be written before.
    First { uncounted: u32 },
    /// It is counted.
    Repeat,
}

/// A visit that is over, with looks that are only counted so far.
pub(crate) struct Over {
    pub(crate) who: Who,
    pub(crate) record: RecordId,
    pub(crate) purpose: Purpose,
    pub(crate) standing: Standing,
    pub(crate) repeats: u32,
}

impl Visits {
    /// Counts a look.
    pub(crate) fn look(&self, entered: &Entered) -> Look {
        let mut visits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = entered.visit();
        if let Some(visit) = visits.get_mut(&key)
            && entered.now < visit.ends_at
        {
            return match visit.state {
                State::Written => {
                    // An export is one line, however many pieces it is read in.
                    visit.repeats += u32::from(entered.purpose != Purpose::Export);
                    Look::Repeat
                }
                // The first line may yet fail: whoever looks meanwhile leaves a line of their own.
                State::BeingWritten => Look::First { uncounted: 0 },
                State::Failed => {
                    visit.state = State::BeingWritten;
                    Look::First { uncounted: std::mem::take(&mut visit.repeats) }
                }
            };
        }
        let ends_at = entered.now.saturating_add(length(entered.standing)).unwrap_or(Timestamp::MAX);
        let new = Visit { ends_at, standing: entered.standing, state: State::BeingWritten, repeats: 0 };
        let uncounted = visits.insert(key, new).map_or(0, |old| old.repeats);
        Look::First { uncounted }
    }

    /// What to do about an act that is not a look: each is written, but a device's deliveries are a visit, and so are
    /// the pieces of an export.
    pub(crate) fn act(&self, right: RightKind, entered: &Entered) -> Look {
        match (right, entered.purpose) {
            (RightKind::Upload, Purpose::DeviceUpload) | (RightKind::Download, Purpose::Export) => self.look(entered),
            _ => Look::First { uncounted: 0 },
        }
    }

    /// The next act is the first of a visit of its own.
    pub(crate) fn begin_anew(&self, visit: Key) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&visit);
    }

    /// Tells whether the first look of a visit could be written. If not, the next look is a first one again.
    pub(crate) fn written(&self, visit: Key, written: bool) {
        let mut visits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(visit) = visits.get_mut(&visit) {
            visit.state = if written { State::Written } else { State::Failed };
        }
    }

    /// Takes out the visits that are over by `now`, or all.
    pub(crate) fn take_over(&self, now: Option<Timestamp>) -> Vec<Over> {
        let mut visits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let over = visits.extract_if(|_, visit| now.is_none_or(|now| visit.ends_at <= now));
        over.filter(|(_, visit)| visit.repeats > 0)
            .map(|((who, record, purpose), visit)| Over {
                who,
                record,
                purpose,
                standing: visit.standing,
                repeats: visit.repeats,
            })
            .collect()
    }
}

fn length(standing: Standing) -> SignedDuration {
    match standing {
        Standing::Owner | Standing::App(_) => SignedDuration::from_hours(24),
        _ => SignedDuration::from_mins(15),
    }
}

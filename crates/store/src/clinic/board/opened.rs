//! What was opened lately of each clinic's list, so that ten thousand patients are opened once and not at every look.
//!
//! Found by the first bytes of what is sealed, as this very transaction read them: sealed anew, it has another nonce. So what
//! is found is what stands there, whatever another server did in between. Nothing is decided here: who may see it is asked
//! every time, and of an ended link nothing is even looked up.

use super::text::fold;
use crate::chunk::{Headline, Summary14};
use crate::clinic::PatientDetails;
use jiff::{SignedDuration, Timestamp, civil::Date};
use sharing::{ClinicId, RecordId};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// The format and the nonce of sealed bytes; zeros for nothing.
pub(super) type Mark = [u8; 13];

/// Opened rows in all, of patients and of figures; about a hundred megabytes. The clinic that was looked at longest ago goes.
const MOST: usize = 300_000;
/// A clinic that nobody looked at for so long is closed.
const UNUSED: SignedDuration = SignedDuration::from_mins(30);

/// A patient as the list shows, sorts and finds them.
pub(super) struct Person {
    pub(super) name: String,
    pub(super) born_on: Option<Date>,
    pub(super) number: String,
    pub(super) group: String,
    pub(super) tags: Vec<String>,
    /// Folded name, a line end, folded number.
    found_by: String,
    name_ends: usize,
}

impl Person {
    pub(super) fn new(name: String, born_on: Option<Date>, details: PatientDetails) -> Self {
        let mut found_by = fold(&name);
        let name_ends = found_by.len();
        found_by.push('\n');
        found_by.push_str(&fold(&details.number));
        let PatientDetails { number, group, tags, .. } = details;
        Self { name, born_on, number, group, tags, found_by, name_ends }
    }

    /// By which the name is sorted and compared.
    pub(super) fn folded_name(&self) -> &str {
        &self.found_by[..self.name_ends]
    }

    /// In which is searched.
    pub(super) fn found_by(&self) -> &str {
        &self.found_by
    }
}

/// The figures of one record, and when its newest data are from, finger values included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Figures {
    pub(super) summary: Summary14,
    pub(super) newest_at: Option<Timestamp>,
}

impl Figures {
    pub(super) fn of(headline: &Headline) -> Self {
        let summary = headline.summary.figures();
        Self { summary, newest_at: headline.latest.reading.map(|reading| reading.at).max(summary.newest_at) }
    }
}

/// What is open of one clinic.
#[derive(Clone, Default)]
pub(super) struct Known {
    pub(super) people: HashMap<RecordId, ([Mark; 3], Arc<Person>)>,
    pub(super) figures: HashMap<RecordId, (Mark, Figures)>,
}

impl Known {
    fn rows(&self) -> usize {
        self.people.len() + self.figures.len()
    }
}

struct Shelf {
    known: Arc<Known>,
    used_at: Timestamp,
}

/// What is open of all clinics.
#[derive(Default)]
pub(crate) struct Boards(Mutex<HashMap<ClinicId, Shelf>>);

impl Boards {
    /// What is open of a clinic.
    pub(super) fn of(&self, clinic: ClinicId) -> Arc<Known> {
        let shelves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelves.get(&clinic).map_or_else(Arc::default, |shelf| Arc::clone(&shelf.known))
    }

    /// Keeps what is open now, as far as there is room.
    pub(super) fn keep(&self, clinic: ClinicId, known: Arc<Known>, now: Timestamp) {
        let mut shelves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelves.retain(|_, shelf| now.duration_since(shelf.used_at) < UNUSED);
        shelves.remove(&clinic);
        let mut room = MOST.saturating_sub(known.rows());
        if known.rows() > MOST {
            return;
        }
        let mut others: Vec<_> = shelves.iter().map(|(id, shelf)| (shelf.used_at, *id, shelf.known.rows())).collect();
        others.sort_by(|a, b| b.cmp(a));
        for (_, id, rows) in others {
            match room.checked_sub(rows) {
                Some(left) => room = left,
                None => drop(shelves.remove(&id)),
            }
        }
        shelves.insert(clinic, Shelf { known, used_at: now });
    }

    /// Drops whatever is open.
    pub(crate) fn forget_all(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Drops whatever is open of a record.
    pub(crate) fn forget(&self, record: RecordId) {
        let mut shelves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for shelf in shelves.values_mut() {
            if shelf.known.people.contains_key(&record) || shelf.known.figures.contains_key(&record) {
                let known = Arc::make_mut(&mut shelf.known);
                known.people.remove(&record);
                known.figures.remove(&record);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Boards, Figures, Known, MOST, UNUSED};
    use crate::chunk::Summary14;
    use jiff::{SignedDuration, Timestamp};
    use sharing::{ClinicId, Id, RecordId};
    use std::sync::Arc;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn known(rows: usize) -> Arc<Known> {
        let none = ([0; 13], Figures { summary: Summary14::default(), newest_at: None });
        Arc::new(Known { figures: (0..rows).map(|at| (RecordId(Id(at as u128)), none)).collect(), ..Known::default() })
    }

    #[test]
    fn what_is_too_much_unused_or_forgotten_goes() {
        let boards = Boards::default();
        let clinic = |number: u128| ClinicId(Id(number));
        let minute = |minutes: i64| NOW + SignedDuration::from_mins(minutes);
        for number in 0..3 {
            boards.keep(clinic(number), known(MOST / 2), minute(i64::try_from(number).unwrap()));
        }
        let rows = |number| boards.of(clinic(number)).rows();
        assert_eq!([rows(0), rows(1), rows(2)], [0, MOST / 2, MOST / 2], "the one used longest ago went");
        boards.forget(RecordId(Id(7)));
        assert_eq!(rows(2), MOST / 2 - 1);
        boards.keep(clinic(4), known(MOST + 1), minute(3));
        assert_eq!(rows(4), 0, "more than there is room for is not kept");
        boards.keep(clinic(5), known(1), minute(3) + UNUSED);
        assert_eq!([rows(1), rows(2), rows(5)], [0, 0, 1]);
    }
}

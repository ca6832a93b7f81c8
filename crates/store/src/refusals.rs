//! Refusals in a row: the first are lines of their own, further ones are counted and stand in a line when they have doubled. So
//! nobody buries what they did under a heap of what they were refused, and the patient reads how often they tried.

use crate::actor::Who;
use jiff::{SignedDuration, Timestamp};
use sharing::RecordId;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// So many refusals of one person at one record are lines of their own.
const LINES: u32 = 20;

/// After so long without any, it is no longer the same row.
const APART: SignedDuration = SignedDuration::from_mins(15);

/// Rows kept in mind; beyond that those that are over are forgotten.
const KEPT: usize = 10_000;

/// Rows that are going on.
#[derive(Default)]
pub(crate) struct Refusals(Mutex<HashMap<(Who, RecordId), InARow>>);

struct InARow {
    last_at: Timestamp,
    refused: u32,
    unwritten: u32,
}

impl Refusals {
    /// Counts one; answers for how many a line is to be written now, if any.
    pub(crate) fn count(&self, who: Who, record: RecordId, now: Timestamp) -> Option<u32> {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = |row: &InARow| now.duration_since(row.last_at) > APART;
        if rows.len() > KEPT {
            rows.retain(|_, row| !is_over(row));
        }
        let row = rows.entry((who, record)).or_insert(InARow { last_at: now, refused: 0, unwritten: 0 });
        if is_over(row) {
            row.refused = 0;
        }
        row.last_at = now;
        row.refused = row.refused.saturating_add(1);
        row.unwritten = row.unwritten.saturating_add(1);
        let now_written =
            row.refused <= LINES || (row.refused.is_multiple_of(LINES) && (row.refused / LINES).is_power_of_two());
        now_written.then(|| std::mem::take(&mut row.unwritten))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sharing::{AccountId, Id};

    #[test]
    fn a_thousand_refusals_are_few_lines_and_none_is_lost() {
        let refusals = Refusals::default();
        let mut now = Timestamp::UNIX_EPOCH;
        let who = Who::Account { id: AccountId(Id(1)) };
        let mut count = |after: SignedDuration| {
            now = now.checked_add(after).expect("within the calendar");
            refusals.count(who, RecordId(Id(2)), now)
        };
        let lines: Vec<u32> = (0..1000).filter_map(|_| count(SignedDuration::from_secs(1))).collect();
        assert_eq!(lines.len(), 25, "{lines:?}");
        assert_eq!(lines.iter().sum::<u32>(), 640, "the others wait for the next line");
        assert_eq!(count(SignedDuration::from_mins(16)), Some(361), "which comes with the next row at the latest");
        assert_eq!(refusals.count(who, RecordId(Id(3)), Timestamp::UNIX_EPOCH), Some(1), "each record has its own");
    }
}

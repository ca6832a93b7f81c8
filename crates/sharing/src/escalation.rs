//! Who is called next when nobody takes an alert.

use crate::people::AccountId;
use jiff::{SignedDuration, Timestamp};

/// The care partners of a record in the order in which they are called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallOrder {
    /// First to last.
    pub people: Vec<AccountId>,
    /// Minutes until the next one is called.
    pub step_min: u16,
    /// Whether the owner has as many minutes before the first one is called.
    pub owner_first: bool,
}

impl CallOrder {
    /// When the turn of the one at `place` comes, from 0.
    fn turn_at(&self, place: usize, began_at: Timestamp) -> Timestamp {
        let steps = i64::try_from(place).unwrap_or(i64::MAX).saturating_add(i64::from(self.owner_first));
        let minutes = steps.saturating_mul(i64::from(self.step_min));
        SignedDuration::try_from_mins(minutes)
            .and_then(|wait| began_at.checked_add(wait).ok())
            .unwrap_or(Timestamp::MAX)
    }

    /// Those who can be called, without the others: nobody waits for somebody who will not be called.
    #[must_use]
    pub fn only(&self, can_be_called: impl Fn(AccountId) -> bool) -> Self {
        let people = self.people.iter().copied().filter(|person| can_be_called(*person)).collect();
        Self { people, ..*self }
    }

    /// Whose turn has come, of an alert that began at `began_at` and that nobody has taken.
    pub fn called(&self, began_at: Timestamp, now: Timestamp) -> &[AccountId] {
        let count = (0..self.people.len()).take_while(|place| self.turn_at(*place, began_at) <= now).count();
        &self.people[..count]
    }

    /// When the next one is called.
    pub fn next_turn_at(&self, began_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let next = self.called(began_at, now).len();
        (next < self.people.len()).then(|| self.turn_at(next, began_at))
    }
}

//! A clock that stands still until a test moves it.

use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, Mutex, PoisonError};
use store::Clock;

/// Clones are the same clock.
#[derive(Clone, Debug)]
pub struct StoppedClock(Arc<Mutex<Timestamp>>);

impl StoppedClock {
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    pub fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn advance(&self, by: SignedDuration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.checked_add(by).expect("tests stay within the calendar");
    }

    /// To hand to the store and the server.
    pub fn handle(&self) -> Clock {
        let clock = self.clone();
        Clock::new(move || clock.now())
    }
}

//! A clock that stands still until a test moves it.

use jiff::{SignedDuration, Timestamp};
use store::Clock;
use tokio::sync::watch;

/// Clones are the same clock.
#[derive(Clone, Debug)]
pub struct StoppedClock(watch::Sender<Timestamp>);

impl StoppedClock {
    pub fn at(now: Timestamp) -> Self {
        Self(watch::Sender::new(now))
    }

    pub fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    pub fn advance(&self, by: SignedDuration) {
        self.0.send_modify(|now| *now = now.checked_add(by).expect("tests stay within the calendar"));
    }

    /// To hand to the store and the server.
    pub fn handle(&self) -> Clock {
        let clock = self.clone();
        Clock::moved_by_hand(move || clock.now(), self.0.subscribe())
    }
}

//! How many streams one session may hold open, and their common end when the server ends.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// Tabs of one session that can be live at once; a hidden tab holds none.
const MOST: u32 = 16;

/// Who holds how many.
#[derive(Debug, Default)]
pub struct Seats {
    taken: Mutex<HashMap<String, u32>>,
    ending: watch::Sender<bool>,
}

impl Seats {
    /// One more for this session, unless it has enough.
    pub fn take(self: &Arc<Self>, session: &str) -> Option<Seat> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(session.to_owned()).or_default();
        if *count >= MOST {
            return None;
        }
        *count += 1;
        Some(Seat { seats: Arc::clone(self), session: session.to_owned(), ending: self.ending.subscribe() })
    }

    /// All streams end at once, and so does every one that is opened from now on.
    pub fn end(&self) {
        self.ending.send_replace(true);
    }
}

/// Held by an open stream.
#[derive(Debug)]
pub struct Seat {
    seats: Arc<Seats>,
    session: String,
    ending: watch::Receiver<bool>,
}

impl Seat {
    /// Waits for the end of the server.
    pub async fn ended(&mut self) {
        // A sender that is gone means the same.
        let _ = self.ending.wait_for(|ending| *ending).await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(count) = taken.get_mut(&self.session) else { return };
        *count -= 1;
        if *count == 0 {
            taken.remove(&self.session);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, Seats};
    use std::sync::Arc;

    #[test]
    fn a_session_has_so_many_and_gets_them_back() {
        let seats = Arc::new(Seats::default());
        let held: Vec<_> = (0..MOST).map_while(|_| seats.take("one")).collect();
        assert_eq!(held.len(), MOST as usize);
        assert!(seats.take("one").is_none());
        assert!(seats.take("another").is_some());
        drop(held);
        assert!(seats.take("one").is_some());
        assert!(seats.taken.lock().unwrap().is_empty());
    }
}

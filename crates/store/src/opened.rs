//! Readings that were opened lately, so that a screen that is looked at again and again costs no unpacking.
//!
//! Found by the seals of the days as this very transaction read them: bytes that are sealed anew have another nonce and another
//! tag, so what is found is what stands there, whatever happened in between. It says nothing of who may see it: that is the
//! gate's, every time. A record whose key is destroyed is forgotten with it.

use glucose::Reading;
use jiff::{SignedDuration, Timestamp};
use sharing::RecordId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// The nonce and the tag of sealed bytes.
pub(crate) type Seal = [u8; 28];

/// Of memory in all; beyond that all are dropped and opened again as needed.
const MOST_BYTES: usize = 16 << 20;
/// Longer spans are for reports, which come once.
const MOST_DAYS: usize = 4;
/// Whatever nobody looked at for so long goes.
const UNUSED: SignedDuration = SignedDuration::from_mins(15);

/// A record, and the first and the last day.
type Span = (RecordId, i64, i64);

struct Entry {
    seals: Vec<Seal>,
    readings: Arc<[Reading]>,
    used_at: Timestamp,
}

/// What is open.
#[derive(Default)]
pub(crate) struct Opened(Mutex<HashMap<Span, Entry>>);

impl Opened {
    /// The readings of these days, if just these are open.
    pub(crate) fn find(&self, span: Span, seals: &[Seal], now: Timestamp) -> Option<Arc<[Reading]>> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = open.get_mut(&span).filter(|entry| entry.seals == seals)?;
        entry.used_at = now;
        Some(Arc::clone(&entry.readings))
    }

    pub(crate) fn keep(&self, span: Span, seals: Vec<Seal>, readings: &Arc<[Reading]>, now: Timestamp) {
        if seals.len() > MOST_DAYS {
            return;
        }
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, entry| now.duration_since(entry.used_at) < UNUSED);
        let bytes: usize = open.values().map(|entry| size_of_val(&*entry.readings)).sum();
        if bytes + size_of_val(&**readings) > MOST_BYTES {
            open.clear();
        }
        open.insert(span, Entry { seals, readings: Arc::clone(readings), used_at: now });
    }

    /// Drops whatever is open.
    pub(crate) fn forget_all(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Drops whatever is open of a record.
    pub(crate) fn forget(&self, record: RecordId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(of, ..), _| *of != record);
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_BYTES, Opened, Seal, UNUSED};
    use glucose::{Glucose, NewReading, Reading, Unit};
    use jiff::Timestamp;
    use sharing::{Id, RecordId};
    use std::sync::Arc;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;
    const SEAL: Seal = [1; 28];

    fn span(record: u128) -> (RecordId, i64, i64) {
        (RecordId(Id(record)), 1, 2)
    }

    fn readings(count: usize) -> Arc<[Reading]> {
        let new = NewReading::cgm(NOW, 0, Glucose::new(100.0, Unit::MgDl).unwrap());
        vec![Reading::unstored(&new); count].into()
    }

    #[test]
    fn what_was_sealed_anew_is_not_found() {
        let opened = Opened::default();
        opened.keep(span(1), vec![SEAL], &readings(3), NOW);
        assert_eq!(opened.find(span(1), &[SEAL], NOW).unwrap().len(), 3);
        assert!(opened.find(span(1), &[[2; 28]], NOW).is_none());
        assert!(opened.find(span(1), &[SEAL, SEAL], NOW).is_none());
        assert!(opened.find(span(2), &[SEAL], NOW).is_none());
    }

    #[test]
    fn what_is_forgotten_unused_or_too_much_goes() {
        let opened = Opened::default();
        opened.keep(span(1), vec![SEAL], &readings(3), NOW);
        opened.keep(span(2), vec![SEAL], &readings(3), NOW);
        opened.forget(RecordId(Id(1)));
        assert!(opened.find(span(1), &[SEAL], NOW).is_none());
        assert!(opened.find(span(2), &[SEAL], NOW).is_some());
        opened.keep(span(3), vec![SEAL], &readings(3), NOW + UNUSED);
        assert!(opened.find(span(2), &[SEAL], NOW + UNUSED).is_none());
        let half = MOST_BYTES / size_of::<Reading>() / 2;
        for record in 4..8 {
            opened.keep(span(record), vec![SEAL], &readings(half), NOW + UNUSED);
        }
        let bytes: usize = opened.0.lock().unwrap().values().map(|entry| size_of_val(&*entry.readings)).sum();
        assert!(bytes <= MOST_BYTES, "{bytes}");
    }
}

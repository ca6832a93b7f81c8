//! Glucose values as apps poll for them, written once for all who ask: newest first, with where each ends, so that any
//! number of them since any time is a piece of it.
//!
//! **Invariant:** an answer is found by what its days are sealed with, read at the gate in the same transaction that let the
//! app in; what changed, or is not to be seen any more, is never found (`tests/it/nightscout.rs`).

use axum::body::Bytes;
use sharing::RecordId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// All answers together stay below this.
const MOST_BYTES: usize = 48 << 20;

/// Which of a record's values: from which instant, sensor, meter and all else.
pub type What = (i64, bool, bool);

/// Values of some days, written.
pub struct Written {
    seal: [u8; 64],
    json: Bytes,
    /// Instant and end of each, newest first.
    ends: Vec<(i64, usize)>,
}

impl Written {
    pub fn new(seal: [u8; 64], json: Vec<u8>, ends: Vec<(i64, usize)>) -> Self {
        Self { seal, json: json.into(), ends }
    }

    /// The newest ones from `from_ms` until `to_ms`, both included, at most so many, as a JSON list.
    pub fn list(&self, from_ms: i64, to_ms: i64, most: usize) -> Vec<u8> {
        let first = self.ends.partition_point(|(at, _)| *at > to_ms);
        let after = self.ends.partition_point(|(at, _)| *at >= from_ms).min(first.saturating_add(most));
        let mut out = vec![b'['];
        if after > first {
            let start = if first == 0 { 0 } else { self.ends[first - 1].1 + 1 };
            out.reserve_exact(self.ends[after - 1].1 - start + 1);
            out.extend_from_slice(&self.json[start..self.ends[after - 1].1]);
        }
        out.push(b']');
        out
    }

    fn size(&self) -> usize {
        self.json.len() + self.ends.len() * 16 + 200
    }
}

#[derive(Default)]
pub struct Answers(Mutex<Kept>);

/// From which instant, when it was asked for last, and what was written.
type Kind = (i64, u64, Arc<Written>);

#[derive(Default)]
struct Kept {
    of: HashMap<(RecordId, bool, bool), Kind>,
    bytes: usize,
    turn: u64,
}

impl Answers {
    pub fn find(&self, record: RecordId, (from, sensor, meter): What, seal: &[u8; 64]) -> Option<Arc<Written>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.turn += 1;
        let turn = kept.turn;
        let (of, used, written) = kept.of.get_mut(&(record, sensor, meter))?;
        if *of != from || written.seal != *seal {
            return None;
        }
        *used = turn;
        Some(Arc::clone(written))
    }

    pub fn keep(&self, record: RecordId, (from, sensor, meter): What, written: &Arc<Written>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.turn += 1;
        let turn = kept.turn;
        kept.bytes += written.size();
        if let Some((_, _, old)) = kept.of.insert((record, sensor, meter), (from, turn, Arc::clone(written))) {
            kept.bytes -= old.size();
        }
        if kept.bytes > MOST_BYTES {
            kept.forget_half();
        }
    }
}

impl Kept {
    /// Those that were not asked for lately.
    fn forget_half(&mut self) {
        let mut turns: Vec<u64> = self.of.values().map(|(_, used, _)| *used).collect();
        let middle = turns.len() / 2;
        let oldest = *turns.select_nth_unstable(middle).1;
        self.of.retain(|_, (_, used, _)| *used > oldest);
        self.bytes = self.of.values().map(|(_, _, written)| written.size()).sum();
    }
}

impl std::fmt::Debug for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answers(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::{Answers, Written};
    use sharing::{Id, RecordId};
    use std::sync::Arc;

    fn written(seal: u8, at: &[i64]) -> Written {
        let mut json = Vec::new();
        let mut ends = Vec::new();
        for at in at {
            if !json.is_empty() {
                json.push(b',');
            }
            json.extend_from_slice(at.to_string().as_bytes());
            ends.push((*at, json.len()));
        }
        Written::new([seal; 64], json, ends)
    }

    #[test]
    fn any_number_since_any_time_is_a_piece() {
        let all = written(1, &[90, 80, 70, 60]);
        let list = |from, to, most| String::from_utf8(all.list(from, to, most)).unwrap();
        assert_eq!(list(0, 100, 10), "[90,80,70,60]");
        assert_eq!(list(70, 100, 10), "[90,80,70]");
        assert_eq!(list(0, 79, 1), "[70]");
        assert_eq!(list(91, 100, 10), "[]");
        assert_eq!(list(95, 80, 10), "[]");
        assert_eq!(String::from_utf8(written(1, &[]).list(0, 9, 9)).unwrap(), "[]");
    }

    #[test]
    fn what_changed_is_not_found_and_what_is_too_much_is_forgotten() {
        let answers = Answers::default();
        let record = |n: u32| RecordId(Id::parse(&format!("00000000-0000-7000-8000-{n:012x}")).unwrap());
        answers.keep(record(1), (0, true, false), &Arc::new(written(1, &[5])));
        assert!(answers.find(record(1), (0, true, false), &[1; 64]).is_some());
        assert!(answers.find(record(1), (0, true, false), &[2; 64]).is_none());
        assert!(answers.find(record(1), (7, true, false), &[1; 64]).is_none());
        assert!(answers.find(record(2), (0, true, false), &[1; 64]).is_none());
        let large = || Arc::new(Written::new([3; 64], vec![b'1'; 1 << 20], vec![(1, 1 << 20)]));
        for n in 2..80 {
            answers.keep(record(n), (0, true, false), &large());
        }
        let bytes = answers.0.lock().unwrap().bytes;
        assert!(bytes <= super::MOST_BYTES, "{bytes}");
        assert!(answers.find(record(79), (0, true, false), &[3; 64]).is_some());
    }
}

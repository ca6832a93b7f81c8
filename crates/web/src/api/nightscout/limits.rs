//! How often one token may call, so that one app gone wild takes nothing from anybody else.

use sharing::Id;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// In so many milliseconds all calls are free again.
const SPAN_MS: i64 = 10_000;
/// Tokens that are remembered at once; those that rested are forgotten first.
const MOST_TOKENS: usize = 10_000;

/// What each token has left.
#[derive(Debug, Default)]
pub struct Limits(Mutex<HashMap<Id, Bucket>>);

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    at_ms: i64,
}

impl Limits {
    /// Takes one of `limit` calls in ten seconds; when none is left, after how many seconds one is.
    pub fn take(&self, token: Id, now_ms: i64, limit: u32) -> Result<(), u64> {
        if limit == 0 {
            return Ok(());
        }
        let all = f64::from(limit);
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST_TOKENS {
            buckets.retain(|_, bucket| now_ms - bucket.at_ms < SPAN_MS);
        }
        let bucket = buckets.entry(token).or_insert(Bucket { left: all, at_ms: now_ms });
        let again = all * (now_ms - bucket.at_ms).max(0) as f64 / SPAN_MS as f64;
        *bucket = Bucket { left: (bucket.left + again).min(all), at_ms: now_ms };
        if bucket.left < 1.0 {
            return Err(((1.0 - bucket.left) / all * SPAN_MS as f64 / 1000.0).ceil().max(1.0) as u64);
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Limits;
    use sharing::Id;

    fn id(n: u32) -> Id {
        Id::parse(&format!("00000000-0000-7000-8000-{n:012x}")).unwrap()
    }

    #[test]
    fn a_token_has_so_many_calls_and_another_has_its_own() {
        let limits = Limits::default();
        assert!((0..600).all(|_| limits.take(id(1), 0, 600).is_ok()));
        assert_eq!(limits.take(id(1), 0, 600), Err(1));
        assert_eq!(limits.take(id(2), 0, 600), Ok(()));
        assert!((0..60).all(|_| limits.take(id(1), 1000, 600).is_ok()), "a second gives a tenth back");
        assert!(limits.take(id(1), 1000, 600).is_err());
        assert_eq!(limits.take(id(3), 0, 1), Ok(()));
        assert_eq!(limits.take(id(3), 0, 1), Err(10));
        assert!((0..9999).all(|_| limits.take(id(4), 0, 0).is_ok()), "0 is any number");
    }
}

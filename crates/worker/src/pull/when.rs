//! When a source is asked next: soon after its next value is there, and later and later while it does not answer.

use aws_lc_rs::rand;
use jiff::{SignedDuration, Timestamp};

/// A sensor's next value.
const NEXT_VALUE: SignedDuration = SignedDuration::from_mins(5);
/// What phones need to bring a value to their service.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_secs(30);
/// No service is asked more often.
const LEAST: SignedDuration = SignedDuration::from_secs(60);
/// Whatever went wrong is tried again after this at the latest.
const MOST_MIN: i64 = 60;

/// A number from 0 until before 1, so that many sources do not ask one service in the same second. Where the system gives none,
/// the middle.
pub(super) fn dice() -> f64 {
    let mut bytes = [0; 2];
    match rand::fill(&mut bytes) {
        Ok(()) => f64::from(u16::from_be_bytes(bytes)) / 65_536.0,
        Err(_) => 0.5,
    }
}

/// Half a minute after the next value is expected, and within `interval` in any case.
pub(super) fn next_at(now: Timestamp, newest_at: Option<Timestamp>, interval: SignedDuration, dice: f64) -> Timestamp {
    let after = |by: SignedDuration| now.saturating_add(by).unwrap_or(Timestamp::MAX);
    let expected = newest_at.and_then(|at| at.checked_add(NEXT_VALUE + ON_ITS_WAY).ok());
    let within = expected.filter(|at| (after(LEAST)..after(interval)).contains(at)).unwrap_or(after(interval));
    let spread = SignedDuration::from_millis((dice * 15_000.0) as i64);
    within.saturating_add(spread).unwrap_or(Timestamp::MAX)
}

/// Five minutes after the first failure, twice as long after each further one, at most an hour; a tenth more or less.
pub(super) fn again_at(now: Timestamp, failures: u32, dice: f64) -> Timestamp {
    let minutes = (5i64 << failures.min(8)).min(MOST_MIN);
    let seconds = (minutes * 60) as f64 * (0.9 + 0.2 * dice);
    now.saturating_add(SignedDuration::from_secs(seconds as i64)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::{again_at, dice, next_at};
    use jiff::{SignedDuration, Timestamp};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    #[test]
    fn each_failure_waits_longer_up_to_an_hour() {
        let minutes = |failures, dice| again_at(NOW, failures, dice).as_second() as f64 / 60.0;
        assert_eq!([0, 1, 2, 3, 4, 99].map(|failures| minutes(failures, 0.5)), [5.0, 10.0, 20.0, 40.0, 60.0, 60.0]);
        assert_eq!((minutes(0, 0.0), minutes(4, 1.0)), (4.5, 66.0));
        assert!((0.0..1.0).contains(&dice()));
    }

    #[test]
    fn the_next_value_is_fetched_soon_after_it_is_there() {
        let interval = SignedDuration::from_mins(5);
        let next = |newest_s: Option<i64>| {
            let newest = newest_s.map(|seconds| NOW - SignedDuration::from_secs(seconds));
            next_at(NOW, newest, interval, 0.0).as_second()
        };
        // A value of two minutes ago: the next is there in three and a half.
        assert_eq!(next(Some(120)), 210);
        assert_eq!(next(Some(320)), 300, "it is late: not every second");
        assert_eq!((next(Some(0)), next(None), next(Some(90_000))), (300, 300, 300));
    }
}

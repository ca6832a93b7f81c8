//! How often a sensor speaks, and what each reading weighs where several rhythms are mixed.

use crate::wall_clock::MINUTE_MS;
use std::ops::RangeInclusive;

/// No sensor in use is slower than this.
const SLOWEST_MS: i64 = 15 * MINUTE_MS;

/// The rhythms in which sensors speak, in minutes. Another distance between readings, such as 10 minutes of a sensor that
/// speaks every 5, means that readings are missing.
const SENSORS_MIN: [i64; 4] = [1, 3, 5, 15];

/// How far an interval may be from a sensor's rhythm, as a share of it.
const JITTER: f64 = 0.15;

/// As many readings in a row make a rhythm; fewer are chance.
const READINGS_OF_A_RHYTHM: usize = 4;

/// The usual interval in milliseconds: the median distance of neighbours, in whole minutes (at least one), as the
/// published packages take it (metrics 1.3), and no more than the slowest sensor's, so that a few scans a day do not
/// stand for hours. `at` must rise. None for fewer than two instants.
pub(crate) fn usual_interval(at: &[i64]) -> Option<i64> {
    let first = at.get(1)? - at.first()?;
    let median = if at.windows(2).all(|pair| pair[1] - pair[0] == first) { first } else { median_interval(at) };
    Some((((median + MINUTE_MS / 2) / MINUTE_MS).max(1) * MINUTE_MS).min(SLOWEST_MS))
}

fn median_interval(at: &[i64]) -> i64 {
    let mut intervals: Vec<i64> = at.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let middle = intervals.len() / 2;
    *intervals.select_nth_unstable(middle).1
}

/// What each reading weighs, in milliseconds, when the rhythms are mixed; none when there is one rhythm only and
/// plain counting is right. A reading weighs the interval to the next one, at most twice its own rhythm
/// (metrics 1.10, pitfall 5), where its rhythm is the shorter of the intervals on its two sides.
pub(crate) fn weights(at: &[i64], usual: i64) -> Option<Vec<f64>> {
    if !is_mixed(at, usual) {
        return None;
    }
    let next = at.windows(2).map(|pair| Some(pair[1] - pair[0])).chain([None]);
    let weight = |(own, next): (i64, Option<i64>)| next.map_or(own, |next| next.min(2 * own)) as f64;
    Some(rhythms(at).map(|own| own.min(SLOWEST_MS)).zip(next).map(weight).collect())
}

/// The shorter of the intervals on both sides of each reading.
fn rhythms(at: &[i64]) -> impl Iterator<Item = i64> {
    let intervals = || at.windows(2).map(|pair| pair[1] - pair[0]);
    let before = [i64::MAX].into_iter().chain(intervals());
    let after = intervals().chain([i64::MAX]);
    before.zip(after).map(move |(before, after)| before.min(after))
}

/// Whether several readings in a row keep the rhythm of a sensor other than the usual one.
fn is_mixed(at: &[i64], usual: i64) -> bool {
    let expected = around(usual);
    let strays = at.windows(2).filter(|pair| !expected.contains(&(pair[1] - pair[0]))).count();
    if strays + 1 < READINGS_OF_A_RHYTHM {
        return false;
    }
    let sensors = SENSORS_MIN.map(|minutes| around(minutes * MINUTE_MS));
    let others = |own: i64| sensors.iter().position(|sensor| sensor.contains(&own) && !sensor.contains(&usual));
    let is_another = |own: i64| if expected.contains(&own) { None } else { others(own) };
    let (mut run, mut kept) = (0, None);
    for own in rhythms(at).map(is_another) {
        run = if own.is_some() && own == kept { run + 1 } else { usize::from(own.is_some()) };
        kept = own;
        if run >= READINGS_OF_A_RHYTHM {
            return true;
        }
    }
    false
}

fn around(rhythm: i64) -> RangeInclusive<i64> {
    let jitter = (rhythm as f64 * JITTER) as i64;
    rhythm - jitter..=rhythm + jitter
}

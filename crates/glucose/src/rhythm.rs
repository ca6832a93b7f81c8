//! How often a sensor speaks, and what each reading weighs where several rhythms are mixed.

use crate::wall_clock::MINUTE_MS;

/// No sensor in use is slower than this.
const SLOWEST_MS: i64 = 15 * MINUTE_MS;

/// A rhythm is another one when it is more than this much slower or faster; jitter and doubled sources stay below.
const ANOTHER_RHYTHM: f64 = 1.5;

/// The intervals of a steady rhythm differ by no more than this part of themselves.
const STEADY: f64 = 0.2;

/// As many readings in a row make a rhythm; fewer are gaps.
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
    Some(rhythms(at).zip(next).map(weight).collect())
}

/// The shorter of the intervals on both sides of each reading; never above the slowest sensor's.
fn rhythms(at: &[i64]) -> impl Iterator<Item = i64> {
    let intervals = || at.windows(2).map(|pair| pair[1] - pair[0]);
    let before = [i64::MAX].into_iter().chain(intervals());
    let after = intervals().chain([i64::MAX]);
    before.zip(after).map(move |(before, after)| before.min(after).min(SLOWEST_MS))
}

/// Whether several readings in a row keep a rhythm other than the usual one.
fn is_mixed(at: &[i64], usual: i64) -> bool {
    let slowest = (ANOTHER_RHYTHM * usual as f64) as i64;
    let fastest = (usual as f64 / ANOTHER_RHYTHM).ceil() as i64;
    let is_another = |own: i64| !(fastest..=slowest).contains(&own);
    let others = at.windows(2).filter(|pair| is_another(pair[1] - pair[0])).count();
    if others + 1 < READINGS_OF_A_RHYTHM {
        return false;
    }
    let is_steady = |least: i64, greatest: i64| (greatest - least) as f64 <= STEADY * least as f64;
    let (mut run, mut least, mut greatest) = (0, i64::MAX, 0);
    for own in rhythms(at) {
        let goes_on = is_another(own) && is_steady(least.min(own), greatest.max(own));
        (run, least, greatest) = match (goes_on, is_another(own)) {
            (true, _) => (run + 1, least.min(own), greatest.max(own)),
            (false, true) => (1, own, own),
            (false, false) => (0, i64::MAX, 0),
        };
        if run >= READINGS_OF_A_RHYTHM {
            return true;
        }
    }
    false
}

//! How often a sensor speaks, and what each reading weighs where several rhythms are mixed.

/// No sensor in use is slower than this.
const SLOWEST_MS: i64 = 15 * 60_000;

/// A rhythm is another one when it is this much slower or faster; jitter and doubled sources stay below.
const ANOTHER_RHYTHM: f64 = 1.5;

/// As many readings in a row make a rhythm; fewer are gaps.
const READINGS_OF_A_RHYTHM: usize = 4;

/// The usual interval in milliseconds: the median of the distances between neighbours, taken to whole seconds.
/// `at` must be sorted. None for fewer than two instants.
pub(crate) fn usual_interval(at: &[i64]) -> Option<i64> {
    let mut intervals: Vec<i64> = at.windows(2).map(|pair| pair[1] - pair[0]).filter(|ms| *ms > 0).collect();
    if intervals.is_empty() {
        return None;
    }
    let middle = intervals.len() / 2;
    let (_, median, _) = intervals.select_nth_unstable(middle);
    Some((*median + 500) / 1000 * 1000).filter(|ms| *ms > 0)
}

/// What each reading weighs, in milliseconds, when the rhythms are mixed; none when there is one rhythm only and
/// plain counting is right. A reading weighs the interval to the next one, at most twice its own rhythm
/// (metrics 1.10, pitfall 5), where its rhythm is the shorter of the intervals on its two sides.
pub(crate) fn weights(at: &[i64]) -> Option<Vec<f64>> {
    let usual = usual_interval(at)?;
    let rhythms = rhythms(at);
    if !is_mixed(&rhythms, usual) {
        return None;
    }
    let next = at.windows(2).map(|pair| Some(pair[1] - pair[0])).chain([None]);
    Some(rhythms.iter().zip(next).map(|(own, next)| next.map_or(*own, |next| next.min(2 * own)) as f64).collect())
}

fn rhythms(at: &[i64]) -> Vec<i64> {
    let interval = |left: usize| at.get(left + 1).map(|right| right - at[left]);
    (0..at.len())
        .map(|index| {
            let before = index.checked_sub(1).and_then(interval).unwrap_or(i64::MAX);
            let after = interval(index).unwrap_or(i64::MAX);
            before.min(after).min(SLOWEST_MS)
        })
        .collect()
}

fn is_mixed(rhythms: &[i64], usual: i64) -> bool {
    rhythms.windows(READINGS_OF_A_RHYTHM).any(|run| {
        let (least, most) = run.iter().fold((i64::MAX, 0), |(least, most), ms| (least.min(*ms), most.max(*ms)));
        let steady = (most - least) as f64 <= 0.2 * least as f64;
        let (slower, faster) =
            (least as f64 > ANOTHER_RHYTHM * usual as f64, (most as f64) * ANOTHER_RHYTHM < usual as f64);
        steady && (slower || faster)
    })
}

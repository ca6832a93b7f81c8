//! How far a Nightscout site was read, and which window of which collection is next. Pure.

use ::nightscout::{Collection, Document, prepare::instant_of};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
/// The first run begins so far back.
const FIRST_MS: i64 = 90 * DAY_MS;
/// Clocks of devices run ahead by as much, and some treatments are of an hour that is to come.
const AHEAD_MS: i64 = DAY_MS;
/// Times that a site keeps as words with an offset are found by their words, wrong by as much.
const WORDS_MS: i64 = 15 * HOUR_MS;
/// A window is halved so often at most.
const MOST_HALVES: u32 = 8;

/// In the order in which they are read: what shows first, first.
const COLLECTIONS: [Collection; 4] =
    [Collection::Entries, Collection::Profile, Collection::Treatments, Collection::DeviceStatus];

/// What is written down between steps.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct State {
    /// Of each collection, until when it was read; of profiles 0 when they are to be read.
    read: [i64; 4],
    /// Nothing is read of before.
    first: i64,
    /// When the last day and the last week were read once more.
    day_at: i64,
    week_at: i64,
    /// Windows are halved so often, while a site cannot answer more at once.
    halves: u32,
    /// The token stands in the address: this site takes it nowhere else.
    pub in_address: bool,
}

/// From when to before when something is asked.
pub(super) struct Window {
    pub collection: Collection,
    pub from_ms: i64,
    pub to_ms: i64,
}

impl Window {
    /// No answer may be longer: it would leave something out.
    pub fn most(&self) -> usize {
        match self.collection {
            Collection::DeviceStatus => 1000,
            Collection::Profile => 20,
            _ => 5000,
        }
    }

    /// Whether a document is one that was asked for: not every site heeds every condition.
    pub fn holds(&self, document: &Document) -> bool {
        let wide = if self.collection == Collection::Entries { 0 } else { WORDS_MS };
        let asked = self.from_ms - wide..self.to_ms + wide;
        let at = instant_of(self.collection, document);
        at.is_some_and(|ms| self.collection == Collection::Profile || asked.contains(&ms))
    }
}

impl State {
    /// As it was written, or the beginning.
    pub fn read(written: &[u8], now: Timestamp, failures: u32) -> Self {
        let now_ms = now.as_millisecond();
        let begin = now_ms - FIRST_MS;
        let first = || Self {
            read: [begin, 0, begin, begin],
            first: begin,
            day_at: now_ms,
            week_at: now_ms,
            ..Self::default()
        };
        let mut state: Self = serde_json::from_slice(written).unwrap_or_else(|_| first());
        // What failed before is asked for less.
        state.halves = state.halves.max(failures.min(MOST_HALVES / 2));
        state
    }

    pub fn written(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("numbers are written")
    }

    /// A run begins: what may have come late, or been changed, is read once more.
    pub fn rewind(&mut self, now: Timestamp) {
        let now_ms = now.as_millisecond();
        let mut back = 3 * HOUR_MS;
        let mut profile = false;
        if now_ms - self.day_at >= HOUR_MS {
            (self.day_at, back, profile) = (now_ms, 26 * HOUR_MS, true);
        }
        if now_ms - self.week_at >= DAY_MS {
            (self.week_at, back) = (now_ms, 8 * DAY_MS);
        }
        for (collection, read) in COLLECTIONS.iter().zip(&mut self.read) {
            *read = match collection {
                Collection::Profile if profile => 0,
                Collection::Profile => *read,
                // They are large, and nobody changes them.
                Collection::DeviceStatus => (*read - HOUR_MS).max(self.first),
                _ => (*read - back).max(self.first),
            };
        }
    }

    /// The next window, until everything was read up to `now`.
    pub fn next(&self, now: Timestamp) -> Option<Window> {
        let now_ms = now.as_millisecond();
        let is_open = |(collection, read): &(&Collection, i64)| match collection {
            Collection::Profile => *read == 0,
            _ => *read < now_ms,
        };
        let open = COLLECTIONS.iter().zip(self.read).find(is_open);
        let (collection, read) = open?;
        let span = match collection {
            Collection::Entries => 3 * DAY_MS,
            Collection::Profile => i64::MAX,
            Collection::DeviceStatus => DAY_MS / 2,
            _ => 4 * DAY_MS,
        };
        let to_ms = read.saturating_add(span >> self.halves);
        let to_ms = if to_ms >= now_ms { now_ms + AHEAD_MS } else { to_ms };
        Some(Window { collection: *collection, from_ms: read, to_ms })
    }

    /// That was read.
    pub fn read_to(&mut self, window: &Window, now: Timestamp) {
        let to_ms = window.to_ms.min(now.as_millisecond());
        if let Some(place) = COLLECTIONS.iter().position(|collection| *collection == window.collection) {
            self.read[place] = to_ms;
        }
        if to_ms == now.as_millisecond() {
            self.halves = 0;
        }
    }

    /// The window was too much for one answer; `false` when it cannot be made smaller.
    pub fn ask_for_less(&mut self, window: &Window) -> bool {
        let can = self.halves < MOST_HALVES && window.collection != Collection::Profile;
        self.halves += u32::from(can);
        can
    }
}

#[cfg(test)]
mod tests {
    use super::{COLLECTIONS, DAY_MS, HOUR_MS, State};
    use ::nightscout::Collection;
    use jiff::{SignedDuration, Timestamp};

    fn now() -> Timestamp {
        "2026-11-21T09:00:00Z".parse().unwrap()
    }

    /// Every window of a run, as from and to in hours before now.
    fn run(state: &mut State, now: Timestamp) -> Vec<(Collection, i64, i64)> {
        let mut windows = Vec::new();
        while let Some(window) = state.next(now) {
            let ago = |ms: i64| (now.as_millisecond() - ms) / HOUR_MS;
            windows.push((window.collection, ago(window.from_ms), ago(window.to_ms)));
            state.read_to(&window, now);
        }
        windows
    }

    #[test]
    fn the_first_run_reads_ninety_days_without_a_gap() {
        let mut state = State::read(b"", now(), 0);
        let windows = run(&mut state, now());
        for collection in [Collection::Entries, Collection::Treatments, Collection::DeviceStatus] {
            let of: Vec<_> = windows.iter().filter(|window| window.0 == collection).collect();
            assert!(of[0].1 == 90 * 24 && of[of.len() - 1].2 == -24, "{collection:?}");
            assert!(of.windows(2).all(|two| two[0].2 == two[1].1), "{collection:?}: each begins where the last ended");
        }
        assert_eq!(windows.iter().filter(|window| window.0 == Collection::Profile).count(), 1);
    }

    #[test]
    fn later_runs_read_hours_then_a_day_then_a_week_once_more() {
        let mut state = State::read(b"", now(), 0);
        run(&mut state, now());
        let mut entries_from = |minutes: i64| {
            let later = now() + SignedDuration::from_mins(minutes);
            let mut read = State::read(&state.written(), later, 0);
            read.rewind(later);
            let windows = run(&mut read, later);
            state = read;
            windows.iter().find(|window| window.0 == Collection::Entries).unwrap().1
        };
        assert_eq!(entries_from(5), 3);
        assert_eq!(entries_from(65), 27);
        assert_eq!(entries_from(70), 3);
        assert_eq!(entries_from(25 * 60), 24 * 8 + 23);
    }

    #[test]
    fn what_is_too_much_is_asked_for_in_halves() {
        let mut state = State::read(b"", now(), 0);
        let window = state.next(now()).unwrap();
        assert_eq!(window.to_ms - window.from_ms, 3 * DAY_MS);
        assert!(state.ask_for_less(&window));
        let half = state.next(now()).unwrap();
        assert_eq!((half.from_ms, half.to_ms - half.from_ms), (window.from_ms, 3 * DAY_MS / 2));
        for _ in 0..9 {
            state.ask_for_less(&window);
        }
        assert!(!state.ask_for_less(&window), "there is an end to it");
        assert_eq!(COLLECTIONS[0], Collection::Entries);
        assert!(State::read(b"", now(), 3).halves == 3, "what failed before is asked for less");
    }
}

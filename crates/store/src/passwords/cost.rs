//! How dear one hash is: measured on this machine, written into each hash, and honoured when it is checked.

use crate::error::Error;
use argon2::{Algorithm, Argon2, Params, Version};
use std::time::{Duration, Instant};

/// Argon2id's two numbers; lanes are always one, because people sign in side by side and not one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cost {
    pub(super) memory_kib: u32,
    pub(super) rounds: u32,
}

const fn mib(memory: u32, rounds: u32) -> Cost {
    Cost { memory_kib: memory * 1024, rounds }
}

/// The least is what OWASP's cheat sheet and the checklist ask for (19 MiB, two rounds); memory grows before time does,
/// because it is what an attacker's hardware pays for. A step is at most 1.7 times the one before, so that the best one
/// under [`LONGEST`] takes 150 ms or more on all but the slowest and the fastest machines; and steps are few, so that a
/// little noise seldom changes them from start to start.
const STEPS: [Cost; 8] =
    [mib(19, 2), mib(32, 2), mib(48, 2), mib(64, 2), mib(64, 3), mib(64, 4), mib(64, 6), mib(64, 8)];
/// What a hash may take.
const LONGEST: Duration = Duration::from_millis(250);
/// What is timed: one round over the least memory, about 20 ms.
const PROBE: Cost = mib(19, 1);
/// Of so many tries the quickest counts; the others were disturbed.
const PROBES: usize = 3;
/// A hash that asks for more was not made here.
const MOST: Cost = mib(256, 16);

impl Cost {
    /// The dearest step that this machine does in time.
    pub(super) fn measured() -> Self {
        let quickest = (0..PROBES).map(|_| PROBE.timed()).min().unwrap_or(Duration::MAX);
        let cost = Self::for_probe(quickest);
        let probe_ms = u64::try_from(quickest.as_millis()).unwrap_or(u64::MAX);
        tracing::info!(probe_ms, memory_kib = cost.memory_kib, rounds = cost.rounds, "measured the cost of a password");
        cost
    }

    /// The choice alone, without the clock.
    pub(super) fn for_probe(probe: Duration) -> Self {
        let takes = |step: &Self| probe.as_nanos() * u128::from(step.work()) / u128::from(PROBE.work());
        let fits = |step: &&Self| takes(step) <= LONGEST.as_nanos();
        *STEPS.iter().rev().find(fits).unwrap_or(&STEPS[0])
    }

    #[expect(clippy::disallowed_methods, reason = "how long work takes is not the time of day")]
    fn timed(self) -> Duration {
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params().expect("the probe is in bounds"));
        let began = Instant::now();
        let done = argon.hash_password_into(b"a probe", &[0; 16], &mut [0; 32]);
        done.map_or(Duration::MAX, |()| began.elapsed())
    }

    /// Memory times rounds: time is proportional to it.
    pub(super) fn work(self) -> u64 {
        u64::from(self.memory_kib) * u64::from(self.rounds)
    }

    /// Dearer in one and cheaper in nothing.
    pub(super) fn is_above(self, other: Self) -> bool {
        self != other && self.memory_kib >= other.memory_kib && self.rounds >= other.rounds
    }

    /// So much work in memory of about this size.
    pub(super) fn rest(self, work: u64) -> Option<Self> {
        let rounds = work.div_ceil(u64::from(self.memory_kib)).max(1);
        let memory_kib = u32::try_from(work / rounds).ok()?;
        (memory_kib >= Params::MIN_M_COST).then_some(Self { memory_kib, rounds: u32::try_from(rounds).ok()? })
    }

    pub(super) fn params(self) -> Result<Params, Error> {
        Params::new(self.memory_kib, self.rounds, 1, Some(32)).map_err(|_| Error::broken("password parameters"))
    }

    /// As every kept hash begins: the algorithm and its parameters.
    pub(super) fn prefix(self) -> String {
        format!("$argon2id$v=19$m={},t={},p=1$", self.memory_kib, self.rounds)
    }

    /// The one that a kept hash was made with.
    pub(super) fn of(kept: &str) -> Result<Self, Error> {
        let read = || {
            let numbers = kept.strip_prefix("$argon2id$v=19$m=")?;
            let (memory, numbers) = numbers.split_once(",t=")?;
            let (rounds, _) = numbers.split_once(",p=1$")?;
            Some(Self { memory_kib: memory.parse().ok()?, rounds: rounds.parse().ok()? })
        };
        let sane = |cost: &Self| cost.memory_kib <= MOST.memory_kib && cost.rounds <= MOST.rounds;
        read().filter(sane).ok_or_else(|| Error::broken("a kept password hash is damaged"))
    }
}

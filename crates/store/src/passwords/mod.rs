//! Passwords: what is strong enough, and how the rest of the house never sees one.

mod breached;
mod cost;
mod obvious;
pub(crate) mod refresh;
mod rule;
#[cfg(test)]
mod tests;

pub use breached::BreachedList;

use crate::{
    error::{Error, Invalid},
    keys::random,
    settings::PasswordCost,
};
use argon2::{Algorithm, Argon2, Version};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use breached::Filter;
use cost::Cost;
use jiff::civil::Date;
use refresh::Fresh;
use std::{
    path::Path,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};
use subtle::ConstantTimeEq;
use tokio::{sync::Semaphore, task::spawn_blocking};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Hashes computed at once, at most: each takes up to 64 MiB, and more than the cores gain nothing.
const AT_ONCE: usize = 4;

/// Computes password hashes, a few at a time, away from the database's threads.
pub(crate) struct Passwords {
    hashing: Arc<Hashing>,
    turns: Semaphore,
    breached: Option<Filter>,
}

impl Passwords {
    pub(crate) fn new(cost: PasswordCost, pepper: &[u8], breached: Option<&Path>) -> Result<Self, Error> {
        let breached = breached.map(Filter::in_file).transpose()?;
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let turns = Semaphore::new(cores.min(AT_ONCE));
        Ok(Self { hashing: Hashing::new(cost, pepper), turns, breached })
    }

    /// Refuses what is too short, too long, known from breaches, too simple, or the person's own data with a little
    /// around it.
    pub(crate) fn strong(&self, password: &str, personal: &[&str], born_on: Option<Date>) -> Result<(), Error> {
        let why = rule::weakness(password, personal, born_on, self.breached.as_ref());
        why.map_or(Ok(()), |why| Err(Error::Invalid(Invalid::Password(why))))
    }

    /// The hash to be kept, with a salt of its own.
    pub(crate) async fn hash(&self, password: &str) -> Result<String, Error> {
        self.work(password, Hashing::hash).await
    }

    /// Whether the password belongs to the kept hash. Without one it takes just as long and says no.
    pub(crate) async fn belongs(&self, password: &str, kept: Option<String>) -> Result<bool, Error> {
        self.work(password, move |hashing, password| hashing.belongs(password, kept.as_deref())).await
    }

    /// For a password that was found to belong to the kept hash: a new hash, if today's are dearer.
    pub(crate) async fn fresh(&self, password: &str, kept: Option<String>) -> Result<Option<Fresh>, Error> {
        let Some(kept) = kept else { return Ok(None) };
        let fresh = move |hashing: &Hashing, password: &str| {
            let risen = hashing.cost().is_above(Cost::of(&kept)?);
            risen.then(|| Ok(Fresh { hash: hashing.hash(password)?, kept })).transpose()
        };
        self.work(password, fresh).await
    }

    async fn work<T: Send + 'static>(
        &self,
        password: &str,
        work: impl FnOnce(&Hashing, &str) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let _turn = self.turns.acquire().await.map_err(|_| Error::Unavailable)?;
        let hashing = Arc::clone(&self.hashing);
        // More than anybody's password, and no way to keep a core busy with a megabyte. Composed (NFC), because keyboards
        // differ in how they write an accent; otherwise as typed.
        let password: Zeroizing<String> = Zeroizing::new(password.nfc().take(1025).collect());
        spawn_blocking(move || work(&hashing, &password)).await.map_err(Error::broken)?
    }
}

/// What the blocking threads share.
struct Hashing {
    pepper: &'static [u8],
    cost: OnceLock<Cost>,
    /// The most work that any hash was seen to ask for; a wrong password always takes this much.
    dearest: AtomicU64,
}

impl Hashing {
    /// The full cost is measured on a thread of its own, so that nobody waits for it at the start; whoever needs it
    /// earlier waits for that measurement and starts no other.
    fn new(cost: PasswordCost, pepper: &[u8]) -> Arc<Self> {
        // The pepper lives as long as the program; there is one for each store that is opened.
        let pepper: &'static [u8] = Box::leak(pepper.into());
        let hashing = Arc::new(Self { pepper, cost: OnceLock::new(), dearest: AtomicU64::new(0) });
        let decided = match cost {
            PasswordCost::Full => None,
            PasswordCost::CheapForTests => Some(Cost { memory_kib: 8, rounds: 1 }),
            PasswordCost::Fixed { memory_kib, rounds } => Some(Cost { memory_kib, rounds }),
        };
        let measuring = Arc::clone(&hashing);
        match decided {
            Some(cost) => drop(hashing.cost.set(cost)),
            None => drop(thread::spawn(move || measuring.cost())),
        }
        hashing
    }

    /// What a new hash costs.
    fn cost(&self) -> Cost {
        *self.cost.get_or_init(Cost::measured)
    }

    fn hash(&self, password: &str) -> Result<String, Error> {
        let (salt, cost) = (random::<16>()?, self.cost());
        let sum = self.sum(password, &salt, cost)?;
        Ok(format!("{}{}${}", cost.prefix(), STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(sum)))
    }

    fn belongs(&self, password: &str, kept: Option<&str>) -> Result<bool, Error> {
        let nobody = || format!("{}{}${}", self.cost().prefix(), "A".repeat(22), "A".repeat(43));
        let text = kept.map_or_else(nobody, str::to_owned);
        let cost = Cost::of(&text)?;
        let mut parts = text.rsplitn(3, '$');
        let (sum, salt) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let decode = |part| STANDARD_NO_PAD.decode(part).map_err(|_| Error::broken("a kept password hash is damaged"));
        let same = bool::from(self.sum(password, &decode(salt)?, cost)?.ct_eq(&decode(sum)?));
        if !same {
            self.fill_up(cost)?;
        }
        Ok(same && kept.is_some())
    }

    /// Hashes kept from before may be cheaper or dearer than today's. A wrong password takes as long as the dearest of
    /// them, so that the time does not tell accounts from addresses that have none.
    fn fill_up(&self, spent: Cost) -> Result<(), Error> {
        let known = self.cost().work().max(spent.work());
        let dearest = self.dearest.fetch_max(known, Ordering::Relaxed).max(known);
        match self.cost().rest(dearest - spent.work()) {
            Some(rest) => self.sum("", &[0; 16], rest).map(drop),
            None => Ok(()),
        }
    }

    fn sum(&self, password: &str, salt: &[u8], cost: Cost) -> Result<[u8; 32], Error> {
        let argon = Argon2::new_with_secret(self.pepper, Algorithm::Argon2id, Version::V0x13, cost.params()?);
        let argon = argon.map_err(|_| Error::broken("password pepper"))?;
        let mut sum = [0; 32];
        let done = argon.hash_password_into(password.as_bytes(), salt, &mut sum);
        done.map(|()| sum).map_err(|_| Error::broken("hashing a password failed"))
    }
}

//! Passwords: what is strong enough, and how the rest of the house never sees one.

use crate::{
    error::{Error, Invalid, WeakPassword},
    keys::random,
    settings::PasswordCost,
};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use jiff::civil::Date;
use std::sync::Arc;
use subtle::ConstantTimeEq;
use tokio::{sync::Semaphore, task::spawn_blocking};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Hashes computed at once; each takes its 19 MiB.
const AT_ONCE: usize = 4;

/// Computes password hashes, a few at a time, away from the database's threads.
pub(crate) struct Passwords {
    argon: Arc<Argon2<'static>>,
    turns: Semaphore,
    nobody: String,
}

impl Passwords {
    pub(crate) fn new(cost: PasswordCost, pepper: &[u8]) -> Result<Self, Error> {
        let (memory, rounds) = match cost {
            PasswordCost::Full => (19_456, 2),
            PasswordCost::CheapForTests => (8, 1),
        };
        let params = Params::new(memory, rounds, 1, Some(32)).map_err(|_| Error::broken("password parameters"))?;
        // The pepper lives as long as the program; there is one for each store that is opened.
        let pepper: &'static [u8] = Box::leak(pepper.into());
        let argon = Argon2::new_with_secret(pepper, Algorithm::Argon2id, Version::V0x13, params);
        let argon = argon.map_err(|_| Error::broken("password pepper"))?;
        let nobody = format!("{}{}${}", prefix(argon.params()), "A".repeat(22), "A".repeat(43));
        Ok(Self { argon: Arc::new(argon), turns: Semaphore::new(AT_ONCE), nobody })
    }

    /// Refuses what is too short, too long, too simple, or the person's own data with a little around it.
    pub(crate) fn strong(&self, password: &str, personal: &[&str], born_on: Option<Date>) -> Result<(), Error> {
        let weak = |why| Err(Error::Invalid(Invalid::Password(why)));
        let length = password.nfc().take(1026).count();
        let kinds: [fn(char) -> bool; 4] =
            [char::is_uppercase, char::is_lowercase, |c| c.is_numeric(), |c| !c.is_alphanumeric()];
        let all_kinds = kinds.iter().all(|kind| password.chars().any(*kind));
        if length > 1024 {
            return weak(WeakPassword::TooLong);
        }
        if length < 14 || (length < 15 && !all_kinds) {
            return weak(WeakPassword::TooShort);
        }
        if simple(password) {
            return weak(WeakPassword::Simple);
        }
        let birthdays = born_on.map(|day| birthdays(day).to_vec()).unwrap_or_default();
        let words = personal.iter().flat_map(|text| parts(text)).chain(birthdays);
        if mostly(password, words) { weak(WeakPassword::Personal) } else { Ok(()) }
    }

    /// The hash to be kept, with a salt of its own.
    pub(crate) async fn hash(&self, password: &str) -> Result<String, Error> {
        let salt = random::<16>()?;
        let sum = self.compute(password, salt.to_vec()).await?;
        let text =
            format!("{}{}${}", prefix(self.argon.params()), STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(sum));
        Ok(text)
    }

    /// Whether the password belongs to the kept hash. Without one it takes just as long and says no.
    pub(crate) async fn belongs(&self, password: &str, kept: Option<String>) -> Result<bool, Error> {
        let known = kept.is_some();
        let text = kept.unwrap_or_else(|| self.nobody.clone());
        let mut parts = text.rsplitn(3, '$');
        let (sum, salt) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let decode = |part| STANDARD_NO_PAD.decode(part).map_err(|_| Error::broken("a kept password hash is damaged"));
        let (sum, salt) = (decode(sum)?, decode(salt)?);
        let same = self.compute(password, salt).await?.ct_eq(sum.as_slice());
        Ok(bool::from(same) && known)
    }

    async fn compute(&self, password: &str, salt: Vec<u8>) -> Result<[u8; 32], Error> {
        let _turn = self.turns.acquire().await.map_err(|_| Error::Unavailable)?;
        let argon = Arc::clone(&self.argon);
        // More than anybody's password, and no way to keep a core busy with a megabyte. Composed (NFC), because keyboards
        // differ in how they write an accent; otherwise as typed.
        let password: Zeroizing<String> = Zeroizing::new(password.nfc().take(1025).collect());
        let work = move || {
            let mut sum = [0; 32];
            let done = argon.hash_password_into(password.as_bytes(), &salt, &mut sum);
            done.map(|()| sum).map_err(|_| Error::broken("hashing a password failed"))
        };
        spawn_blocking(work).await.map_err(Error::broken)?
    }
}

/// As every kept hash begins: the algorithm and its parameters.
fn prefix(params: &Params) -> String {
    format!("$argon2id$v=19$m={},t={},p={}$", params.m_cost(), params.t_cost(), params.p_cost())
}

/// A few characters over and over, or a run of neighbours (`abcdef…`, `123456…`).
fn simple(password: &str) -> bool {
    let mut different: Vec<char> = password.chars().collect();
    let neighbours = different.windows(2).filter(|pair| (pair[1] as i64 - pair[0] as i64).abs() <= 1).count();
    let length = different.len();
    different.sort_unstable();
    different.dedup();
    different.len() < 5 || neighbours * 4 > length * 3
}

fn birthdays(day: Date) -> [String; 4] {
    let (y, m, d) = (day.year(), day.month(), day.day());
    [format!("{y}{m:02}{d:02}"), format!("{d:02}{m:02}{y}"), format!("{m:02}{d:02}{y}"), format!("{d}{m}{y}")]
}

/// The words of a name or an address that are long enough to matter, and all of it in one.
fn parts(text: &str) -> Vec<String> {
    let whole: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let words = text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned);
    words.chain([whole]).filter(|word| word.chars().count() >= 4).map(|word| word.to_lowercase()).collect()
}

/// Whether, after taking those words out, little of the password is left.
fn mostly(password: &str, words: impl Iterator<Item = String>) -> bool {
    let mut rest: String = password.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let before = rest.chars().count();
    let mut words: Vec<String> = words.collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in words {
        rest = rest.replace(&word, "");
    }
    let left = rest.chars().count();
    left < before && left < 8
}

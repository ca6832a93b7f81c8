//! Guessing is slow: tries are counted in the database, per account and per network address.
//!
//! ```text
//! failures in a row   account and address together   address alone
//! up to 5             no wait                         no wait
//! 6, 7, 8, …          30 s, 1 min, 2 min … 1 h        from 50 on, the same
//! ```
//! The delay stands on *address and account together*, so that a stranger elsewhere cannot lock the owner out; the
//! account alone is slowed after a hundred failures from everywhere, by a second: a crowd guesses slowly, the owner
//! hardly waits.

use crate::{
    actor::Origin,
    db::{Tx, params, statements},
    error::Error,
    keys::Keys,
};
use jiff::{SignedDuration, Timestamp};

statements! {
    SELECT = "select failures, last_at from sign_in_tries where hash = $1";
    COUNT = "insert into sign_in_tries (hash, failures, last_at) values ($1, 1, $2) \
        on conflict (hash) do update set failures = sign_in_tries.failures + 1, last_at = excluded.last_at";
    TOUCH = "update sign_in_tries set last_at = $2 where hash = $1";
    GIVE_BACK = "update sign_in_tries set failures = failures - 1 where hash = $1 and failures > 0";
    RESET = "delete from sign_in_tries where hash = $1";
    TIDY = "delete from sign_in_tries where last_at <= $1";
}

/// Something that tries are counted for.
#[derive(Clone, Debug)]
pub(crate) struct Try {
    hash: Vec<u8>,
    free: i64,
    longest_s: i64,
    forgiven: bool,
}

/// What a try at `asked` from `origin` counts for. Only keyed hashes of both are kept.
pub(crate) fn tries(keys: &Keys, asked: &str, origin: &Origin) -> Vec<Try> {
    let network = origin.address.map_or(String::new(), |address| match address {
        std::net::IpAddr::V4(address) => address.to_string(),
        // One person has a whole /64.
        std::net::IpAddr::V6(address) => format!("{:x?}", &address.segments()[..4]),
    });
    let count =
        |kind, text: &str, free, longest_s, forgiven| Try { hash: keys.find_by(kind, text), free, longest_s, forgiven };
    vec![
        count("try both", &format!("{asked} {network}"), 5, 3600, true),
        count("try network", &network, 50, 3600, false),
        count("try account", asked, 100, 1, true),
    ]
}

/// Refuses while a delay runs; otherwise counts the try, as a failure until it succeeds.
pub(crate) fn begin(tx: &mut Tx, tries: &[Try], now: Timestamp) -> Result<(), Error> {
    let mut wait = SignedDuration::ZERO;
    for one in tries {
        if let Some(row) = tx.query_one(SELECT, params![one.hash.as_slice()])? {
            let until = row.instant(1)?.saturating_add(delay(one, row.int(0)?)).unwrap_or(Timestamp::MAX);
            wait = wait.max(until.duration_since(now));
        }
    }
    if wait.is_positive() {
        let retry_after_s = wait.as_millis_f64().div_euclid(1000.0) as u64 + 1;
        return Err(Error::TooMany { retry_after_s });
    }
    tries.iter().try_for_each(|one| tx.execute(COUNT, params![one.hash.as_slice(), now]).map(drop))
}

fn delay(one: &Try, failures: i64) -> SignedDuration {
    let over = failures - one.free;
    if over < 0 {
        return SignedDuration::ZERO;
    }
    let doubled = 30i64.saturating_mul(1 << over.min(16));
    SignedDuration::from_secs(doubled.min(one.longest_s))
}

/// A failure: the delay runs from its end.
pub(crate) fn touch(tx: &mut Tx, tries: &[Try], now: Timestamp) -> Result<(), Error> {
    tries.iter().try_for_each(|one| tx.execute(TOUCH, params![one.hash.as_slice(), now]).map(drop))
}

/// A success forgives the failures of this person. Of the network it gives back its own count alone: people behind one
/// address do not slow each other down, and those who guess at other accounts there are not forgiven.
pub(crate) fn succeeded(tx: &mut Tx, tries: &[Try]) -> Result<(), Error> {
    tries.iter().try_for_each(|one| {
        let undo = if one.forgiven { RESET } else { GIVE_BACK };
        tx.execute(undo, params![one.hash.as_slice()]).map(drop)
    })
}

/// Forgets failures of more than a day ago.
pub(crate) fn tidy(tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
    let day_ago = now.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MIN);
    tx.execute(TIDY, params![day_ago])
}

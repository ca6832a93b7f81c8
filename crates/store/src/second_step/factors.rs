//! The rows of second steps: seeds, keys and numbers, sealed; only what must be found is plain.

use super::{Method, method, method_word};
use crate::{
    db::{Row, Tx, params, statements},
    error::Error,
    inside::{Inside, new_id},
    keys::place,
};
use jiff::{SignedDuration, Timestamp};
use sharing::{AccountId, Id};

statements! {
    INSERT = "insert into factors (id, account, kind, name, secret, credential, last_step, made_at, confirmed_at, used_at) \
        values ($1, $2, $3, $4, $5, $6, -1, $7, $8, null)";
    OF_ACCOUNT = "select id, account, kind, name, secret, last_step, made_at, used_at from factors \
        where account = $1 and confirmed_at is not null order by made_at, id";
    WAITING = "select id, account, kind, name, secret, last_step, made_at, used_at from factors \
        where account = $1 and kind = $2 and confirmed_at is null and made_at > $3 order by made_at desc, id desc";
    BY_CREDENTIAL = "select id, account, kind, name, secret, last_step, made_at, used_at from factors \
        where credential = $1 and confirmed_at is not null";
    CONFIRM = "update factors set confirmed_at = $2, last_step = $3 where id = $1 and confirmed_at is null";
    STEP = "update factors set last_step = $2, used_at = $3 where id = $1 and last_step < $2";
    USED = "update factors set secret = $2, used_at = $3 where id = $1";
    REMOVE = "delete from factors where id = $1 and account = $2 and confirmed_at is not null returning kind, name";
    REMOVE_ALL = "delete from factors where account = $1";
    DROP_WAITING = "delete from factors where account = $1 and kind = $2 and confirmed_at is null";
    TIDY = "delete from factors where confirmed_at is null and made_at <= $1";
}

/// How long a seed or a number waits to be confirmed.
const WAITS: SignedDuration = SignedDuration::from_mins(60);

/// A factor as it is kept.
pub(super) struct Factor {
    pub(super) id: Id,
    pub(super) account: AccountId,
    pub(super) method: Method,
    name: Vec<u8>,
    secret: Vec<u8>,
    pub(super) last_step: i64,
    pub(super) made_at: Timestamp,
    pub(super) used_at: Option<Timestamp>,
}

/// A factor to be kept.
pub(super) struct New<'a> {
    method: Method,
    name: &'a str,
    secret: &'a [u8],
    credential: Option<Vec<u8>>,
    is_confirmed: bool,
}

impl<'a> New<'a> {
    /// One that counts only when it was confirmed by a code.
    pub(super) fn waiting(method: Method, name: &'a str, secret: &'a [u8]) -> Self {
        Self { method, name, secret, credential: None, is_confirmed: false }
    }

    /// One that counts at once, in a seeded database.
    pub(super) fn seeded(method: Method, name: &'a str, secret: &'a [u8]) -> Self {
        Self { method, name, secret, credential: None, is_confirmed: true }
    }

    /// A passkey; making it has confirmed it.
    pub(super) fn passkey(name: &'a str, secret: &'a [u8], credential: Vec<u8>) -> Self {
        Self { method: Method::Passkey, name, secret, credential: Some(credential), is_confirmed: true }
    }
}

impl Factor {
    fn of(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.id(0)?,
            account: AccountId(row.id(1)?),
            method: method(row.text(2)?)?,
            name: row.bytes(3)?.to_vec(),
            secret: row.bytes(4)?.to_vec(),
            last_step: row.int(5)?,
            made_at: row.instant(6)?,
            used_at: row.opt_instant(7)?,
        })
    }

    /// What the person called it.
    pub(super) fn name(&self, inside: &Inside) -> Result<String, Error> {
        inside.keys.open_text(place("factors", "name", self.id).of(self.account.0), &self.name)
    }

    /// The seed, the key, the number.
    pub(super) fn secret(&self, inside: &Inside) -> Result<Vec<u8>, Error> {
        inside.keys.open(place("factors", "secret", self.id).of(self.account.0), &self.secret)
    }
}

/// Keeps a factor.
pub(super) fn insert(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    new: &New<'_>,
    now: Timestamp,
) -> Result<Id, Error> {
    let id = new_id();
    let name = inside.keys.seal(place("factors", "name", id).of(account.0), new.name.as_bytes())?;
    let secret = inside.keys.seal(place("factors", "secret", id).of(account.0), new.secret)?;
    let confirmed_at = new.is_confirmed.then_some(now);
    let credential = new.credential.clone();
    tx.execute(INSERT, params![id, account, method_word(new.method), name, secret, credential, now, confirmed_at])?;
    Ok(id)
}

/// All that count, oldest first.
pub(super) fn all(tx: &mut Tx, account: AccountId) -> Result<Vec<Factor>, Error> {
    tx.query(OF_ACCOUNT, params![account])?.iter().map(Factor::of).collect()
}

/// Those of one kind that count.
pub(super) fn confirmed(tx: &mut Tx, account: AccountId, wanted: Method) -> Result<Vec<Factor>, Error> {
    Ok(all(tx, account)?.into_iter().filter(|factor| factor.method == wanted).collect())
}

/// The newest that waits to be confirmed, of the last hour.
pub(super) fn waiting(
    tx: &mut Tx,
    account: AccountId,
    wanted: Method,
    now: Timestamp,
) -> Result<Option<Factor>, Error> {
    let since = now.saturating_sub(WAITS).unwrap_or(Timestamp::MIN);
    tx.query_one(WAITING, params![account, method_word(wanted), since])?.as_ref().map(Factor::of).transpose()
}

/// The passkey with this credential.
pub(super) fn by_credential(tx: &mut Tx, credential: &[u8]) -> Result<Option<Factor>, Error> {
    tx.query_one(BY_CREDENTIAL, params![credential])?.as_ref().map(Factor::of).transpose()
}

/// From now on it counts. The code that confirmed it is used up.
pub(super) fn confirm(tx: &mut Tx, id: Id, step: i64, now: Timestamp) -> Result<(), Error> {
    let confirmed = tx.execute(CONFIRM, params![id, now, step])?;
    if confirmed == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// Takes a step and all before it; false when somebody else took it first.
pub(super) fn use_up_to(tx: &mut Tx, id: Id, step: i64, now: Timestamp) -> Result<bool, Error> {
    Ok(tx.execute(STEP, params![id, step, now])? == 1)
}

/// It was used just now, and what is kept of it has changed.
pub(super) fn used(tx: &mut Tx, inside: &Inside, factor: &Factor, secret: &[u8], now: Timestamp) -> Result<(), Error> {
    let sealed = inside.keys.seal(place("factors", "secret", factor.id).of(factor.account.0), secret)?;
    tx.execute(USED, params![factor.id, sealed, now]).map(drop)
}

/// Removes one; answers its kind and name.
pub(super) fn remove(tx: &mut Tx, inside: &Inside, account: AccountId, id: Id) -> Result<(Method, String), Error> {
    let row = tx.query_one(REMOVE, params![id, account])?.ok_or(Error::NotFound)?;
    Ok((method(row.text(0)?)?, inside.keys.open_text(place("factors", "name", id).of(account.0), row.bytes(1)?)?))
}

/// Removes all of an account.
pub(super) fn remove_all(tx: &mut Tx, account: AccountId) -> Result<u64, Error> {
    tx.execute(REMOVE_ALL, params![account])
}

/// Drops those of a kind that wait.
pub(super) fn drop_waiting(tx: &mut Tx, account: AccountId, wanted: Method) -> Result<(), Error> {
    tx.execute(DROP_WAITING, params![account, method_word(wanted)]).map(drop)
}

/// Drops what nobody can confirm any more.
pub(super) fn tidy(tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
    tx.execute(TIDY, params![now.saturating_sub(WAITS).unwrap_or(Timestamp::MIN)])
}

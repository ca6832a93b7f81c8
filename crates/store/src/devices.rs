//! Known devices: browsers in which somebody signed in before, by a cookie of 256 random bits that opens nothing by itself.
//!
//! A known device has tries of its own, so that a crowd of strangers cannot keep the owner out; a new one is told by mail.

use crate::{
    actor::Origin,
    db::{Tx, params, statements},
    error::Error,
    inside::Inside,
    keys::place,
    mails, notices, tokens,
};
use jiff::{SignedDuration, Timestamp};
use sharing::AccountId;

statements! {
    KNOWN = "select remembered_until_at from known_devices where hash = $1 and account = $2";
    OF_ANYBODY = "select 1 from known_devices where hash = $1 limit 1";
    SIGNED_IN = "select 1 from audit where chain = $1 and act = 'signed in' limit 1";
    FIRST = "select first_at from known_devices where hash = $1 and account = $2";
    INSERT = "insert into known_devices (hash, account, origin, first_at, seen_at, remembered_until_at) \
        values ($1, $2, $3, $4, $4, $5)";
    SEEN = "update known_devices set seen_at = $3, origin = $4, first_at = case when first_at = 0 then $3 else first_at end \
        where hash = $1 and account = $2";
    LET_IN = "insert into known_devices (hash, account, origin, first_at, seen_at, remembered_until_at) \
        values ($1, $2, $3, 0, $4, 0) on conflict (hash, account) do nothing";
    REMEMBER = "update known_devices set remembered_until_at = $3 where hash = $1 and account = $2";
    FORGET_ALL = "update known_devices set remembered_until_at = 0 where account = $1";
}

/// How long the second step is not asked on a device that is to be remembered.
pub(crate) const REMEMBERED: SignedDuration = SignedDuration::from_hours(30 * 24);

/// When somebody first signed in on a device that a mailed link let in, until somebody does.
pub(crate) const NOBODY_YET: Timestamp = Timestamp::UNIX_EPOCH;

/// A device's token; goes into its cookie and nowhere else.
#[derive(Clone, PartialEq, Eq)]
pub struct DeviceToken(String);

impl DeviceToken {
    /// The text for the cookie.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for DeviceToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeviceToken(…)")
    }
}

/// Whether this browser is known to the account, and until when its second step is remembered.
pub(crate) fn known(tx: &mut Tx, account: AccountId, origin: &Origin) -> Result<Option<Timestamp>, Error> {
    let Some(device) = &origin.device else { return Ok(None) };
    let row = tx.query_one(KNOWN, params![tokens::hash(device), account])?;
    row.map(|row| row.instant(0)).transpose()
}

/// Somebody came in: the device is known from now on, and a new one is told by mail. Answers the token for its cookie, when
/// it has none of ours yet, and what is kept of it.
pub(crate) fn enter(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    origin: &Origin,
    remember: bool,
    now: Timestamp,
) -> Result<(Option<DeviceToken>, [u8; 32]), Error> {
    let line = origin.line();
    let sealed = inside.keys.seal(place("known_devices", "origin", account.0), line.as_bytes())?;
    let until = if remember { now.saturating_add(REMEMBERED).unwrap_or(Timestamp::MAX) } else { Timestamp::UNIX_EPOCH };
    if let (Some(_), Some(device)) = (known(tx, account, origin)?, &origin.device) {
        let hash = tokens::hash(device);
        let first_at = tx.query_one(FIRST, params![hash, account])?.map(|row| row.instant(0)).transpose()?;
        tx.execute(SEEN, params![hash, account, now, sealed])?;
        if remember {
            tx.execute(REMEMBER, params![hash, account, until])?;
        }
        if first_at == Some(NOBODY_YET) {
            tell_of_new(tx, inside, account, &line, now)?;
        }
        return Ok((None, hash));
    }
    let (token, hash) = token_for(tx, origin)?;
    tx.execute(INSERT, params![hash, account, sealed, now, until])?;
    tell_of_new(tx, inside, account, &line, now)?;
    Ok((token, hash))
}

/// A device that is known from the start and never asked for a second step, in a seeded database.
pub(crate) fn seed(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    device: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let sealed = inside.keys.seal(place("known_devices", "origin", account.0), b"")?;
    let until = now.saturating_add(SignedDuration::from_hours(24 * 365 * 100)).unwrap_or(now);
    tx.execute(INSERT, params![tokens::hash(device), account, sealed, now, until]).map(drop)
}

/// A mailed link was opened here: the browser is known from now on, and nobody has signed in there yet.
pub(crate) fn let_in(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    origin: &Origin,
    now: Timestamp,
) -> Result<Option<DeviceToken>, Error> {
    let sealed = inside.keys.seal(place("known_devices", "origin", account.0), origin.line().as_bytes())?;
    let (token, hash) = token_for(tx, origin)?;
    tx.execute(LET_IN, params![hash, account, sealed, now])?;
    Ok(token)
}

/// Silent for the very first sign-in alone. Not for the first device of the list: whoever forgets all of them is told of the
/// next one all the more.
fn tell_of_new(tx: &mut Tx, inside: &Inside, account: AccountId, line: &str, now: Timestamp) -> Result<(), Error> {
    if tx.query_one(SIGNED_IN, params![account])?.is_none() {
        return Ok(());
    }
    notices::tell(tx, inside, account, &mails::new_device(line), now)
}

/// The browser's own token when we gave it one, for this account or another; else a new one: what a stranger put there is
/// never taken over.
fn token_for(tx: &mut Tx, origin: &Origin) -> Result<(Option<DeviceToken>, [u8; 32]), Error> {
    if let Some(device) = &origin.device {
        let hash = tokens::hash(device);
        if tx.query_one(OF_ANYBODY, params![hash])?.is_some() {
            return Ok((None, hash));
        }
    }
    let token = tokens::secret()?;
    let hash = tokens::hash(&token);
    Ok((Some(DeviceToken(token)), hash))
}

/// The second step is asked again on every device.
pub(crate) fn forget_all(tx: &mut Tx, account: AccountId) -> Result<(), Error> {
    tx.execute(FORGET_ALL, params![account]).map(drop)
}

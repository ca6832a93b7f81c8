//! The way back in: a new password by a link in a mail, then the second step if there is one.

use super::{State, Step, mails, steps};
use crate::{
    actor::Origin,
    audit::{self, Entry},
    db::{Tx, params, statements},
    error::{Error, Invalid},
    inside::{Inside, Store},
    notices, password_change,
    recovery::contact_changes,
    second_step,
    sessions::{self, Entering},
    sign_in::{self, Entrance},
    tokens::{self, Kind},
};
use jiff::{SignedDuration, Timestamp};
use sharing::AccountId;
use std::sync::Arc;

statements! {
    LATELY = "select count(*) from outbox where account = $1 and kind = 'unlock' and made_at > $2";
    SINCE = "select began_at from lockdowns where account = $1 and ended_at is null";
    OPEN = "update accounts set locked_at = null where id = $1";
}

/// What is as new as this when the button is pressed is not trusted.
const SUSPECT: SignedDuration = SignedDuration::from_hours(72);

/// How many links an hour: whoever knows the old password fills no mailbox.
const MOST_AN_HOUR: i64 = 5;

/// Sends a link for a new password, to the address that was on file longest. The few that were sent before stay good, so that
/// whoever presses the button again does not void the link that the owner is about to open.
pub(crate) fn mail_unlock(tx: &mut Tx, inside: &Inside, account: AccountId, now: Timestamp) -> Result<(), Error> {
    let hour_ago = now.saturating_sub(SignedDuration::from_hours(1)).unwrap_or(Timestamp::MIN);
    let lately = tx.query_one(LATELY, params![account, hour_ago])?.map_or(Ok(0), |row| row.int(0))?;
    if lately >= MOST_AN_HOUR {
        return Ok(());
    }
    let token = tokens::make_more(tx, Kind::Unlock, account, now, None)?;
    notices::tell_trusted(tx, inside, account, &mails::unlock(token), now)
}

impl Store {
    /// The address of the account that this link opens, for password managers. Changes nothing.
    pub async fn unlock_link(&self, token: &str) -> Result<String, Error> {
        let (inside, hash, now) = (Arc::clone(&self.0), tokens::hash(token), self.0.clock.now());
        let look = move |tx: &mut Tx| {
            let Some(taken) = tokens::look(tx, Kind::Unlock, &hash, now)? else { return Ok(None) };
            notices::address(tx, &inside, taken.account).map(Some)
        };
        self.0.db.read(look).await?.ok_or(Error::Invalid(Invalid::Token))
    }

    /// Sets a new password by the link, ends what is left of the old one, and lets the person in, or on to the second step.
    pub async fn unlock(&self, token: &str, password: &str, origin: Origin) -> Result<Entrance, Error> {
        let (hash, now) = (tokens::hash(token), self.0.clock.now());
        let whose = self.0.db.read(move |tx| tokens::look(tx, Kind::Unlock, &hash, now)).await?;
        let account = whose.ok_or(Error::Invalid(Invalid::Token))?.account;
        let strong = self.strong_hash(account, password).await?;
        let inside = Arc::clone(&self.0);
        let work = move |tx: &mut Tx| {
            let taken = tokens::take(tx, Kind::Unlock, &hash, now)?.ok_or(Error::Invalid(Invalid::Token))?;
            tokens::void(tx, Kind::Unlock, taken.account)?;
            open(tx, &inside, taken.account, &strong, &origin, now)
        };
        self.0.db.write(work, |_| ()).await
    }
}

fn open(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    hash: &str,
    origin: &Origin,
    now: Timestamp,
) -> Result<Entrance, Error> {
    take_back(tx, inside, account, now)?;
    password_change::set(tx, inside, account, (hash, None), origin, now)?;
    opened(tx, inside, account, now)?;
    if !second_step::methods(tx, account)?.is_empty() {
        return sign_in::half(tx, inside, account, false, origin, now).map(Entrance::SecondStep);
    }
    let entering = Entering { account, own_device: false, method: "new password by mail", remember: false, origin };
    sessions::begin(tx, inside, &entering, now).map(Entrance::Open)
}

/// Whoever opens the link reads the address that was on file longest. What was added or changed in the days before the button
/// may be a thief's: addresses and phones go back, newer second steps and recovery codes go.
fn take_back(tx: &mut Tx, inside: &Inside, account: AccountId, now: Timestamp) -> Result<(), Error> {
    contact_changes::take_back(tx, inside, account, now)?;
    let Some(row) = tx.query_one(SINCE, params![account])? else { return Ok(()) };
    let since = row.instant(0)?.saturating_sub(SUSPECT).unwrap_or(Timestamp::MIN);
    let gone = second_step::remove_since(tx, account, since)?;
    if gone > 0 {
        let detail = format!("{gone} of the last days");
        audit::write(tx, inside, &Entry::activity(account, now, "removed new second steps", detail))?;
    }
    Ok(())
}

/// A new password was set by a mail: the account is locked no more, and the first step is done.
fn opened(tx: &mut Tx, inside: &Inside, account: AccountId, now: Timestamp) -> Result<(), Error> {
    if tx.execute(OPEN, params![account])? > 0 && super::is_lasting(tx, account)? {
        steps::put(tx, account, Step::Password, State::Done)?;
        audit::write(tx, inside, &Entry::activity(account, now, "unlocked the account", String::new()))?;
    }
    Ok(())
}

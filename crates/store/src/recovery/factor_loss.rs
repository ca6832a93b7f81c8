//! Losing the second step without a recovery code: after 72 hours it goes, unless somebody who still has it, or who reads
//! any address on file, says no.
//!
//! ```text
//! asked        with the password, or by the operator; every address is told, with a link that stops it
//! meanwhile    signing in with the second step stops it too
//! 72 hours     all second steps and recovery codes go, every session ends, every address is told
//! ```

use crate::{
    accounts,
    actor::{Actor, Origin},
    audit::{self, Entry},
    db::{Row, Tx, params, statements},
    error::{Conflict, Error, Invalid},
    inside::{Inside, Store},
    mails, notices,
    own::Own,
    second_step, sessions, sign_in,
    tokens::{self, Kind},
};
use jiff::{SignedDuration, Timestamp};
use sharing::{AccountId, Duty, Email};
use std::sync::Arc;

statements! {
    INSERT = "insert into factor_losses (account, asked_at, due_at) values ($1, $2, $3)";
    DUE_AT = "select due_at from factor_losses where account = $1";
    DUE = "select account from factor_losses where due_at <= $1 order by due_at limit 100";
    TAKE_DUE = "delete from factor_losses where account = $1 and due_at <= $2";
    STOP = "delete from factor_losses where account = $1";
    DROP_CHALLENGES = "delete from challenges where account = $1";
}

/// How long everybody who is told has to say no.
const WAIT: SignedDuration = SignedDuration::from_hours(72);

/// Since when or until when the second step of an account is waiting to go.
pub(crate) fn due_at(tx: &mut Tx, account: AccountId) -> Result<Option<Timestamp>, Error> {
    tx.query_one(DUE_AT, params![account])?.map(|row| row.instant(0)).transpose()
}

impl Store {
    /// Whoever has given the password and lost the second step asks for it to go. Answers when it will; asking again changes
    /// nothing.
    pub async fn ask_factor_loss(&self, half: &str, origin: Origin) -> Result<Timestamp, Error> {
        let (inside, hash, now) = (Arc::clone(&self.0), tokens::hash(half), self.0.clock.now());
        let work = move |tx: &mut Tx| {
            let account = sign_in::half_of(tx, &hash, now)?.account;
            let act = "asked to remove the second step, which was lost";
            begin(tx, &inside, account, (act, origin.line()), now)
        };
        self.0.db.write(work, |_| ()).await
    }

    /// The same by the operator, for somebody who is known in person. It waits as long, and the owner is told; the password
    /// is neither seen nor set.
    pub async fn begin_factor_loss(&self, duty: &Actor, email: &Email) -> Result<Timestamp, Error> {
        duty.on(Duty::Expire)?;
        let (inside, email, now) = (Arc::clone(&self.0), email.clone(), self.0.clock.now());
        let work = move |tx: &mut Tx| {
            let account = accounts::by_email(tx, &inside, &email)?.ok_or(Error::NotFound)?;
            let act = "the operator asked to remove the second step";
            begin(tx, &inside, account, (act, String::new()), now)
        };
        self.0.db.write(work, |_| ()).await
    }

    /// Whether a link that stops the removal is still good. Looking changes nothing.
    pub async fn factor_loss(&self, token: &str) -> Result<(), Error> {
        let (hash, now) = (tokens::hash(token), self.0.clock.now());
        let look = move |tx: &mut Tx| tokens::look(tx, Kind::KeepSecondStep, &hash, now);
        self.0.db.read(look).await?.map(drop).ok_or(Error::Invalid(Invalid::Token))
    }

    /// Stops the removal by a link from one of the addresses.
    pub async fn keep_second_step(&self, token: &str, origin: Origin) -> Result<(), Error> {
        let (inside, hash, now) = (Arc::clone(&self.0), tokens::hash(token), self.0.clock.now());
        let work = move |tx: &mut Tx| {
            let taken = tokens::take(tx, Kind::KeepSecondStep, &hash, now)?;
            let account = taken.ok_or(Error::Invalid(Invalid::Token))?.account;
            stop(tx, &inside, account, origin.line(), now).map(drop)
        };
        self.0.db.write(work, |()| ()).await
    }

    /// Removes the second steps whose time is over; answers of how many accounts.
    pub async fn end_lost_factors(&self, duty: &Actor) -> Result<u64, Error> {
        duty.on(Duty::Expire)?;
        let now = self.0.clock.now();
        let due = self.0.db.read(move |tx| tx.query(DUE, params![now])).await?;
        let accounts = due.iter().map(|row: &Row| row.id(0).map(AccountId)).collect::<Result<Vec<_>, _>>()?;
        let mut ended = 0;
        for account in accounts {
            let inside = Arc::clone(&self.0);
            let settle = move |tx: &mut Tx| settle(tx, &inside, account, now);
            ended += u64::from(self.0.db.write(settle, |_| ()).await?);
        }
        Ok(ended)
    }
}

impl Own<'_> {
    /// Stops the removal of the second step.
    pub fn stop_factor_loss(&mut self) -> Result<(), Error> {
        stop(self.tx, self.inside, self.account, String::new(), self.now).map(drop)
    }
}

fn begin(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    (act, from): (&'static str, String),
    now: Timestamp,
) -> Result<Timestamp, Error> {
    if second_step::methods(tx, account)?.is_empty() {
        return Err(Error::Conflict(Conflict::NoSecondStep));
    }
    if let Some(due_at) = due_at(tx, account)? {
        return Ok(due_at);
    }
    let due_at = now.saturating_add(WAIT).unwrap_or(Timestamp::MAX);
    tx.execute(INSERT, params![account, now, due_at])?;
    audit::write(tx, inside, &Entry::activity(account, now, act, from))?;
    let token = tokens::make(tx, Kind::KeepSecondStep, account, now)?;
    notices::tell(tx, inside, account, &mails::second_step_loss(token, due_at), now)?;
    Ok(due_at)
}

/// The person still has the second step, or somebody who reads an address said no. Answers whether there was anything to stop.
pub(crate) fn stop(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    from: String,
    now: Timestamp,
) -> Result<bool, Error> {
    if tx.execute(STOP, params![account])? == 0 {
        return Ok(false);
    }
    tokens::void(tx, Kind::KeepSecondStep, account)?;
    audit::write(tx, inside, &Entry::activity(account, now, "kept the second step", from))?;
    notices::tell(tx, inside, account, &mails::second_step_kept(), now)?;
    Ok(true)
}

/// Somebody came in; with anything but the password alone the second step is not lost.
pub(crate) fn entered(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    method: &str,
    now: Timestamp,
) -> Result<(), Error> {
    if method == "password" { Ok(()) } else { stop(tx, inside, account, String::new(), now).map(drop) }
}

/// Removes the second steps of an account whose waiting time is over; answers whether it was. Asked wherever the second step
/// is decided on, so that nothing depends on when the worker comes by.
pub(crate) fn settle(tx: &mut Tx, inside: &Inside, account: AccountId, now: Timestamp) -> Result<bool, Error> {
    if tx.execute(TAKE_DUE, params![account, now])? == 0 {
        return Ok(false);
    }
    second_step::remove_all(tx, account)?;
    tx.execute(DROP_CHALLENGES, params![account])?;
    tokens::void(tx, Kind::KeepSecondStep, account)?;
    sessions::end_others(tx, account, None)?;
    sign_in::drop_halves(tx, account)?;
    audit::write(tx, inside, &Entry::activity(account, now, "the lost second step was removed", String::new()))?;
    notices::tell(tx, inside, account, &mails::second_step_lost(), now)?;
    Ok(true)
}

//! Signing in, in one step or two.
//!
//! ```text
//! password right, no second step or a remembered device   → a session
//! password right, a second step                           → a half sign-in, ten minutes, opens nothing
//! second step right                                       → a session
//! ```

use crate::{
    accounts::{self, by_email},
    actor::Origin,
    audit::{self, Entry},
    db::{Tx, params, statements},
    devices,
    error::Error,
    inside::{Inside, Store},
    keys::place,
    lockdown,
    recovery::factor_loss,
    second_step::{self, Method},
    sessions::{self, Entering, Opened},
    throttle::{self, Try},
    tokens::{self, HALF},
};
use jiff::{SignedDuration, Timestamp};
use sharing::{AccountId, Email};
use std::sync::Arc;

statements! {
    // A write, so that on both databases one of the two waits for the other.
    STILL = "update accounts set password = password where id = $1 and password = $2";
    HALF_IN = "insert into half_sign_ins (hash, account, own_device, origin, ends_at) values ($1, $2, $3, $4, $5)";
    HALF_OF = "select account, own_device from half_sign_ins where hash = $1 and ends_at > $2";
    HALVES_OUT = "delete from half_sign_ins where account = $1";
    HANDOVERS_OUT = "delete from handovers where account = $1";
    HALF_OUT = "delete from half_sign_ins where hash = $1";
    TIDY = "delete from half_sign_ins where ends_at <= $1";
}

/// What came of a right password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entrance {
    /// Signed in.
    Open(Opened),
    /// The second step is still to come.
    SecondStep(HalfToken),
}

impl Entrance {
    /// The session, when no second step was asked.
    pub fn opened(self) -> Result<Opened, Error> {
        match self {
            Self::Open(opened) => Ok(opened),
            Self::SecondStep(_) => Err(Error::NotSignedIn),
        }
    }
}

/// The token of a half sign-in; opens nothing but the second step.
#[derive(Clone, PartialEq, Eq)]
pub struct HalfToken(String);

impl HalfToken {
    /// The text for the cookie.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for HalfToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HalfToken(…)")
    }
}

/// A half sign-in that waits for its second step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Half {
    pub(crate) account: AccountId,
    pub(crate) own_device: bool,
}

impl Store {
    /// Gives the password. Unknown addresses take as long and answer the same as wrong passwords.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        own_device: bool,
        origin: Origin,
    ) -> Result<Entrance, Error> {
        let now = self.0.clock.now();
        let (known, tries) = self.begin_try(email, &origin, now).await?;
        let (account, kept) = known.unzip();
        if !self.0.passwords.belongs(password, kept.clone()).await? {
            self.failed_try(account, tries, origin, now).await?;
            return Err(Error::NotSignedIn);
        }
        let account = account.ok_or(Error::NotSignedIn)?;
        let looked_at = kept.clone().ok_or(Error::NotSignedIn)?;
        let fresh = self.0.passwords.fresh(password, kept).await?;
        let inside = Arc::clone(&self.0);
        let begin = move |tx: &mut Tx| {
            still(tx, account, &looked_at)?;
            throttle::succeeded(tx, &tries)?;
            fresh.as_ref().map_or(Ok(()), |fresh| fresh.keep(tx, account))?;
            if lockdown::is_locked(tx, account)? {
                lockdown::mail_unlock(tx, &inside, account, now)?;
                return Ok(None);
            }
            factor_loss::settle(tx, &inside, account, now)?;
            let remembered = devices::known(tx, account, &origin)?.is_some_and(|until| now < until);
            if !remembered && !second_step::methods(tx, account)?.is_empty() {
                return half(tx, &inside, account, own_device, &origin, now).map(Entrance::SecondStep).map(Some);
            }
            let entering = Entering { account, own_device, method: "password", remember: false, origin: &origin };
            sessions::begin(tx, &inside, &entering, now).map(Entrance::Open).map(Some)
        };
        self.0.db.write(begin, |_| ()).await?.ok_or(Error::Locked)
    }

    /// By which second steps a half sign-in may be finished.
    pub async fn second_steps(&self, half: &str) -> Result<Vec<Method>, Error> {
        let (hash, now) = (tokens::hash(half), self.0.clock.now());
        self.0
            .db
            .read(move |tx| {
                let half = half_of(tx, &hash, now)?;
                second_step::methods(tx, half.account)
            })
            .await
    }

    /// Finishes a half sign-in with a second step. The try is counted before `check` looks at it, for the account and not for
    /// this half, so that a new password gives no new tries.
    pub(crate) async fn finish(
        &self,
        half: &str,
        remember: bool,
        origin: Origin,
        mut check: impl FnMut(&mut Tx, &Inside, AccountId, Timestamp) -> Result<Option<&'static str>, Error>
        + Send
        + 'static,
    ) -> Result<Opened, Error> {
        let (hash, now) = (tokens::hash(half), self.0.clock.now());
        let inside = Arc::clone(&self.0);
        let count = move |tx: &mut Tx| {
            let half = half_of(tx, &hash, now)?;
            let tries = throttle::second_step_tries(&inside.keys, half.account);
            throttle::begin(tx, &tries, now)?;
            Ok((half, tries))
        };
        let (half, tries) = self.0.db.write(count, |_| ()).await?;
        let inside = Arc::clone(&self.0);
        let end = move |tx: &mut Tx| {
            let Some(method) = check(tx, &inside, half.account, now)? else {
                throttle::touch(tx, &tries, now)?;
                let line = Entry::activity(half.account, now, "second step failed", origin.line());
                return audit::write(tx, &inside, &line).map(|()| None);
            };
            throttle::succeeded(tx, &tries)?;
            if tx.execute(HALF_OUT, params![hash])? == 0 {
                return Err(Error::NotSignedIn);
            }
            let Half { account, own_device } = half;
            let entering = Entering { account, own_device, method, remember, origin: &origin };
            sessions::begin(tx, &inside, &entering, now).map(Some)
        };
        self.0.db.write(end, |_| ()).await?.ok_or(Error::WrongProof)
    }

    /// Counts the try before the password is looked at, so that a crowd of tries at once is counted whole.
    pub(crate) async fn begin_try(
        &self,
        email: &str,
        origin: &Origin,
        now: Timestamp,
    ) -> Result<(Option<(AccountId, String)>, Vec<Try>), Error> {
        let (inside, origin) = (Arc::clone(&self.0), origin.clone());
        let email = Email::parse(email).ok();
        let begin = move |tx: &mut Tx| {
            let account = email.as_ref().map(|email| by_email(tx, &inside, email)).transpose()?.flatten();
            let known = account.map(|account| devices::known(tx, account, &origin)).transpose()?.flatten().is_some();
            let asked = email.as_ref().map_or(String::new(), Email::key);
            let tries = throttle::tries(&inside.keys, &asked, &origin, known);
            throttle::begin(tx, &tries, now)?;
            let Some(account) = account else { return Ok((None, tries)) };
            Ok((Some((account, accounts::password(tx, account)?)), tries))
        };
        self.0.db.write(begin, |_| ()).await
    }

    pub(crate) async fn failed_try(
        &self,
        account: Option<AccountId>,
        tries: Vec<Try>,
        origin: Origin,
        now: Timestamp,
    ) -> Result<(), Error> {
        let inside = Arc::clone(&self.0);
        // Known or not, the same write is waited for.
        let note = move |tx: &mut Tx| {
            throttle::touch(tx, &tries, now)?;
            account.map_or(Ok(()), |account| {
                audit::write(tx, &inside, &Entry::activity(account, now, "sign-in failed", origin.line()))
            })
        };
        self.0.db.write(note, |()| ()).await
    }
}

/// Between the look at a password and the moment at which it counts it may have been changed.
pub(crate) fn still(tx: &mut Tx, account: AccountId, looked_at: &str) -> Result<(), Error> {
    let is_same = tx.execute(STILL, params![account, looked_at])? > 0;
    if is_same { Ok(()) } else { Err(Error::NotSignedIn) }
}

/// Notes that the password was right.
pub(crate) fn half(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    own_device: bool,
    origin: &Origin,
    now: Timestamp,
) -> Result<HalfToken, Error> {
    let token = tokens::secret()?;
    let line = origin.line();
    let sealed = inside.keys.seal(place("half_sign_ins", "origin", account.0), line.as_bytes())?;
    let ends_at = now.saturating_add(HALF.life.unwrap_or(SignedDuration::ZERO)).unwrap_or(Timestamp::MAX);
    tx.execute(HALF_IN, params![tokens::hash(&token), account, own_device, sealed, ends_at])?;
    audit::write(tx, inside, &Entry::activity(account, now, "gave the password, second step asked", line))?;
    Ok(HalfToken(token))
}

/// Whose half sign-in this is, while it lasts.
pub(crate) fn half_of(tx: &mut Tx, hash: &[u8; 32], now: Timestamp) -> Result<Half, Error> {
    let row = tx.query_one(HALF_OF, params![*hash, now])?.ok_or(Error::NotSignedIn)?;
    Ok(Half { account: AccountId(row.id(0)?), own_device: row.int(1)? != 0 })
}

/// Whoever gave a password of this account and not yet a second step begins anew; on a clinic's screen as well.
pub(crate) fn drop_halves(tx: &mut Tx, account: AccountId) -> Result<(), Error> {
    tx.execute(HANDOVERS_OUT, params![account])?;
    tx.execute(HALVES_OUT, params![account]).map(drop)
}

/// Drops half sign-ins that are over.
pub(crate) fn tidy(tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
    tx.execute(TIDY, params![now])
}

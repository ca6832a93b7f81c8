//! A forgotten password: a link by mail opens the way to a new one.
//!
//! Asking only notes what was typed, so that the answer and its time cannot tell whether there is such an account; the mail
//! is written when the outbox is next looked at.
//!
//! **Invariant:** it neither switches off nor skips the second step (`web/tests/it/recovery.rs`).

use crate::{
    accounts::by_email,
    actor::Origin,
    audit::{self, Entry},
    db::{Tx, params, statements},
    devices::{self, DeviceToken},
    error::{Error, Invalid},
    inside::{Inside, Store, new_id},
    keys::place,
    lockdown, mails, notices, password_change, throttle,
    tokens::{self, Kind},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sharing::{Email, Id};
use std::sync::Arc;

statements! {
    TIDY = "delete from password_resets where asked_at <= $1";
    ASK = "insert into password_resets (id, sealed, asked_at) values ($1, $2, $3)";
    ASKED = "select id from password_resets order by asked_at, id limit 100";
    TAKE = "delete from password_resets where id = $1 returning sealed";
    SENT = "select id from outbox where account = $1 and kind = $2 and made_at > $3 limit 5";
}

/// How many of these mails an account gets in an hour.
const AN_HOUR: usize = 5;

/// What somebody asked for, as it is sealed until it is looked at.
#[derive(Serialize, Deserialize)]
struct Asked {
    email: String,
    from: String,
}

impl Store {
    /// Asks for a link to a new password. The answer is always the same, and so is what is done before it.
    pub async fn ask_password_reset(&self, email: &str, origin: Origin) -> Result<(), Error> {
        let (inside, now, id) = (Arc::clone(&self.0), self.0.clock.now(), new_id());
        let asked = Asked { email: email.chars().take(254).collect(), from: origin.line() };
        let plain = serde_json::to_vec(&asked).map_err(Error::broken)?;
        let ask = move |tx: &mut Tx| {
            throttle::begin(tx, &throttle::reset_tries(&inside.keys, &origin), now)?;
            let sealed = inside.keys.seal(place("password_resets", "sealed", id), &plain)?;
            tx.execute(ASK, params![id, sealed, now]).map(drop)
        };
        self.0.db.write(ask, |()| ()).await
    }

    /// Whether a link to a new password is still good. Looking changes nothing.
    pub async fn password_reset(&self, token: &str) -> Result<(), Error> {
        let (hash, now) = (tokens::hash(token), self.0.clock.now());
        let look = move |tx: &mut Tx| tokens::look(tx, Kind::ResetPassword, &hash, now);
        self.0.db.read(look).await?.map(drop).ok_or(Error::Invalid(Invalid::Token))
    }

    /// Sets a new password by a link. All sessions end, every address is told, and the second step is asked as ever. The
    /// browser is known from now on; answers the token for its cookie, when it has none yet.
    pub async fn reset_password(&self, token: &str, new: &str, origin: Origin) -> Result<Option<DeviceToken>, Error> {
        let (hash, now) = (tokens::hash(token), self.0.clock.now());
        let look = move |tx: &mut Tx| tokens::look(tx, Kind::ResetPassword, &hash, now);
        let account = self.0.db.read(look).await?.ok_or(Error::Invalid(Invalid::Token))?.account;
        // First, because a password that is refused leaves the link good.
        let password = self.strong_hash(account, new).await?;
        let inside = Arc::clone(&self.0);
        let work = move |tx: &mut Tx| {
            // Looked at above, taken here: of two at once only one sets its password.
            tokens::take(tx, Kind::ResetPassword, &hash, now)?.ok_or(Error::Invalid(Invalid::Token))?;
            let line = Entry::activity(account, now, "chose a new password by a link", origin.line());
            audit::write(tx, &inside, &line)?;
            password_change::set(tx, &inside, account, (&password, None), &origin, now)?;
            devices::let_in(tx, &inside, account, &origin, now)
        };
        self.0.db.write(work, |_| ()).await
    }

    /// Writes the mails that were asked for.
    pub(crate) async fn write_password_resets(&self, now: Timestamp) -> Result<(), Error> {
        let asked = self.0.db.read(|tx| tx.query(ASKED, params![])).await?;
        for row in asked {
            let (inside, id) = (Arc::clone(&self.0), row.id(0)?);
            self.0.db.write(move |tx| answer(tx, &inside, id, now), |()| ()).await?;
        }
        Ok(())
    }
}

/// Answers one question, if no other worker has. What leads to no account is forgotten.
fn answer(tx: &mut Tx, inside: &Inside, id: Id, now: Timestamp) -> Result<(), Error> {
    let Some(row) = tx.query_one(TAKE, params![id])? else { return Ok(()) };
    let plain = inside.keys.open(place("password_resets", "sealed", id), row.bytes(0)?)?;
    let asked: Asked = serde_json::from_slice(&plain).map_err(Error::broken)?;
    let Ok(email) = Email::parse(&asked.email) else { return Ok(()) };
    let Some(account) = by_email(tx, inside, &email)? else { return Ok(()) };
    // A locked account is opened by its own link, which goes to the address that was on file longest.
    if lockdown::is_locked(tx, account)? {
        return lockdown::mail_unlock(tx, inside, account, now);
    }
    let since = now.saturating_sub(SignedDuration::from_hours(1)).unwrap_or(Timestamp::MIN);
    if tx.query(SENT, params![account, mails::RESET_PASSWORD, since])?.len() >= AN_HOUR {
        return Ok(());
    }
    audit::write(tx, inside, &Entry::activity(account, now, "asked for a new password", asked.from))?;
    let token = tokens::make(tx, Kind::ResetPassword, account, now)?;
    notices::tell_current(tx, inside, account, &mails::reset_password(token), now)
}

/// Forgets questions that no worker came to answer within an hour.
pub(crate) fn tidy(tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
    let hour_ago = now.saturating_sub(SignedDuration::from_hours(1)).unwrap_or(Timestamp::MIN);
    tx.execute(TIDY, params![hour_ago])
}

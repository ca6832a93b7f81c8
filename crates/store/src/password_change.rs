//! A new password for somebody who is signed in: the current one is asked, all other sessions end, every address is told.

use crate::{
    actor::Origin,
    audit::{self, Entry},
    db::{Row, Tx, params, statements},
    devices,
    error::Error,
    inside::{Inside, Store},
    keys::place,
    mails, notices, records,
    sessions::{self, SessionToken},
    sign_in, throttle,
    tokens::{self, Kind},
};
use jiff::{Timestamp, civil::Date};
use sharing::{AccountId, RecordId};
use std::sync::Arc;

statements! {
    CHANGE = "update accounts set password = $2, password_at = $3 where id = $1";
    PERSON = "select name, email from accounts where id = $1";
    BIRTHS = "select id, born_on from records where account = $1";
}

/// What a password may not be made of.
pub(crate) struct Personal {
    pub(crate) words: Vec<String>,
    pub(crate) born_on: Vec<Date>,
}

impl Store {
    /// Changes the password of the person whose session this is; answers the session's new token.
    pub async fn change_password(
        &self,
        session: &str,
        current: &str,
        new: &str,
        origin: Origin,
    ) -> Result<SessionToken, Error> {
        let account = self.session(session).await?.account;
        // First, because the proof gives the session another token, which a refusal could not hand over.
        let hash = self.strong_hash(account, new).await?;
        let proved = self.prove_password(session, current, origin.clone()).await?;
        let inside = Arc::clone(&self.0);
        let (now, kept) = (self.0.clock.now(), tokens::hash(proved.as_str()));
        let work = move |tx: &mut Tx| {
            // It may have been ended meanwhile: by lockdown, or by a new password from elsewhere.
            sessions::open(tx, &inside, &kept, now)?;
            set(tx, &inside, account, (&hash, Some(&kept)), &origin, now)
        };
        self.0.db.write(work, |()| ()).await?;
        Ok(proved)
    }

    /// The hash of a new password for this account, if it is strong enough for this person.
    pub(crate) async fn strong_hash(&self, account: AccountId, new: &str) -> Result<String, Error> {
        let inside = Arc::clone(&self.0);
        let personal = self.0.db.read(move |tx| personal(tx, &inside, account)).await?;
        let words: Vec<&str> = personal.words.iter().map(String::as_str).collect();
        for born_on in personal.born_on.into_iter().map(Some).chain([None]) {
            self.0.passwords.strong(new, &words, born_on)?;
        }
        self.0.passwords.hash(new).await
    }
}

/// Keeps the new hash, ends every session but `kept`, and tells every address on file.
pub(crate) fn set(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    (hash, kept): (&str, Option<&[u8; 32]>),
    origin: &Origin,
    now: Timestamp,
) -> Result<(), Error> {
    tx.execute(CHANGE, params![account, hash, now])?;
    sessions::end_others(tx, account, kept)?;
    sign_in::drop_halves(tx, account)?;
    devices::forget_all(tx, account)?;
    // Whoever asked for these may have been somebody else.
    [Kind::ResetPassword, Kind::ConfirmChange].into_iter().try_for_each(|kind| tokens::void(tx, kind, account))?;
    // Whoever guessed at a second step needed the old password for it.
    throttle::succeeded(tx, &throttle::proof_tries(&inside.keys, account))?;
    throttle::succeeded(tx, &throttle::second_step_tries(&inside.keys, account))?;
    let line = origin.line();
    audit::write(tx, inside, &Entry::activity(account, now, "changed the password", line.clone()))?;
    notices::tell(tx, inside, account, &mails::password_changed(&line), now)
}

fn personal(tx: &mut Tx, inside: &Inside, account: AccountId) -> Result<Personal, Error> {
    let row = tx.query_one(PERSON, params![account])?.ok_or(Error::NotSignedIn)?;
    let open = |column, sealed| inside.keys.open_text(place("accounts", column, account.0), sealed);
    let words = vec![open("name", row.bytes(0)?)?, open("email", row.bytes(1)?)?];
    let birth = |row: &Row| records::open_birth(inside, RecordId(row.id(0)?), row.opt_bytes(1)?);
    let births = tx.query(BIRTHS, params![account])?.iter().map(birth).collect::<Result<Vec<_>, _>>()?;
    Ok(Personal { words, born_on: births.into_iter().flatten().collect() })
}

//! Signing in and out, and the sessions in between.

use crate::{
    accounts::by_email,
    actor::{Actor, Origin, Who},
    audit::{self, Entry},
    db::{Row, Tx, params, statements},
    error::Error,
    inside::{Inside, Store},
    keys::place,
    throttle::{self, Try},
    tokens,
    words::{unit, zone},
};
use glucose::Unit;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use sharing::{AccountId, Email};
use std::sync::Arc;

statements! {
    PASSWORD = "select password from accounts where id = $1";
    INSERT = "insert into sessions (hash, account, own_device, began_at, seen_at, origin) values ($1, $2, $3, $4, $4, $5)";
    SESSION = "select s.own_device, s.began_at, s.seen_at, a.id, a.name, a.email, a.verified_at, a.unit, a.language, a.zone \
        from sessions s join accounts a on a.id = s.account where s.hash = $1";
    SEEN = "update sessions set seen_at = $2 where hash = $1 and seen_at < $2";
    END = "delete from sessions where hash = $1 returning account";
    END_ALL = "delete from sessions where account = $1";
    TIDY = "delete from sessions where (own_device = 0 and (seen_at <= $1 or began_at <= $2)) \
        or seen_at <= $3 or began_at <= $4";
}

/// A session's token; goes into the cookie and nowhere else.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(String);

impl SessionToken {
    /// The text for the cookie.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

/// Who is signed in, and how they want to see things.
#[derive(Clone, Debug)]
pub struct Session {
    /// To ask the store with.
    pub actor: Actor,
    /// Whose session it is.
    pub account: AccountId,
    /// The person's name.
    pub name: String,
    /// The person's address.
    pub email: String,
    /// Whether the address was confirmed.
    pub verified: bool,
    /// The unit to show.
    pub unit: Unit,
    /// Two letters.
    pub language: String,
    /// Where the person lives.
    pub zone: TimeZone,
    /// Marked as the person's own device.
    pub own_device: bool,
}

/// How long a session lasts: unused, and in all.
fn lengths(own_device: bool) -> (SignedDuration, SignedDuration) {
    if own_device {
        (SignedDuration::from_hours(14 * 24), SignedDuration::from_hours(90 * 24))
    } else {
        (SignedDuration::from_mins(15), SignedDuration::from_hours(12))
    }
}

/// Whether a session with these instants is still open.
pub(crate) fn open_at(own_device: bool, began_at: Timestamp, seen_at: Timestamp, now: Timestamp) -> bool {
    let (idle, whole) = lengths(own_device);
    now.duration_since(seen_at) < idle && now.duration_since(began_at) < whole
}

impl Store {
    /// Signs in. Unknown addresses take as long and answer the same as wrong passwords.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        own_device: bool,
        origin: Origin,
    ) -> Result<SessionToken, Error> {
        let now = self.0.clock.now();
        let (known, tries) = self.begin_try(email, &origin, now).await?;
        let (account, kept) = known.unzip();
        if !self.0.passwords.belongs(password, kept).await? {
            self.failed_try(account, tries, origin, now).await?;
            return Err(Error::NotSignedIn);
        }
        let account = account.ok_or(Error::NotSignedIn)?;
        let inside = Arc::clone(&self.0);
        let token = tokens::secret()?;
        let hash = tokens::hash(&token);
        let begin = move |tx: &mut Tx| {
            throttle::succeeded(tx, &tries)?;
            let line = origin.line();
            let sealed = inside.keys.seal(place("sessions", "origin", account.0), line.as_bytes())?;
            tx.execute(INSERT, params![hash, account, own_device, now, sealed])?;
            audit::write(tx, &inside, &Entry::activity(account, now, "signed in", line))
        };
        self.0.db.write(begin, |()| ()).await?;
        Ok(SessionToken(token))
    }

    /// Counts the try before the password is looked at, so that a crowd of tries at once is counted whole.
    async fn begin_try(
        &self,
        email: &str,
        origin: &Origin,
        now: Timestamp,
    ) -> Result<(Option<(AccountId, String)>, Vec<Try>), Error> {
        let inside = Arc::clone(&self.0);
        let email = Email::parse(email).ok();
        let asked = email.as_ref().map_or(String::new(), Email::key);
        let tries = throttle::tries(&inside.keys, &asked, origin);
        let begin = move |tx: &mut Tx| {
            throttle::begin(tx, &tries, now)?;
            let account = email.as_ref().map(|email| by_email(tx, &inside, email)).transpose()?.flatten();
            let Some(account) = account else { return Ok((None, tries.clone())) };
            let row = tx.query_one(PASSWORD, params![account])?.ok_or(Error::Unavailable)?;
            Ok((Some((account, row.text(0)?.to_owned())), tries.clone()))
        };
        self.0.db.write(begin, |_| ()).await
    }

    async fn failed_try(
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

    /// Who this token's session belongs to, if it is still open. Its use is noted once a minute.
    pub async fn session(&self, token: &str) -> Result<Session, Error> {
        let inside = Arc::clone(&self.0);
        let now = self.0.clock.now();
        let hash = tokens::hash(token);
        let (session, seen_at) = self.0.db.read(move |tx| open(tx, &inside, &hash, now)).await?;
        if now.duration_since(seen_at) >= SignedDuration::from_mins(1) {
            self.0.db.write(move |tx| tx.execute(SEEN, params![hash, now]).map(drop), |()| ()).await?;
        }
        Ok(session)
    }

    /// Ends the session at once.
    pub async fn sign_out(&self, token: &str) -> Result<(), Error> {
        let (inside, hash) = (Arc::clone(&self.0), tokens::hash(token));
        let now = self.0.clock.now();
        let end = move |tx: &mut Tx| {
            let Some(row) = tx.query_one(END, params![hash])? else { return Ok(()) };
            let account = AccountId(row.id(0)?);
            audit::write(tx, &inside, &Entry::activity(account, now, "signed out", String::new()))
        };
        self.0.db.write(end, |()| ()).await
    }

    /// Ends all sessions of the account at once; answers how many there were.
    pub async fn sign_out_everywhere(&self, who: &Actor) -> Result<u64, Error> {
        let account = who.account().ok_or(Error::NotSignedIn)?;
        let inside = Arc::clone(&self.0);
        let now = self.0.clock.now();
        let end = move |tx: &mut Tx| {
            let ended = tx.execute(END_ALL, params![account])?;
            audit::write(tx, &inside, &Entry::activity(account, now, "signed out everywhere", String::new()))?;
            Ok(ended)
        };
        self.0.db.write(end, |_| ()).await
    }
}

fn open(tx: &mut Tx, inside: &Inside, hash: &[u8; 32], now: Timestamp) -> Result<(Session, Timestamp), Error> {
    let row = tx.query_one(SESSION, params![*hash])?.ok_or(Error::NotSignedIn)?;
    let (own_device, seen_at) = (row.int(0)? != 0, row.instant(2)?);
    if !open_at(own_device, row.instant(1)?, seen_at, now) {
        return Err(Error::NotSignedIn);
    }
    Ok((session(inside, &row, own_device)?, seen_at))
}

fn session(inside: &Inside, row: &Row, own_device: bool) -> Result<Session, Error> {
    let account = AccountId(row.id(3)?);
    let verified = row.opt_int(6)?.is_some();
    Ok(Session {
        actor: Actor(Who::Account { id: account }),
        account,
        name: inside.keys.open_text(place("accounts", "name", account.0), row.bytes(4)?)?,
        email: inside.keys.open_text(place("accounts", "email", account.0), row.bytes(5)?)?,
        verified,
        unit: unit(row.text(7)?)?,
        language: row.text(8)?.to_owned(),
        zone: zone(row.text(9)?)?,
        own_device,
    })
}

/// Drops sessions that nobody can use any more.
pub(crate) fn tidy(tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
    let before = |length| now.saturating_sub(length).unwrap_or(Timestamp::MIN);
    let ((idle, whole), (own_idle, own_whole)) = (lengths(false), lengths(true));
    tx.execute(TIDY, params![before(idle), before(whole), before(own_idle), before(own_whole)])
}

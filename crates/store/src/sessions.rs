//! Sessions: who is signed in, for how long, and how lately they proved that it is them.

use crate::{
    accounts,
    actor::{Actor, Origin, Who},
    audit::{self, Entry},
    db::{Row, Tx, params, statements},
    devices::{self, DeviceToken},
    error::Error,
    inside::{Inside, Store, new_id},
    keys::place,
    lockdown::{self, Steps},
    news::Told,
    push,
    recovery::factor_loss,
    throttle::{self, Try},
    tokens::{self, TokenFacts},
    words::{unit, zone},
};
use glucose::Unit;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use sharing::AccountId;
use std::sync::Arc;

statements! {
    INSERT = "insert into sessions (hash, account, own_device, began_at, seen_at, origin, proved_at, method, device, id) \
        values ($1, $2, $3, $4, $4, $5, $4, $6, $7, $8)";
    WHOSE = "select s.own_device, s.began_at, s.seen_at, a.id, a.name, a.email, a.verified_at, a.unit, a.language, a.zone, \
        s.proved_at, a.delete_at, l.done, s.id from sessions s join accounts a on a.id = s.account and a.locked_at is null \
        left join lockdowns l on l.account = a.id and l.ended_at is null where s.hash = $1";
    SEEN = "update sessions set seen_at = $2 where hash = $1 and seen_at < $2";
    ROTATE = "update sessions set hash = $2, proved_at = $3, seen_at = $3 where hash = $1 returning account";
    END = "delete from sessions where hash = $1 returning account, device";
    END_ALL = "delete from sessions where account = $1";
    END_OTHERS = "delete from sessions where account = $1 and hash <> $2";
    TIDY = "delete from sessions where (own_device = 0 and (seen_at <= $1 or began_at <= $2)) \
        or seen_at <= $3 or began_at <= $4";
}

/// Unused, on a device that others use too.
pub(crate) const SESSION_IDLE: TokenFacts = tokens::facts("session, unused", 15, false);
/// In all, on a device that others use too.
pub(crate) const SESSION: TokenFacts = tokens::facts("session, in all", 12 * 60, false);
/// Unused, on the person's own device.
pub(crate) const OWN_SESSION_IDLE: TokenFacts = tokens::facts("session on an own device, unused", 14 * 24 * 60, false);
/// In all, on the person's own device.
pub(crate) const OWN_SESSION: TokenFacts = tokens::facts("session on an own device, in all", 90 * 24 * 60, false);

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
    /// Tells sessions apart, also after a proof has changed the token; of no use to sign in.
    pub id: String,
    /// Whose session it is.
    pub account: AccountId,
    /// The same for every session of the account and of nobody else; tells nothing and opens nothing.
    pub tag: String,
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
    /// How long it may stay unused.
    pub idle: SignedDuration,
    /// When it ends if it is not used any more.
    pub idle_ends_at: Timestamp,
    /// When it ends in any case.
    pub ends_at: Timestamp,
    /// The account is leaving: it can be restored until then, and nothing else.
    pub leaving: Option<Timestamp>,
    /// How far the steps after a lockdown are, while it lasts.
    pub lockdown: Option<Steps>,
}

impl Session {
    /// Whether the person proved lately enough that it is them for what widens access.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        crate::actor::fresh(self.actor.proved_at, now).is_ok()
    }
}

/// A session that has begun, and the browser it began in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// For the session's cookie.
    pub session: SessionToken,
    /// For the device's cookie, when the browser has none yet.
    pub device: Option<DeviceToken>,
    /// Marked as the person's own device.
    pub own_device: bool,
}

/// How long a session lasts: unused, and in all. The operator may have chosen less than fifteen minutes, where computers are
/// shared; the person's own device is the person's choice.
fn lengths(inside: &Inside, own_device: bool) -> (SignedDuration, SignedDuration) {
    let (idle, whole) = if own_device { (OWN_SESSION_IDLE, OWN_SESSION) } else { (SESSION_IDLE, SESSION) };
    let (idle, whole) = (idle.life.unwrap_or_default(), whole.life.unwrap_or_default());
    (inside.session_idle.filter(|_| !own_device).map_or(idle, |chosen| chosen.min(idle)), whole)
}

/// How late the use of a session may be noted: each minute, and sooner where it ends sooner.
fn noted_after(inside: &Inside, own_device: bool) -> SignedDuration {
    (lengths(inside, own_device).0 / 15).min(SignedDuration::from_mins(1))
}

/// Whether a session with these instants is still open.
pub(crate) fn open_at(
    inside: &Inside,
    own_device: bool,
    began_at: Timestamp,
    seen_at: Timestamp,
    now: Timestamp,
) -> bool {
    now < ends_at(inside, own_device, began_at, seen_at)
}

/// When a session with these instants ends, if nobody uses it any more.
pub(crate) fn ends_at(inside: &Inside, own_device: bool, began_at: Timestamp, seen_at: Timestamp) -> Timestamp {
    let (idle, whole) = lengths(inside, own_device);
    after(seen_at, idle).min(after(began_at, whole))
}

/// How somebody came in.
pub(crate) struct Entering<'a> {
    pub(crate) account: AccountId,
    pub(crate) own_device: bool,
    /// In the activity's words: password, password and authenticator app, passkey.
    pub(crate) method: &'static str,
    /// Whether the second step is not to be asked on this device for a while.
    pub(crate) remember: bool,
    pub(crate) origin: &'a Origin,
}

/// Begins a session, and knows the device from now on.
pub(crate) fn begin(tx: &mut Tx, inside: &Inside, entry: &Entering<'_>, now: Timestamp) -> Result<Opened, Error> {
    let account = entry.account;
    if lockdown::is_locked(tx, account)? {
        return Err(Error::Locked);
    }
    factor_loss::entered(tx, inside, account, entry.method, now)?;
    let (device, hash) = devices::enter(tx, inside, account, entry.origin, entry.remember, now)?;
    let token = tokens::secret()?;
    let line = entry.origin.line();
    let sealed = inside.keys.seal(place("sessions", "origin", account.0), line.as_bytes())?;
    let (id, own_device, method) = (new_id(), entry.own_device, entry.method);
    tx.execute(INSERT, params![tokens::hash(&token), account, own_device, now, sealed, method, hash, id])?;
    audit::write(tx, inside, &Entry::activity(account, now, "signed in", format!("{} · {line}", entry.method)))?;
    Ok(Opened { session: SessionToken(token), device, own_device: entry.own_device })
}

/// A fresh proof was given: the session goes on under another token.
pub(crate) fn rotate(tx: &mut Tx, session: &[u8; 32], now: Timestamp) -> Result<(SessionToken, AccountId), Error> {
    let token = tokens::secret()?;
    let row = tx.query_one(ROTATE, params![*session, tokens::hash(&token), now])?.ok_or(Error::NotSignedIn)?;
    Ok((SessionToken(token), AccountId(row.id(0)?)))
}

/// Ends all sessions of an account but one; answers how many.
pub(crate) fn end_others(tx: &mut Tx, account: AccountId, kept: Option<&[u8; 32]>) -> Result<u64, Error> {
    tx.tell(Told::SessionsEnded(account));
    let ended = match kept {
        Some(hash) => tx.execute(END_OTHERS, params![account, *hash])?,
        None => tx.execute(END_ALL, params![account])?,
    };
    push::end_signed_out(tx, account)?;
    Ok(ended)
}

/// A fresh proof that is being given.
struct Proof {
    session: [u8; 32],
    account: AccountId,
    tries: Vec<Try>,
    /// The kept hash of the password.
    kept: String,
    now: Timestamp,
}

impl Store {
    /// Who this token's session belongs to, if it is still open. Its use is noted once a minute.
    pub async fn session(&self, token: &str) -> Result<Session, Error> {
        let hash = tokens::hash(token);
        let now = self.0.clock.now();
        let (session, seen_at) = self.read_session(hash, now).await?;
        if now.duration_since(seen_at) < noted_after(&self.0, session.own_device) {
            return Ok(session);
        }
        self.0.db.write(move |tx| tx.execute(SEEN, params![hash, now]).map(drop), |()| ()).await?;
        Ok(Session { idle_ends_at: after(now, session.idle).min(session.ends_at), ..session })
    }

    /// The same for what a page does by itself: it keeps no session open.
    pub async fn session_quietly(&self, token: &str) -> Result<Session, Error> {
        Ok(self.read_session(tokens::hash(token), self.0.clock.now()).await?.0)
    }

    async fn read_session(&self, hash: [u8; 32], now: Timestamp) -> Result<(Session, Timestamp), Error> {
        let inside = Arc::clone(&self.0);
        self.0.db.read(move |tx| open(tx, &inside, &hash, now)).await
    }

    /// The person of this session gives the password once more: what widens access is open for ten minutes, under
    /// another token.
    pub async fn prove_password(&self, token: &str, password: &str, origin: Origin) -> Result<SessionToken, Error> {
        let proof = self.begin_proof(token).await?;
        let right = self.0.passwords.belongs(password, Some(proof.kept.clone())).await?;
        self.end_proof(proof, origin, "gave a wrong password", move |_, _, _, _| Ok(right)).await
    }

    /// The person of this session proves in another way that it is them.
    pub(crate) async fn prove_by(
        &self,
        token: &str,
        origin: Origin,
        mut check: impl FnMut(&mut Tx, &Inside, AccountId, Timestamp) -> Result<bool, Error> + Send + 'static,
    ) -> Result<SessionToken, Error> {
        let proof = self.begin_proof(token).await?;
        let check = move |tx: &mut Tx, inside: &Inside, account, now| {
            let right = check(tx, inside, account, now)?;
            if right {
                // Whoever gives it has not lost it.
                factor_loss::stop(tx, inside, account, String::new(), now)?;
            }
            Ok(right)
        };
        self.end_proof(proof, origin, "gave a wrong second step", check).await
    }

    /// Counts the try, before anybody looks at what is given.
    async fn begin_proof(&self, token: &str) -> Result<Proof, Error> {
        let (inside, session, now) = (Arc::clone(&self.0), tokens::hash(token), self.0.clock.now());
        let begin = move |tx: &mut Tx| {
            let account = open(tx, &inside, &session, now)?.0.account;
            let tries = throttle::proof_tries(&inside.keys, account);
            throttle::begin(tx, &tries, now)?;
            Ok(Proof { session, account, tries, kept: accounts::password(tx, account)?, now })
        };
        self.0.db.write(begin, |_| ()).await
    }

    /// Looks at what was given, in the transaction that makes it count.
    async fn end_proof(
        &self,
        proof: Proof,
        origin: Origin,
        wrong: &'static str,
        mut check: impl FnMut(&mut Tx, &Inside, AccountId, Timestamp) -> Result<bool, Error> + Send + 'static,
    ) -> Result<SessionToken, Error> {
        let inside = Arc::clone(&self.0);
        let end = move |tx: &mut Tx| {
            let Proof { session, account, tries, now, .. } = &proof;
            let right = check(tx, &inside, *account, *now)?;
            let what = if right { "confirmed who they are" } else { wrong };
            audit::write(tx, &inside, &Entry::activity(*account, *now, what, origin.line()))?;
            if !right {
                throttle::touch(tx, tries, *now)?;
                return Ok(None);
            }
            throttle::succeeded(tx, tries)?;
            rotate(tx, session, *now).map(|(token, _)| Some(token))
        };
        self.0.db.write(end, |_| ()).await?.ok_or(Error::WrongProof)
    }

    /// Ends the session at once.
    pub async fn sign_out(&self, token: &str) -> Result<(), Error> {
        let (inside, hash) = (Arc::clone(&self.0), tokens::hash(token));
        let now = self.0.clock.now();
        let end = move |tx: &mut Tx| {
            let Some(row) = tx.query_one(END, params![hash])? else { return Ok(()) };
            let account = AccountId(row.id(0)?);
            if let Some(device) = row.opt_bytes(1)? {
                push::end_on(tx, account, device)?;
            }
            tx.tell(Told::SessionsEnded(account));
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
            let ended = end_others(tx, account, None)?;
            audit::write(tx, &inside, &Entry::activity(account, now, "signed out everywhere", String::new()))?;
            Ok(ended)
        };
        self.0.db.write(end, |_| ()).await
    }
}

/// Whose session this is, if it is still open.
pub(crate) fn open(
    tx: &mut Tx,
    inside: &Inside,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<(Session, Timestamp), Error> {
    let row = tx.query_one(WHOSE, params![*hash])?.ok_or(Error::NotSignedIn)?;
    let (own_device, began_at, seen_at) = (row.int(0)? != 0, row.instant(1)?, row.instant(2)?);
    if !open_at(inside, own_device, began_at, seen_at, now) {
        return Err(Error::NotSignedIn);
    }
    // When its time is over it is as good as purged.
    if row.opt_instant(11)?.is_some_and(|until| until <= now) {
        return Err(Error::NotSignedIn);
    }
    Ok((session(inside, &row, own_device, began_at, seen_at)?, seen_at))
}

fn session(
    inside: &Inside,
    row: &Row,
    own_device: bool,
    began_at: Timestamp,
    seen_at: Timestamp,
) -> Result<Session, Error> {
    let account = AccountId(row.id(3)?);
    let (idle, whole) = lengths(inside, own_device);
    Ok(Session {
        actor: Actor { proved_at: Some(row.instant(10)?), ..Actor::of(Who::Account { id: account }) },
        id: row.text(13)?.to_owned(),
        account,
        tag: inside
            .keys
            .find_by("session tag", &account.to_string())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
        name: inside.keys.open_text(place("accounts", "name", account.0), row.bytes(4)?)?,
        email: inside.keys.open_text(place("accounts", "email", account.0), row.bytes(5)?)?,
        verified: row.opt_int(6)?.is_some(),
        unit: unit(row.text(7)?)?,
        language: row.text(8)?.to_owned(),
        zone: zone(row.text(9)?)?,
        own_device,
        idle,
        idle_ends_at: ends_at(inside, own_device, began_at, seen_at),
        ends_at: after(began_at, whole),
        leaving: row.opt_instant(11)?,
        lockdown: row.opt_text(12)?.map(Steps::read).transpose()?,
    })
}

fn after(at: Timestamp, length: SignedDuration) -> Timestamp {
    at.saturating_add(length).unwrap_or(Timestamp::MAX)
}

/// Drops sessions that nobody can use any more.
pub(crate) fn tidy(tx: &mut Tx, inside: &Inside, now: Timestamp) -> Result<u64, Error> {
    let before = |length| now.saturating_sub(length).unwrap_or(Timestamp::MIN);
    let ((idle, whole), (own_idle, own_whole)) = (lengths(inside, false), lengths(inside, true));
    tx.execute(TIDY, params![before(idle), before(whole), before(own_idle), before(own_whole)])
}

//! Link to Personal *here and now*: the patient proves who they are on the clinic's screen, and a link comes of it and nothing else.
//!
//! ```text
//! handed over ──e-mail, password──▶ second step, where there is one ──▶ which record ──accept──▶ link
//!      ten minutes in all, ten tries, each step under a secret of its own that only the page before it holds
//! ```
//! **Invariant:** no session, no half sign-in, no known device comes of it, and no member is told more than that there is a link.

use super::{
    NewLink, clinic_name,
    codes::{self, CodeFor},
    make, terms,
};
use crate::{
    actor::Origin,
    audit::{self, Entry},
    clinic::{Desk, Link},
    db::{Row, Tx, params, statements},
    error::{Conflict, Error, Invalid},
    inside::{Inside, Store},
    keys::place,
    leaving, lockdown,
    records::open_name,
    recovery::factor_loss,
    second_step::{self, Given, Method},
    sign_in::still,
    throttle::{self, Try},
    tokens,
    words::zone,
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use sharing::{AccountId, ClinicId, HANDOVER_MINUTES, LinkCode, LinkTerms, RecordId};
use std::sync::Arc;

statements! {
    OPEN = "insert into handovers (hash, clinic, profile, member, insulin, carbs, notes, devices, until_at, stage, tries, ends_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'handed over', 0, $10)";
    DROP_OLDER = "delete from handovers where profile = $1";
    CAN_BE_LINKED = "select (select count(*) from links l where l.profile = r.id and (l.until_at is null or l.until_at > $3)) \
        from records r where r.id = $1 and r.clinic = $2 and r.merged_into is null and r.left_at is null";
    LOOK = "select clinic, profile, member, insulin, carbs, notes, devices, until_at, stage, step, account, ends_at from handovers \
        where hash = $1 and ends_at > $2";
    ASKING = "select c.contact, r.zone from clinics c join records r on r.id = $2 and r.clinic = c.id where c.id = $1";
    TRY = "update handovers set tries = tries + 1 where hash = $1 and ends_at > $2 and tries < $3";
    STEP = "update handovers set stage = $2, step = $3, account = $4 where hash = $1";
    END = "delete from handovers where hash = $1";
    VERIFIED = "select 1 from accounts where id = $1 and verified_at is not null";
    RECORDS = "select id, name from records where account = $1 order by made_at, id";
    TIDY = "delete from handovers where ends_at <= $1";
}

/// How often something may be typed on one handed-over screen.
const TRIES: i64 = 10;

const SECOND_STEP: &str = "second step";
const CHOOSE: &str = "choose";

/// What whoever sits at the screen is told before they say who they are.
#[derive(Clone, PartialEq, Eq)]
pub struct Handover {
    /// Which clinic asks.
    pub clinic: String,
    /// How it can be reached, as its admin wrote it.
    pub contact: String,
    /// What it would see, and until when.
    pub terms: LinkTerms,
    /// Where the clinic says that the patient lives: by its clock stands the end.
    pub zone: TimeZone,
    /// Until when the screen stays handed over.
    pub ends_at: Timestamp,
}

/// A step further.
#[derive(Clone)]
pub struct HandoverStep {
    /// Goes into the cookie of the handed-over screen and nowhere else.
    pub secret: String,
    /// What comes next.
    pub next: NextStep,
}

/// What comes after a step.
#[derive(Clone, PartialEq, Eq)]
pub enum NextStep {
    /// The second step, by one of these.
    SecondStep(Vec<Method>),
    /// Which of the person's own records, by name.
    Choose(Vec<(RecordId, String)>),
}

impl std::fmt::Debug for Handover {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Handover(…)")
    }
}

impl std::fmt::Debug for HandoverStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HandoverStep(…)")
    }
}

/// The row.
struct Open {
    clinic: ClinicId,
    profile: RecordId,
    member: AccountId,
    terms: LinkTerms,
    stage: String,
    step: Option<Vec<u8>>,
    account: Option<AccountId>,
    ends_at: Timestamp,
}

impl Open {
    fn read(tx: &mut Tx, hash: &[u8; 32], now: Timestamp) -> Result<Self, Error> {
        let row: Row = tx.query_one(LOOK, params![*hash, now])?.ok_or(Error::NotFound)?;
        Ok(Self {
            clinic: ClinicId(row.id(0)?),
            profile: RecordId(row.id(1)?),
            member: AccountId(row.id(2)?),
            terms: terms(&row, 3)?,
            stage: row.text(8)?.to_owned(),
            step: row.opt_bytes(9)?.map(<[u8]>::to_vec),
            account: row.opt_id(10)?.map(AccountId),
            ends_at: row.instant(11)?,
        })
    }

    /// The account that got as far as `stage`, for whoever holds that page's secret.
    fn at(&self, stage: &str, secret: &str) -> Result<AccountId, Error> {
        let is_here = self.stage == stage && self.step.as_deref() == Some(&tokens::hash(secret)[..]);
        self.account.filter(|_| is_here).ok_or(Error::NotFound)
    }
}

impl Desk<'_, Link> {
    /// Hands the screen to a patient for ten minutes; answers the token of its page. An earlier one of the same patient is void.
    pub fn hand_over(&mut self, profile: RecordId, offered: &LinkTerms) -> Result<String, Error> {
        let (clinic, now) = (self.at.clinic, self.at.now);
        let row = self.tx.query_one(CAN_BE_LINKED, params![profile, clinic, now])?.ok_or(Error::NotFound)?;
        if row.int(0)? > 0 {
            return Err(Error::Conflict(Conflict::Linked));
        }
        if offered.until_at.is_some_and(|until| until <= now) {
            return Err(Error::Invalid(Invalid::Until));
        }
        let (token, seen) = (tokens::secret()?, offered.visibility);
        let ends_at = now.saturating_add(SignedDuration::from_mins(HANDOVER_MINUTES)).unwrap_or(Timestamp::MAX);
        self.tx.execute(DROP_OLDER, params![profile])?;
        self.tx.execute(
            OPEN,
            params![
                tokens::hash(&token),
                clinic,
                profile,
                self.at.member,
                seen.insulin,
                seen.carbs,
                seen.notes,
                seen.devices,
                offered.until_at,
                ends_at
            ],
        )?;
        self.audit("handed the screen to a patient", &profile.to_string())?;
        Ok(token)
    }
}

impl Store {
    /// Who asks for what on a handed-over screen.
    pub async fn handover(&self, token: &str) -> Result<Handover, Error> {
        let (inside, hash, now) = (Arc::clone(&self.0), tokens::hash(token), self.0.clock.now());
        let look = move |tx: &mut Tx| {
            let open = Open::read(tx, &hash, now)?;
            let row = tx.query_one(ASKING, params![open.clinic, open.profile])?.ok_or(Error::NotFound)?;
            let sealed = row.opt_bytes(0)?;
            let open_text = |sealed| inside.keys.open_text(place("clinics", "contact", open.clinic.0), sealed);
            Ok(Handover {
                clinic: clinic_name(tx, &inside, open.clinic)?,
                contact: sealed.map(open_text).transpose()?.unwrap_or_default(),
                terms: open.terms,
                zone: zone(row.text(1)?)?,
                ends_at: open.ends_at,
            })
        };
        self.0.db.read(look).await
    }

    /// Whose account it is. Counts like a sign-in from the same network; unknown, wrong, locked and leaving are all the same.
    pub async fn prove_at_handover(
        &self,
        token: &str,
        email: &str,
        password: &str,
        origin: Origin,
    ) -> Result<HandoverStep, Error> {
        let (hash, now) = (tokens::hash(token), self.0.clock.now());
        // The browser is the clinic's: it is nobody's known device here, and becomes none.
        let origin = Origin { device: None, ..origin };
        self.0.db.write(move |tx| count(tx, &hash, now), |()| ()).await?;
        let (known, tries) = self.begin_try(email, &origin, now).await?;
        let (account, kept) = known.unzip();
        if !self.0.passwords.belongs(password, kept.clone()).await? {
            self.failed_try(account, tries, origin, now).await?;
            return Err(Error::WrongProof);
        }
        let (account, looked_at) = (account.ok_or(Error::WrongProof)?, kept.ok_or(Error::WrongProof)?);
        let inside = Arc::clone(&self.0);
        let proved = move |tx: &mut Tx| {
            still(tx, account, &looked_at)?;
            throttle::succeeded(tx, &tries)?;
            if lockdown::is_locked(tx, account)? || leaving::refuse(tx, account).is_err() {
                return Ok(None);
            }
            factor_loss::settle(tx, &inside, account, now)?;
            let line = origin.line();
            audit::write(tx, &inside, &Entry::activity(account, now, "gave the password at a clinic's screen", line))?;
            match second_step::methods(tx, account)? {
                none if none.is_empty() => choose(tx, &inside, &hash, account),
                methods => step(tx, &hash, SECOND_STEP, account, NextStep::SecondStep(methods)),
            }
            .map(Some)
        };
        self.0.db.write(proved, |_| ()).await?.ok_or(Error::WrongProof)
    }

    /// The second step: a code of an app or a phone, or a recovery code. Tries count for the account, as when signing in.
    pub async fn second_step_at_handover(
        &self,
        token: &str,
        secret: &str,
        code: &str,
        origin: Origin,
    ) -> Result<HandoverStep, Error> {
        let (hash, now) = (tokens::hash(token), self.0.clock.now());
        let (inside, secret) = (Arc::clone(&self.0), secret.to_owned());
        let begin = move |tx: &mut Tx| {
            let account = Open::read(tx, &hash, now)?.at(SECOND_STEP, &secret)?;
            count(tx, &hash, now)?;
            let tries = throttle::second_step_tries(&inside.keys, account);
            throttle::begin(tx, &tries, now)?;
            Ok((account, tries))
        };
        let (account, tries): (AccountId, Vec<Try>) = self.0.db.write(begin, |_| ()).await?;
        let (inside, given) = (Arc::clone(&self.0), Given::Code(code.to_owned()));
        let end = move |tx: &mut Tx| {
            if second_step::check(tx, &inside, account, &given, now)?.is_none() {
                throttle::touch(tx, &tries, now)?;
                let line = Entry::activity(account, now, "second step failed", origin.line());
                return audit::write(tx, &inside, &line).map(|()| None);
            }
            throttle::succeeded(tx, &tries)?;
            choose(tx, &inside, &hash, account).map(Some)
        };
        self.0.db.write(end, |_| ()).await?.ok_or(Error::WrongProof)
    }

    /// How far whoever holds this secret got; none when they are to begin.
    pub async fn step_at_handover(&self, token: &str, secret: &str) -> Result<Option<NextStep>, Error> {
        let (hash, now, secret) = (tokens::hash(token), self.0.clock.now(), secret.to_owned());
        let inside = Arc::clone(&self.0);
        let look = move |tx: &mut Tx| {
            let open = Open::read(tx, &hash, now)?;
            if let Ok(account) = open.at(SECOND_STEP, &secret) {
                return second_step::methods(tx, account).map(|methods| Some(NextStep::SecondStep(methods)));
            }
            let Ok(account) = open.at(CHOOSE, &secret) else { return Ok(None) };
            own_records(tx, &inside, account).map(|records| Some(NextStep::Choose(records)))
        };
        self.0.db.read(look).await
    }

    /// Sends a code to the phone of whoever gave the password.
    pub async fn send_code_at_handover(&self, token: &str, secret: &str) -> Result<(), Error> {
        let (hash, now, secret) = (tokens::hash(token), self.0.clock.now(), secret.to_owned());
        let inside = Arc::clone(&self.0);
        let send = move |tx: &mut Tx| {
            let account = Open::read(tx, &hash, now)?.at(SECOND_STEP, &secret)?;
            second_step::send_to(tx, &inside, account, now)
        };
        self.0.db.write(send, |()| ()).await
    }

    /// Makes the link that was asked for, with one of the person's own records.
    pub async fn accept_at_handover(&self, token: &str, secret: &str, record: RecordId) -> Result<(), Error> {
        let (hash, now, secret) = (tokens::hash(token), self.0.clock.now(), secret.to_owned());
        let inside = Arc::clone(&self.0);
        let accept = move |tx: &mut Tx| {
            let open = Open::read(tx, &hash, now)?;
            let account = open.at(CHOOSE, &secret)?;
            leaving::refuse(tx, account)?;
            lockdown::refuse(tx, account)?;
            own_records(tx, &inside, account)?.into_iter().find(|(own, _)| *own == record).ok_or(Error::NotFound)?;
            let Open { clinic, profile, member, terms, .. } = open;
            make(tx, &inside, &NewLink { clinic, profile, record, terms, member }, now)?;
            tx.execute(END, params![hash]).map(drop)
        };
        self.0.db.write(accept, |()| ()).await
    }

    /// Whoever would rather not go on here, or has a passkey on their own phone, takes a unique code along: the screen is over.
    pub async fn code_at_handover(&self, token: &str) -> Result<LinkCode, Error> {
        let (hash, now) = (tokens::hash(token), self.0.clock.now());
        let inside = Arc::clone(&self.0);
        let take = move |tx: &mut Tx| {
            let Open { clinic, profile, member, terms, .. } = Open::read(tx, &hash, now)?;
            let row = tx.query_one(CAN_BE_LINKED, params![profile, clinic, now])?.ok_or(Error::NotFound)?;
            if row.int(0)? > 0 {
                return Err(Error::Conflict(Conflict::Linked));
            }
            throttle::begin(tx, &throttle::code_tries(&inside.keys, member), now)?;
            tx.execute(END, params![hash])?;
            let act = "offered a link code on a handed-over screen";
            audit::write(tx, &inside, &Entry::of_clinic(clinic, member, now, act, &profile.to_string()))?;
            codes::put(tx, &inside, &CodeFor { clinic, profile, member, terms }, now)
        };
        self.0.db.write(take, |_| ()).await
    }

    /// Gives the screen back without a link.
    pub async fn end_handover(&self, token: &str) -> Result<(), Error> {
        let hash = tokens::hash(token);
        self.0.db.write(move |tx| tx.execute(END, params![hash]).map(drop), |()| ()).await
    }
}

/// Counts something that was typed; after too many the screen is not handed over any more.
fn count(tx: &mut Tx, hash: &[u8; 32], now: Timestamp) -> Result<(), Error> {
    if tx.execute(TRY, params![*hash, now, TRIES])? == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// The next step, under a secret of its own.
fn step(tx: &mut Tx, hash: &[u8; 32], stage: &str, account: AccountId, next: NextStep) -> Result<HandoverStep, Error> {
    let secret = tokens::secret()?;
    tx.execute(STEP, params![*hash, stage, tokens::hash(&secret), account])?;
    Ok(HandoverStep { secret, next })
}

/// Whoever has shown who they are chooses among their own records. An address that nobody confirmed shares nothing.
fn choose(tx: &mut Tx, inside: &Inside, hash: &[u8; 32], account: AccountId) -> Result<HandoverStep, Error> {
    tx.query_one(VERIFIED, params![account])?.ok_or(Error::Invalid(Invalid::Unconfirmed))?;
    let records = own_records(tx, inside, account)?;
    step(tx, hash, CHOOSE, account, NextStep::Choose(records))
}

fn own_records(tx: &mut Tx, inside: &Inside, account: AccountId) -> Result<Vec<(RecordId, String)>, Error> {
    let line = |row: &Row| {
        let record = RecordId(row.id(0)?);
        Ok((record, open_name(inside, record, row.bytes(1)?)?))
    };
    tx.query(RECORDS, params![account])?.iter().map(line).collect()
}

pub(super) fn tidy(tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
    tx.execute(TIDY, params![now])
}

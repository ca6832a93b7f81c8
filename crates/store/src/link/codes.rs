//! The clinic's side of a unique code: made, shown once, sent where the patient can read it, taken back.

use super::{mails, terms};
use crate::{
    accounts,
    clinic::{Desk, DeskRight, Link},
    db::{Row, Tx, Value, params, statements},
    error::{Conflict, Error, Invalid},
    inside::{Inside, new_id},
    keys::{place, random},
    mails::Reader,
    notices,
    outbox::{self, Channel, NewMessage},
    second_step, throttle,
    tokens::{Kept, TokenFacts},
};
use jiff::{SignedDuration, Timestamp};
use sharing::{AccountId, ClinicId, Email, LINK_CODE_DAYS, LinkCode, LinkTerms, RecordId};

statements! {
    INSERT = "insert into link_codes (id, hash, clinic, profile, insulin, carbs, notes, devices, until_at, made_by, made_at, ends_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    DROP = "delete from link_codes where profile = $1 and clinic = $2";
    OPEN = "select made_at, ends_at, made_by, insulin, carbs, notes, devices, until_at, id, hash from link_codes \
        where profile = $1 and clinic = $2 and ends_at > $3";
    HERE = "select 1 from records where id = $1 and left_at is null";
    LINKED = "select 1 from links where profile = $1 and (until_at is null or until_at > $2)";
    NAME = "select name from accounts where id = $1";
    VERIFIED = "select 1 from accounts where id = $1 and verified_at is not null and delete_at is null";
    TIDY = "delete from link_codes where ends_at <= $1";
}

/// The unique code that a clinic gives to a patient.
pub(crate) const LINK_CODE: TokenFacts = TokenFacts {
    name: "link code",
    bits: 49,
    kept: Kept::KeyedHash,
    life: Some(SignedDuration::from_hours(24 * LINK_CODE_DAYS)),
    once: true,
};

/// More than enough for ten characters, even when many have to be left out.
const RANDOM_BYTES: usize = 64;

/// A code that waits for the patient; nobody can read it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCode {
    /// Since when.
    pub made_at: Timestamp,
    /// Until when it works.
    pub ends_at: Timestamp,
    /// What was asked for.
    pub terms: LinkTerms,
    /// The member who made it, by name; none when the account is gone.
    pub by: Option<String>,
}

/// Where a code is sent.
#[derive(Clone, PartialEq, Eq)]
pub enum CodeTo {
    /// An e-mail address.
    Email(Email),
    /// A phone number with its country.
    Phone(String),
}

impl std::fmt::Debug for CodeTo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CodeTo(…)")
    }
}

/// By which a code is found.
pub(super) fn hash(inside: &Inside, code: &LinkCode) -> Vec<u8> {
    inside.keys.find_by("link code", &code.plain())
}

fn new_code() -> Result<LinkCode, Error> {
    LinkCode::of_random(&random::<RANDOM_BYTES>()?).ok_or(Error::Unavailable)
}

/// What somebody is called who may be gone.
pub(super) fn name(tx: &mut Tx, inside: &Inside, account: AccountId) -> Result<Option<String>, Error> {
    let row = tx.query_one(NAME, params![account])?;
    row.map(|row| inside.keys.open_text(place("accounts", "name", account.0), row.bytes(0)?)).transpose()
}

/// Terms that make sense now.
pub(super) fn check(terms: &LinkTerms, now: Timestamp) -> Result<(), Error> {
    if terms.until_at.is_some_and(|until| until <= now) { Err(Error::Invalid(Invalid::Until)) } else { Ok(()) }
}

/// What a code is for, and who gives it out.
pub(super) struct CodeFor {
    pub(super) clinic: ClinicId,
    pub(super) profile: RecordId,
    pub(super) member: AccountId,
    pub(super) terms: LinkTerms,
}

/// Keeps a new code, in the place of the one before.
pub(super) fn put(tx: &mut Tx, inside: &Inside, what: &CodeFor, now: Timestamp) -> Result<LinkCode, Error> {
    let (code, seen) = (new_code()?, what.terms.visibility);
    let ends_at = now.saturating_add(life()).unwrap_or(Timestamp::MAX);
    tx.execute(DROP, params![what.profile, what.clinic])?;
    let mut row: Vec<Value> = params![new_id(), hash(inside, &code), what.clinic, what.profile].to_vec();
    row.extend(params![seen.insulin, seen.carbs, seen.notes, seen.devices, what.terms.until_at].to_vec());
    row.extend(params![what.member, now, ends_at].to_vec());
    tx.execute(INSERT, &row)?;
    Ok(code)
}

impl<R: DeskRight> Desk<'_, R> {
    /// The code of a patient that waits, if there is one.
    pub fn open_code(&mut self, profile: RecordId) -> Result<Option<OpenCode>, Error> {
        let Some(row) = self.code_row(profile)? else { return Ok(None) };
        let by = name(self.tx, self.inside, AccountId(row.id(2)?))?;
        Ok(Some(OpenCode { made_at: row.instant(0)?, ends_at: row.instant(1)?, terms: terms(&row, 3)?, by }))
    }

    fn code_row(&mut self, profile: RecordId) -> Result<Option<Row>, Error> {
        self.keeps(profile)?;
        self.tx.query_one(OPEN, params![profile, self.at.clinic, self.at.now])
    }
}

impl Desk<'_, Link> {
    /// Makes a code with which the patient can link this record to their own. One that was made before is void. The code is
    /// given here and never again.
    pub fn offer_link(&mut self, profile: RecordId, terms: &LinkTerms) -> Result<LinkCode, Error> {
        self.keeps(profile)?;
        let (clinic, member, now) = (self.at.clinic, self.at.member, self.at.now);
        check(terms, now)?;
        self.tx.query_one(HERE, params![profile])?.ok_or(Error::NotFound)?;
        if self.tx.query_one(LINKED, params![profile, now])?.is_some() {
            return Err(Error::Conflict(Conflict::Linked));
        }
        throttle::begin(self.tx, &throttle::code_tries(&self.inside.keys, member), now)?;
        let code = put(self.tx, self.inside, &CodeFor { clinic, profile, member, terms: *terms }, now)?;
        self.tell_of(profile, "offered a link code")?;
        Ok(code)
    }

    /// Takes the code back: it opens nothing any more. Says nothing when there is none.
    pub fn withdraw_code(&mut self, profile: RecordId) -> Result<(), Error> {
        self.keeps(profile)?;
        if self.tx.execute(DROP, params![profile, self.at.clinic])? == 0 {
            return Ok(());
        }
        self.tell_of(profile, "withdrew a link code")
    }

    /// Until when this code works, and on which terms, if it is the one of this patient that waits.
    pub fn shown_code(&mut self, profile: RecordId, code: &LinkCode) -> Result<OpenCode, Error> {
        self.is_open(profile, code)?;
        self.open_code(profile)?.ok_or(Error::Invalid(Invalid::LinkCode))
    }

    /// Sends the code that was made just now to an address or a phone. Only the code of this patient that waits is sent, a few
    /// times at most.
    pub fn send_link_code(&mut self, profile: RecordId, code: &LinkCode, to: &CodeTo) -> Result<(), Error> {
        let id = self.is_open(profile, code)?;
        let (clinic, now) = (self.clinic_name()?, self.at.now);
        let (key, act) = match to {
            CodeTo::Email(email) => (email.key(), "sent a link code by e-mail"),
            CodeTo::Phone(phone) => (second_step::valid_number(phone)?, "sent a link code by SMS"),
        };
        let tries = throttle::code_sent_tries(&self.inside.keys, self.at.member, id, &key);
        throttle::begin(self.tx, &tries, now)?;
        match to {
            CodeTo::Email(email) => mail(self.tx, self.inside, &clinic, email, code, now)?,
            CodeTo::Phone(_) => text(self.tx, self.inside, &clinic, &key, code, now)?,
        }
        self.tell_of(profile, act)
    }

    fn is_open(&mut self, profile: RecordId, code: &LinkCode) -> Result<sharing::Id, Error> {
        let row = self.code_row(profile)?.ok_or(Error::Invalid(Invalid::LinkCode))?;
        let same = row.bytes(9)? == hash(self.inside, code);
        if same { row.id(8) } else { Err(Error::Invalid(Invalid::LinkCode)) }
    }

    /// A line of the clinic's activity, and one of the patient's record there.
    fn tell_of(&mut self, profile: RecordId, act: &'static str) -> Result<(), Error> {
        self.audit(act, &profile.to_string())?;
        self.audit_record(profile, act, "")
    }
}

fn life() -> SignedDuration {
    LINK_CODE.life.unwrap_or_default()
}

/// Whoever has an account finds the letter among their messages, with their phrase; everybody else gets a plain one.
fn mail(tx: &mut Tx, inside: &Inside, clinic: &str, to: &Email, code: &LinkCode, now: Timestamp) -> Result<(), Error> {
    let letter = mails::code(clinic, code.plain());
    if let Some(account) = accounts::by_email(tx, inside, to)?
        && tx.query_one(VERIFIED, params![account])?.is_some()
    {
        return notices::tell_current(tx, inside, account, &letter, now);
    }
    let reader = Reader { name: "", address: to.as_str(), phrase: None, lock: None };
    let (channel, kind, mail) = (Channel::Mail, letter.kind, letter.to(&reader));
    outbox::put(tx, inside, &NewMessage { account: None, record: None, channel, kind, mail }, now)
}

fn text(tx: &mut Tx, inside: &Inside, clinic: &str, to: &str, code: &LinkCode, now: Timestamp) -> Result<(), Error> {
    if !inside.site.sends_sms {
        return Err(Error::NotFound);
    }
    let (channel, mail) = (Channel::Sms, mails::code_by_sms(clinic, &inside.site.name, to, code.plain()));
    outbox::put(tx, inside, &NewMessage { account: None, record: None, channel, kind: mails::CODE_BY_SMS, mail }, now)
}

pub(super) fn tidy(tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
    tx.execute(TIDY, params![now])
}

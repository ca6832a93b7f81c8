//! Questions that are answered once: what a passkey signs, and codes that were sent.
//!
//! A question to somebody known is kept as its hash until it is answered. One to nobody in particular, on the sign-in page, is
//! signed instead and kept only when it was answered: a stranger who asks and asks makes the database write nothing.

use crate::{
    db::{Tx, params, statements},
    error::Error,
    inside::Inside,
    keys::{place, random},
    tokens::{self, Kept, TokenFacts},
};
use aws_lc_rs::constant_time;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use sharing::AccountId;

statements! {
    PUT = "insert into challenges (hash, kind, account, sealed, tries, ends_at) values ($1, $2, $3, $4, 0, $5)";
    TAKE = "delete from challenges where hash = $1 and kind = $2 returning account, ends_at";
    KEEP_ANSWERED = "insert into challenges (hash, kind, account, sealed, tries, ends_at) values ($1, $2, null, $3, 0, $4) \
        on conflict (hash) do nothing";
    DROP_OLDER = "delete from challenges where account = $1 and kind = $2";
    TRY = "update challenges set tries = tries + 1 where account = $1 and kind = $2 and tries < $3 and ends_at > $4";
    LATEST = "select sealed from challenges where account = $1 and kind = $2 and ends_at > $3 order by ends_at desc";
    TIDY = "delete from challenges where ends_at <= $1";
}

/// How long a passkey's question may be answered.
pub(super) const PASSKEY_LIFE: SignedDuration = SignedDuration::from_mins(5);

/// What a passkey signs.
pub(crate) const QUESTION: TokenFacts = TokenFacts {
    name: "question to a passkey",
    bits: 8 * RANDOM as u32,
    kept: Kept::Hash,
    life: Some(PASSKEY_LIFE),
    once: true,
};

/// Random bytes of a question.
const RANDOM: usize = 32;

/// What a question is for; an answer to one is none to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// Making a passkey.
    NewPasskey,
    /// The second step of a sign-in.
    SecondStep,
    /// A fresh proof.
    Proof,
    /// Signing in with a passkey alone.
    Alone,
    /// A code for a phone that is to be a second step.
    NewPhone,
    /// A code for the second step of a sign-in.
    PhoneCode,
}

impl About {
    fn word(self) -> &'static str {
        match self {
            Self::NewPasskey => "new passkey",
            Self::SecondStep => "second step",
            Self::Proof => "proof",
            Self::Alone => "alone",
            Self::NewPhone => "new phone",
            Self::PhoneCode => "phone code",
        }
    }
}

/// Keeps a question for a while.
pub(super) fn put(
    tx: &mut Tx,
    inside: &Inside,
    hash: &[u8],
    (about, account): (About, AccountId),
    state: &[u8],
    ends_at: Timestamp,
) -> Result<(), Error> {
    let sealed = inside.keys.seal(place("challenges", about.word(), account.0), state)?;
    tx.execute(PUT, params![hash, about.word(), account, sealed, ends_at]).map(drop)
}

/// A question to somebody: kept as its hash until it is answered or too old.
pub(super) fn ask(
    tx: &mut Tx,
    inside: &Inside,
    (about, account): (About, AccountId),
    now: Timestamp,
) -> Result<String, Error> {
    let question = URL_SAFE_NO_PAD.encode(random::<RANDOM>()?);
    put(tx, inside, &tokens::hash(&question), (about, account), &[], ends_at(now))?;
    Ok(question)
}

/// A question to nobody in particular: random bytes, until when, and our mark on both.
pub(super) fn ask_anybody(inside: &Inside, now: Timestamp) -> Result<String, Error> {
    let told = format!("{}.{}", URL_SAFE_NO_PAD.encode(random::<RANDOM>()?), ends_at(now).as_millisecond());
    Ok(URL_SAFE_NO_PAD.encode(format!("{told}.{}", mark(inside, &told))))
}

/// Whether this is a question of ours to nobody in particular, not too old, and answered for the first time.
pub(super) fn answered_by_anybody(tx: &mut Tx, inside: &Inside, question: &str, now: Timestamp) -> Result<bool, Error> {
    let Some(ends_at) = read(inside, question).filter(|ends_at| now < *ends_at) else { return Ok(false) };
    let kept = params![tokens::hash(question), About::Alone.word(), Vec::new(), ends_at];
    Ok(tx.execute(KEEP_ANSWERED, kept)? == 1)
}

fn read(inside: &Inside, question: &str) -> Option<Timestamp> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(question).ok()?).ok()?;
    let (told, marked) = text.rsplit_once('.')?;
    constant_time::verify_slices_are_equal(mark(inside, told).as_bytes(), marked.as_bytes()).ok()?;
    Timestamp::from_millisecond(told.rsplit_once('.')?.1.parse().ok()?).ok()
}

fn mark(inside: &Inside, told: &str) -> String {
    URL_SAFE_NO_PAD.encode(inside.keys.find_by("question to a passkey", told))
}

fn ends_at(now: Timestamp) -> Timestamp {
    now.saturating_add(PASSKEY_LIFE).unwrap_or(Timestamp::MAX)
}

/// Uses a question up: whether it was asked of this account, for this, and is not too old.
pub(super) fn answered(
    tx: &mut Tx,
    question: &str,
    (about, account): (About, AccountId),
    now: Timestamp,
) -> Result<bool, Error> {
    let Some(found) = tx.query_one(TAKE, params![tokens::hash(question), about.word()])? else { return Ok(false) };
    Ok(found.opt_id(0)?.map(AccountId) == Some(account) && now < found.instant(1)?)
}

/// Counts a try at the account's questions of this kind; false when all tries are used up or there is no question.
pub(super) fn try_once(
    tx: &mut Tx,
    account: AccountId,
    about: About,
    most: u32,
    now: Timestamp,
) -> Result<bool, Error> {
    Ok(tx.execute(TRY, params![account, about.word(), most, now])? > 0)
}

/// What was kept with the newest question of this kind.
pub(super) fn latest(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    about: About,
    now: Timestamp,
) -> Result<Option<Vec<u8>>, Error> {
    let Some(found) = tx.query_one(LATEST, params![account, about.word(), now])? else { return Ok(None) };
    inside.keys.open(place("challenges", about.word(), account.0), found.bytes(0)?).map(Some)
}

/// Drops the account's questions of this kind.
pub(super) fn drop_older(tx: &mut Tx, account: AccountId, about: About) -> Result<(), Error> {
    tx.execute(DROP_OLDER, params![account, about.word()]).map(drop)
}

/// Drops what nobody can answer any more.
pub(super) fn tidy(tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
    tx.execute(TIDY, params![now])
}

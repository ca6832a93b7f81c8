//! Tokens: 256 random bits, shown once, kept as a hash. What each is for and how long it lives is one table.

use crate::{
    alerts,
    db::{Row, Tx, params, statements},
    error::Error,
    keys::random,
    link, passes, second_step, sessions,
};
use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use sharing::AccountId;

statements! {
    INSERT = "insert into tokens (hash, kind, account, ends_at, about) values ($1, $2, $3, $4, $5)";
    TAKE = "delete from tokens where hash = $1 and kind = $2 returning account, ends_at, about";
    LOOK = "select account, ends_at, about from tokens where hash = $1 and kind = $2";
    DROP_OLDER = "delete from tokens where account = $1 and kind = $2";
    // Mails that were sent before keep their way to lock, and the old address its way back.
    VOID = "delete from tokens where account = $1 and kind <> $2 and kind <> $3 and kind <> $4";
    PROLONG = "update tokens set ends_at = $3 where account = $1 and kind = $2 and ends_at > $4";
    TIDY = "delete from tokens where ends_at <= $1";
}

/// What a token of an account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Confirming an address.
    Confirm,
    /// Starting lockdown from a mail.
    Lockdown,
    /// Choosing a new password without the old one.
    ResetPassword,
    /// Confirming an address that the account is to move to.
    ConfirmChange,
    /// Undoing a change of address or phone from the old one.
    UndoChange,
    /// Stopping the removal of the second step.
    KeepSecondStep,
    /// A new password for a locked account.
    Unlock,
    /// Taking an alert from a message, without signing in.
    TakeAlert,
    /// Making a browser known, so that its owner can sign in while strangers guess.
    Way,
}

impl Kind {
    /// Its row of the table.
    pub(crate) const fn facts(self) -> &'static TokenFacts {
        match self {
            Self::Confirm => &CONFIRM,
            Self::Lockdown => &LOCKDOWN,
            Self::ResetPassword => &RESET_PASSWORD,
            Self::ConfirmChange => &CONFIRM_CHANGE,
            Self::UndoChange => &UNDO_CHANGE,
            Self::KeepSecondStep => &KEEP_SECOND_STEP,
            Self::Unlock => &UNLOCK,
            Self::TakeAlert => &alerts::LINK,
            Self::Way => &WAY,
        }
    }

    fn word(self) -> &'static str {
        self.facts().name
    }
}

/// What is to be known of one kind of token, code or secret: the same table stands in `docs/security.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenFacts {
    /// What it is for.
    pub name: &'static str,
    /// Random bits.
    pub bits: u32,
    /// How it is kept.
    pub kept: Kept,
    /// How long it lives; none: until it is ended.
    pub life: Option<SignedDuration>,
    /// Whether it works only once.
    pub once: bool,
}

/// How a token is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// SHA-256; the token is random enough for that.
    Hash,
    /// HMAC-SHA-256 under a key that is not in the database.
    KeyedHash,
    /// Sealed, because it must be read again.
    Sealed,
}

/// One of our 256-bit tokens, kept as its hash.
pub(crate) const fn facts(name: &'static str, life_min: i64, once: bool) -> TokenFacts {
    TokenFacts { name, bits: SECRET_BITS, kept: Kept::Hash, life: Some(SignedDuration::from_mins(life_min)), once }
}

const DAY_MIN: i64 = 24 * 60;
const SECRET_BITS: u32 = 256;
const CONFIRM: TokenFacts = facts("confirm an address", DAY_MIN, true);
const LOCKDOWN: TokenFacts = facts("lockdown from a mail", 30 * DAY_MIN, true);
const RESET_PASSWORD: TokenFacts = facts("reset the password", 60, true);
const CONFIRM_CHANGE: TokenFacts = facts("confirm a new address", DAY_MIN, true);
const UNDO_CHANGE: TokenFacts = facts("undo a change of address or phone", 3 * DAY_MIN, true);
const KEEP_SECOND_STEP: TokenFacts = facts("keep the second step", 3 * DAY_MIN, true);
const UNLOCK: TokenFacts = facts("unlock from a mail", 60, true);
const WAY: TokenFacts = facts("way in from a new device", 60, true);
/// A half sign-in: the password was right, the second step is still to come.
pub(crate) const HALF: TokenFacts = facts("half sign-in", 10, true);
/// A browser that is known; of no use without the password.
pub(crate) const DEVICE: TokenFacts = TokenFacts { life: None, once: false, ..facts("known device", 0, false) };
/// An app's token.
pub(crate) const APP: TokenFacts =
    TokenFacts { name: "app token", bits: 128, kept: Kept::KeyedHash, life: None, once: false };
/// An app's token for programs that take no longer one.
pub(crate) const SHORT_APP: TokenFacts = TokenFacts { name: "short app token", bits: 82, ..APP };
/// What an app may show for its token, for a while.
pub(crate) const APP_SESSION: TokenFacts = TokenFacts {
    name: "app session",
    bits: 128,
    kept: Kept::Sealed,
    life: Some(SignedDuration::from_hours(8)),
    once: false,
};

/// An invitation, for the address that it went to.
pub(crate) const INVITATION: TokenFacts = facts("invitation", 24 * 60 * sharing::invitation::INVITATION_DAYS, true);

/// A screen of a clinic that is handed to a patient, and each further step there.
pub(crate) const HANDOVER: TokenFacts = facts("screen handed to a patient", sharing::HANDOVER_MINUTES, true);
/// An invitation to work at a clinic, for the address that it went to.
pub(crate) const CLINIC_INVITATION: TokenFacts = TokenFacts { name: "clinic invitation", ..INVITATION };

/// Everything that opens something.
pub const TOKENS: &[TokenFacts] = &[
    sessions::SESSION_IDLE,
    sessions::SESSION,
    sessions::OWN_SESSION_IDLE,
    sessions::OWN_SESSION,
    HALF,
    DEVICE,
    second_step::QUESTION,
    second_step::SEED,
    second_step::PHONE_CODE,
    second_step::RECOVERY_CODE,
    APP,
    SHORT_APP,
    APP_SESSION,
    INVITATION,
    CLINIC_INVITATION,
    HANDOVER,
    link::LINK_CODE,
    passes::LINK,
    passes::CODE,
    passes::BROWSER,
    CONFIRM,
    LOCKDOWN,
    RESET_PASSWORD,
    CONFIRM_CHANGE,
    UNDO_CHANGE,
    KEEP_SECOND_STEP,
    UNLOCK,
    alerts::LINK,
    WAY,
];

/// 43 characters that nobody can guess.
pub(crate) fn secret() -> Result<String, Error> {
    Ok(URL_SAFE_NO_PAD.encode(random::<32>()?))
}

/// What is kept of a token. The token is random, so that a plain hash is enough.
pub(crate) fn hash(token: &str) -> [u8; 32] {
    digest::digest(&digest::SHA256, token.as_bytes()).as_ref().try_into().expect("SHA-256 gives 32 bytes")
}

/// A token that was taken or looked at.
pub(crate) struct Taken {
    pub(crate) account: AccountId,
    pub(crate) about: Option<Vec<u8>>,
}

/// Makes a token for an account; an older one of the same kind is void.
pub(crate) fn make(tx: &mut Tx, kind: Kind, account: AccountId, now: Timestamp) -> Result<String, Error> {
    void(tx, kind, account)?;
    make_more(tx, kind, account, now, None)
}

/// All tokens of this kind and account are void.
pub(crate) fn void(tx: &mut Tx, kind: Kind, account: AccountId) -> Result<(), Error> {
    tx.execute(DROP_OLDER, params![account, kind.word()]).map(drop)
}

/// Makes a token for an account; older ones of the same kind stay good. `about` is sealed already.
pub(crate) fn make_more(
    tx: &mut Tx,
    kind: Kind,
    account: AccountId,
    now: Timestamp,
    about: Option<Vec<u8>>,
) -> Result<String, Error> {
    let token = secret()?;
    let life = kind.facts().life.unwrap_or(SignedDuration::MAX);
    let ends_at = now.saturating_add(life).unwrap_or(Timestamp::MAX);
    tx.execute(INSERT, params![hash(&token), kind.word(), account, ends_at, about])?;
    Ok(token)
}

/// Uses a token up: whose it was and what about, if it was still good.
pub(crate) fn take(tx: &mut Tx, kind: Kind, hash: &[u8; 32], now: Timestamp) -> Result<Option<Taken>, Error> {
    good(tx.query_one(TAKE, params![*hash, kind.word()])?, now)
}

/// Looks at a token without using it up: opening a link changes nothing.
pub(crate) fn look(tx: &mut Tx, kind: Kind, hash: &[u8; 32], now: Timestamp) -> Result<Option<Taken>, Error> {
    good(tx.query_one(LOOK, params![*hash, kind.word()])?, now)
}

/// Tokens of this kind that are still good stay so for longer.
pub(crate) fn prolong(
    tx: &mut Tx,
    kind: Kind,
    account: AccountId,
    until: Timestamp,
    now: Timestamp,
) -> Result<(), Error> {
    tx.execute(PROLONG, params![account, kind.word(), until, now]).map(drop)
}

/// Voids what was sent to an account, but what locks it, what takes a change of address back, and what unlocks
/// it: that goes to the trusted address alone.
pub(crate) fn void_all(tx: &mut Tx, account: AccountId) -> Result<(), Error> {
    let kept = [Kind::Lockdown.word(), Kind::UndoChange.word(), Kind::Unlock.word()];
    tx.execute(VOID, params![account, kept[0], kept[1], kept[2]]).map(drop)
}

fn good(row: Option<Row>, now: Timestamp) -> Result<Option<Taken>, Error> {
    let Some(row) = row else { return Ok(None) };
    let taken = Taken { account: AccountId(row.id(0)?), about: row.opt_bytes(2)?.map(<[u8]>::to_vec) };
    Ok((now < row.instant(1)?).then_some(taken))
}

/// Drops what nobody can use any more.
pub(crate) fn tidy(tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
    tx.execute(TIDY, params![now])
}

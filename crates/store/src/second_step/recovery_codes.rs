//! Ten recovery codes of 80 random bits, shown once, kept as keyed hashes, each good once.

use super::base32;
use crate::{
    audit::{self, Entry},
    db::{Tx, params, statements},
    error::Error,
    inside::Inside,
    keys::random,
    mails, notices,
    own::Own,
};
use jiff::Timestamp;
use sharing::AccountId;

statements! {
    DROP = "delete from recovery_codes where account = $1";
    INSERT = "insert into recovery_codes (account, hash, made_at, used_at) values ($1, $2, $3, null)";
    USE_UP = "update recovery_codes set used_at = $3 where account = $1 and hash = $2 and used_at is null";
    LEFT = "select count(*), max(made_at) from recovery_codes where account = $1 and used_at is null";
}

/// How many there are.
const CODES: usize = 10;
/// Random bits of each, a multiple of five.
pub(crate) const BITS: u32 = 80;
const CHARACTERS: usize = 16;

/// New codes, to be shown once and never again: four groups of four characters.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCodes(pub Vec<String>);

impl std::fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryCodes(…)")
    }
}

/// Makes ten new codes; the old ones are void.
pub(super) fn make(tx: &mut Tx, inside: &Inside, account: AccountId, now: Timestamp) -> Result<RecoveryCodes, Error> {
    tx.execute(DROP, params![account])?;
    let mut codes = Vec::with_capacity(CODES);
    for _ in 0..CODES {
        let code = base32::typed(&random::<{ BITS as usize / 8 }>()?);
        tx.execute(INSERT, params![account, hash(inside, account, &code), now])?;
        codes.push(grouped(&code));
    }
    Ok(RecoveryCodes(codes))
}

/// Keeps a code that is known from the start, in a seeded database.
pub(super) fn seed(tx: &mut Tx, inside: &Inside, account: AccountId, code: &str, now: Timestamp) -> Result<(), Error> {
    let code = base32::read_typed(code);
    tx.execute(INSERT, params![account, hash(inside, account, &code), now]).map(drop)
}

/// Whether a typed text has the shape of a recovery code.
pub(super) fn looks_like(typed: &str) -> bool {
    base32::read_typed(typed).len() == CHARACTERS
}

/// Uses a code up: true when it was one of the account's that are left. Tells every address on file.
pub(crate) fn use_up(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    typed: &str,
    now: Timestamp,
) -> Result<bool, Error> {
    let code = base32::read_typed(typed);
    if tx.execute(USE_UP, params![account, hash(inside, account, &code), now])? == 0 {
        return Ok(false);
    }
    let (left, _) = left(tx, account)?;
    audit::write(tx, inside, &Entry::activity(account, now, "used a recovery code", format!("{left} left")))?;
    notices::tell(tx, inside, account, &mails::recovery_code_used(left), now)?;
    Ok(true)
}

/// How many codes are left, and when they were made.
pub(super) fn left(tx: &mut Tx, account: AccountId) -> Result<(u32, Option<Timestamp>), Error> {
    let row = tx.query_one(LEFT, params![account])?.ok_or(Error::Unavailable)?;
    Ok((row.count(0)?, row.opt_instant(1)?))
}

/// Voids them all.
pub(super) fn drop_all(tx: &mut Tx, account: AccountId) -> Result<(), Error> {
    tx.execute(DROP, params![account]).map(drop)
}

fn hash(inside: &Inside, account: AccountId, code: &str) -> Vec<u8> {
    inside.keys.find_by("recovery code", &format!("{account} {code}"))
}

fn grouped(code: &str) -> String {
    let groups: Vec<&str> = (0..CHARACTERS).step_by(4).filter_map(|from| code.get(from..from + 4)).collect();
    groups.join("-")
}

impl Own<'_> {
    /// Ten new recovery codes; the old ones die at once, and every address on file is told.
    pub fn renew_recovery_codes(&mut self) -> Result<RecoveryCodes, Error> {
        self.fresh()?;
        if super::methods(self.tx, self.account)?.is_empty() {
            return Err(Error::NotFound);
        }
        let codes = make(self.tx, self.inside, self.account, self.now)?;
        self.audit("made new recovery codes", String::new())?;
        notices::tell(self.tx, self.inside, self.account, &mails::recovery_codes_renewed(), self.now)?;
        Ok(codes)
    }
}

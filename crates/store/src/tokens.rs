//! Tokens: 256 random bits, shown once, kept as a hash.

use crate::{
    db::{Tx, params, statements},
    error::Error,
    keys::random,
};
use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use sharing::AccountId;

statements! {
    INSERT = "insert into tokens (hash, kind, account, ends_at) values ($1, $2, $3, $4)";
    TAKE = "delete from tokens where hash = $1 and kind = $2 returning account, ends_at";
    DROP_OLDER = "delete from tokens where account = $1 and kind = $2";
    TIDY = "delete from tokens where ends_at <= $1";
}

/// What a token of an account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Confirming an address.
    Confirm,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
        }
    }
}

/// 43 characters that nobody can guess.
pub(crate) fn secret() -> Result<String, Error> {
    Ok(URL_SAFE_NO_PAD.encode(random::<32>()?))
}

/// What is kept of a token. The token is random, so that a plain hash is enough.
pub(crate) fn hash(token: &str) -> [u8; 32] {
    digest::digest(&digest::SHA256, token.as_bytes()).as_ref().try_into().expect("SHA-256 gives 32 bytes")
}

/// Makes a token for an account; an older one of the same kind is void.
pub(crate) fn make(tx: &mut Tx, kind: Kind, account: AccountId, ends_at: Timestamp) -> Result<String, Error> {
    let token = secret()?;
    tx.execute(DROP_OLDER, params![account, kind.word()])?;
    tx.execute(INSERT, params![hash(&token), kind.word(), account, ends_at])?;
    Ok(token)
}

/// Uses a token up: whose it was, if it was still good.
pub(crate) fn take(tx: &mut Tx, kind: Kind, hash: &[u8; 32], now: Timestamp) -> Result<Option<AccountId>, Error> {
    let Some(row) = tx.query_one(TAKE, params![*hash, kind.word()])? else { return Ok(None) };
    let good = now < row.instant(1)?;
    Ok(if good { Some(AccountId(row.id(0)?)) } else { None })
}

/// Drops what nobody can use any more.
pub(crate) fn tidy(tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
    tx.execute(TIDY, params![now])
}

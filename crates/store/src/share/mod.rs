//! Sharing with care partners: invitations, requests to follow, grants and what becomes of them.
//!
//! ```text
//! invite ──▶ invitation ──accept──▶ grant ──edit, pause, resume──▶ grant ──remove, stop following, end──▶ nothing
//! ask to follow ──▶ request ──approve──▲        decline, withdraw, 7 days, 24 hours, lockdown, leaving ──▶ nothing
//! ```
//! What widens access asks for a fresh proof (`sharing::Terms::are_widened_by`); what narrows it never does.

mod expiry;
mod following;
mod grants;
mod invitations;
pub(crate) mod mails;
mod offers;
mod requests;

pub(crate) use expiry::{OVER, SOON, before_end, told as told_of_end};
pub(crate) use following::following;
pub use following::{Followed, Shut};
pub(crate) use grants::give;
pub use invitations::{InvitationLine, NewInvitation};
pub use offers::Offer;
pub use requests::{FollowRequest, OwnRequest};

pub(crate) use invitations::withdraw_all;
pub(crate) use requests::drop_all as drop_requests;

use crate::{
    db::{Row, Sql, Tx, Value, params, statements},
    error::Error,
    inside::Inside,
    keys::place,
    standing::{permission, permission_word, visibility},
    words::zone,
};
use jiff::{Timestamp, tz::TimeZone};
use sharing::{AccountId, RecordId, Terms, WeeklyPause};

statements! {
    OWNER = "select account from records where id = $1 and account is not null";
    NAME = "select name from accounts where id = $1";
    ZONE = "select zone from accounts where id = $1";
    VERIFIED = "select verified_at from accounts where id = $1";
}

/// All statements of sharing.
pub(crate) fn statements() -> Vec<Sql> {
    [
        STATEMENTS,
        expiry::STATEMENTS,
        following::STATEMENTS,
        grants::STATEMENTS,
        invitations::STATEMENTS,
        offers::STATEMENTS,
        requests::STATEMENTS,
    ]
    .concat()
}

/// Drops what was offered or asked and is over.
pub(crate) fn tidy(tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
    Ok(invitations::tidy(tx, now)? + requests::tidy(tx, now)?)
}

/// Terms, from ten columns that begin at `first`: permission, what is visible, end, second step, weekly pause.
pub(crate) fn terms(row: &Row, first: usize) -> Result<Terms, Error> {
    Ok(Terms {
        permission: permission(row.text(first)?)?,
        visibility: visibility(row, first + 1)?,
        until_at: row.opt_instant(first + 5)?,
        needs_second_step: row.int(first + 6)? != 0,
        weekly_pause: weekly_pause(row, first + 7)?,
    })
}

/// A weekly pause, from three columns that begin at `first`.
pub(crate) fn weekly_pause(row: &Row, first: usize) -> Result<Option<WeeklyPause>, Error> {
    let (Some(days), Some(from), Some(to)) = (row.opt_int(first)?, row.opt_int(first + 1)?, row.opt_int(first + 2)?)
    else {
        return Ok(None);
    };
    let part = |value: i64| u16::try_from(value).map_err(Error::broken);
    let days = u8::try_from(days).map_err(Error::broken)?;
    WeeklyPause::new(days, part(from)?, part(to)?).map(Some).map_err(Error::broken)
}

/// The same ten columns, as values.
fn values(terms: &Terms) -> [Value; 10] {
    let seen = terms.visibility;
    let pause = terms.weekly_pause.map(WeeklyPause::parts);
    [
        permission_word(terms.permission).into(),
        seen.insulin.into(),
        seen.carbs.into(),
        seen.notes.into(),
        seen.devices.into(),
        terms.until_at.into(),
        terms.needs_second_step.into(),
        pause.map(|(days, ..)| i64::from(days)).into(),
        pause.map(|(_, from, _)| i64::from(from)).into(),
        pause.map(|(.., to)| i64::from(to)).into(),
    ]
}

/// The account that owns a record; a clinic's own record has none.
fn owner(tx: &mut Tx, record: RecordId) -> Result<Option<AccountId>, Error> {
    tx.query_one(OWNER, params![record])?.map(|row| row.id(0).map(AccountId)).transpose()
}

/// What somebody is called.
pub(crate) fn name(tx: &mut Tx, inside: &Inside, account: AccountId) -> Result<String, Error> {
    let row = tx.query_one(NAME, params![account])?.ok_or(Error::NotFound)?;
    inside.keys.open_text(place("accounts", "name", account.0), row.bytes(0)?)
}

/// Where somebody lives.
fn zone_of(tx: &mut Tx, account: AccountId) -> Result<TimeZone, Error> {
    zone(tx.query_one(ZONE, params![account])?.ok_or(Error::NotFound)?.text(0)?)
}

/// Whether the address of an account is confirmed: before, nothing is shared with it or by it.
pub(crate) fn is_verified(tx: &mut Tx, account: AccountId) -> Result<bool, Error> {
    let row = tx.query_one(VERIFIED, params![account])?.ok_or(Error::NotSignedIn)?;
    Ok(row.opt_int(0)?.is_some())
}

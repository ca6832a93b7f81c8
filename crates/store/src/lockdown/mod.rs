//! Lockdown: one button that shuts everything, and the steps by which the owner opens it again, one thing at a time.
//!
//! ```text
//! lock      a session, any security mail, or e-mail and recovery code: can only shut
//! locked    no session opens; a link by mail sets a new password          accounts.locked_at
//! steps     signed in again; what was shut is opened one by one           lockdowns, ended_at null
//! ended     addresses can be changed again                                lockdowns.ended_at
//! ```

mod lock;
pub(crate) mod mails;
mod restore;
mod review;
mod steps;
mod unlock;

pub use restore::{Suspended, Whom};
pub use review::CameIn;
pub use steps::{Lockdown, State, Step, Steps};
pub(crate) use unlock::mail_unlock;

use crate::{
    db::{Sql, Tx, params, statements},
    error::Error,
};
use sharing::AccountId;

statements! {
    LOCKED = "select 1 from accounts where id = $1 and locked_at is not null";
    LASTING = "select 1 from lockdowns where account = $1 and ended_at is null";
}

/// All statements of this folder.
pub(crate) fn statements() -> Vec<Sql> {
    [STATEMENTS, lock::STATEMENTS, restore::STATEMENTS, review::STATEMENTS, steps::STATEMENTS, unlock::STATEMENTS]
        .concat()
}

/// Whether a new password is still to come: until then nobody is in.
pub(crate) fn is_locked(tx: &mut Tx, account: AccountId) -> Result<bool, Error> {
    Ok(tx.query_one(LOCKED, params![account])?.is_some())
}

/// Refuses a locked account, also to a request that came in before it was locked: it has nothing but the way back by mail.
pub(crate) fn refuse(tx: &mut Tx, account: AccountId) -> Result<(), Error> {
    if is_locked(tx, account)? { Err(Error::NotSignedIn) } else { Ok(()) }
}

/// Whether the steps are still going on.
pub(crate) fn is_lasting(tx: &mut Tx, account: AccountId) -> Result<bool, Error> {
    Ok(tx.query_one(LASTING, params![account])?.is_some())
}

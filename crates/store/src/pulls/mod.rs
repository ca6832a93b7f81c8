//! Pull sources: services that are asked for a record's data from time to time, and how far each was read.
//!
//! ```text
//! added ──▶ due ──▶ claimed by one node, for some minutes ──▶ pieces: data and how far, in one transaction ──▶ due again
//!            ▲                     │ cannot be reached: later and later        │ refuses the sign-in: stopped, until its
//!            └─────────────────────┘                                           ▼ owner types another secret
//! ```
//! **Invariant:** a source is let in by the app token of its own id, like any app, and has nothing else: whatever ends the token
//! (lockdown, leaving, revoking) ends the source, and its secret goes with it ([`end`]). A piece is written only by the run
//! that holds the lease.

mod kept;
mod own;
mod run;

pub use kept::{PullSettings, PullTrouble};
pub use own::{NewPull, PullLine, PullState, TakenPull};
pub use run::PullRun;

pub(crate) use own::taken;

use crate::{
    db::{Sql, Tx, params, statements},
    error::Error,
};
use sharing::{AccountId, Id, RecordId};

statements! {
    END = "delete from pulls where id = $1";
    END_OF_RECORD = "delete from pulls where record = $1";
    END_WITHOUT_TOKEN = "delete from pulls where record in (select id from records where account = $1) \
        and not exists (select 1 from app_tokens t where t.id = pulls.id)";
    TIDY = "delete from pulls where not exists (select 1 from app_tokens t where t.id = pulls.id)";
}

/// All statements of pull sources.
pub(crate) fn statements() -> Vec<Sql> {
    [STATEMENTS, own::STATEMENTS, run::STATEMENTS].concat()
}

/// Ends the source of a token that ends; most tokens have none.
pub(crate) fn end(tx: &mut Tx, token: Id) -> Result<(), Error> {
    tx.execute(END, params![token]).map(drop)
}

/// Ends every source of a record.
pub(crate) fn end_of_record(tx: &mut Tx, record: RecordId) -> Result<(), Error> {
    tx.execute(END_OF_RECORD, params![record]).map(drop)
}

/// Ends the sources of an account's records whose tokens are gone.
pub(crate) fn end_without_token(tx: &mut Tx, account: AccountId) -> Result<(), Error> {
    tx.execute(END_WITHOUT_TOKEN, params![account]).map(drop)
}

/// Drops what has no token; no secret outlives what it was for.
pub(crate) fn tidy(tx: &mut Tx) -> Result<u64, Error> {
    tx.execute(TIDY, params![])
}

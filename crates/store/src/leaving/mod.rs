//! Leaving: taking everything along, going for ninety days, and being gone.
//!
//! ```text
//! export   at any time, in pieces through the gate: one line of the history, one receipt
//! delete   all sharing ends at once; the owner's own sessions see nothing but the way back
//! restore  until the last day: account and records come back, sharing does not
//! purge    keys first, then every row; the audit keeps that it happened, and nothing readable
//! ```

mod account;
mod delete;
mod export;
mod purge;
mod purge_records;

pub use account::{Membership, TakenAccount};
pub use delete::Leaving;
pub use export::{Export, Original, Piece, SharedWith, Span, Taken, TakenUpload};

pub(crate) use delete::{refuse, tidy, until};
pub(crate) use purge::end_record;

use crate::db::Sql;

/// All statements of leaving.
pub(crate) fn statements() -> Vec<Sql> {
    [account::STATEMENTS, delete::STATEMENTS, export::STATEMENTS, purge::STATEMENTS, purge_records::STATEMENTS].concat()
}

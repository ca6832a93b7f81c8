//! Alerts: rules of each follower, what they found, and who was told by which way.
//!
//! ```text
//! readings, or time ──▶ raise ──▶ episode (one for each record and kind) ──▶ call (one for each person) ──▶ messages
//!                         ▲                    │ nobody takes it: the next of the order is called
//!                         └── due_at ──────────┘ somebody takes it: nobody is told again, the others hear who has it
//! ```
//! A record is looked at in one write transaction that holds its row of `alert_state`: of several servers one finds it due.
//! What a reading changes is noted in the reading's own transaction, so that no restart forgets it. **Invariant:** who is
//! told is decided by their standing, when a message is written and once more when it is sent.

mod board;
mod channels;
mod kept;
mod messages;
mod order;
mod past;
mod raise;
mod rules;
mod seed;
mod take;
mod tell;

pub use channels::{AlertChannel, AlertChannels, NewChannel};
pub use messages::alert_words;
pub use order::{AlertOrder, OrderPerson};
pub use past::{AlertNow, AlertPage, Delivered, PastAlert, ToldPerson};
pub use rules::AlertSettings;
pub use seed::SeedAlert;
pub use take::{AlertLink, Taken as TakenAlert};

pub(crate) use channels::{failed, worked};
pub(crate) use messages::{AGE, age};
pub(crate) use past::open_alert;
pub(crate) use raise::mark;
pub(crate) use take::LINK;
pub(crate) use tell::may_be_told;

use crate::{
    db::{Sql, Tx, params, statements},
    error::Error,
};
use jiff::{SignedDuration, Timestamp};
use sharing::{AccountId, RecordId};

statements! {
    FORGET_RULES = "delete from alert_rules where record = $1 and account = $2";
    FORGET_PLACE = "delete from alert_order where record = $1 and account = $2";
    FORGET_CALLS = "update alert_calls set ended_at = $3 where record = $1 and account = $2 and ended_at is null";
    TIDY_CALLS = "delete from alert_calls where episode in (select id from alert_episodes where ended_at <= $1)";
    TIDY = "delete from alert_episodes where ended_at <= $1";
}

/// Past alerts are kept for so many days.
const KEPT_DAYS: i64 = 90;

/// All statements of alerts.
pub(crate) fn statements() -> Vec<Sql> {
    [
        STATEMENTS,
        board::STATEMENTS,
        channels::STATEMENTS,
        order::STATEMENTS,
        past::STATEMENTS,
        raise::STATEMENTS,
        rules::STATEMENTS,
        seed::STATEMENTS,
        take::STATEMENTS,
        tell::STATEMENTS,
    ]
    .concat()
}

/// Somebody follows a record no longer: their rules go, and their place in the order.
pub(crate) fn forget(tx: &mut Tx, record: RecordId, account: AccountId, now: Timestamp) -> Result<(), Error> {
    tx.execute(FORGET_RULES, params![record, account])?;
    tx.execute(FORGET_PLACE, params![record, account])?;
    tx.execute(FORGET_CALLS, params![record, account, now]).map(drop)
}

/// Drops alerts that ended long ago.
pub(crate) fn tidy(tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
    let before = now.saturating_sub(SignedDuration::from_hours(24 * KEPT_DAYS)).unwrap_or(Timestamp::MIN);
    Ok(tx.execute(TIDY_CALLS, params![before])? + tx.execute(TIDY, params![before])?)
}

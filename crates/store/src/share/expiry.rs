//! The end of a grant is enforced at every request; here both sides are told three days before, and at the end.

use super::{grants::Changed, mails};
use crate::{
    actor::Actor,
    db::{Tx, params, statements},
    error::Error,
    inside::{Inside, Store},
    news::Told,
};
use jiff::{SignedDuration, Timestamp};
use sharing::{AccountId, Duty, RecordId};
use std::sync::Arc;

statements! {
    DUE = "select record, partner from grants where until_at <= $1 and told_of_end < $2 order by until_at limit 100";
    CLAIM = "update grants set told_of_end = $3 where record = $1 and partner = $2 and told_of_end < $3 and until_at <= $4 \
        returning until_at";
}

/// How long before the end both sides are told.
const BEFORE: SignedDuration = SignedDuration::from_hours(3 * 24);

/// What was told of an end so far; a number in the database, so that it only grows.
pub(crate) const SOON: i64 = 1;
pub(crate) const OVER: i64 = 2;

/// What need not be told any more of an end at that instant: whoever gives access for less than three days knows it.
pub(crate) fn told(until_at: Option<Timestamp>, now: Timestamp) -> i64 {
    let soon = before_end(now);
    if until_at.is_some_and(|until| until <= soon) { SOON } else { 0 }
}

/// What ends until then is told of now.
pub(crate) fn before_end(now: Timestamp) -> Timestamp {
    now.saturating_add(BEFORE).unwrap_or(Timestamp::MAX)
}

impl Store {
    /// Tells both sides of grants that end within three days, and of those that have ended; answers of how many.
    pub async fn tell_of_ends(&self, duty: &Actor) -> Result<u64, Error> {
        duty.on(Duty::Expire)?;
        let now = self.0.clock.now();
        let soon = before_end(now);
        Ok(self.tell_up_to(OVER, now, now).await? + self.tell_up_to(SOON, soon, now).await?)
    }

    async fn tell_up_to(&self, what: i64, by: Timestamp, now: Timestamp) -> Result<u64, Error> {
        let due = self.0.db.read(move |tx| tx.query(DUE, params![by, what])).await?;
        let mut told = 0;
        for row in &due {
            let inside = Arc::clone(&self.0);
            let (record, partner) = (RecordId(row.id(0)?), AccountId(row.id(1)?));
            let tell = move |tx: &mut Tx| {
                let told = tell(tx, &inside, (record, partner), what, by, now)?;
                if told > 0 {
                    tx.tell(Told::access(record));
                }
                Ok(told)
            };
            told += self.0.db.write(tell, |_| ()).await?;
        }
        Ok(told)
    }
}

/// The number is the claim: of several workers one finds it lower.
fn tell(
    tx: &mut Tx,
    inside: &Inside,
    (record, partner): (RecordId, AccountId),
    what: i64,
    by: Timestamp,
    now: Timestamp,
) -> Result<u64, Error> {
    let Some(row) = tx.query_one(CLAIM, params![record, partner, what, by])? else { return Ok(0) };
    let until = row.instant(0)?;
    let (act, change) = match what {
        SOON => ("sharing ends soon", mails::Change::EndsSoon { until }),
        _ => ("sharing ended", mails::Change::Ended),
    };
    let changed = Changed::read(tx, inside, record, partner)?;
    changed.tell(tx, inside, act, &change, now)?;
    Ok(1)
}

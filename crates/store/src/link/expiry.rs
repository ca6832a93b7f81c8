//! The end of a link's time is enforced at every request; here the patient is told three days before and at the end, and the
//! clinic reads it in the history of its record.

use super::{mails, name_of, owner};
use crate::{
    actor::{Actor, Who},
    audit::{self, Entry},
    db::{Tx, params, statements},
    error::Error,
    inside::{Inside, Store},
    news::Told,
    notices,
    share::{OVER, SOON, before_end},
};
use jiff::Timestamp;
use sharing::{ClinicId, Duty, Purpose, RecordId};
use std::sync::Arc;

statements! {
    DUE = "select record, clinic from links where until_at <= $1 and told_of_end < $2 order by until_at limit 100";
    CLAIM = "update links set told_of_end = $3 where record = $1 and clinic = $2 and told_of_end < $3 and until_at <= $4 \
        returning until_at, profile";
}

impl Store {
    /// Tells both sides of links that end within three days, and of those that have ended; answers of how many.
    pub async fn tell_of_link_ends(&self, duty: &Actor) -> Result<u64, Error> {
        duty.on(Duty::Expire)?;
        let now = self.0.clock.now();
        let mut told = 0;
        for (what, by) in [(OVER, now), (SOON, before_end(now))] {
            let due = self.0.db.read(move |tx| tx.query(DUE, params![by, what])).await?;
            for row in &due {
                let (inside, link) = (Arc::clone(&self.0), (RecordId(row.id(0)?), ClinicId(row.id(1)?)));
                let tell = move |tx: &mut Tx| tell(tx, &inside, link, (what, by), now);
                told += self.0.db.write(tell, |_| ()).await?;
            }
        }
        Ok(told)
    }
}

/// The number is the claim: of several workers one finds it lower.
fn tell(
    tx: &mut Tx,
    inside: &Inside,
    (record, clinic): (RecordId, ClinicId),
    (what, by): (i64, Timestamp),
    now: Timestamp,
) -> Result<u64, Error> {
    let Some(row) = tx.query_one(CLAIM, params![record, clinic, what, by])? else { return Ok(0) };
    let (until, profile) = (row.instant(0)?, RecordId(row.id(1)?));
    let (name, (owner, record_name, zone)) = (name_of(tx, inside, clinic)?, owner(tx, inside, record)?);
    let (act, letter) = match what {
        SOON => ("link ends soon", mails::ends_soon(&name, &record_name, until, &zone)),
        _ => ("link ended", mails::time_over(&name, &record_name)),
    };
    for (chain, detail) in [(record, clinic.to_string()), (profile, String::new())] {
        let line = Entry::about(Who::Duty(Duty::Expire), chain, Purpose::ClinicLink, now, act, &detail);
        audit::write(tx, inside, &line)?;
        tx.tell(Told::access(chain));
    }
    audit::write(tx, inside, &Entry::activity(owner, now, act, format!("{record_name}: {name}")))?;
    notices::tell(tx, inside, owner, &letter, now)?;
    Ok(1)
}

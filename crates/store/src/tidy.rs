//! What the worker tidies: visits that are over, and what nobody can use any more.

use crate::{
    actor::Actor,
    alerts,
    audit::{self, Entry},
    clinic,
    db::Tx,
    error::Error,
    inside::Store,
    leaving, link, passes, pulls, push,
    recovery::password_reset,
    second_step, sessions, share, sign_in, throttle, tokens,
};
use jiff::Timestamp;
use sharing::{Duty, RecordId};
use std::sync::Arc;

impl Store {
    /// Writes the counts of visits that are over.
    pub async fn flush_visits(&self, duty: &Actor) -> Result<(), Error> {
        duty.on(Duty::Expire)?;
        self.write_visits(Some(self.0.clock.now())).await
    }

    /// Drops sessions, tokens and counted tries that are over; answers how many.
    pub async fn tidy(&self, duty: &Actor) -> Result<u64, Error> {
        duty.on(Duty::Expire)?;
        let now = self.0.clock.now();
        let inside = Arc::clone(&self.0);
        let work = move |tx: &mut Tx| {
            let tokens = tokens::tidy(tx, now)? + sign_in::tidy(tx, now)? + second_step::tidy(tx, now)?;
            Ok(tokens
                + sessions::tidy(tx, &inside, now)?
                + throttle::tidy(tx, now)?
                + leaving::tidy(tx, now)?
                + passes::tidy(tx, &inside, now)?
                + pulls::tidy(tx)?
                + push::tidy(tx, now)?
                + password_reset::tidy(tx, now)?
                + share::tidy(tx, now)?
                + link::tidy(tx, now)?
                + clinic::tidy(tx, now)?
                + alerts::tidy(tx, now)?)
        };
        self.0.db.write(work, |_| ()).await
    }

    /// Destroys a record's key, for good: its data cannot be read any more, here or in any copy or backup of the data.
    pub async fn destroy_record_key(&self, duty: &Actor, record: RecordId) -> Result<(), Error> {
        duty.on(Duty::Expire)?;
        self.destroy_keys(vec![record.0]).await
    }

    /// Writes the counts of the visits that are over by `by`, or of all.
    pub(crate) async fn write_visits(&self, by: Option<Timestamp>) -> Result<(), Error> {
        let over = self.0.visits.take_over(by);
        if over.is_empty() {
            return Ok(());
        }
        let (inside, lines) = (Arc::clone(&self.0), over.clone());
        let now = self.0.clock.now();
        let work =
            move |tx: &mut Tx| lines.iter().try_for_each(|visit| audit::write(tx, &inside, &Entry::over(visit, now)));
        let written = self.0.db.write(work, |()| ()).await;
        if written.is_err() {
            self.0.visits.put_back(over);
        }
        written
    }
}

//! Purging single records of clinics: those that were deleted, and those that were merged into another when the undo is over.
//! In the same steps as accounts, keys first; each finds done what is done.

use super::purge::end_record;
use crate::{
    actor::Actor,
    clinic::over_before,
    db::{Tx, params, statements},
    error::Error,
    inside::Store,
};
use sharing::{Duty, RecordId};
use std::sync::Arc;

statements! {
    DUE = "select id from records where merged_into is not null and merged_at <= $1 order by merged_at, id limit 20";
    // From here on there is no undo, whatever the clock of another server says.
    BEGIN = "update records set merged_at = 0 where id = $1 and merged_into is not null and merged_at <= $2";
}

impl Store {
    /// Purges records of clinics whose time is over; answers how many. Safe to repeat and to interrupt.
    pub async fn purge_records_due(&self, duty: &Actor) -> Result<u64, Error> {
        duty.on(Duty::Expire)?;
        self.purge_records().await
    }

    pub(crate) async fn purge_records(&self) -> Result<u64, Error> {
        let over = over_before(self.0.clock.now());
        let due = self.0.db.read(move |tx| tx.query(DUE, params![over])).await?;
        let mut purged = 0;
        for row in &due {
            purged += u64::from(self.purge_record(RecordId(row.id(0)?)).await?);
        }
        if purged > 0 {
            self.scrub().await?;
        }
        Ok(purged)
    }

    async fn purge_record(&self, record: RecordId) -> Result<bool, Error> {
        let now = self.0.clock.now();
        let over = over_before(now);
        let begin = move |tx: &mut Tx| tx.execute(BEGIN, params![record, over]);
        if self.0.db.write(begin, |_| ()).await? == 0 {
            return Ok(false);
        }
        self.destroy_keys(vec![record.0]).await?;
        self.drop_large_rows(record).await?;
        let inside = Arc::clone(&self.0);
        let end = move |tx: &mut Tx| end_record(tx, &inside, record, now);
        self.0.db.write(end, |()| ()).await?;
        Ok(true)
    }
}

//! Purging a clinic that was closed and not brought back: the keys of its records and its own first, then every row. What a person
//! shared with it was theirs all the time, and is not touched.

use crate::{
    actor::Who,
    audit::{self, Chain, Entry},
    db::{Sql, Tx, params, statements},
    error::Error,
    inside::Store,
    leaving,
};
use jiff::Timestamp;
use sharing::{ClinicId, Duty, Id, RecordId};
use std::sync::Arc;

statements! {
    DUE = "select id from clinics where purge_at <= $1 order by purge_at, id limit 20";
    IS_DUE = "select 1 from clinics where id = $1 and purge_at <= $2";
    RECORDS = "select id from records where clinic = $1 order by id";
    // Gone first: they lead in.
    INVITATIONS = "delete from clinic_invitations where clinic = $1";
    CODES = "delete from link_codes where clinic = $1";
    HANDOVERS = "delete from handovers where clinic = $1";
    LINKS = "delete from links where clinic = $1";
    MEMBERS = "delete from clinic_members where clinic = $1";
    CLINIC = "delete from clinics where id = $1";
}

const WAYS_IN: &[Sql] = &[INVITATIONS, CODES, HANDOVERS, LINKS];

/// Records that go in one transaction, so that nobody waits long.
const AT_ONCE: usize = 100;

impl Store {
    /// Purges the clinics whose time is over; answers how many. Safe to repeat and to interrupt.
    pub(crate) async fn purge_clinics(&self) -> Result<u64, Error> {
        let now = self.0.clock.now();
        let due = self.0.db.read(move |tx| tx.query(DUE, params![now])).await?;
        let (mut purged, mut failed) = (0, None);
        for row in &due {
            // One that fails keeps no other waiting.
            match self.purge_clinic(ClinicId(row.id(0)?)).await {
                Ok(done) => purged += u64::from(done),
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(purged), Err)
    }

    async fn purge_clinic(&self, clinic: ClinicId) -> Result<bool, Error> {
        let now = self.0.clock.now();
        let begin = move |tx: &mut Tx| begin(tx, clinic, now);
        let Some(records) = self.0.db.write(begin, |_| ()).await? else { return Ok(false) };
        let keys: Vec<Id> = records.iter().map(|record| record.0).chain([clinic.0]).collect();
        self.destroy_keys(keys).await?;
        for some in records.chunks(AT_ONCE) {
            for record in some {
                self.drop_large_rows(*record).await?;
            }
            let (inside, some) = (Arc::clone(&self.0), some.to_vec());
            let end = move |tx: &mut Tx| some.iter().try_for_each(|one| leaving::end_record(tx, &inside, *one, now));
            self.0.db.write(end, |()| ()).await?;
        }
        let inside = Arc::clone(&self.0);
        let end = move |tx: &mut Tx| {
            let last = Entry::last(Chain::Clinic(clinic), Who::Duty(Duty::Expire), now);
            audit::write(tx, &inside, &last)?;
            [MEMBERS, CLINIC].iter().try_for_each(|rows| tx.execute(*rows, params![clinic]).map(drop))
        };
        self.0.db.write(end, |()| ()).await?;
        self.scrub().await?;
        Ok(true)
    }
}

fn begin(tx: &mut Tx, clinic: ClinicId, now: Timestamp) -> Result<Option<Vec<RecordId>>, Error> {
    if tx.query_one(IS_DUE, params![clinic, now])?.is_none() {
        return Ok(None);
    }
    for way in WAYS_IN {
        tx.execute(*way, params![clinic])?;
    }
    let rows = tx.query(RECORDS, params![clinic])?;
    rows.iter().map(|row| row.id(0).map(RecordId)).collect::<Result<_, _>>().map(Some)
}

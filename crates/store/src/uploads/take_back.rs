//! Taking an upload back: as if it had never come.

use super::{DELETE_DEVICE, DELETE_ORIGINAL, LINES, Line, ONE, ORIGINAL, TAKE_BACK};
use crate::{
    access::Access,
    chunk::{Chunk, DOCUMENTS, DocumentDatum, EventDatum, ReadingDatum, STATUSES, day_of},
    days::{Stored, indexed_ids},
    db::params,
    error::{Conflict, Error},
    rights::{Download, Upload},
};
use sharing::{Refusal, Standing};

/// What went with an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakenBack {
    /// Readings that only this upload had brought.
    pub readings: u64,
    /// Events that only this upload had brought.
    pub events: u64,
}

impl Access<'_, Upload> {
    /// Takes an upload back exactly: what only it brought goes, what others brought too stays, and the
    /// file and devices that nobody else named go with it.
    pub fn take_back(&mut self, upload: u32) -> Result<TakenBack, Error> {
        let (record, now, key) = (self.record_id(), self.now(), self.key());
        let row = self.tx().query_one(ONE, params![record, upload])?.ok_or(Error::NotFound)?;
        if row.opt_int(3)?.is_some() {
            return Err(Error::Conflict(Conflict::TakenBack));
        }
        let line = Line::open(&key, &row)?;
        let first = line.first_ms.map_or(i64::MIN, day_of);
        let last = line.last_ms.map_or(i64::MAX, day_of);
        let readings = self.take_days_back::<ReadingDatum>(upload, first, last)?;
        let events = self.take_days_back::<EventDatum>(upload, first, last)?;
        self.take_days_back::<DocumentDatum<DOCUMENTS>>(upload, first, last)?;
        self.take_days_back::<DocumentDatum<STATUSES>>(upload, first, last)?;
        self.tx().execute(TAKE_BACK, params![record, upload, now])?;
        self.tx().execute(DELETE_ORIGINAL, params![record, upload])?;
        self.drop_devices(&line.devices)?;
        let mut headline = self.headline()?;
        headline.live.retain(|live| live.upload != upload);
        self.set_headline(&headline)?;
        self.refresh_headline()?;
        self.audit("took an upload back", &format!("number {upload}"))?;
        self.note_readings()?;
        Ok(TakenBack { readings, events })
    }

    fn take_days_back<T: Stored>(&mut self, upload: u32, first: i64, last: i64) -> Result<u64, Error> {
        let mut gone = 0;
        for before in self.days::<T>(first, last)? {
            let mut chunk = before.chunk::<T>(&self.key())?;
            if !chunk.has_upload(upload) {
                continue;
            }
            let had = ids(&chunk);
            gone += chunk.take_back(upload);
            let has = ids(&chunk);
            let lost: Vec<String> = had.into_iter().filter(|id| !has.contains(id)).collect();
            self.forget_ids::<T>(before.day, &lost)?;
            self.write_day(&before, &chunk)?;
        }
        Ok(gone)
    }

    /// Devices that no other upload names.
    fn drop_devices(&mut self, devices: &[u16]) -> Result<(), Error> {
        let (record, key) = (self.record_id(), self.key());
        let rows = self.tx().query(LINES, params![record])?;
        let mut named = Vec::new();
        for row in rows.iter().filter(|row| matches!(row.opt_int(3), Ok(None))) {
            named.extend(Line::open(&key, row)?.devices);
        }
        for device in devices.iter().filter(|device| !named.contains(device)) {
            self.tx().execute(DELETE_DEVICE, params![record, i64::from(*device)])?;
        }
        Ok(())
    }
}

fn ids<T: Stored>(chunk: &Chunk<T>) -> Vec<String> {
    indexed_ids(chunk.rows().iter().map(|row| (&row.item, row.stamps.is_some())))
}

impl Access<'_, Download> {
    /// The file of an upload, as it came; `None` when none was kept. It holds every kind of data: for the owner and the
    /// record's own clinic alone.
    pub fn original(&mut self, upload: u32) -> Result<Option<Vec<u8>>, Error> {
        if !matches!(self.entered().standing, Standing::Owner | Standing::ClinicOfRecord { .. }) {
            return Err(Error::Forbidden(Refusal::NotYours));
        }
        let record = self.record_id();
        let Some(row) = self.tx().query_one(ORIGINAL, params![record, upload])? else { return Ok(None) };
        let packed = self.open("originals", i64::from(upload), row.bytes(0)?)?;
        zstd::stream::decode_all(&packed[..]).map(Some).map_err(Error::broken)
    }
}

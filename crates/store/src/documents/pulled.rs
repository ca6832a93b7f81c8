//! Keeping what a source answers again and again: only what is new or changed is written, and nothing is told twice.

use super::{Document, Same, put::Putting};
use crate::{
    access::Access,
    chunk::{Collection, DOCUMENTS, Datum, DocumentDatum, ReadingDatum, STATUSES, day_of},
    days::Stored,
    error::Error,
    rights::Upload,
};
use glucose::NewReading;
use jiff::Timestamp;

/// A document that is here, for whoever asks whether it is what they bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentHere {
    /// As it is kept; also what was deleted or replaced.
    pub document: Document,
    /// Whoever asks brought it, just so.
    pub brought: bool,
}

impl Access<'_, Upload> {
    /// Keeps readings, but for those that the same source brought just so before; how many were written.
    pub fn put_pulled_entries(&mut self, new: &[NewReading]) -> Result<u64, Error> {
        if new.is_empty() {
            return Ok(0);
        }
        // Where the source has no open upload yet, one is opened here, and then everything is new.
        let mut putting = Putting::begin(self)?;
        let mut written = 0;
        for reading in new {
            if !self.has_brought(&mut putting, reading)? {
                self.put_reading(&mut putting, reading, Same::TimeAndKind)?;
                written += 1;
            }
        }
        if written > 0 {
            putting.end(self)?;
        }
        Ok(written)
    }

    fn has_brought(&mut self, putting: &mut Putting, new: &NewReading) -> Result<bool, Error> {
        let (item, upload) = (ReadingDatum::new(new, None), putting.upload);
        let rows = putting.readings.look(self, day_of(item.at_ms()))?.rows();
        let start = rows.partition_point(|row| row.item.compare_identity(&item).is_lt());
        let mut same = rows[start..].iter().take_while(|row| row.item.compare_identity(&item).is_eq());
        Ok(same.any(|row| row.uploads.has(upload) && row.item.compare_marks(&item).is_eq()))
    }

    /// What is here of a collection from `from` to `to`, as every source ever brought it, so that what is the same can be
    /// replaced or passed over.
    pub fn documents_here(
        &mut self,
        collection: Collection,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<DocumentHere>, Error> {
        if collection == Collection::DeviceStatus {
            self.here::<STATUSES>(collection, from, to)
        } else {
            self.here::<DOCUMENTS>(collection, from, to)
        }
    }

    fn here<const SHELF: u8>(
        &mut self,
        collection: Collection,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<DocumentHere>, Error>
    where
        DocumentDatum<SHELF>: Stored,
    {
        let headline = self.headline()?;
        let upload = self.own_upload(&headline)?;
        let chunk = self.within::<DocumentDatum<SHELF>>(from, to)?;
        let of_it = chunk.rows().iter().filter(|row| row.item.collection == collection);
        let here = of_it.filter(|row| (from..=to).contains(&row.item.common().at())).map(|row| DocumentHere {
            document: row.item.document(row.stamps),
            brought: upload.is_some_and(|upload| row.uploads.has(upload)),
        });
        Ok(here.collect())
    }
}

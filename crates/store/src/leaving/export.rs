//! Everything of a record, taken along in pieces, each through the gate: memory holds a few weeks or one file at a time.
//!
//! The pieces are read inside the gate and opened outside of it, on the thread that writes them down, so that an
//! export keeps nobody else waiting.

use crate::{
    access::Access,
    actor::Actor,
    chunk::{Chunk, DOCUMENTS, Datum, DocumentDatum, EventDatum, NEAR_MS, ReadingDatum, STATUSES, day_of},
    days::{Day, Stored},
    db::{Row, params, statements},
    documents::Document,
    error::Error,
    inside::Store,
    keys::{RecordKey, place},
    pulls::{self, TakenPull},
    receipts::Receipt,
    records::Record,
    rights::Download,
    uploads::{NewDevice, UploadLine},
    visits::Key,
};
use glucose::{Event, Given, Reading};
use jiff::Timestamp;
use sharing::{Id, Purpose, RecordId, Refusal, Standing};
use std::{collections::HashMap, io::Write, marker::PhantomData, sync::Arc};

statements! {
    COUNTS = "select day, count from days where record = $1 and kind = $2 order by day";
    UPLOADS = "select u.number, u.sha256, o.number from uploads u \
        left join originals o on o.record = u.record and o.number = u.number where u.record = $1";
    ORIGINAL = "select sealed from originals where record = $1 and number = $2";
    PARTNERS = "select a.id, a.name, g.permission, g.since_at, g.until_at from grants g join accounts a on a.id = g.partner \
        where g.record = $1 order by g.since_at, a.id";
    CLINICS = "select c.id, c.name, l.since_at, l.until_at from links l join clinics c on c.id = l.clinic \
        where l.record = $1 order by l.since_at, c.id";
}

/// Rows of data in one piece: some ten weeks of a sensor's.
const PIECE: i64 = 20_000;

/// A day in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// An export of one record that has begun.
#[derive(Clone, Debug)]
pub struct Export {
    /// Whose.
    pub record: Record,
    /// Leads back to the line of the view history.
    pub receipt: Receipt,
    /// When.
    pub made_at: Timestamp,
    /// All uploads, oldest first.
    pub uploads: Vec<TakenUpload>,
    /// The devices by the numbers that data name.
    pub devices: Vec<(u16, NewDevice)>,
    /// Who was let in, just now.
    pub shared_with: Vec<SharedWith>,
    /// The services that were asked for its data.
    pub sources: Vec<TakenPull>,
    /// Where the readings are.
    pub readings: Vec<Span>,
    /// Where the events are.
    pub events: Vec<Span>,
    /// Where the documents of apps are.
    pub documents: Vec<Span>,
    /// Where the device states that apps sent are.
    pub statuses: Vec<Span>,
}

/// An upload, as it is taken along.
#[derive(Clone, Debug, PartialEq)]
pub struct TakenUpload {
    /// As on *Sources and uploads*.
    pub line: UploadLine,
    /// Of the file.
    pub sha256: Vec<u8>,
    /// Whether the file itself is kept.
    pub has_original: bool,
}

/// A person or clinic that was let in.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedWith {
    /// The name.
    pub name: String,
    /// `view only`, `view and download` or `linked clinic`.
    pub how: String,
    /// Since when.
    pub since_at: Timestamp,
    /// Until when.
    pub until_at: Option<Timestamp>,
}

/// Days in a row that are read in one piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    first: i64,
    last: i64,
}

/// One piece, still sealed.
pub struct Piece<T> {
    days: Vec<Day>,
    key: Arc<RecordKey>,
    span: Span,
    what: PhantomData<fn() -> T>,
}

/// A reading or event with where it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken<T> {
    /// As it is shown.
    pub datum: T,
    /// Every upload that brought it.
    pub uploads: Vec<u32>,
    /// The record's number of the device.
    pub device: Option<u16>,
    /// What else came with it.
    pub given: Option<Box<Given>>,
}

/// The file of an upload, still sealed.
pub struct Original {
    number: u32,
    sealed: Vec<u8>,
    key: Arc<RecordKey>,
}

impl Store {
    /// Begins an export of a record of one's own: its one line of the history, and its receipt. Needs a fresh proof; the
    /// pieces that follow do not, so that a long export comes to its end.
    pub async fn begin_export(&self, who: &Actor, record: RecordId) -> Result<Export, Error> {
        self.0.visits.begin_anew(&Key::of_export(who.who, record));
        let begin = |patient: &mut Access<'_, Download>| patient.begin_export();
        self.with_patient(who, record, Purpose::Export, begin).await
    }
}

impl Access<'_, Download> {
    fn begin_export(&mut self) -> Result<Export, Error> {
        if self.entered().standing != Standing::Owner {
            return Err(Error::Forbidden(Refusal::NotYours));
        }
        self.fresh()?;
        let receipt = self.give_receipt("exported everything", "export")?;
        Ok(Export {
            record: self.record()?,
            receipt,
            made_at: self.now(),
            uploads: self.taken_uploads()?,
            devices: self.devices()?,
            shared_with: self.shared_with()?,
            sources: self.taken_pulls()?,
            readings: self.spans::<ReadingDatum>()?,
            events: self.spans::<EventDatum>()?,
            documents: self.spans::<DocumentDatum<DOCUMENTS>>()?,
            statuses: self.spans::<DocumentDatum<STATUSES>>()?,
        })
    }

    /// The readings of some days.
    pub fn export_readings(&mut self, span: Span) -> Result<Piece<Reading>, Error> {
        self.piece::<ReadingDatum, _>(span)
    }

    /// The events of some days.
    pub fn export_events(&mut self, span: Span) -> Result<Piece<Event>, Error> {
        self.piece::<EventDatum, _>(span)
    }

    /// The documents of apps of some days, as they were sent.
    pub fn export_documents(&mut self, span: Span) -> Result<Vec<Document>, Error> {
        self.piece::<DocumentDatum<DOCUMENTS>, ()>(span)?.documents::<DOCUMENTS>()
    }

    /// The same of device states.
    pub fn export_statuses(&mut self, span: Span) -> Result<Vec<Document>, Error> {
        self.piece::<DocumentDatum<STATUSES>, ()>(span)?.documents::<STATUSES>()
    }

    /// The file of an upload, to be opened elsewhere; `None` when none is kept (any more).
    pub fn export_original(&mut self, number: u32) -> Result<Option<Original>, Error> {
        let (record, key) = (self.record_id(), self.key());
        let row = self.tx().query_one(ORIGINAL, params![record, number])?;
        row.map(|row| Ok(Original { number, sealed: row.into_bytes(0)?, key })).transpose()
    }

    /// Notes the name and the hash of the finished file beside its receipt.
    pub fn finish_export(&mut self, receipt: &Receipt, file: &str, sha256: &[u8; 32]) -> Result<(), Error> {
        self.finish_receipt(receipt, file, sha256)
    }

    fn piece<D: Stored, T>(&mut self, span: Span) -> Result<Piece<T>, Error> {
        // With the neighbours where a value near midnight may be one with another.
        let first = day_of(span.first * DAY_MS - NEAR_MS);
        let last = day_of((span.last + 1) * DAY_MS + NEAR_MS);
        Ok(Piece { days: self.days::<D>(first, last)?, key: self.key(), span, what: PhantomData })
    }

    fn spans<D: Stored>(&mut self) -> Result<Vec<Span>, Error> {
        let record = self.record_id();
        let rows = self.tx().query(COUNTS, params![record, D::KIND])?;
        let counts = rows.iter().map(|row| Ok((row.int(0)?, row.int(1)?))).collect::<Result<Vec<_>, Error>>()?;
        Ok(spans(&counts))
    }

    fn taken_uploads(&mut self) -> Result<Vec<TakenUpload>, Error> {
        let record = self.record_id();
        let rows = self.tx().query(UPLOADS, params![record])?;
        let mut files = HashMap::new();
        for row in &rows {
            files.insert(row.count(0)?, (row.bytes(1)?.to_vec(), row.opt_int(2)?.is_some()));
        }
        let taken = |line: UploadLine| {
            let (sha256, has_original) = files.remove(&line.number).unwrap_or_default();
            TakenUpload { line, sha256, has_original }
        };
        Ok(self.uploads()?.into_iter().rev().map(taken).collect())
    }

    fn taken_pulls(&mut self) -> Result<Vec<TakenPull>, Error> {
        let (tx, inside, entered) = self.parts();
        pulls::taken(tx, inside, entered.record, entered.now)
    }

    fn shared_with(&mut self) -> Result<Vec<SharedWith>, Error> {
        let (tx, inside, entered) = self.parts();
        let name = |table, row: &Row| {
            let id: Id = row.id(0)?;
            inside.keys.open_text(place(table, "name", id), row.bytes(1)?)
        };
        let mut list = Vec::new();
        for row in tx.query(PARTNERS, params![entered.record])? {
            let (since_at, until_at) = (row.instant(3)?, row.opt_instant(4)?);
            list.push(SharedWith { name: name("accounts", &row)?, how: row.text(2)?.to_owned(), since_at, until_at });
        }
        for row in tx.query(CLINICS, params![entered.record])? {
            let (since_at, until_at) = (row.instant(2)?, row.opt_instant(3)?);
            let how = "linked clinic".to_owned();
            list.push(SharedWith { name: name("clinics", &row)?, how, since_at, until_at });
        }
        Ok(list)
    }
}

/// Days with their counts, in order, become pieces of at most [`PIECE`] rows, or of one day.
fn spans(counts: &[(i64, i64)]) -> Vec<Span> {
    let mut spans: Vec<(Span, i64)> = Vec::new();
    for &(day, count) in counts {
        match spans.last_mut() {
            Some((span, held)) if *held + count <= PIECE => {
                span.last = day;
                *held += count;
            }
            _ => spans.push((Span { first: day, last: day }, count)),
        }
    }
    spans.into_iter().map(|(span, _)| span).collect()
}

impl<T> Piece<T> {
    fn open_as<D: Stored>(&self, show: impl Fn(&D, u32) -> T) -> Result<Vec<Taken<T>>, Error> {
        let mut chunk = Chunk::<D>::default();
        self.days.iter().try_for_each(|day| day.onto(&self.key, &mut chunk))?;
        let within = |at_ms: i64| (self.span.first..=self.span.last).contains(&day_of(at_ms));
        let shown = chunk.shown().filter(|row| within(row.item.at_ms()));
        let taken = shown.map(|row| Taken {
            datum: show(&row.item, row.uploads.first()),
            uploads: row.uploads.as_slice().to_vec(),
            device: row.item.common().device,
            given: row.item.common().given.clone(),
        });
        Ok(taken.collect())
    }
}

impl Piece<()> {
    fn documents<const SHELF: u8>(&self) -> Result<Vec<Document>, Error>
    where
        DocumentDatum<SHELF>: Stored,
    {
        let mut chunk = Chunk::<DocumentDatum<SHELF>>::default();
        self.days.iter().try_for_each(|day| day.onto(&self.key, &mut chunk))?;
        let within = |at_ms: i64| (self.span.first..=self.span.last).contains(&day_of(at_ms));
        let shown = chunk.shown().filter(|row| within(row.item.at_ms()));
        Ok(shown.map(|row| row.item.document(row.stamps)).collect())
    }
}

impl Piece<Reading> {
    /// Oldest first, each measured value once.
    pub fn open(&self) -> Result<Vec<Taken<Reading>>, Error> {
        self.open_as(ReadingDatum::show)
    }
}

impl Piece<Event> {
    /// Oldest first, each event once.
    pub fn open(&self) -> Result<Vec<Taken<Event>>, Error> {
        self.open_as(EventDatum::show)
    }
}

impl Original {
    /// Writes the file as it came.
    pub fn copy_to(mut self, out: &mut impl Write) -> Result<(), Error> {
        let packed = self.key.open_in_place("originals", i64::from(self.number), &mut self.sealed)?;
        zstd::stream::copy_decode(packed, out).map_err(Error::broken)
    }
}

impl<T> std::fmt::Debug for Piece<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Piece({} days)", self.days.len())
    }
}

impl std::fmt::Debug for Original {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Original({})", self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::{Span, spans};

    #[test]
    fn pieces_are_of_many_small_days_or_of_one_large_one() {
        let days = [(1, 9_000), (2, 9_000), (3, 2_000), (9, 1), (10, 150_000), (11, 288)];
        let span = |first, last| Span { first, last };
        assert_eq!(spans(&days), [span(1, 3), span(9, 9), span(10, 10), span(11, 11)]);
        assert_eq!(spans(&[]), []);
    }
}

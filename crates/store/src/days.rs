//! Day chunks in the database: read, merged, sealed and written, each row guarded by its version.

use crate::{
    access::Access,
    chunk::{
        Chunk, ChunkError, DOCUMENTS, Datum, DocumentDatum, EventDatum, Headline, Merged, ReadingDatum, STATUSES,
        day_of, derived_at,
    },
    db::{params, statements},
    documents,
    error::{Conflict, Error, Invalid},
    keys::RecordKey,
    opened::Seal,
    rights::CanView,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use sharing::Visibility;
use std::{num::NonZero, thread};

statements! {
    WITHIN = "select day, version, sealed from days where record = $1 and kind = $2 and day between $3 and $4 order by day";
    NEWEST = "select day, version, sealed from days where record = $1 and kind = $2 order by day desc limit $3";
    OLDEST = "select day, version, sealed from days where record = $1 and kind = $2 order by day limit 1";
    SINCE = "select day, version, sealed from days where record = $1 and kind = $2 and changed_at > $3 order by changed_at";
    LAST_CHANGE = "select max(changed_at) from days where record = $1 and kind = $2";
    BEFORE = "select day from days where record = $1 and kind = $2 and day between $3 and $4 order by day desc limit $5";
    CHANGED = "select day from days where record = $1 and kind = $2 and changed_at > $3 order by day";
    INSERT = "insert into days (record, kind, changed_at, day, version, count, sealed) \
        values ($1, $2, $3, $4, 1, $5, $6) on conflict (record, kind, day) do nothing";
    INSERT_EIGHT = "insert into days (record, kind, changed_at, day, version, count, sealed) values \
        ($1, $2, $3, $4, 1, $5, $6), ($1, $2, $3, $7, 1, $8, $9), ($1, $2, $3, $10, 1, $11, $12), \
        ($1, $2, $3, $13, 1, $14, $15), ($1, $2, $3, $16, 1, $17, $18), ($1, $2, $3, $19, 1, $20, $21), \
        ($1, $2, $3, $22, 1, $23, $24), ($1, $2, $3, $25, 1, $26, $27) \
        on conflict (record, kind, day) do nothing";
    UPDATE = "update days set version = version + 1, changed_at = $3, count = $5, sealed = $6 \
        where record = $1 and kind = $2 and day = $4 and version = $7";
    DELETE = "delete from days where record = $1 and kind = $2 and day = $3 and version = $4";
    HEADLINE = "select sealed from latest where record = $1";
    SET_HEADLINE = "insert into latest (record, sealed) values ($1, $2) \
        on conflict (record) do update set sealed = excluded.sealed";
    MARK_OWN = "update records set mark = $2 where id = $1 and clinic is not null";
    MARK_LINKED = "update links set mark = $2 where record = $1";
    INDEX_ID = "insert into datum_ids (record, hash, kind, day) values ($1, $2, $3, $4) \
        on conflict (record, hash) do update set kind = excluded.kind, day = excluded.day";
    DAY_OF_ID = "select day from datum_ids where record = $1 and hash = $2 and kind = $3";
    FORGET_ID = "delete from datum_ids where record = $1 and hash = $2 and kind = $3 and day = $4";
}

/// Of sealed bytes the format and the nonce: another at every sealing.
const MARK_BYTES: usize = 13;

/// Fewer days than this are not worth a second thread.
const WORTH_SHARING: usize = 24;

/// A kind of data as the table names it.
pub(crate) trait Stored: Datum + Send {
    /// In the table.
    const KIND: i64;
    /// What sealing is bound to.
    const TABLE: &'static str;

    /// Under what its day is found by somebody who knows its id.
    fn index_names(&self) -> Vec<String> {
        self.common().given_id().map(str::to_owned).into_iter().collect()
    }
}

impl Stored for ReadingDatum {
    const KIND: i64 = 1;
    const TABLE: &'static str = "readings";
}

impl Stored for EventDatum {
    const KIND: i64 = 2;
    const TABLE: &'static str = "events";
}

impl Stored for DocumentDatum<DOCUMENTS> {
    const KIND: i64 = 3;
    const TABLE: &'static str = "documents";

    fn index_names(&self) -> Vec<String> {
        documents::names(self)
    }
}

impl Stored for DocumentDatum<STATUSES> {
    const KIND: i64 = 4;
    const TABLE: &'static str = "statuses";

    fn index_names(&self) -> Vec<String> {
        documents::names(self)
    }
}

impl From<ChunkError> for Error {
    fn from(error: ChunkError) -> Self {
        match error {
            ChunkError::TooMany => Self::Invalid(Invalid::TooLong),
            other => Self::broken(other),
        }
    }
}

/// A row as it stands; version 0 when there is none yet.
pub(crate) struct Day {
    pub(crate) day: i64,
    version: i64,
    sealed: Vec<u8>,
}

/// What is to be merged into one day.
pub(crate) struct Delivery<T> {
    pub(crate) day: i64,
    pub(crate) items: Vec<T>,
}

/// A day ready to be written.
struct Ready {
    day: i64,
    version: i64,
    count: i64,
    sealed: Vec<u8>,
    merged: Merged,
    ids: Vec<String>,
}

impl Day {
    pub(crate) fn is_new(&self) -> bool {
        self.version == 0
    }

    pub(crate) fn none(day: i64) -> Self {
        Self { day, version: 0, sealed: Vec::new() }
    }

    /// What tells these sealed bytes from all others.
    pub(crate) fn seal(&self) -> Seal {
        let (nonce, tag) = (self.sealed.get(1..13), self.sealed.last_chunk::<16>());
        let mut seal = [0; 28];
        seal[..12].copy_from_slice(nonce.unwrap_or(&[0; 12]));
        seal[12..].copy_from_slice(tag.unwrap_or(&[0; 16]));
        seal
    }

    /// What it holds, as it was encoded.
    pub(crate) fn plain<T: Stored>(&self, key: &RecordKey) -> Result<Vec<u8>, Error> {
        key.open(T::TABLE, self.day, &self.sealed)
    }

    /// What it holds.
    pub(crate) fn chunk<T: Stored>(&self, key: &RecordKey) -> Result<Chunk<T>, Error> {
        let mut chunk = Chunk::default();
        self.onto(key, &mut chunk)?;
        Ok(chunk)
    }

    pub(crate) fn onto<T: Stored>(&self, key: &RecordKey, chunk: &mut Chunk<T>) -> Result<(), Error> {
        if self.version == 0 {
            return Ok(());
        }
        Ok(chunk.decode_onto(&self.plain::<T>(key)?)?)
    }
}

/// Readings or events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatumKind {
    /// Glucose.
    Readings,
    /// All else.
    Events,
}

impl DatumKind {
    fn number(self) -> i64 {
        match self {
            Self::Readings => ReadingDatum::KIND,
            Self::Events => EventDatum::KIND,
        }
    }
}

impl<R: CanView> Access<'_, R> {
    /// UTC days that changed after a stamp: where an app finds what is new since it last asked.
    pub fn days_changed_since(&mut self, what: DatumKind, stamp: Timestamp) -> Result<Vec<Date>, Error> {
        if what == DatumKind::Events && self.entered().visibility == Visibility::GLUCOSE_ONLY {
            return Ok(Vec::new());
        }
        let record = self.record_id();
        let rows = self.tx().query(CHANGED, params![record, what.number(), stamp])?;
        let days = rows.iter().map(|row| row.int(0)).collect::<Result<Vec<_>, _>>()?;
        days.into_iter().filter(|day| self.sees_of_day(*day)).map(date).collect()
    }

    /// The UTC day of what a sender gave this id; a derived id tells it by itself.
    pub fn day_of_id(&mut self, what: DatumKind, id: &str) -> Result<Option<Date>, Error> {
        if let Some(at_ms) = derived_at(id) {
            return date(day_of(at_ms)).map(Some);
        }
        if what == DatumKind::Events && self.entered().visibility == Visibility::GLUCOSE_ONLY {
            return Ok(None);
        }
        let (record, hash) = (self.record_id(), self.find_by("datum id", id));
        let row = self.tx().query_one(DAY_OF_ID, params![record, hash, what.number()])?;
        let day = row.map(|row| row.int(0)).transpose()?;
        day.filter(|day| self.sees_of_day(*day)).map(date).transpose()
    }

    /// Whether anything of a UTC day can be seen.
    fn sees_of_day(&self, day: i64) -> bool {
        let at = |day: i64| day.checked_mul(86_400_000).and_then(|ms| Timestamp::from_millisecond(ms).ok());
        let (from, to) = self
            .entered()
            .seen(at(day).unwrap_or(Timestamp::MIN), day.checked_add(1).and_then(at).unwrap_or(Timestamp::MAX));
        from < to
    }
}

/// The civil date of a UTC day.
fn date(day: i64) -> Result<Date, Error> {
    let midnight = day.checked_mul(86_400_000).and_then(|ms| Timestamp::from_millisecond(ms).ok());
    midnight.map(|at| TimeZone::UTC.to_datetime(at).date()).ok_or_else(|| Error::broken("a day is out of range"))
}

impl<R> Access<'_, R> {
    /// The rows from `from` to `to`, both included, oldest first.
    pub(crate) fn days<T: Stored>(&mut self, from: i64, to: i64) -> Result<Vec<Day>, Error> {
        let record = self.record_id();
        let rows = self.tx().query(WITHIN, params![record, T::KIND, from, to])?;
        rows.into_iter()
            .map(|row| Ok(Day { day: row.int(0)?, version: row.int(1)?, sealed: row.into_bytes(2)? }))
            .collect()
    }

    /// The newest rows, oldest first.
    pub(crate) fn newest_days<T: Stored>(&mut self, most: i64) -> Result<Vec<Day>, Error> {
        let record = self.record_id();
        let rows = self.tx().query(NEWEST, params![record, T::KIND, most])?;
        let day = |row: crate::db::Row| Ok(Day { day: row.int(0)?, version: row.int(1)?, sealed: row.into_bytes(2)? });
        rows.into_iter().rev().map(day).collect()
    }

    /// The oldest row.
    pub(crate) fn oldest_day<T: Stored>(&mut self) -> Result<Option<Day>, Error> {
        let record = self.record_id();
        let row = self.tx().query_one(OLDEST, params![record, T::KIND])?;
        row.map(|row| Ok(Day { day: row.int(0)?, version: row.int(1)?, sealed: row.into_bytes(2)? })).transpose()
    }

    /// Rows that were written after an instant, in that order.
    pub(crate) fn days_since<T: Stored>(&mut self, stamp: Timestamp) -> Result<Vec<Day>, Error> {
        let record = self.record_id();
        let rows = self.tx().query(SINCE, params![record, T::KIND, stamp])?;
        rows.into_iter()
            .map(|row| Ok(Day { day: row.int(0)?, version: row.int(1)?, sealed: row.into_bytes(2)? }))
            .collect()
    }

    /// When a row of a kind was last written.
    pub(crate) fn newest_change(&mut self, kind: i64) -> Result<Option<Timestamp>, Error> {
        let record = self.record_id();
        self.tx().query_one(LAST_CHANGE, params![record, kind])?.map_or(Ok(None), |row| row.opt_instant(0))
    }

    /// The newest days of a kind between two days, both included, oldest first and at most so many.
    pub(crate) fn days_before(&mut self, kind: i64, first: i64, last: i64, most: i64) -> Result<Vec<i64>, Error> {
        let record = self.record_id();
        let rows = self.tx().query(BEFORE, params![record, kind, first, last, most])?;
        rows.iter().rev().map(|row| row.int(0)).collect()
    }

    /// The day on which something of this kind and name is.
    pub(crate) fn day_of_name(&mut self, kind: i64, name: &str) -> Result<Option<i64>, Error> {
        let (record, hash) = (self.record_id(), self.find_by("datum id", name));
        self.tx().query_one(DAY_OF_ID, params![record, hash, kind])?.map(|row| row.int(0)).transpose()
    }

    /// The days together, in order. Months are opened on all cores.
    pub(crate) fn span<T: Stored>(&mut self, days: &[Day]) -> Result<Chunk<T>, Error> {
        let key = self.key();
        let open = |days: &[Day]| {
            let mut chunk = Chunk::default();
            days.iter().try_for_each(|day| day.onto(&key, &mut chunk))?;
            Ok(chunk)
        };
        if days.len() < WORTH_SHARING {
            return open(days);
        }
        let parts = share(days.chunks(days.len().div_ceil(cores())).collect(), open)?;
        parts.into_iter().try_fold(Chunk::default(), |all, part| Ok(all.then(part)?))
    }

    /// Merges deliveries, one for each day and oldest first, into what is there. Opening, merging and sealing
    /// use all cores; writing is one statement for many days.
    pub(crate) fn merge_days<T: Stored>(&mut self, upload: u32, deliveries: Vec<Delivery<T>>) -> Result<Merged, Error> {
        let (Some(first), Some(last)) = (deliveries.first(), deliveries.last()) else { return Ok(Merged::default()) };
        let mut here = self.days::<T>(first.day, last.day)?.into_iter().peekable();
        let mut work = Vec::with_capacity(deliveries.len());
        for delivery in deliveries {
            while here.next_if(|day| day.day < delivery.day).is_some() {}
            let before = here.next_if(|day| day.day == delivery.day).unwrap_or(Day::none(delivery.day));
            work.push((before, delivery.items));
        }
        let key = self.key();
        let merge = |(before, items): (Day, Vec<T>)| merge_one(&key, upload, &before, items);
        let is_short = work.len() < WORTH_SHARING;
        let ready =
            if is_short { work.into_iter().map(merge).collect::<Result<Vec<_>, _>>()? } else { share(work, merge)? };
        self.write_all::<T>(&ready)?;
        let total = |sum: Merged, day: &Ready| Merged {
            added: sum.added + day.merged.added,
            already_here: sum.already_here + day.merged.already_here,
        };
        Ok(ready.iter().fold(Merged::default(), total))
    }

    fn write_all<T: Stored>(&mut self, ready: &[Ready]) -> Result<(), Error> {
        let (new, known): (Vec<&Ready>, Vec<&Ready>) = ready.iter().partition(|day| day.version == 0);
        let (record, now) = (self.record_id(), self.now());
        let (eights, rest) = new.as_chunks::<8>();
        for eight in eights {
            let mut params = params![record, T::KIND, now].to_vec();
            params.extend(eight.iter().flat_map(|day| [day.day.into(), day.count.into(), day.sealed.clone().into()]));
            changed(self.tx().execute(INSERT_EIGHT, &params)?, 8)?;
        }
        for day in rest {
            let params = params![record, T::KIND, now, day.day, day.count, &day.sealed[..]];
            changed(self.tx().execute(INSERT, params)?, 1)?;
        }
        for day in known {
            let params = params![record, T::KIND, now, day.day, day.count, &day.sealed[..], day.version];
            changed(self.tx().execute(UPDATE, params)?, 1)?;
        }
        ready.iter().try_for_each(|day| self.index_ids::<T>(day.day, &day.ids))
    }

    /// Writes one day that was read before, or takes its row away when nothing is left.
    pub(crate) fn write_day<T: Stored>(&mut self, before: &Day, chunk: &Chunk<T>) -> Result<(), Error> {
        let record = self.record_id();
        if chunk.is_empty() {
            return changed(self.tx().execute(DELETE, params![record, T::KIND, before.day, before.version])?, 1);
        }
        self.write_bytes::<T>(before, &chunk.encode(), chunk.rows().len())
    }

    /// The same, with a day that is encoded.
    pub(crate) fn write_bytes<T: Stored>(&mut self, before: &Day, bytes: &[u8], count: usize) -> Result<(), Error> {
        let (record, now) = (self.record_id(), self.now());
        let sealed = self.seal(T::TABLE, before.day, bytes)?;
        let params = params![record, T::KIND, now, before.day, count as i64, sealed, before.version];
        if before.version == 0 {
            changed(self.tx().execute(INSERT, &params[..6])?, 1)
        } else {
            changed(self.tx().execute(UPDATE, params)?, 1)
        }
    }

    /// Remembers on which day senders' ids are.
    pub(crate) fn index_ids<T: Stored>(&mut self, day: i64, ids: &[String]) -> Result<(), Error> {
        for id in ids {
            let (record, hash) = (self.record_id(), self.find_by("datum id", id));
            self.tx().execute(INDEX_ID, params![record, hash, T::KIND, day])?;
        }
        Ok(())
    }

    /// Takes ids out of the index that a day no longer holds.
    pub(crate) fn forget_ids<T: Stored>(&mut self, day: i64, ids: &[String]) -> Result<(), Error> {
        for id in ids {
            let (record, hash) = (self.record_id(), self.find_by("datum id", id));
            self.tx().execute(FORGET_ID, params![record, hash, T::KIND, day])?;
        }
        Ok(())
    }

    /// The row of last values and counts.
    pub(crate) fn headline(&mut self) -> Result<Headline, Error> {
        let record = self.record_id();
        let Some(row) = self.tx().query_one(HEADLINE, params![record])? else { return Ok(Headline::default()) };
        open_headline(&self.key(), row.bytes(0)?)
    }

    pub(crate) fn set_headline(&mut self, headline: &Headline) -> Result<(), Error> {
        let record = self.record_id();
        let sealed = self.seal("latest", 0, &headline.encode())?;
        let mark = sealed.get(..MARK_BYTES).unwrap_or_default().to_vec();
        self.tx().execute(SET_HEADLINE, params![record, sealed])?;
        // Lists of clinics find by it what they have open (`clinic/board`).
        self.tx().execute(MARK_OWN, params![record, mark.clone()])?;
        self.tx().execute(MARK_LINKED, params![record, mark]).map(drop)
    }
}

/// For lists over many records, each under its own key.
pub(crate) fn open_headline(key: &RecordKey, sealed: &[u8]) -> Result<Headline, Error> {
    Ok(Headline::decode(&key.open("latest", 0, sealed)?)?)
}

/// Somebody else wrote the same day in between; PostgreSQL says so by itself, and then all is tried again.
fn changed(rows: u64, wanted: u64) -> Result<(), Error> {
    if rows == wanted { Ok(()) } else { Err(Error::Conflict(Conflict::Changed)) }
}

fn merge_one<T: Stored>(key: &RecordKey, upload: u32, before: &Day, items: Vec<T>) -> Result<Ready, Error> {
    let mut chunk = before.chunk::<T>(key)?;
    let ids = indexed_ids(items.iter().map(|item| (item, false)));
    let merged = chunk.merge(upload, items)?;
    let sealed = key.seal(T::TABLE, before.day, &chunk.encode())?;
    Ok(Ready { day: before.day, version: before.version, count: chunk.rows().len() as i64, sealed, merged, ids })
}

/// Senders' ids, of events and of what was sent live. Those of readings in files are left out: there are very many,
/// and an app asks for what it sent itself, or by a derived id, which holds its day.
pub(crate) fn indexed_ids<'a, T: Stored + 'a>(items: impl Iterator<Item = (&'a T, bool)>) -> Vec<String> {
    let indexed = items.filter(|(_, live)| *live || T::KIND != ReadingDatum::KIND);
    indexed.flat_map(|(item, _)| item.index_names()).collect()
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get).min(8)
}

/// Does `each` to all, on as many threads as the machine has, keeping the order.
fn share<W: Send, D: Send>(work: Vec<W>, each: impl Fn(W) -> Result<D, Error> + Sync) -> Result<Vec<D>, Error> {
    let cores = cores();
    if cores == 1 {
        return work.into_iter().map(each).collect();
    }
    let size = work.len().div_ceil(cores);
    let mut rest = work.into_iter();
    let parts: Vec<Vec<W>> = (0..cores).map(|_| rest.by_ref().take(size).collect()).collect();
    let each = &each;
    let done: Vec<Result<Vec<D>, Error>> = thread::scope(|scope| {
        let part = |part: Vec<W>| scope.spawn(move || part.into_iter().map(each).collect());
        let threads: Vec<_> = parts.into_iter().map(part).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, _>| thread.join();
        threads
            .into_iter()
            .map(|thread| join(thread).unwrap_or_else(|_| Err(Error::broken("a thread panicked"))))
            .collect()
    });
    done.into_iter().collect::<Result<Vec<_>, _>>().map(|parts| parts.into_iter().flatten().collect())
}

/// Sorts what came into days, oldest first.
pub(crate) fn by_day<T: Stored>(mut items: Vec<T>) -> Vec<Delivery<T>> {
    if !items.is_sorted_by_key(T::at_ms) {
        items.sort_by_key(T::at_ms);
    }
    let mut deliveries: Vec<Delivery<T>> = Vec::new();
    for item in items {
        let day = day_of(item.at_ms());
        match deliveries.last_mut().filter(|last| last.day == day) {
            Some(last) => last.items.push(item),
            None => deliveries.push(Delivery { day, items: vec![item] }),
        }
    }
    deliveries
}

//! All deliveries of one record given to another as well, under numbers of their own, and taken out again exactly.

use super::{INSERT, INSERT_ORIGINAL, LINES, Line, NewDevice, ORIGINAL};
use crate::{
    access::Access,
    chunk::{Chunk, DOCUMENTS, DocumentDatum, EventDatum, Merged, ReadingDatum, STATUSES, Stamps},
    days::{Day, Stored, indexed_ids},
    db::{params, statements},
    error::Error,
    keys::RecordKey,
    rights::Upload,
};
use jiff::Timestamp;
use sharing::RecordId;
use std::{collections::HashMap, sync::Arc};

statements! {
    HASHES = "select number, sha256 from uploads where record = $1";
    DROP = "delete from uploads where record = $1 and number = $2";
    // So that a value that arrives meanwhile collides with the merge on a database where two write at once.
    TOUCH = "insert into latest (record, sealed) values ($1, $2) on conflict (record) do update set sealed = latest.sealed";
    IS_HERE = "select 1 from uploads where record = $1 and number = $2 and taken_back_at is null";
}

/// A delivery as its record has it.
struct Delivered {
    number: u32,
    at: Timestamp,
    sha256: Vec<u8>,
    line: Line,
}

/// What a record holds, sealed days as they are.
pub(crate) struct Brought {
    record: RecordId,
    key: Arc<RecordKey>,
    delivered: Vec<Delivered>,
    devices: Vec<(u16, NewDevice)>,
    readings: Vec<Day>,
    events: Vec<Day>,
    documents: Vec<Day>,
    statuses: Vec<Day>,
}

/// One datum on its way, with its stamps.
type Moving<T> = (T, Option<Stamps>);

impl Access<'_, Upload> {
    /// Everything that was brought and not taken back.
    pub(crate) fn brought(&mut self) -> Result<Brought, Error> {
        let (record, key) = (self.record_id(), self.key());
        let headline = self.headline()?;
        let sealed = self.seal("latest", 0, &headline.encode())?;
        self.tx().execute(TOUCH, params![record, sealed])?;
        let live = headline.live;
        let mut hashes = HashMap::new();
        for row in self.tx().query(HASHES, params![record])? {
            hashes.insert(row.count(0)?, row.bytes(1)?.to_vec());
        }
        let mut delivered = Vec::new();
        for row in self.tx().query(LINES, params![record])?.iter().rev() {
            if row.opt_int(3)?.is_some() {
                continue;
            }
            let (number, mut line) = (row.count(0)?, Line::open(&key, row)?);
            if let Some(stream) = live.iter().find(|live| live.upload == number) {
                line.added = [line.added[0] + stream.added[0], line.added[1] + stream.added[1]];
            }
            let sha256 = hashes.remove(&number).unwrap_or_default();
            delivered.push(Delivered { number, at: row.instant(1)?, sha256, line });
        }
        let devices = self.devices()?;
        let readings = self.days::<ReadingDatum>(i64::MIN, i64::MAX)?;
        let events = self.days::<EventDatum>(i64::MIN, i64::MAX)?;
        let documents = self.days::<DocumentDatum<DOCUMENTS>>(i64::MIN, i64::MAX)?;
        let statuses = self.days::<DocumentDatum<STATUSES>>(i64::MIN, i64::MAX)?;
        Ok(Brought { record, key, delivered, devices, readings, events, documents, statuses })
    }

    /// Takes all of it in, each delivery under a new number with just what it had brought; answers the numbers.
    pub(crate) fn take_in(&mut self, brought: &Brought) -> Result<Vec<u32>, Error> {
        let mut devices = HashMap::new();
        for (number, device) in &brought.devices {
            devices.insert(*number, self.known_device(device)?);
        }
        let mut numbers = Vec::new();
        for delivered in &brought.delivered {
            numbers.push((delivered.number, self.next_upload()?));
        }
        let readings = self.take_days_in::<ReadingDatum>(&brought.readings, brought, &numbers, &devices)?;
        let events = self.take_days_in::<EventDatum>(&brought.events, brought, &numbers, &devices)?;
        self.take_days_in::<DocumentDatum<DOCUMENTS>>(&brought.documents, brought, &numbers, &devices)?;
        self.take_days_in::<DocumentDatum<STATUSES>>(&brought.statuses, brought, &numbers, &devices)?;
        for (place, delivered) in brought.delivered.iter().enumerate() {
            let number = numbers[place].1;
            self.keep_line(delivered, number, &devices, (readings[place], events[place]))?;
            self.copy_original(brought, delivered.number, number)?;
        }
        self.refresh_headline()?;
        self.note_readings()?;
        Ok(numbers.into_iter().map(|(_, number)| number).collect())
    }

    /// For each delivery how much was new.
    fn take_days_in<T: Stored>(
        &mut self,
        days: &[Day],
        brought: &Brought,
        numbers: &[(u32, u32)],
        devices: &HashMap<u16, u16>,
    ) -> Result<Vec<Merged>, Error> {
        let mut total = vec![Merged::default(); numbers.len()];
        for day in days {
            let theirs = day.chunk::<T>(&brought.key)?;
            let before = self.one_day::<T>(day.day)?;
            let mut chunk = before.chunk::<T>(&self.key())?;
            for (place, (old, new)) in numbers.iter().enumerate() {
                let moving = moving(&theirs, *old, devices);
                if !moving.is_empty() {
                    let merged = chunk.take_in(*new, moving)?;
                    total[place].added += merged.added;
                    total[place].already_here += merged.already_here;
                }
            }
            self.write_day(&before, &chunk)?;
            let ids = indexed_ids(theirs.rows().iter().map(|row| (&row.item, row.stamps.is_some())));
            self.index_ids::<T>(day.day, &ids)?;
        }
        Ok(total)
    }

    fn keep_line(
        &mut self,
        delivered: &Delivered,
        number: u32,
        devices: &HashMap<u16, u16>,
        (readings, events): (Merged, Merged),
    ) -> Result<(), Error> {
        let line = Line {
            devices: delivered.line.devices.iter().filter_map(|device| devices.get(device).copied()).collect(),
            added: [readings.added, events.added],
            already_here: [readings.already_here, events.already_here],
            ..delivered.line.clone()
        };
        let sealed = line.seal(&self.key(), number)?;
        let record = self.record_id();
        self.tx().execute(INSERT, params![record, number, delivered.at, &delivered.sha256[..], sealed]).map(drop)
    }

    fn copy_original(&mut self, brought: &Brought, from: u32, to: u32) -> Result<(), Error> {
        let record = self.record_id();
        let Some(row) = self.tx().query_one(ORIGINAL, params![brought.record, from])? else { return Ok(()) };
        let packed = brought.key.open("originals", i64::from(from), row.bytes(0)?)?;
        let sealed = self.seal("originals", i64::from(to), &packed)?;
        self.tx().execute(INSERT_ORIGINAL, params![record, to, sealed]).map(drop)
    }

    /// Takes deliveries out again, as if they had never been taken in; what was taken back meanwhile stays so.
    pub(crate) fn give_back(&mut self, numbers: &[u32]) -> Result<(), Error> {
        let record = self.record_id();
        for number in numbers {
            if self.tx().query_one(IS_HERE, params![record, *number])?.is_some() {
                self.take_back(*number)?;
            }
            self.tx().execute(DROP, params![record, *number])?;
        }
        Ok(())
    }
}

/// What one delivery had brought, with the devices' numbers of the other record.
fn moving<T: Stored>(theirs: &Chunk<T>, number: u32, devices: &HashMap<u16, u16>) -> Vec<Moving<T>> {
    let of_it = theirs.rows().iter().filter(|row| row.uploads.has(number));
    let moved = of_it.map(|row| {
        let mut item = row.item.clone();
        let device = item.common().device.and_then(|device| devices.get(&device).copied());
        item.common_mut().device = device;
        (item, row.stamps)
    });
    moved.collect()
}

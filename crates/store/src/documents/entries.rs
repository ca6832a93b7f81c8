//! Giving readings back with what came beside them.

use super::{Entry, Lookup, read::start_of, seen};
use crate::{
    access::Access,
    chunk::{Datum as _, ReadingDatum, Stamps, day_of},
    days::Stored,
    error::Error,
    rights::CanView,
};
use aws_lc_rs::digest;
use glucose::Given;
use jiff::Timestamp;
use std::collections::HashMap;

/// So many days are opened at once while going back in time: few, or as many as may hold what is wanted.
const STEPS: (i64, i64) = (4, 24);
/// Of a sensor of five minutes.
const A_DAY: usize = 288;

impl ReadingDatum {
    pub(super) fn entry(&self, upload: u32, stamps: Option<Stamps>) -> Entry {
        self.clone().into_entry(upload, stamps)
    }

    pub(super) fn into_entry(self, upload: u32, stamps: Option<Stamps>) -> Entry {
        let (own_id, reading) = (self.own_id(), self.show(upload));
        let Given { id, app, fields } = self.common.given.map(|given| *given).unwrap_or_default();
        Entry { id: id.unwrap_or_else(|| own_id.clone()), own_id, reading, app, fields, stamps }
    }
}

impl<R: CanView> Access<'_, R> {
    /// Readings from `from` until before `to`, oldest first.
    pub fn entries_within(&mut self, from: Timestamp, to: Timestamp) -> Result<Vec<Entry>, Error> {
        let (from, to) = self.entered().seen(from, to);
        if from >= to {
            return Ok(Vec::new());
        }
        self.saw(from, to);
        let visible = self.entered().visibility;
        Ok(self.kept_entries(from, to)?.into_iter().map(|entry| seen::entry(entry, visible)).collect())
    }

    /// The newest readings from `from` until before `to` for which the rule holds, newest first and at most so many.
    pub fn newest_entries(
        &mut self,
        span: (Timestamp, Timestamp),
        most: usize,
        wanted: impl Fn(&Entry) -> bool,
    ) -> Result<Vec<Entry>, Error> {
        self.newest_entries_as(span, most, |entry| wanted(&entry).then_some(entry))
    }

    /// The same, where whoever asks makes something of each, or wants it not.
    pub fn newest_entries_as<T>(
        &mut self,
        span: (Timestamp, Timestamp),
        most: usize,
        make: impl Fn(Entry) -> Option<T>,
    ) -> Result<Vec<T>, Error> {
        let mut found = Vec::new();
        self.newest_entries_by_weeks(span, most, make, |some| found.extend(some))?;
        Ok(found)
    }

    /// The same, given away some days at a time, so that years are never in memory at once.
    pub fn newest_entries_by_weeks<T>(
        &mut self,
        (from, to): (Timestamp, Timestamp),
        most: usize,
        make: impl Fn(Entry) -> Option<T>,
        mut give: impl FnMut(Vec<T>),
    ) -> Result<(), Error> {
        let (from, to) = self.entered().seen(from, to);
        let step = i64::try_from(most / A_DAY).unwrap_or(i64::MAX).clamp(STEPS.0, STEPS.1);
        let mut left = most;
        let (first, mut last) = (day_of(from.as_millisecond()), day_of(to.as_millisecond()));
        while left > 0 && from < to {
            let days = self.days_before(ReadingDatum::KIND, first, last, step)?;
            let Some(oldest) = days.first().copied() else { break };
            let (since, until) = (start_of(oldest).max(from), start_of(last.saturating_add(1)).min(to));
            let some = self.entries_within(since, until)?.into_iter().rev();
            let some: Vec<T> = some.filter_map(&make).take(left).collect();
            left -= some.len();
            give(some);
            last = oldest - 1;
        }
        Ok(())
    }

    /// One reading, by the sender's id or the derived one.
    pub fn entry(&mut self, name: &str) -> Result<Lookup<Entry>, Error> {
        let visible = self.entered().visibility;
        Ok(match self.kept_entry(name)? {
            Lookup::Here(entry) if self.entered().sees(entry.reading.at) => Lookup::Here(seen::entry(entry, visible)),
            Lookup::Deleted(entry) if self.entered().sees(entry.reading.at) => {
                Lookup::Deleted(seen::entry(entry, visible))
            }
            _ => Lookup::Unknown,
        })
    }

    /// What apps changed after a stamp, deleted readings included: in the order of their changes, at most so many.
    pub fn entries_changed_since(&mut self, stamp_ms: i64, most: usize) -> Result<Vec<Entry>, Error> {
        let days = self.days_changed::<ReadingDatum>(stamp_ms)?;
        let visible = self.entered().visibility;
        let mut newest: HashMap<String, Entry> = HashMap::new();
        let changed = |entry: &Entry| entry.stamps.map_or(i64::MIN, |stamps| stamps.changed_ms);
        for day in &days {
            let chunk = day.chunk::<ReadingDatum>(&self.key())?;
            let live = chunk.rows().iter().filter(|row| row.stamps.is_some());
            for row in live.filter(|row| self.entered().sees(row.item.common().at())) {
                let entry = row.item.entry(row.uploads.first(), row.stamps);
                if newest.get(&entry.id).is_none_or(|known| changed(known) < changed(&entry)) {
                    newest.insert(entry.id.clone(), entry);
                }
            }
        }
        let mut all: Vec<Entry> = newest.into_values().filter(|entry| changed(entry) > stamp_ms).collect();
        all.sort_by_key(changed);
        all.truncate(most);
        Ok(all.into_iter().map(|entry| seen::entry(entry, visible)).collect())
    }

    /// When readings last changed, in milliseconds.
    pub fn entries_last_changed(&mut self) -> Result<Option<i64>, Error> {
        Ok(self.newest_change(ReadingDatum::KIND)?.map(Timestamp::as_millisecond))
    }

    /// What tells the readings of these days from what they were before any change: an answer that was made of them is good
    /// for as long as this is the same, for whoever sees the same of them.
    pub fn entries_seal(&mut self, from: Timestamp, to: Timestamp) -> Result<[u8; 32], Error> {
        self.seal_of::<ReadingDatum>(from, to)
    }

    pub(super) fn seal_of<T: Stored>(&mut self, from: Timestamp, to: Timestamp) -> Result<[u8; 32], Error> {
        let (from, to) = self.entered().seen(from, to);
        let mut hash = digest::Context::new(&digest::SHA256);
        let visible = self.entered().visibility;
        hash.update(&[visible.insulin, visible.carbs, visible.notes, visible.devices].map(u8::from));
        if from < to {
            self.saw(from, to);
            for day in self.days::<T>(day_of(from.as_millisecond()), day_of(to.as_millisecond()))? {
                hash.update(&day.day.to_be_bytes());
                hash.update(&day.seal());
            }
        }
        Ok(hash.finish().as_ref().try_into().expect("SHA-256 gives 32 bytes"))
    }
}

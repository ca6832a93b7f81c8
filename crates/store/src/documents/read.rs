//! Giving documents back, as far as the one who asks may see them.

use super::{Document, Lookup, seen};
use crate::{
    access::Access,
    chunk::{Collection, DOCUMENTS, Datum as _, DocumentDatum, EventDatum, STATUSES, day_of},
    days::{Day, Stored},
    error::Error,
    events::as_seen,
    rights::CanView,
};
use glucose::Event;
use jiff::Timestamp;
use sharing::Visibility;
use std::collections::{HashMap, HashSet};

/// So many days are opened at once while going back in time.
const STEP: i64 = 8;

impl<R: CanView> Access<'_, R> {
    /// Documents from `from` until before `to`, oldest first.
    pub fn documents_within(
        &mut self,
        collection: Collection,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Document>, Error> {
        let (from, to) = self.entered().seen(from, to);
        if from >= to {
            return Ok(Vec::new());
        }
        self.saw(from, to);
        let documents = self.kept_documents(collection, from, to)?;
        Ok(self.as_seen(documents))
    }

    /// The newest documents from `from` until before `to` for which the rule holds, newest first and at most so many.
    pub fn newest_documents(
        &mut self,
        collection: Collection,
        (from, to): (Timestamp, Timestamp),
        most: usize,
        wanted: impl Fn(&Document) -> bool,
    ) -> Result<Vec<Document>, Error> {
        let (from, to) = self.entered().seen(from, to);
        let kind = kind_of(collection);
        let mut found = Vec::new();
        let (first, mut last) = (day_of(from.as_millisecond()), day_of(to.as_millisecond()));
        while found.len() < most && from < to {
            let days = self.days_before(kind, first, last, STEP)?;
            let Some(oldest) = days.first().copied() else { break };
            let (since, until) = (start_of(oldest).max(from), start_of(last.saturating_add(1)).min(to));
            let mut some = self.documents_within(collection, since, until)?;
            some.retain(|document| wanted(document));
            found.extend(some.into_iter().rev());
            last = oldest - 1;
        }
        found.truncate(most);
        Ok(found)
    }

    /// Events of a span that did not come as a document of an app but otherwise, as from a file, each with an id.
    pub fn events_beside_documents(&mut self, from: Timestamp, to: Timestamp) -> Result<Vec<(String, Event)>, Error> {
        let (from, to) = self.entered().seen(from, to);
        let visible = self.entered().visibility;
        if from >= to || visible == Visibility::GLUCOSE_ONLY {
            return Ok(Vec::new());
        }
        let documents = self.within::<DocumentDatum<DOCUMENTS>>(from, to)?;
        let ids: HashSet<&str> = documents.rows().iter().filter_map(|row| row.item.common().given_id()).collect();
        let events = self.within::<EventDatum>(from, to)?;
        let elsewhere = events.shown().filter(|row| (from..to).contains(&row.item.common().at()));
        let elsewhere = elsewhere.filter(|row| row.item.common().given_id().is_none_or(|id| !ids.contains(id)));
        let told = elsewhere.filter_map(|row| {
            let event = as_seen(row.item.show(row.uploads.first()), visible)?;
            Some((row.item.own_id(), event))
        });
        Ok(told.collect())
    }

    /// One document, by its id or its identifier.
    pub fn document(&mut self, collection: Collection, name: &str) -> Result<Lookup<Document>, Error> {
        let visible = self.entered().visibility;
        let seen = |document: Document| seen::document(document, visible);
        Ok(match self.kept_document(collection, name)? {
            Lookup::Here(document) if self.entered().sees(document.at) => {
                seen(document).map_or(Lookup::Unknown, Lookup::Here)
            }
            Lookup::Deleted(document) if self.entered().sees(document.at) => {
                seen(document).map_or(Lookup::Unknown, Lookup::Deleted)
            }
            _ => Lookup::Unknown,
        })
    }

    /// What changed after a stamp, deleted documents included: in the order of their changes, at most so many.
    pub fn documents_changed_since(
        &mut self,
        collection: Collection,
        stamp_ms: i64,
        most: usize,
    ) -> Result<Vec<Document>, Error> {
        let mut changed = if collection == Collection::DeviceStatus {
            self.changed_on::<STATUSES>(collection, stamp_ms)?
        } else {
            self.changed_on::<DOCUMENTS>(collection, stamp_ms)?
        };
        changed.truncate(most);
        Ok(self.as_seen(changed))
    }

    fn changed_on<const SHELF: u8>(&mut self, collection: Collection, stamp_ms: i64) -> Result<Vec<Document>, Error>
    where
        DocumentDatum<SHELF>: Stored,
    {
        let days = self.days_changed::<DocumentDatum<SHELF>>(stamp_ms)?;
        let mut newest: HashMap<String, Document> = HashMap::new();
        for day in &days {
            let chunk = day.chunk::<DocumentDatum<SHELF>>(&self.key())?;
            let seen = |at| self.entered().sees(at);
            for row in
                chunk.rows().iter().filter(|row| row.item.collection == collection && seen(row.item.common().at()))
            {
                let document = row.item.document(row.stamps);
                let changed = |document: &Document| document.stamps.map(|stamps| stamps.changed_ms);
                if newest.get(&document.id).is_none_or(|known| changed(known) < changed(&document)) {
                    newest.insert(document.id.clone(), document);
                }
            }
        }
        let changed = |document: &Document| document.stamps.map_or(i64::MIN, |stamps| stamps.changed_ms);
        let mut all: Vec<Document> = newest.into_values().filter(|document| changed(document) > stamp_ms).collect();
        all.sort_by_key(changed);
        Ok(all)
    }

    /// What tells the documents of these days from what they were before any change, as [`Access::entries_seal`] for readings.
    pub fn documents_seal(&mut self, from: Timestamp, to: Timestamp) -> Result<[u8; 32], Error> {
        self.seal_of::<DocumentDatum<DOCUMENTS>>(from, to)
    }

    fn as_seen(&self, documents: Vec<Document>) -> Vec<Document> {
        let visible = self.entered().visibility;
        documents.into_iter().filter_map(|document| seen::document(document, visible)).collect()
    }

    /// When anything of a collection's kind last changed, in milliseconds; of readings for entries.
    pub fn last_changed(&mut self, collection: Collection) -> Result<Option<i64>, Error> {
        if self.entered().visibility == Visibility::GLUCOSE_ONLY {
            return Ok(None);
        }
        let at = self.newest_change(kind_of(collection))?;
        Ok(at.map(Timestamp::as_millisecond))
    }
}

/// The shelf on which a collection stands. Glucose values of entries stand among the readings.
fn kind_of(collection: Collection) -> i64 {
    match collection {
        Collection::DeviceStatus => <DocumentDatum<STATUSES> as Stored>::KIND,
        _ => <DocumentDatum<DOCUMENTS> as Stored>::KIND,
    }
}

/// The first instant of a UTC day.
pub(super) fn start_of(day: i64) -> Timestamp {
    day.checked_mul(86_400_000).and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or(if day < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

impl<R> Access<'_, R> {
    /// Days of a kind that were written after a stamp. Stamps run ahead of the clock by a second, and by more after a batch.
    pub(super) fn days_changed<T: Stored>(&mut self, stamp_ms: i64) -> Result<Vec<Day>, Error> {
        let stamp = stamp_ms.saturating_sub(3_600_000).clamp(-300_000_000_000_000, 200_000_000_000_000);
        let stamp = Timestamp::from_millisecond(stamp).unwrap_or(Timestamp::MIN);
        self.days_since::<T>(stamp)
    }
}

//! Deleting and changing what an app sent. An app that only brings data may do so too, and is shown nothing by it.

use super::{Document, Entry, Lookup, drawer::Drawer, put::Putting, seen};
use crate::{
    access::Access,
    chunk::{Collection, DOCUMENTS, Datum, DocumentDatum, Found, ReadingDatum, STATUSES, day_of, derived_at},
    days::Stored,
    error::Error,
    news::What,
    rights::Upload,
};
use jiff::Timestamp;

impl Access<'_, Upload> {
    /// The id of the newest document from `from` until before `to` that is the same by the rule of whoever asks, so that it
    /// can be replaced.
    pub fn same_document(
        &mut self,
        collection: Collection,
        (from, to): (Timestamp, Timestamp),
        is_same: impl FnMut(&Document) -> bool,
    ) -> Result<Option<String>, Error> {
        let mut is_same = is_same;
        let mut documents = self.kept_documents(collection, from, to)?;
        documents.retain(|document| is_same(document));
        Ok(documents.pop().map(|document| document.id))
    }

    /// A document that is to be changed.
    pub fn document_to_change(&mut self, collection: Collection, name: &str) -> Result<Lookup<Document>, Error> {
        self.kept_document(collection, name)
    }

    /// A reading that is to be changed.
    pub fn entry_to_change(&mut self, name: &str) -> Result<Lookup<Entry>, Error> {
        self.kept_entry(name)
    }

    /// Deletes documents from `from` until before `to` for which the rule holds; how many.
    pub fn delete_documents(
        &mut self,
        collection: Collection,
        from: Timestamp,
        to: Timestamp,
        goes: impl Fn(&Document) -> bool,
    ) -> Result<u64, Error> {
        let going = self.kept_documents(collection, from, to)?.into_iter().filter(|document| goes(document));
        let ids: Vec<(i64, String)> =
            going.map(|document| (day_of(document.at.as_millisecond()), document.id)).collect();
        self.delete_ids(collection, &ids, false)
    }

    /// Deletes one document; `false` when there is none. For good: without a trace for those who ask what changed.
    pub fn delete_document(&mut self, collection: Collection, name: &str, for_good: bool) -> Result<bool, Error> {
        let (Lookup::Here(document) | Lookup::Deleted(document)) = self.kept_document(collection, name)? else {
            return Ok(false);
        };
        let id = (day_of(document.at.as_millisecond()), document.id);
        self.delete_ids(collection, &[id], for_good).map(|_| true)
    }

    /// Deletes readings from `from` until before `to` for which the rule holds; how many.
    pub fn delete_entries(
        &mut self,
        from: Timestamp,
        to: Timestamp,
        goes: impl Fn(&Entry) -> bool,
    ) -> Result<u64, Error> {
        let ids: Vec<(i64, String)> = self
            .kept_entries(from, to)?
            .into_iter()
            .filter(|entry| goes(entry))
            .map(|entry| (day_of(entry.reading.at.as_millisecond()), entry.id))
            .collect();
        self.delete_readings(&ids, false)
    }

    /// Deletes one reading; `false` when there is none.
    pub fn delete_entry(&mut self, name: &str, for_good: bool) -> Result<bool, Error> {
        let (Lookup::Here(entry) | Lookup::Deleted(entry)) = self.kept_entry(name)? else { return Ok(false) };
        self.delete_readings(&[(day_of(entry.reading.at.as_millisecond()), entry.id)], for_good).map(|_| true)
    }

    fn delete_readings(&mut self, ids: &[(i64, String)], for_good: bool) -> Result<u64, Error> {
        if ids.is_empty() {
            return Ok(0);
        }
        let mut putting = Putting::begin(self)?;
        let mut gone = 0;
        for (day, id) in ids {
            gone += u64::from(self.delete_one(&mut putting, *day, id, for_good, |putting| &mut putting.readings)?);
        }
        putting.at_end = false;
        putting.tell(What::Readings);
        putting.end(self)?;
        Ok(gone)
    }

    fn delete_ids(&mut self, collection: Collection, ids: &[(i64, String)], for_good: bool) -> Result<u64, Error> {
        if ids.is_empty() {
            return Ok(0);
        }
        let mut putting = Putting::begin(self)?;
        let mut gone = 0;
        for (day, id) in ids {
            let went = if collection == Collection::DeviceStatus {
                self.delete_one(&mut putting, *day, id, for_good, |putting| &mut putting.statuses)?
            } else {
                self.delete_one(&mut putting, *day, id, for_good, |putting| &mut putting.documents)?
            };
            self.drop_meaning(&mut putting, *day, id)?;
            gone += u64::from(went);
        }
        putting.at_end = false;
        putting.tell(What::Events);
        putting.end(self)?;
        Ok(gone)
    }

    fn delete_one<T: Stored>(
        &mut self,
        putting: &mut Putting,
        day: i64,
        id: &str,
        for_good: bool,
        drawer: impl Fn(&mut Putting) -> &mut Drawer<T>,
    ) -> Result<bool, Error> {
        let (stamp, upload) = (putting.stamp(), putting.upload);
        let chunk = drawer(putting).change(self, day)?;
        let was_here = matches!(chunk.find(id), Found::Here(..));
        if for_good {
            chunk.forget(upload, id);
        }
        // What others sent under this id can only be hidden.
        chunk.delete(upload, id, stamp);
        Ok(was_here)
    }
}

/// What reading and changing find alike; what may be seen of it is the readers' business.
impl<R> Access<'_, R> {
    /// The day on which something of this name is.
    pub(super) fn day_named<T: Stored>(&mut self, name: &str) -> Result<Option<i64>, Error> {
        self.day_of_name(T::KIND, name)
    }

    pub(super) fn kept_documents(
        &mut self,
        collection: Collection,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Document>, Error> {
        if collection == Collection::DeviceStatus {
            self.kept_on::<STATUSES>(collection, from, to)
        } else {
            self.kept_on::<DOCUMENTS>(collection, from, to)
        }
    }

    fn kept_on<const SHELF: u8>(
        &mut self,
        collection: Collection,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Document>, Error>
    where
        DocumentDatum<SHELF>: Stored,
    {
        let chunk = self.within::<DocumentDatum<SHELF>>(from, to)?;
        let of_it = chunk.shown().filter(|row| row.item.collection == collection);
        let documents = of_it.filter(|row| (from..to).contains(&row.item.common().at()));
        Ok(documents.map(|row| row.item.document(row.stamps)).collect())
    }

    pub(super) fn kept_entries(&mut self, from: Timestamp, to: Timestamp) -> Result<Vec<Entry>, Error> {
        let chunk = self.within::<ReadingDatum>(from, to)?;
        let entries = chunk.into_shown().filter(|row| (from..to).contains(&row.item.common().at()));
        Ok(entries.map(|row| row.item.into_entry(row.uploads.first(), row.stamps)).collect())
    }

    pub(super) fn kept_document(&mut self, collection: Collection, name: &str) -> Result<Lookup<Document>, Error> {
        if collection == Collection::DeviceStatus {
            self.kept_named::<STATUSES>(collection, name)
        } else {
            self.kept_named::<DOCUMENTS>(collection, name)
        }
    }

    fn kept_named<const SHELF: u8>(&mut self, collection: Collection, name: &str) -> Result<Lookup<Document>, Error>
    where
        DocumentDatum<SHELF>: Stored,
    {
        let Some(day) = self.day_named::<DocumentDatum<SHELF>>(&seen::name_in(collection, name))? else {
            return Ok(Lookup::Unknown);
        };
        let chunk = self.one_day::<DocumentDatum<SHELF>>(day)?.chunk::<DocumentDatum<SHELF>>(&self.key())?;
        let named =
            chunk.rows().iter().filter(|row| row.item.collection == collection && seen::is_named(&row.item, name));
        let newest = named.max_by_key(|row| row.stamps.map(|stamps| stamps.changed_ms));
        Ok(newest.map_or(Lookup::Unknown, |row| {
            let document = row.item.document(row.stamps);
            if row.deleted() { Lookup::Deleted(document) } else { Lookup::Here(document) }
        }))
    }

    pub(super) fn kept_entry(&mut self, name: &str) -> Result<Lookup<Entry>, Error> {
        let day = match derived_at(name) {
            Some(at_ms) => Some(day_of(at_ms)),
            None => self.day_named::<ReadingDatum>(name)?,
        };
        let Some(day) = day else { return Ok(Lookup::Unknown) };
        let chunk = self.one_day::<ReadingDatum>(day)?.chunk::<ReadingDatum>(&self.key())?;
        let named = chunk.rows().iter().filter(|row| {
            row.item.common().given_id() == Some(name)
                || derived_at(name) == Some(row.item.at_ms()) && row.item.own_id() == name
        });
        let newest = named.max_by_key(|row| row.stamps.map(|stamps| stamps.changed_ms));
        Ok(newest.map_or(Lookup::Unknown, |row| {
            let entry = row.item.entry(row.uploads.first(), row.stamps);
            if row.deleted() { Lookup::Deleted(entry) } else { Lookup::Here(entry) }
        }))
    }
}

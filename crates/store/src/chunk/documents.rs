//! Documents of phone apps, as they sent them: what an app asks back to the last field. What they mean for figures stands
//! beside them as readings and events under the same id.

use super::bytes::{Cursor, put_runs, put_text};
use super::{ChunkError, Common, Datum, Row};
use glucose::Given;
use jiff::Timestamp;
use std::cmp::Ordering;

/// Treatments, profiles, food and the like.
pub const DOCUMENTS: u8 = 3;
/// Device states: large, frequent, and read for themselves.
pub const STATUSES: u8 = 4;

/// Which of an app's collections a document is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the field's own")]
pub enum Collection {
    Treatments,
    DeviceStatus,
    Profile,
    Food,
    Activity,
    /// Entries that are no glucose values: calibrations, error codes.
    Entries,
    Settings,
}

impl Collection {
    /// Their numbers on disk are their places here, from 1. Never changed, only added to.
    pub const ALL: [Self; 7] = [
        Self::Treatments,
        Self::DeviceStatus,
        Self::Profile,
        Self::Food,
        Self::Activity,
        Self::Entries,
        Self::Settings,
    ];

    pub(crate) fn number(self) -> u8 {
        Self::ALL.iter().position(|each| *each == self).map_or(0, |place| place as u8 + 1)
    }

    fn of(number: u64) -> Result<Self, ChunkError> {
        let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        place.and_then(|place| Self::ALL.get(place).copied()).ok_or(ChunkError::Damaged("a collection is unknown"))
    }
}

/// A document as a chunk keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentDatum<const SHELF: u8> {
    /// When, and under which id.
    pub common: Common,
    /// Which collection.
    pub collection: Collection,
    /// The document: one JSON object, as text.
    pub json: Box<str>,
}

impl<const SHELF: u8> DocumentDatum<SHELF> {
    /// A document of an app, under this id.
    pub fn new(at: Timestamp, offset_min: i16, given: &Given, collection: Collection, json: &str) -> Self {
        Self { common: Common::new(at, offset_min, None, Some(given)), collection, json: json.into() }
    }
}

impl<const SHELF: u8> Datum for DocumentDatum<SHELF> {
    type Shown = Self;
    const TAG: u8 = SHELF;

    fn common(&self) -> &Common {
        &self.common
    }

    fn common_mut(&mut self) -> &mut Common {
        &mut self.common
    }

    fn kind(&self) -> u8 {
        self.collection.number()
    }

    fn compare_identity(&self, other: &Self) -> Ordering {
        let identity = |datum: &Self| (datum.common.at_ms, datum.collection);
        identity(self)
            .cmp(&identity(other))
            .then_with(|| self.common.given_id().cmp(&other.common.given_id()))
            .then_with(|| self.json.cmp(&other.json))
    }

    fn compare_marks(&self, _: &Self) -> Ordering {
        Ordering::Equal
    }

    /// Only what is equal is the same.
    fn close(&self, _: &Self) -> bool {
        false
    }

    fn identity(&self) -> Vec<u8> {
        let mut bytes = vec![self.kind()];
        bytes.extend_from_slice(self.json.as_bytes());
        bytes
    }

    fn show(&self, _: u32) -> Self {
        self.clone()
    }

    fn write(rows: &[Row<Self>], out: &mut Vec<u8>) {
        put_runs(out, rows.iter().map(|row| u64::from(row.item.collection.number())));
        rows.iter().for_each(|row| put_text(out, &row.item.json));
    }

    fn read(cursor: &mut Cursor<'_>, commons: Vec<Common>) -> Result<Vec<Self>, ChunkError> {
        let mut collections = Vec::with_capacity(commons.len());
        cursor.runs(commons.len(), |from, to, value| {
            let collection = Collection::of(value)?;
            collections.extend(std::iter::repeat_n(collection, to - from));
            Ok(())
        })?;
        let read = |(common, collection)| Ok(Self { common, collection, json: cursor.text()?.into() });
        commons.into_iter().zip(collections).map(read).collect()
    }
}

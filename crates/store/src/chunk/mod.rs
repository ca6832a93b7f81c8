//! What one record delivered on one UTC day, as a set; pure, with no database in sight.
//!
//! A chunk is the union of what each upload brought. A datum that several uploads brought keeps all
//! their numbers, so that taking one back leaves exactly what the others brought, in any order.
//! Values that say the same (the same instant and value; or from different sources within half a minute and
//! 1 mg/dL; or under the same id) are all kept inside, and [`Chunk::view`] shows one of them.
//!
//! Apps write single data by id ([`Chunk::put`], [`Chunk::delete`]): each app's newest version is kept with its
//! stamps, and the newest of all is shown. Plain sensor readings pay nothing for that: their ids are derived
//! and their columns of stamps are absent.
//!
//! **Invariant:** any sequence of merges, puts, deletes and take-backs equals the fold of what remains
//! (`tests/it/chunk_model.rs`).

mod bytes;
mod codec;
mod columns;
mod documents;
mod events;
mod id;
mod kinds;
mod latest;
mod readings;
mod set;
mod summary;
mod uploads;
mod view;
mod write;

pub use bytes::Cursor;
pub use documents::{Collection, DOCUMENTS, DocumentDatum, STATUSES};
pub use events::EventDatum;
pub use id::{derived_at, derived_id};
pub(crate) use latest::{Headline, Live};
pub use latest::{Latest, Said};
pub use readings::ReadingDatum;
pub use summary::{DayCounts, Summary, Summary14};
pub use uploads::Uploads;
pub use write::{Found, Put};

use glucose::Given;
use std::cmp::Ordering;

/// The longest id a sender may give, in characters.
pub const MAX_ID_CHARS: usize = 64;

/// No day of one record holds more than this of one kind; a value a second would be fewer.
pub const MAX_ROWS: usize = 150_000;

/// From different sources and no further apart than this, equal values are one measurement (milliseconds).
pub const NEAR_MS: i64 = 30_000;

/// The UTC day of an instant in milliseconds, counted from 1970.
pub fn day_of(at_ms: i64) -> i64 {
    at_ms.div_euclid(86_400_000)
}

/// Why bytes are not a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChunkError {
    /// Written by a newer version of Kinsight.
    #[error("this day is stored in format {0}, which this version does not know; a newer one wrote it")]
    UnknownFormat(u8),
    /// Readings where events were expected, or the other way round.
    #[error("this day holds another kind of data than asked for")]
    WrongKind,
    /// Not what was once written.
    #[error("this stored day is damaged: {0}")]
    Damaged(&'static str),
    /// More than [`MAX_ROWS`].
    #[error("too many values for one day")]
    TooMany,
}

/// When the server first took a datum in, when it last changed, and whether it is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamps {
    /// First taken in, in milliseconds.
    pub created_ms: i64,
    /// Last changed, in milliseconds; the newest version of an id is shown.
    pub changed_ms: i64,
    /// A tombstone: this id was deleted.
    pub deleted: bool,
}

/// What readings and events have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Common {
    /// When, in milliseconds.
    pub at_ms: i64,
    /// The device's wall clock minus UTC, in minutes.
    pub offset_min: i16,
    /// The number of the device among the record's.
    pub device: Option<u16>,
    /// What else came with it; an id only when it is not the derived one.
    pub given: Option<Box<Given>>,
}

impl Common {
    fn compare_rest(&self, other: &Self) -> Ordering {
        let given = |common: &Self| common.given.as_ref().map(|g| (g.id.clone(), g.app.clone(), g.fields.clone()));
        let rest = (self.offset_min, self.device).cmp(&(other.offset_min, other.device));
        rest.then_with(|| match (&self.given, &other.given) {
            (None, None) => Ordering::Equal,
            _ => given(self).cmp(&given(other)),
        })
    }

    /// The sender's own id.
    pub fn given_id(&self) -> Option<&str> {
        self.given.as_ref()?.id.as_deref()
    }
}

/// A reading or an event as a chunk keeps it.
pub trait Datum: Clone + std::fmt::Debug {
    /// What the view shows.
    type Shown;
    /// Tells the two apart on disk.
    const TAG: u8;
    /// When, by which device, and what came beside it.
    fn common(&self) -> &Common;
    /// The same, to change it.
    fn common_mut(&mut self) -> &mut Common;
    /// What kind of reading or event it is.
    fn kind(&self) -> u8;
    /// Instant, kind and value; two data that are equal in these are the same datum.
    fn compare_identity(&self, other: &Self) -> Ordering;
    /// What beside identity and the common part tells two versions apart.
    fn compare_marks(&self, other: &Self) -> Ordering;
    /// Whether two of different sources, near in time, are one measurement.
    fn close(&self, other: &Self) -> bool;
    /// Kind and value as bytes, for derived ids.
    fn identity(&self) -> Vec<u8>;
    /// As pages and reports take it.
    fn show(&self, upload: u32) -> Self::Shown;
    /// Writes the columns that only this kind has.
    fn write(rows: &[Row<Self>], out: &mut Vec<u8>);
    /// Reads them again.
    fn read(cursor: &mut Cursor<'_>, commons: Vec<Common>) -> Result<Vec<Self>, ChunkError>;

    /// Everything, identity first.
    fn compare(&self, other: &Self) -> Ordering {
        let rest = || self.compare_marks(other).then_with(|| self.common().compare_rest(other.common()));
        self.compare_identity(other).then_with(rest)
    }

    /// When, in milliseconds.
    fn at_ms(&self) -> i64 {
        self.common().at_ms
    }

    /// The id made from what and when.
    fn own_id(&self) -> String {
        derived_id(self.kind(), self.at_ms(), &self.identity())
    }

    /// The sender's id, or the derived one.
    fn id(&self) -> String {
        self.common().given_id().map_or_else(|| self.own_id(), str::to_owned)
    }
}

/// One version of one datum, and who brought it.
#[derive(Clone, Debug)]
pub struct Row<T> {
    /// What was brought.
    pub item: T,
    /// Only for what apps wrote one by one.
    pub stamps: Option<Stamps>,
    /// Who brought exactly this.
    pub uploads: Uploads,
}

impl<T: Datum> Row<T> {
    fn compare(&self, other: &Self) -> Ordering {
        self.item.compare(&other.item).then_with(|| self.stamps.cmp(&other.stamps))
    }

    /// A tombstone.
    pub fn deleted(&self) -> bool {
        self.stamps.is_some_and(|stamps| stamps.deleted)
    }
}

/// One kind of data of one record and UTC day; several days in a row while a span is read.
#[derive(Clone, Debug)]
pub struct Chunk<T> {
    /// **Invariant:** in order of `Row::compare`, no two equal (`tests/it/chunk_model.rs`).
    rows: Vec<Row<T>>,
}

/// A day of readings.
pub type ReadingChunk = Chunk<ReadingDatum>;
/// A day of events.
pub type EventChunk = Chunk<EventDatum>;

/// What a merge brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// New to the record.
    pub added: u64,
    /// Already here, or twice in the same delivery.
    pub already_here: u64,
}

impl<T> Default for Chunk<T> {
    fn default() -> Self {
        Self { rows: Vec::new() }
    }
}

impl<T: Datum> Chunk<T> {
    /// Every version of every datum, in order.
    pub fn rows(&self) -> &[Row<T>] {
        &self.rows
    }

    /// With what comes after it: days of a span, in order.
    pub(crate) fn then(mut self, later: Self) -> Result<Self, ChunkError> {
        let ordered = self.rows.last().zip(later.rows.first()).is_none_or(|(a, b)| a.compare(b).is_lt());
        self.rows.extend(later.rows);
        if ordered { Ok(self) } else { Err(ChunkError::Damaged("its rows are out of order")) }
    }

    /// Nothing is left; the row of the database can go.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What is shown, oldest first, each measured value once.
    pub fn view(&self) -> Vec<T::Shown> {
        self.shown().map(|row| row.item.show(row.uploads.first())).collect()
    }

    /// The same with who brought it and what came beside it.
    pub fn shown(&self) -> impl Iterator<Item = &Row<T>> {
        let hidden = view::hidden(&self.rows);
        self.rows.iter().zip(hidden).filter(|(_, hidden)| !hidden).map(|(row, _)| row)
    }

    /// The same, taken out.
    pub fn into_shown(self) -> impl Iterator<Item = Row<T>> {
        let hidden = view::hidden(&self.rows);
        self.rows.into_iter().zip(hidden).filter(|(_, hidden)| !hidden).map(|(row, _)| row)
    }

    /// The newest change in it, when anything was written one by one.
    pub fn changed_ms(&self) -> Option<i64> {
        self.rows.iter().filter_map(|row| row.stamps).map(|stamps| stamps.changed_ms).max()
    }
}

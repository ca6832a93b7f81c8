//! A chunk as bytes: format number, kind, and columns, packed when that makes them smaller.

use super::bytes::{Cursor, put_signed, put_varint};
use super::columns::{self, Fields};
use super::{Chunk, ChunkError, Datum, MAX_ROWS, Row, Stamps, Uploads, derived_at};
use std::cell::RefCell;
use zstd::bulk::{Compressor, Decompressor};

/// What every version reads. Old formats stay readable for ever; new ones get the next number.
const FORMAT: u8 = 1;
/// What came beside data stands once and not at every datum. Written where that is shorter.
const SHARED: u8 = 2;
const PACKED: u8 = 0x10;
/// A day in one of the formats above, and behind it what came since, in one of them too: it is not packed anew at every value.
const TAILED: u8 = 3;
/// So many values behind a day; then all of it is packed anew.
const MOST_BEHIND: usize = 16;
/// Larger than any day can be; bounds what damaged bytes can ask for.
const MOST_BYTES: usize = 64 << 20;
/// Above this, packing takes longer and saves nothing (see `benches/store.rs`).
const LEVEL: i32 = 3;
/// Nothing this short gets smaller.
const WORTH_PACKING: usize = 48;

thread_local! {
    static PACKER: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static UNPACKER: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

impl<T: Datum> Chunk<T> {
    /// As stored, before it is sealed.
    pub fn encode(&self) -> Vec<u8> {
        self.write(WORTH_PACKING)
    }

    fn write(&self, worth_packing: usize) -> Vec<u8> {
        let fields = Fields::of(&self.rows);
        let format = if fields.are_shared() { SHARED } else { FORMAT };
        let mut plain = Vec::with_capacity(64 + self.rows.len() * 8);
        put_varint(&mut plain, self.rows.len() as u64);
        columns::write_commons(&self.rows, &fields, &mut plain);
        columns::write_uploads(&self.rows, &mut plain);
        columns::write_stamps(&self.rows, &mut plain);
        T::write(&self.rows, &mut plain);
        let packed = if plain.len() < worth_packing { None } else { pack(&plain) };
        let mut out = Vec::with_capacity(plain.len() + 2);
        match packed.filter(|packed| packed.len() + 2 < plain.len()) {
            Some(packed) => {
                out.extend_from_slice(&[format, T::TAG | PACKED]);
                put_varint(&mut out, plain.len() as u64);
                out.extend_from_slice(&packed);
            }
            None => {
                out.extend_from_slice(&[format, T::TAG]);
                out.extend_from_slice(&plain);
            }
        }
        out
    }

    /// Reads what [`Chunk::encode`] wrote. Any bytes whatever give a chunk or an error.
    pub fn decode(bytes: &[u8]) -> Result<Self, ChunkError> {
        let mut chunk = Self::default();
        chunk.decode_onto(bytes)?;
        Ok(chunk)
    }

    /// The same, behind what is here already: days of a span, in order.
    pub fn decode_onto(&mut self, bytes: &[u8]) -> Result<(), ChunkError> {
        if bytes.first() != Some(&TAILED) {
            return self.decode_flat(bytes);
        }
        let Tailed { day, behind, .. } = Tailed::read::<T>(bytes)?;
        self.decode_flat(day)?;
        self.decode_flat(behind)
    }

    fn decode_flat(&mut self, bytes: &[u8]) -> Result<(), ChunkError> {
        let mut cursor = Cursor::new(bytes);
        let shared = match cursor.byte()? {
            FORMAT => false,
            SHARED => true,
            other => return Err(ChunkError::UnknownFormat(other)),
        };
        let head = cursor.byte()?;
        if head & !PACKED != T::TAG {
            return Err(ChunkError::WrongKind);
        }
        if head & PACKED == 0 {
            return self.read(&mut cursor, shared);
        }
        let length: usize = cursor.small()?;
        let plain = unpack(cursor.take(cursor.left())?, length)?;
        self.read(&mut Cursor::new(&plain), shared)
    }

    /// Puts one more behind a day as it is stored, which stays packed: the bytes, and how many the day holds then. None where a
    /// [`Chunk::put`] would do more than that, or the day is to be packed anew.
    pub fn append(bytes: &[u8], upload: u32, item: &T, stamp_ms: i64) -> Result<Option<(Vec<u8>, usize)>, ChunkError> {
        let tailed =
            if bytes.first() == Some(&TAILED) { Some(Tailed::read::<T>(bytes)?) } else { Tailed::of::<T>(bytes)? };
        let Some(tailed) = tailed.filter(|_| item.common().given_id().is_none()) else { return Ok(None) };
        let mut behind = Self::default();
        if !tailed.behind.is_empty() {
            behind.decode_flat(tailed.behind)?;
        }
        let last_ms = behind.rows.last().map_or(tailed.last_ms, |row| row.item.at_ms());
        let count = tailed.count + behind.rows.len() + 1;
        if item.at_ms() <= last_ms || behind.rows.len() >= MOST_BEHIND || count > MAX_ROWS {
            return Ok(None);
        }
        let stamps = Stamps { created_ms: stamp_ms, changed_ms: stamp_ms, deleted: false };
        behind.rows.push(Row { item: item.clone(), stamps: Some(stamps), uploads: Uploads::One(upload) });
        Ok(Some((tailed.write::<T>(&behind.write(usize::MAX)), count)))
    }

    fn read(&mut self, cursor: &mut Cursor<'_>, shared: bool) -> Result<(), ChunkError> {
        let count: usize = cursor.small()?;
        if count > MAX_ROWS || count > cursor.left() {
            return Err(ChunkError::Damaged("it claims more rows than it has"));
        }
        let commons = columns::read_commons(cursor, count, shared)?;
        let uploads = columns::read_uploads(cursor, count)?;
        let stamps = columns::read_stamps(cursor, &commons)?;
        let items = T::read(cursor, commons)?;
        cursor.end()?;
        let start = self.rows.len();
        let rows = items.into_iter().zip(stamps).zip(uploads);
        self.rows.extend(rows.map(|((item, stamps), uploads)| Row { item, stamps, uploads }));
        let ordered = self.rows[start.saturating_sub(1)..].is_sorted_by(|a, b| a.compare(b).is_lt());
        if ordered { Ok(()) } else { Err(ChunkError::Damaged("its rows are out of order")) }
    }
}

/// **Invariant:** no id that a sender gave in the day looks like a derived one, so that none can be that of what comes behind it.
struct Tailed<'a> {
    /// How many the day holds, and of which instant the last is.
    count: usize,
    last_ms: i64,
    day: &'a [u8],
    behind: &'a [u8],
}

impl<'a> Tailed<'a> {
    /// A day behind which nothing is yet.
    fn of<T: Datum>(day: &'a [u8]) -> Result<Option<Self>, ChunkError> {
        let chunk = Chunk::<T>::decode(day)?;
        let is_derived = |row: &Row<T>| row.item.common().given_id().is_some_and(|id| derived_at(id).is_some());
        let last = chunk.rows.last().filter(|_| !chunk.rows.iter().any(is_derived));
        Ok(last.map(|last| Self { count: chunk.rows.len(), last_ms: last.item.at_ms(), day, behind: &[] }))
    }

    fn read<T: Datum>(bytes: &'a [u8]) -> Result<Self, ChunkError> {
        let mut cursor = Cursor::new(bytes);
        let (_, tag) = (cursor.byte()?, cursor.byte()?);
        if tag != T::TAG {
            return Err(ChunkError::WrongKind);
        }
        let (count, last_ms, length) = (cursor.small()?, cursor.signed()?, cursor.small()?);
        let day = cursor.take(length)?;
        if count > MAX_ROWS {
            return Err(ChunkError::TooMany);
        }
        Ok(Self { count, last_ms, day, behind: cursor.take(cursor.left())? })
    }

    fn write<T: Datum>(&self, behind: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.day.len() + behind.len() + 24);
        out.extend_from_slice(&[TAILED, T::TAG]);
        put_varint(&mut out, self.count as u64);
        put_signed(&mut out, self.last_ms);
        put_varint(&mut out, self.day.len() as u64);
        out.extend_from_slice(self.day);
        out.extend_from_slice(behind);
        out
    }
}

fn pack(plain: &[u8]) -> Option<Vec<u8>> {
    PACKER.with_borrow_mut(|packer| {
        if packer.is_none() {
            *packer = Compressor::new(LEVEL).ok();
        }
        packer.as_mut()?.compress(plain).ok()
    })
}

fn unpack(packed: &[u8], length: usize) -> Result<Vec<u8>, ChunkError> {
    let damaged = ChunkError::Damaged("it cannot be unpacked");
    if length > MOST_BYTES {
        return Err(damaged);
    }
    let plain = UNPACKER.with_borrow_mut(|unpacker| {
        if unpacker.is_none() {
            *unpacker = Decompressor::new().ok();
        }
        unpacker.as_mut()?.decompress(packed, length).ok()
    });
    plain.filter(|plain| plain.len() == length).ok_or(damaged)
}

//! A chunk as bytes: format number, kind, and columns, packed when that makes them smaller.

use super::bytes::{Cursor, put_varint};
use super::{Chunk, ChunkError, Datum, MAX_ROWS, Row, columns};
use std::cell::RefCell;
use zstd::bulk::{Compressor, Decompressor};

/// The format written now. Old ones stay readable for ever; new ones get the next number.
const FORMAT: u8 = 1;
const PACKED: u8 = 0x10;
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
        let mut plain = Vec::with_capacity(64 + self.rows.len() * 4);
        put_varint(&mut plain, self.rows.len() as u64);
        columns::write_commons(&self.rows, &mut plain);
        columns::write_uploads(&self.rows, &mut plain);
        columns::write_stamps(&self.rows, &mut plain);
        T::write(&self.rows, &mut plain);
        let packed = if plain.len() < WORTH_PACKING { None } else { pack(&plain) };
        let mut out = Vec::with_capacity(plain.len() + 2);
        match packed.filter(|packed| packed.len() + 2 < plain.len()) {
            Some(packed) => {
                out.extend_from_slice(&[FORMAT, T::TAG | PACKED]);
                put_varint(&mut out, plain.len() as u64);
                out.extend_from_slice(&packed);
            }
            None => {
                out.extend_from_slice(&[FORMAT, T::TAG]);
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
        let mut cursor = Cursor::new(bytes);
        match cursor.byte()? {
            FORMAT => {}
            other => return Err(ChunkError::UnknownFormat(other)),
        }
        let head = cursor.byte()?;
        if head & !PACKED != T::TAG {
            return Err(ChunkError::WrongKind);
        }
        if head & PACKED == 0 {
            return self.read(&mut cursor);
        }
        let length: usize = cursor.small()?;
        let plain = unpack(cursor.take(cursor.left())?, length)?;
        self.read(&mut Cursor::new(&plain))
    }

    fn read(&mut self, cursor: &mut Cursor<'_>) -> Result<(), ChunkError> {
        let count: usize = cursor.small()?;
        if count > MAX_ROWS || count > cursor.left() {
            return Err(ChunkError::Damaged("it claims more rows than it has"));
        }
        let commons = columns::read_commons(cursor, count)?;
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

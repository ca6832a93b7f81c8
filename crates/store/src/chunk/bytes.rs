//! Numbers and texts in few bytes: varints, zigzag, decimals, runs. Reading never trusts a length.

use super::ChunkError;

/// Appends an unsigned number, seven bits a byte, low bits first.
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Small magnitudes of either sign become small numbers.
pub(crate) const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

const fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// Appends a signed number.
pub(crate) fn put_signed(out: &mut Vec<u8>, value: i64) {
    put_varint(out, zigzag(value));
}

/// Appends a text with its length.
pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    put_varint(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// Appends a number: thousandths where that is exact (doses and grams are), the eight bytes otherwise.
pub(crate) fn put_decimal(out: &mut Vec<u8>, value: f64) {
    let thousandths = (value * 1000.0).round();
    let exact = thousandths.abs() < 1e15 && (thousandths as i64 as f64 / 1000.0).to_bits() == value.to_bits();
    if exact {
        put_varint(out, zigzag(thousandths as i64) << 1);
    } else {
        put_varint(out, 1);
        out.extend_from_slice(&value.to_le_bytes());
    }
}

/// Appends a column as pairs of value and how often it stands in a row.
pub(crate) fn put_runs(out: &mut Vec<u8>, mut values: impl Iterator<Item = u64>) {
    let Some(mut current) = values.next() else { return };
    let mut length = 1u64;
    for value in values {
        if value == current {
            length += 1;
        } else {
            put_varint(out, current);
            put_varint(out, length);
            (current, length) = (value, 1);
        }
    }
    put_varint(out, current);
    put_varint(out, length);
}

/// Bytes of a chunk, while they are read: what is left.
pub struct Cursor<'a> {
    rest: &'a [u8],
}

const SHORT: ChunkError = ChunkError::Damaged("it ends too early");

impl<'a> Cursor<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn left(&self) -> usize {
        self.rest.len()
    }

    /// Nothing may be left over.
    pub(crate) fn end(&self) -> Result<(), ChunkError> {
        if self.rest.is_empty() { Ok(()) } else { Err(ChunkError::Damaged("something is left over")) }
    }

    pub(crate) fn byte(&mut self) -> Result<u8, ChunkError> {
        let (first, rest) = self.rest.split_first().ok_or(SHORT)?;
        self.rest = rest;
        Ok(*first)
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], ChunkError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(SHORT)?;
        self.rest = rest;
        Ok(taken)
    }

    #[inline]
    pub(crate) fn varint(&mut self) -> Result<u64, ChunkError> {
        if let Some((&first, rest)) = self.rest.split_first()
            && first < 0x80
        {
            self.rest = rest;
            return Ok(u64::from(first));
        }
        self.long_varint()
    }

    fn long_varint(&mut self) -> Result<u64, ChunkError> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && byte > 1 {
                break;
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(ChunkError::Damaged("a number is too long"))
    }

    #[inline]
    pub(crate) fn signed(&mut self) -> Result<i64, ChunkError> {
        Ok(unzigzag(self.varint()?))
    }

    /// A number that must fit a smaller type.
    pub(crate) fn small<T: TryFrom<u64>>(&mut self) -> Result<T, ChunkError> {
        T::try_from(self.varint()?).map_err(|_| ChunkError::Damaged("a number is too big"))
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, ChunkError> {
        let length = self.small()?;
        std::str::from_utf8(self.take(length)?).map_err(|_| ChunkError::Damaged("a text is not UTF-8"))
    }

    pub(crate) fn decimal(&mut self) -> Result<f64, ChunkError> {
        let code = self.varint()?;
        if code & 1 == 0 {
            return Ok(unzigzag(code >> 1) as f64 / 1000.0);
        }
        let bytes = self.take(8)?.try_into().map_err(|_| SHORT)?;
        Ok(f64::from_le_bytes(bytes))
    }

    /// Reads a column of `count` values in runs, handing each run to `each(first, after, value)`.
    pub(crate) fn runs(
        &mut self,
        count: usize,
        mut each: impl FnMut(usize, usize, u64) -> Result<(), ChunkError>,
    ) -> Result<(), ChunkError> {
        let mut at = 0usize;
        while at < count {
            let value = self.varint()?;
            let length: usize = self.small()?;
            if length == 0 || length > count - at {
                return Err(ChunkError::Damaged("a run is too long"));
            }
            each(at, at + length, value)?;
            at += length;
        }
        Ok(())
    }
}

//! Ids of single data: the sender's own, or one derived from what and when.

use super::bytes::{Cursor, put_varint};
use super::{ChunkError, MAX_ID_CHARS};

/// How a sender's id is written: 24 hex digits and UUIDs as their bytes, all else as text.
const HEX: u64 = 0;
const UUID: u64 = 1;
const TEXT: u64 = 2;

/// An id that can be kept: not empty and at most 64 characters.
pub(crate) fn keepable(id: &str) -> bool {
    !id.is_empty() && id.len() <= MAX_ID_CHARS * 4 && id.chars().count() <= MAX_ID_CHARS
}

pub(crate) fn put_id(out: &mut Vec<u8>, id: &str) {
    if let Some(bytes) = from_hex::<12>(id.as_bytes()) {
        put_varint(out, HEX);
        out.extend_from_slice(&bytes);
    } else if let Some(bytes) = uuid_bytes(id) {
        put_varint(out, UUID);
        out.extend_from_slice(&bytes);
    } else {
        put_varint(out, TEXT + id.len() as u64);
        out.extend_from_slice(id.as_bytes());
    }
}

pub(crate) fn read_id(cursor: &mut Cursor<'_>) -> Result<String, ChunkError> {
    match cursor.varint()? {
        HEX => Ok(hex(cursor.take(12)?)),
        UUID => {
            let all = hex(cursor.take(16)?);
            Ok([&all[..8], &all[8..12], &all[12..16], &all[16..20], &all[20..]].join("-"))
        }
        code => {
            let length = usize::try_from(code - TEXT).map_err(|_| ChunkError::Damaged("an id is too long"))?;
            let text =
                std::str::from_utf8(cursor.take(length)?).map_err(|_| ChunkError::Damaged("an id is not text"))?;
            if keepable(text) { Ok(text.to_owned()) } else { Err(ChunkError::Damaged("an id is too long")) }
        }
    }
}

/// The id of a datum whose sender gave none: 24 hex digits that hold its instant, so that its day is
/// known from the id alone. The first byte tells it from ids of a database of the sender's.
pub fn derived_id(kind: u8, at_ms: i64, identity: &[u8]) -> String {
    let mut bytes = [0u8; 12];
    bytes[0] = MARK | (kind & 0x0f);
    bytes[1..7].copy_from_slice(&at_ms.to_be_bytes()[2..]);
    bytes[7..].copy_from_slice(&fnv(identity).to_be_bytes()[3..]);
    hex(&bytes)
}

/// The instant in a derived id; `None` when it is a sender's own.
pub fn derived_at(id: &str) -> Option<i64> {
    let bytes = from_hex::<12>(id.as_bytes()).filter(|bytes| bytes[0] & 0xf0 == MARK)?;
    let mut at = [0u8; 8];
    at[2..].copy_from_slice(&bytes[1..7]);
    Some(i64::from_be_bytes(at) << 16 >> 16)
}

const MARK: u8 = 0xd0;

/// FNV-1a: stable for ever, which the standard library's hasher does not promise.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Lower-case hex digits only, so that what is read back is what was given.
fn from_hex<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    if text.len() != N * 2 {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

fn uuid_bytes(text: &str) -> Option<[u8; 16]> {
    let bytes = text.as_bytes();
    if bytes.len() != 36 || [8, 13, 18, 23].iter().any(|&at| bytes[at] != b'-') {
        return None;
    }
    let digits: Vec<u8> = bytes.iter().copied().filter(|&byte| byte != b'-').collect();
    from_hex(&digits)
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = Vec::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.extend_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    String::from_utf8(text).expect("hex digits are text")
}

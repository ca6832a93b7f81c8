//! AES-256-GCM with a random nonce, bound to the place where the sealed bytes belong.

use crate::error::Error;
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    rand,
};
use sharing::RecordId;

/// How many bytes sealing adds: format, nonce, tag.
const ADDED: usize = 1 + NONCE_LEN + 16;

/// Seals to `[id, nonce, ciphertext and tag]`.
pub(super) fn seal(key: &RandomizedNonceKey, id: u8, place: &[u8], plain: &[u8]) -> Result<Vec<u8>, Error> {
    let mut tail = Vec::with_capacity(plain.len() + 16);
    tail.extend_from_slice(plain);
    let nonce =
        key.seal_in_place_append_tag(Aad::from(place), &mut tail).map_err(|_| Error::broken("sealing failed"))?;
    let mut sealed = Vec::with_capacity(plain.len() + ADDED);
    sealed.push(id);
    sealed.extend_from_slice(nonce.as_ref());
    sealed.extend_from_slice(&tail);
    Ok(sealed)
}

/// Opens what [`seal`] made with the same key at the same place.
pub(super) fn open(key: &RandomizedNonceKey, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Error> {
    let damaged = || Error::broken("sealed bytes are damaged, misplaced or of another key");
    let (nonce, tail) = sealed.get(1..).and_then(|rest| rest.split_at_checked(NONCE_LEN)).ok_or_else(damaged)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| damaged())?;
    let mut tail = tail.to_vec();
    let plain = key.open_in_place(nonce, Aad::from(place), &mut tail).map_err(|_| damaged())?.len();
    tail.truncate(plain);
    Ok(tail)
}

/// A key ready for use.
pub(super) fn ready(bytes: &[u8]) -> Result<RandomizedNonceKey, Error> {
    RandomizedNonceKey::new(&AES_256_GCM, bytes).map_err(|_| Error::broken("a key is not 32 bytes long"))
}

/// Random bytes of the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| Error::broken("no random bytes"))?;
    Ok(bytes)
}

/// The key under which one record's data are sealed.
pub(crate) struct RecordKey {
    record: RecordId,
    key: RandomizedNonceKey,
}

impl RecordKey {
    pub(super) fn new(record: RecordId, bytes: &[u8]) -> Result<Self, Error> {
        Ok(Self { record, key: ready(bytes)? })
    }

    /// Seals bytes for one row of this record; `row` names it within the table (a day, a number, nothing).
    pub(crate) fn seal(&self, table: &str, row: i64, plain: &[u8]) -> Result<Vec<u8>, Error> {
        seal(&self.key, 1, &self.place(table, row), plain)
    }

    /// Opens what [`RecordKey::seal`] sealed for the same row.
    pub(crate) fn open(&self, table: &str, row: i64, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        open(&self.key, &self.place(table, row), sealed)
    }

    fn place(&self, table: &str, row: i64) -> Vec<u8> {
        let mut place = Vec::with_capacity(table.len() + 24);
        place.extend_from_slice(table.as_bytes());
        place.extend_from_slice(&self.record.0.0.to_be_bytes());
        place.extend_from_slice(&row.to_be_bytes());
        place
    }
}

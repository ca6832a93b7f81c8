//! AES-256-GCM with a random nonce, bound to the place where the sealed bytes belong.

use crate::error::Error;
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    rand,
};
use sharing::Id;

/// The first byte of a column that is sealed under the key of its record or account. No master key has this number.
pub(super) const OWN: u8 = 0;

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
    open_in_place(key, place, &mut sealed.to_vec()).map(<[u8]>::to_vec)
}

fn open_in_place<'s>(key: &RandomizedNonceKey, place: &[u8], sealed: &'s mut [u8]) -> Result<&'s [u8], Error> {
    let damaged = || Error::broken("sealed bytes are damaged, misplaced or of another key");
    let (nonce, tail) =
        sealed.get_mut(1..).and_then(|rest| rest.split_at_mut_checked(NONCE_LEN)).ok_or_else(damaged)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| damaged())?;
    key.open_in_place(nonce, Aad::from(place), tail).map(|plain| &*plain).map_err(|_| damaged())
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

/// The key under which one record's data, or one account's details, are sealed.
pub(crate) struct RecordKey {
    id: Id,
    key: RandomizedNonceKey,
}

impl RecordKey {
    pub(super) fn new(id: Id, bytes: &[u8]) -> Result<Self, Error> {
        Ok(Self { id, key: ready(bytes)? })
    }

    /// Seals bytes for one row of this record; `row` names it within the table (a day, a number, nothing).
    pub(crate) fn seal(&self, table: &str, row: i64, plain: &[u8]) -> Result<Vec<u8>, Error> {
        seal(&self.key, 1, &self.place(table, row), plain)
    }

    /// Opens what [`RecordKey::seal`] sealed for the same row.
    pub(crate) fn open(&self, table: &str, row: i64, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        open(&self.key, &self.place(table, row), sealed)
    }

    /// The same, in the place where the sealed bytes stand: large files are held once.
    pub(crate) fn open_in_place<'s>(&self, table: &str, row: i64, sealed: &'s mut [u8]) -> Result<&'s [u8], Error> {
        open_in_place(&self.key, &self.place(table, row), sealed)
    }

    /// Seals one column, marked as sealed under a key of its own.
    pub(super) fn seal_at(&self, place: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
        seal(&self.key, OWN, place.as_bytes(), plain)
    }

    pub(super) fn open_at(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        open(&self.key, place.as_bytes(), sealed)
    }

    fn place(&self, table: &str, row: i64) -> Vec<u8> {
        let mut place = Vec::with_capacity(table.len() + 24);
        place.extend_from_slice(table.as_bytes());
        place.extend_from_slice(&self.id.0.to_be_bytes());
        place.extend_from_slice(&row.to_be_bytes());
        place
    }
}

//! Passwords that are known from breaches, as a filter: it says "known" or "not known", and nobody can read a password
//! out of it.
//!
//! `breached.filter` ships with the program; the `README.md` beside it tells where the list comes from, how large it is
//! and how often it errs (a test holds both together), and `scripts/breached-passwords.sh` makes it again.
//!
//! Compared is the whole password, composed (NFC) and in lower case, so that `PassWordPassWord1` is known too, and a
//! known one as part of a longer phrase is not. A filter never misses what was put in; about one other password in
//! 65,536 is taken for a known one (a binary fuse filter with 16 bits for each).
//!
//! A file: `kinsight breached passwords 1`, the source, and the number of entries, a line each; the filter's four numbers
//! and its fingerprints, little-endian; and the SHA-256 of all that.

use super::obvious;
use crate::error::Error;
use aws_lc_rs::digest::{SHA256, SHA256_OUTPUT_LEN, digest};
use std::{fs, path::Path, sync::LazyLock};
use unicode_normalization::UnicodeNormalization;
use xorf::{BinaryFuse16, Descriptor, Filter as _};

pub(super) const SHIPPED: &[u8] = include_bytes!("breached.filter");
const FIRST_LINE: &str = "kinsight breached passwords 1";

/// Whether the list that ships with the program has it.
pub(super) fn is_known(password: &str) -> bool {
    static FILTER: LazyLock<Filter> = LazyLock::new(|| Filter::read(SHIPPED).expect("a test reads the shipped filter"));
    FILTER.contains(password)
}

/// A list as it is kept.
pub(super) struct Filter {
    pub(super) source: String,
    pub(super) entries: usize,
    fuse: BinaryFuse16,
}

impl Filter {
    /// The list that an operator brings.
    pub(super) fn in_file(path: &Path) -> Result<Self, Error> {
        let refused = |why: &str| Error::broken(format!("breached passwords in {}: {why}", path.display()));
        let bytes = fs::read(path).map_err(|error| refused(&error.to_string()))?;
        let filter = Self::read(&bytes).ok_or_else(|| {
            refused("not a list, or a damaged one; make it again with `kinsight admin breached-passwords`")
        })?;
        tracing::info!(entries = filter.entries, source = filter.source, "more breached passwords are refused");
        Ok(filter)
    }

    /// `None` when anything in it was changed.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (body, sum) = bytes.split_last_chunk::<SHA256_OUTPUT_LEN>()?;
        if digest(&SHA256, body).as_ref() != sum {
            return None;
        }
        let mut lines = body.splitn(4, |byte| *byte == b'\n').map(|line| str::from_utf8(line).ok());
        let (first, source, entries) = (lines.next()??, lines.next()??, lines.next()??);
        let head = first.len() + source.len() + entries.len() + 3;
        let fuse = fuse(body.get(head..)?)?;
        let filter = Self { source: source.to_owned(), entries: entries.parse().ok()?, fuse };
        (first == FIRST_LINE).then_some(filter)
    }

    pub(super) fn contains(&self, password: &str) -> bool {
        self.fuse.contains(&key(&folded(password)))
    }
}

/// The numbers and the fingerprints, if they fit each other: a look-up goes up to two segments past the last one's start.
fn fuse(bytes: &[u8]) -> Option<BinaryFuse16> {
    let (seed, rest) = bytes.split_first_chunk::<8>()?;
    let (numbers, rest) = rest.split_first_chunk::<12>()?;
    let number = |at: usize| u32::from_le_bytes(numbers[at..at + 4].try_into().expect("four of twelve bytes"));
    let descriptor = Descriptor {
        seed: u64::from_le_bytes(*seed),
        segment_length: number(0),
        segment_length_mask: number(4),
        segment_count_length: number(8),
    };
    let (length, starts) = (u64::from(descriptor.segment_length), u64::from(descriptor.segment_count_length));
    let fits = length.is_power_of_two()
        && u64::from(descriptor.segment_length_mask) == length - 1
        && starts % length == 0
        && (starts + 2 * length) * 2 == rest.len() as u64;
    let fingerprints = rest.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    fits.then_some(BinaryFuse16 { descriptor, fingerprints })
}

/// As it is compared.
fn folded(password: &str) -> String {
    password.nfc().flat_map(char::to_lowercase).collect()
}

fn key(folded: &str) -> u64 {
    let sum = digest(&SHA256, folded.as_bytes());
    u64::from_le_bytes(sum.as_ref()[..8].try_into().expect("SHA-256 gives 32 bytes"))
}

/// Whether the rule's length lets it be somebody's password at all, in whatever case it was typed.
fn could_be_used(folded: &str) -> bool {
    match folded.chars().count() {
        14 => {
            let kinds: [fn(char) -> bool; 3] = [char::is_alphabetic, char::is_numeric, |c: char| !c.is_alphanumeric()];
            kinds.iter().all(|kind| folded.chars().any(*kind))
        }
        length => (15..=1024).contains(&length),
    }
}

/// A list that is being made. It begins with the obvious: walks over the keyboard, runs of digits and letters.
#[derive(Debug)]
pub struct BreachedList(Vec<u64>);

impl Default for BreachedList {
    fn default() -> Self {
        let mut list = Self(Vec::new());
        for text in obvious::walks() {
            list.add(&text);
        }
        list
    }
}

impl BreachedList {
    /// Adds one; what is too short to be anybody's password here is left out.
    pub fn add(&mut self, password: &str) {
        let folded = folded(password);
        if could_be_used(&folded) {
            self.0.push(key(&folded));
        }
    }

    /// Adds a very common one, and what people make of it to get to a length: twice, three times, with a 1 at its end.
    pub fn add_common(&mut self, password: &str) {
        self.add(password);
        for text in obvious::stretched(password) {
            self.add(&text);
        }
    }

    /// The file's bytes, and how many entries it has. The same lists give the same bytes, in whatever order.
    pub fn finish(mut self, source: &str) -> Result<(Vec<u8>, usize), Error> {
        self.0.sort_unstable();
        self.0.dedup();
        let source = source.replace(['\r', '\n'], " ");
        let fuse = BinaryFuse16::try_from(&self.0).map_err(Error::broken)?;
        let mut bytes = format!("{FIRST_LINE}\n{source}\n{}\n", self.0.len()).into_bytes();
        bytes.extend(fuse.descriptor.seed.to_le_bytes());
        let Descriptor { segment_length, segment_length_mask, segment_count_length, .. } = fuse.descriptor;
        for number in [segment_length, segment_length_mask, segment_count_length] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(fuse.fingerprints.iter().flat_map(|fingerprint| fingerprint.to_le_bytes()));
        bytes.extend_from_slice(digest(&SHA256, &bytes.clone()).as_ref());
        Ok((bytes, self.0.len()))
    }
}

//! The tie between a clinic's record and a personal record: on which terms, and the code that makes it.

use crate::grant::Visibility;
use jiff::Timestamp;
use std::fmt;

/// How long a link code works.
pub const LINK_CODE_DAYS: i64 = 7;

/// How long the clinic's screen is handed to a patient.
pub const HANDOVER_MINUTES: i64 = 10;

/// What a clinic sees of a linked record, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkTerms {
    /// At what.
    pub visibility: Visibility,
    /// Until when; void at this instant.
    pub until_at: Option<Timestamp>,
}

impl LinkTerms {
    /// Whether the new terms let the clinic see anything, or for any time, that these did not.
    pub fn are_widened_by(&self, new: &Self) -> bool {
        let longer = match (self.until_at, new.until_at) {
            (Some(old), Some(new)) => new > old,
            (Some(_), None) => true,
            (None, _) => false,
        };
        longer || !new.visibility.is_within(self.visibility)
    }
}

/// Digits and capital letters without those that look or sound like another: no 0, O, 1, I, L.
const ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const LENGTH: usize = 10;

/// Ten characters, said aloud or typed from a letter. 31 to the power of 10: a little over 49 bits.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkCode([u8; LENGTH]);

impl LinkCode {
    /// Of random bytes; those at the end of the range are left out, so that every character is as likely as another.
    /// None when too few are left.
    pub fn of_random(bytes: &[u8]) -> Option<Self> {
        let most = u8::try_from(256 / ALPHABET.len() * ALPHABET.len()).unwrap_or(u8::MAX);
        let characters: Vec<u8> = bytes
            .iter()
            .filter(|byte| **byte < most)
            .map(|byte| ALPHABET[usize::from(*byte) % ALPHABET.len()])
            .take(LENGTH)
            .collect();
        characters.try_into().ok().map(Self)
    }

    /// As typed: in any case, with spaces and dashes wherever people put them.
    pub fn parse(text: &str) -> Option<Self> {
        let typed = text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase());
        let bytes: Option<Vec<u8>> =
            typed.map(|c| u8::try_from(c).ok().filter(|byte| ALPHABET.contains(byte))).collect();
        bytes?.try_into().ok().map(Self)
    }

    /// Without a gap, as it is hashed and stands in a link.
    pub fn plain(&self) -> String {
        self.0.iter().map(|byte| char::from(*byte)).collect()
    }
}

/// In two groups of five, as people read it.
impl fmt::Display for LinkCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.plain();
        let (first, second) = plain.split_at(LENGTH / 2);
        write!(f, "{first}-{second}")
    }
}

/// A code is a secret until it is used.
impl fmt::Debug for LinkCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkCode(…)")
    }
}

//! Accounts, records and clinics, by id; and e-mail addresses.

use std::fmt;

/// A random 128-bit id, time-ordered (UUID version 7) where it is made by the store.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(pub u128);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let x = self.0;
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            (x >> 96) as u32,
            (x >> 80) as u16,
            (x >> 64) as u16,
            (x >> 48) as u16,
            x & 0xffff_ffff_ffff
        )
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Id {
    /// Reads the hyphenated form, and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 36 || [8, 13, 18, 23].iter().any(|&at| bytes[at] != b'-') {
            return None;
        }
        let mut value = 0u128;
        for (at, byte) in bytes.iter().enumerate() {
            if ![8, 13, 18, 23].contains(&at) {
                value = (value << 4) | u128::from(char::from(*byte).to_digit(16)?);
            }
        }
        Some(Self(value))
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub Id);
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl $name {
            /// Reads the hyphenated form.
            pub fn parse(text: &str) -> Option<Self> {
                Id::parse(text).map(Self)
            }
        }
    };
}

id!(
    /// Somebody who signs in.
    AccountId
);
id!(
    /// One person's body of diabetes data: the patient of the gate.
    RecordId
);
id!(
    /// An organisation with members.
    ClinicId
);

/// An e-mail address, checked for shape and kept as typed; compared by [`Email::key`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Email(String);

/// Why an address was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This does not look like an e-mail address. It needs a name, an @ and a domain, as in anna@example.org.")]
pub struct InvalidEmail;

impl Email {
    /// Checks the shape: one `@`, something before it, a dotted domain after it, no spaces or control
    /// characters, at most 254 characters.
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let text = text.trim();
        let (name, domain) = text.rsplit_once('@').ok_or(InvalidEmail)?;
        let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>()[],;:\\\"".contains(c);
        let fits = !name.is_empty()
            && name.len() <= 64
            && text.len() <= 254
            && !name.contains('@')
            && text.chars().all(plain)
            && domain.split('.').count() >= 2
            && domain.split('.').all(|label| {
                !label.is_empty()
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            });
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidEmail) }
    }

    /// As typed, for sending.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which two addresses are compared: lower case.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

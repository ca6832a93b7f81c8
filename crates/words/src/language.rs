//! The languages we speak. English first; German, Spanish and French follow.

use crate::{english::ENGLISH, texts::Texts};

/// A language that pages and reports can be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Language {
    /// International English: day before month, 24 hours, decimal point.
    #[default]
    English,
}

impl Language {
    /// All of them, in the order of a list to choose from.
    pub const ALL: [Language; 1] = [Language::English];

    /// The BCP 47 tag, for `lang` attributes and for keeping.
    pub const fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
        }
    }

    /// Its own name for itself.
    pub const fn name(self) -> &'static str {
        match self {
            Language::English => "English",
        }
    }

    /// The language of a tag (`en`, `en-GB`), when we speak it.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default().trim();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The first language of an `Accept-Language` header that we speak, else English.
    pub fn of_accept(header: &str) -> Self {
        header.split(',').filter_map(|part| Self::of_tag(part.split(';').next()?)).next().unwrap_or_default()
    }

    /// Every text in this language.
    pub const fn texts(self) -> &'static Texts {
        match self {
            Language::English => &ENGLISH,
        }
    }

    /// Between whole and fraction.
    pub const fn decimal_mark(self) -> char {
        match self {
            Language::English => '.',
        }
    }

    /// Between thousands.
    pub const fn group_mark(self) -> char {
        match self {
            Language::English => ',',
        }
    }

    /// Whether a count takes the form for one. (French will also count 0 here.)
    pub const fn is_one(self, count: u64) -> bool {
        match self {
            Language::English => count == 1,
        }
    }
}

//! Words, numbers and dates in the reader's language, for pages, reports and messages. Pure: no clock, no I/O.
//!
//! A new language is one variant of [`Language`] and one `Texts` (see `english.rs`): the compiler then names every
//! text that is missing. Amounts of glucose come as plain numbers, so that this room imports no other.

mod dates;
mod durations;
mod english;
mod language;
mod numbers;
mod texts;

pub use language::Language;
pub use numbers::round_half_even;
pub use texts::{DayNames, MonthNames, Plural, Texts, fill};

//! Not read yet.

use crate::{Context, Format, Import, Refused};

/// Strings of which one stands on every line at which such an export begins (inside a table).
pub(crate) const MARKS: &[&str] = &[];

/// Whether a line is where such an export begins.
pub(crate) fn begins(_line: &str) -> bool {
    false
}

/// Which of Nightscout's collections the beginning of a JSON text shows.
pub(crate) fn recognises_json(_head: &str) -> Option<Format> {
    None
}

/// Whether the beginning of a text is `entries.csv`.
pub(crate) fn recognises_table(_head: &str) -> Option<Format> {
    None
}

pub(crate) fn read(_text: &str, _format: Format, _cx: &mut Context<'_>) -> Result<Import, Refused> {
    Err(Refused::UnknownFormat { looks_like: String::new() })
}

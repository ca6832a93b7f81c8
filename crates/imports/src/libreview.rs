//! Not read yet.

use crate::{Context, Import, Refused};

/// Strings of which one stands on every line at which such an export begins.
pub(crate) const MARKS: &[&str] = &[];

/// Whether a line is where such an export begins.
pub(crate) fn begins(_line: &str) -> bool {
    false
}

/// Whether the beginning of a text looks like this format.
pub(crate) fn recognises(_head: &str) -> bool {
    false
}

pub(crate) fn read(_text: &str, _cx: &mut Context<'_>) -> Result<Import, Refused> {
    Err(Refused::UnknownFormat { looks_like: String::new() })
}

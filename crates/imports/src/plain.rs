//! Not read yet.

use crate::{Context, Import, Refused};

/// Whether the beginning of a text looks like this format.
pub(crate) fn recognises(_head: &str) -> bool {
    false
}

pub(crate) fn read(_text: &str, _cx: &mut Context<'_>) -> Result<Import, Refused> {
    Err(Refused::UnknownFormat { looks_like: String::new() })
}

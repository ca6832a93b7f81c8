//! What a JSON reader says when the text ends early, goes on too long or is none.

use crate::{Format, Refused};
use serde_json::error::Category;

/// The refusal for a text that `serde_json` could not read. `first` is what it was taken for.
pub(crate) fn refusal(error: &serde_json::Error, text: &str, first: Format) -> Refused {
    let line = error.line();
    if error.is_eof() {
        return Refused::Truncated { what: format!("{} (JSON)", first.name()) };
    }
    if error.classify() == Category::Syntax && error.to_string().starts_with("trailing characters") {
        let rest = from_place(text, line, error.column());
        if let Ok(second) = crate::detect::format_of(rest) {
            return Refused::TwoFormats { first: first.name().to_owned(), second: second.name().to_owned(), line };
        }
        return Refused::Broken {
            what: "Something follows the end of the JSON text.".to_owned(),
            line,
            why: WHERE.into(),
        };
    }
    Refused::Broken { what: "This is not well-formed JSON.".to_owned(), line, why: WHERE.into() }
}

const WHERE: &str = "from here on it cannot be read";

fn from_place(text: &str, line: usize, column: usize) -> &str {
    let start = match line {
        0 | 1 => 0,
        _ => memchr::memchr_iter(b'\n', text.as_bytes()).nth(line - 2).map_or(text.len(), |end| end + 1),
    };
    let at = (start + column.saturating_sub(1)).min(text.len());
    &text[text.floor_char_boundary(at)..]
}

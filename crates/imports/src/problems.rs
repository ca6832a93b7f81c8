//! What was wrong with a row or a file, and what to do about it.

/// One row that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line in the file, from 1 (JSON: index of the object, from 1).
    pub line: usize,
    /// The column's name as the file has it, or the JSON field; empty when the whole row is meant.
    pub column: String,
    /// One plain sentence. Never quotes more than 40 characters of the file.
    pub why: String,
    /// The row was set aside because its date cannot be right (before the device's clock was set, in the future).
    pub quarantined: bool,
}

/// The whole file was refused; nothing of it is taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("This file is empty.")]
    Empty,
    #[error("This file is larger than {limit_mb} MB. Export fewer days at a time, and upload the parts one by one.")]
    TooLarge { limit_mb: usize },
    #[error(
        "This is not a text, CSV, JSON or ZIP file that we know: {looks_like}. Export the data again as CSV or JSON."
    )]
    UnknownFormat { looks_like: String },
    #[error("This file ends in the middle of {what}: the download may have been cut off. Export it again.")]
    Truncated { what: String },
    #[error(
        "This file holds two exports glued together: {first}, then {second} at line {line}. Upload them one by one."
    )]
    TwoFormats { first: String, second: String, line: usize },
    #[error("This packed file is not safe to open: {why}.")]
    UnsafeArchive { why: String },
    #[error("Line {line} is longer than {limit} characters. This is no device export; check the file.")]
    LineTooLong { line: usize, limit: usize },
    #[error("{what} Line {line}: {why}.")]
    Broken { what: String, line: usize, why: String },
    #[error("Reading was stopped.")]
    Stopped,
}

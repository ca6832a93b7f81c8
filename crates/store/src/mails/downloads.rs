//! The letters that tell a patient who took a report away.

use super::Letter;

/// The kind of [`downloaded`].
pub(crate) const DOWNLOADED: &str = "report downloaded";

/// To the patient, when somebody else took a report away.
pub(crate) fn downloaded(receipt: &str) -> Letter {
    Letter::plain(
        DOWNLOADED,
        "A report of yours was downloaded",
        format!("somebody with whom you share your data downloaded a report. Its receipt number is {receipt}."),
        "Who it was and what it covers stands in your view history.",
    )
}

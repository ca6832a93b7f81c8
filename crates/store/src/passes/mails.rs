//! The letter about a visit pass.

use crate::mails::Letter;

/// To the patient: somebody looks now. Names no doctor and no days: a mail is read in many places.
pub(crate) fn opened(minutes: u16, from: &str) -> Letter {
    Letter::plain(
        "visit pass opened",
        "A visit pass was opened",
        format!(
            "the visit pass that you made for your record was opened just now, from {from}. It shows the days that you chose, and \
             ends by itself within {minutes} minutes."
        ),
        "On the page Visit passes of your record you see it, and end it with one tap.",
    )
    .with_link("/records", None)
    .security()
}

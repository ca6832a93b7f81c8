//! The one place where the program looks at the clock; everything below is handed the time.

use jiff::Timestamp;
use std::time::Instant;

#[expect(clippy::disallowed_methods, reason = "the binary is where time comes in")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// For measuring how long something takes.
#[expect(clippy::disallowed_methods, reason = "the binary is where time comes in")]
pub fn instant() -> Instant {
    Instant::now()
}

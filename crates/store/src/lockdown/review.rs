//! What the review of a lockdown reads of the account: devices that came lately.

use crate::{
    db::{Row, params, statements},
    error::Error,
    keys::place,
    own::Own,
};
use jiff::Timestamp;

statements! {
    NEW = "select origin, first_at, seen_at from known_devices where account = $1 and first_at >= $2 \
        order by first_at desc, hash";
}

/// A browser in which somebody signed in to the account for the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameIn {
    /// Network address and browser, as they were last.
    pub origin: String,
    /// The first sign-in.
    pub first_at: Timestamp,
    /// The last one.
    pub seen_at: Timestamp,
}

impl Own<'_> {
    /// The devices that came since then, newest first.
    pub fn new_devices(&mut self, since: Timestamp) -> Result<Vec<CameIn>, Error> {
        let rows = self.tx.query(NEW, params![self.account, since])?;
        let device = |row: &Row| {
            let origin = self.inside.keys.open_text(place("known_devices", "origin", self.account.0), row.bytes(0)?)?;
            Ok(CameIn { origin, first_at: row.instant(1)?, seen_at: row.instant(2)? })
        };
        rows.iter().map(device).collect()
    }
}

//! What tells one state of a record from another, so that what was worked out for one app is found for the next.

use crate::{
    access::Access,
    chunk::{DOCUMENTS, DocumentDatum, EventDatum, STATUSES},
    days::Stored,
    db::{params, statements},
    error::Error,
    rights::CanView,
};
use aws_lc_rs::digest;
use jiff::Timestamp;
use sharing::Visibility;

statements! {
    CHANGES = "select count(*), cast(coalesce(sum(version), 0) as bigint), max(changed_at) from days where record = $1 and kind = $2";
}

impl<R: CanView> Access<'_, R> {
    /// Another for each state of everything of a span, of all documents however old, and of what may be seen of it: what was
    /// made of them is good for as long as this is the same, for whoever sees the same.
    pub fn seal_of_all(&mut self, from: Timestamp, to: Timestamp) -> Result<[u8; 32], Error> {
        let mut hash = digest::Context::new(&digest::SHA256);
        hash.update(&self.entries_seal(from, to)?);
        if self.entered().visibility != Visibility::GLUCOSE_ONLY {
            hash.update(&self.seal_of::<EventDatum>(from, to)?);
        }
        hash.update(&self.documents_seal(from, to)?);
        hash.update(&self.seal_of::<DocumentDatum<STATUSES>>(from, to)?);
        // Each writing of a day has another version and its own instant.
        let (record, kind) = (self.record_id(), <DocumentDatum<DOCUMENTS> as Stored>::KIND);
        if let Some(row) = self.tx().query_one(CHANGES, params![record, kind])? {
            let changed = row.opt_instant(2)?.unwrap_or(Timestamp::MIN);
            for number in [row.int(0)?, row.int(1)?, changed.as_microsecond()] {
                hash.update(&number.to_be_bytes());
            }
        }
        Ok(hash.finish().as_ref().try_into().expect("SHA-256 gives 32 bytes"))
    }
}

//! Whose reports a clinic can print: its patients, and which of them are linked at this moment. No figures.

use super::{Desk, PatientDetails, PrintReports, profile};
use crate::{
    db::{Row, params, statements},
    error::Error,
    inside::Inside,
    records,
    standing::visibility,
};
use jiff::{Timestamp, civil::Date};
use sharing::{RecordId, Visibility};

statements! {
    ONE = "select r.id, r.name, r.born_on, r.profile, l.record, l.insulin, l.carbs, l.notes, l.devices, l.since_at from records r left join links l on l.profile = r.id \
        and l.suspended_at is null and (l.until_at is null or l.until_at > $2) \
        where r.clinic = $1 and r.merged_into is null and r.id = $3";
}

/// A patient, and where their data may be.
#[derive(Clone, PartialEq, Eq)]
pub struct ToPrint {
    /// The clinic's own record.
    pub profile: RecordId,
    /// As the clinic wrote it.
    pub name: String,
    /// Their birth date.
    pub born_on: Option<Date>,
    /// Number, group and tags; in the list of all, no addresses.
    pub details: PatientDetails,
    /// The personal record, while a link to it is active.
    pub linked: Option<RecordId>,
    /// Since when that link stands and what it shows: what was made under one link is not given out under another.
    pub link: Option<(Timestamp, Visibility)>,
}

impl std::fmt::Debug for ToPrint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ToPrint({})", self.profile)
    }
}

impl Desk<'_, PrintReports> {
    /// One patient; *not found* when this clinic does not keep them, or no longer.
    pub fn one_to_print(&mut self, profile: RecordId) -> Result<ToPrint, Error> {
        let row = self.tx.query_one(ONE, params![self.at.clinic, self.at.now, profile])?.ok_or(Error::NotFound)?;
        to_print(self.inside, &row)
    }
}

fn to_print(inside: &Inside, row: &Row) -> Result<ToPrint, Error> {
    let profile = RecordId(row.id(0)?);
    let linked = row.opt_id(4)?.map(RecordId);
    Ok(ToPrint {
        profile,
        name: records::open_name(inside, profile, row.bytes(1)?)?,
        born_on: records::open_birth(inside, profile, row.opt_bytes(2)?)?,
        details: profile::open(inside, profile, row.opt_bytes(3)?)?,
        linked,
        link: linked.map(|_| Ok::<_, Error>((row.instant(9)?, visibility(row, 5)?))).transpose()?,
    })
}

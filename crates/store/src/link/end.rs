//! The end of a link, by either side, at once: the clinic keeps what it had uploaded itself, and loses the rest at the very next
//! request.

use super::{mails, name_of, owner};
use crate::{
    access::Access,
    audit::{self, Entry},
    clinic::{Desk, Link},
    db::{Tx, params, statements},
    error::Error,
    inside::Inside,
    news::Told,
    notices, outbox,
    rights::Manage,
};
use jiff::Timestamp;
use sharing::{AccountId, ClinicId, ClinicRole, RecordId};

statements! {
    END = "delete from links where record = $1 and clinic = $2 returning profile";
    OF_PROFILE = "select record from links where profile = $1 and clinic = $2";
    OF_RECORD = "select clinic from links where record = $1 order by since_at, clinic";
    MEMBERS = "select account from clinic_members where clinic = $1 order by account";
}

/// Takes a link out, with every message to the clinic's members about the personal record that was not sent yet; open streams
/// ask again. Answers the clinic's own record.
fn take(tx: &mut Tx, record: RecordId, clinic: ClinicId) -> Result<RecordId, Error> {
    let row = tx.query_one(END, params![record, clinic])?.ok_or(Error::NotFound)?;
    let profile = RecordId(row.id(0)?);
    for member in tx.query(MEMBERS, params![clinic])? {
        outbox::drop_for(tx, AccountId(member.id(0)?), record)?;
    }
    tx.tell(Told::access(record));
    tx.tell(Told::access(profile));
    Ok(profile)
}

impl Access<'_, Manage> {
    /// Ends a clinic's link at once, with every message to its members about this record that was not sent yet.
    pub fn remove_clinic(&mut self, clinic: ClinicId) -> Result<(), Error> {
        let record = self.record_id();
        let profile = take(self.tx(), record, clinic)?;
        let acts = ("removed a clinic", "ended the link");
        self.tell_of_link((clinic, profile), acts, |clinic, record, _| mails::removed(clinic, record))
    }
}

impl Desk<'_, Link> {
    /// Ends the link of a patient. The patient is told; what the clinic uploaded itself stays here.
    pub fn end_link(&mut self, profile: RecordId) -> Result<(), Error> {
        self.keeps(profile)?;
        let by = (self.at.member, self.at.role, self.at.clinic);
        if !end_of_profile(self.tx, self.inside, by, profile, self.at.now)? {
            return Err(Error::NotFound);
        }
        self.audit("ended the link of a patient", &profile.to_string())
    }
}

/// A member ends the link of one of the clinic's own records; answers whether there was one.
pub(crate) fn end_of_profile(
    tx: &mut Tx,
    inside: &Inside,
    by: (AccountId, ClinicRole, ClinicId),
    profile: RecordId,
    now: Timestamp,
) -> Result<bool, Error> {
    let Some(row) = tx.query_one(OF_PROFILE, params![profile, by.2])? else { return Ok(false) };
    end_by_member(tx, inside, by, RecordId(row.id(0)?), now)?;
    Ok(true)
}

/// A member ends one link: both chains have a line with role and clinic, the patient is told.
pub(crate) fn end_by_member(
    tx: &mut Tx,
    inside: &Inside,
    (member, role, clinic): (AccountId, ClinicRole, ClinicId),
    record: RecordId,
    now: Timestamp,
) -> Result<(), Error> {
    let profile = take(tx, record, clinic)?;
    for record in [record, profile] {
        let line = Entry::by_member(member, record, (role, clinic), now, "ended the link", "");
        audit::write(tx, inside, &line)?;
    }
    let (name, (owner, record_name, _)) = (name_of(tx, inside, clinic)?, owner(tx, inside, record)?);
    let detail = format!("{record_name}: {name}");
    audit::write(tx, inside, &Entry::activity(owner, now, "a clinic ended its link", detail))?;
    notices::tell(tx, inside, owner, &mails::ended_by_clinic(&name, &record_name), now)
}

/// Ends every link of a record whose owner leaves. The clinics read that the patient ended the link, and not why.
pub(crate) fn end_all_of_record(
    tx: &mut Tx,
    inside: &Inside,
    owner: AccountId,
    record: RecordId,
    now: Timestamp,
) -> Result<(), Error> {
    for row in tx.query(OF_RECORD, params![record])? {
        let profile = take(tx, record, ClinicId(row.id(0)?))?;
        audit::write(tx, inside, &Entry::of_link(profile, owner, now, "ended the link", String::new()))?;
    }
    Ok(())
}

//! The patient's side of links: which clinics see what, changed and restored by the owner alone.

use super::{both_chains, codes::check, contact, mails, name_of, owner, terms};
use crate::{
    access::Access,
    audit::{self, Entry},
    db::{Row, params, statements},
    error::Error,
    inside::Inside,
    keys::place,
    news::What,
    notices,
    own::Own,
    records::open_name,
    rights::Manage,
    share,
};
use jiff::Timestamp;
use sharing::{ClinicId, LinkTerms, RecordId};

statements! {
    OF_RECORD = "select l.record, r.name, l.clinic, c.name, c.contact, l.insulin, l.carbs, l.notes, l.devices, l.until_at, \
        l.since_at, l.suspended_at from links l join records r on r.id = l.record join clinics c on c.id = l.clinic \
        where l.record = $1 order by l.since_at, l.clinic";
    OF_ACCOUNT = "select l.record, r.name, l.clinic, c.name, c.contact, l.insulin, l.carbs, l.notes, l.devices, l.until_at, \
        l.since_at, l.suspended_at from links l join records r on r.id = l.record join clinics c on c.id = l.clinic \
        where r.account = $1 order by r.made_at, r.id, l.since_at, l.clinic";
    TERMS = "select profile, insulin, carbs, notes, devices, until_at from links where record = $1 and clinic = $2";
    EDIT = "update links set insulin = $3, carbs = $4, notes = $5, devices = $6, until_at = $7, told_of_end = $8 \
        where record = $1 and clinic = $2";
    RESTORE = "update links set suspended_at = null where record = $1 and clinic = $2 and suspended_at is not null \
        returning profile";
}

/// A clinic that sees a record, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedClinicLine {
    /// Which record.
    pub record: RecordId,
    /// Whose data it holds.
    pub record_name: String,
    /// Which clinic.
    pub clinic: ClinicId,
    /// What it is called.
    pub name: String,
    /// How to reach it; empty when it does not say.
    pub contact: String,
    /// What it sees, and until when.
    pub terms: LinkTerms,
    /// Since when.
    pub since_at: Timestamp,
    /// Suspended by lockdown since then.
    pub suspended_at: Option<Timestamp>,
}

impl LinkedClinicLine {
    /// Whether its time is over.
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.terms.until_at.is_some_and(|until| until <= now)
    }
}

fn line(inside: &Inside, row: &Row) -> Result<LinkedClinicLine, Error> {
    let (record, clinic) = (RecordId(row.id(0)?), ClinicId(row.id(2)?));
    Ok(LinkedClinicLine {
        record,
        record_name: open_name(inside, record, row.bytes(1)?)?,
        clinic,
        name: inside.keys.open_text(place("clinics", "name", clinic.0), row.bytes(3)?)?,
        contact: contact(inside, clinic, row.opt_bytes(4)?)?,
        terms: terms(row, 5)?,
        since_at: row.instant(10)?,
        suspended_at: row.opt_instant(11)?,
    })
}

impl Own<'_> {
    /// The clinics that see a record of this account, or did until their time was over.
    pub fn linked_clinics(&mut self) -> Result<Vec<LinkedClinicLine>, Error> {
        let rows = self.tx.query(OF_ACCOUNT, params![self.account])?;
        rows.iter().map(|row| line(self.inside, row)).collect()
    }
}

impl Access<'_, Manage> {
    /// The clinics that see this record, or did until their time was over.
    pub fn linked_clinics(&mut self) -> Result<Vec<LinkedClinicLine>, Error> {
        let (tx, inside, entered) = self.parts();
        let rows = tx.query(OF_RECORD, params![entered.record])?;
        rows.iter().map(|row| line(inside, row)).collect()
    }

    /// Changes what a clinic sees, at once. Asks for a fresh proof when it will see more than before.
    pub fn edit_link(&mut self, clinic: ClinicId, new: &LinkTerms) -> Result<(), Error> {
        let (record, now) = (self.record_id(), self.now());
        let row = self.tx().query_one(TERMS, params![record, clinic])?.ok_or(Error::NotFound)?;
        let (profile, old) = (RecordId(row.id(0)?), terms(&row, 1)?);
        if old == *new {
            return Ok(());
        }
        check(new, now)?;
        if old.are_widened_by(new) {
            self.fresh()?;
        }
        let (seen, told) = (new.visibility, share::told_of_end(new.until_at, now));
        let row = params![record, clinic, seen.insulin, seen.carbs, seen.notes, seen.devices, new.until_at, told];
        self.tx().execute(EDIT, row)?;
        let act = "changed what a clinic sees";
        let new = *new;
        self.tell_of_link((clinic, profile), (act, act), |clinic, record, zone| {
            mails::changed(clinic, record, &new, zone)
        })
    }

    /// Lets a suspended clinic in again, with the same view as before. Asks for a fresh proof.
    pub fn restore_clinic(&mut self, clinic: ClinicId) -> Result<(), Error> {
        self.fresh()?;
        let record = self.record_id();
        let row = self.tx().query_one(RESTORE, params![record, clinic])?.ok_or(Error::NotFound)?;
        let (profile, act) = (RecordId(row.id(0)?), "restored a clinic");
        self.tell_of_link((clinic, profile), (act, act), |clinic, record, _| mails::restored(clinic, record))
    }

    /// One change by the owner: a line in both chains and in their own activity, a letter, and open streams ask again.
    pub(super) fn tell_of_link(
        &mut self,
        (clinic, profile): (ClinicId, RecordId),
        acts: (&'static str, &'static str),
        letter: impl FnOnce(&str, &str, &jiff::tz::TimeZone) -> crate::mails::Letter,
    ) -> Result<(), Error> {
        self.note(What::Access);
        let (tx, inside, entered) = self.parts();
        let (record, now) = (entered.record, entered.now);
        let (owner, record_name, zone) = owner(tx, inside, record)?;
        let name = name_of(tx, inside, clinic)?;
        both_chains(tx, inside, owner, (record, profile, clinic), acts, now)?;
        audit::write(tx, inside, &Entry::activity(owner, now, acts.0, format!("{record_name}: {name}")))?;
        notices::tell(tx, inside, owner, &letter(&name, &record_name, &zone), now)
    }
}

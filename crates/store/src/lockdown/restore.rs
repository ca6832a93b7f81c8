//! Opening again, one by one: who was let in before, with exactly what they had.

use crate::{
    access::Access,
    db::{Row, params, statements},
    error::Error,
    inside::Inside,
    keys::place,
    own::Own,
    records::open_name,
    rights::Manage,
    share::mails::Change,
    standing::{permission, visibility},
};
use jiff::Timestamp;
use sharing::{AccountId, ClinicId, Permission, RecordId, Visibility};

statements! {
    PARTNERS = "select r.id, r.name, g.partner, a.name, g.insulin, g.carbs, g.notes, g.devices, g.since_at, g.until_at, g.permission \
        from grants g join records r on r.id = g.record join accounts a on a.id = g.partner \
        where r.account = $1 and g.suspended_at is not null order by r.made_at, r.id, g.since_at, g.partner";
    CLINICS = "select r.id, r.name, l.clinic, c.name, l.insulin, l.carbs, l.notes, l.devices, l.since_at, l.until_at \
        from links l join records r on r.id = l.record join clinics c on c.id = l.clinic \
        where r.account = $1 and l.suspended_at is not null order by r.made_at, r.id, l.since_at, l.clinic";
    RESTORE_PARTNER = "update grants set suspended_at = null where record = $1 and partner = $2 and suspended_at is not null";
}

/// Who is shut out by the lockdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Whom {
    /// A care partner, with this permission.
    CarePartner(AccountId, Permission),
    /// A linked clinic.
    Clinic(ClinicId),
}

/// Somebody's access that waits for the owner's word.
#[derive(Clone, Debug, PartialEq)]
pub struct Suspended {
    /// To which record.
    pub record: RecordId,
    /// Its name.
    pub record_name: String,
    /// Whose access.
    pub whom: Whom,
    /// Their name.
    pub name: String,
    /// What they saw, and will see again.
    pub visibility: Visibility,
    /// Since when they had it.
    pub since_at: Timestamp,
    /// Until when it was given.
    pub until_at: Option<Timestamp>,
}

impl Own<'_> {
    /// Everybody whose access to a record of this account is suspended.
    pub fn suspended(&mut self) -> Result<Vec<Suspended>, Error> {
        let mut list = Vec::new();
        for row in self.tx.query(PARTNERS, params![self.account])? {
            let partner = AccountId(row.id(2)?);
            let name = self.inside.keys.open_text(place("accounts", "name", partner.0), row.bytes(3)?)?;
            list.push(suspended(self.inside, &row, Whom::CarePartner(partner, permission(row.text(10)?)?), name)?);
        }
        for row in self.tx.query(CLINICS, params![self.account])? {
            let clinic = ClinicId(row.id(2)?);
            let name = self.inside.keys.open_text(place("clinics", "name", clinic.0), row.bytes(3)?)?;
            list.push(suspended(self.inside, &row, Whom::Clinic(clinic), name)?);
        }
        Ok(list)
    }
}

fn suspended(inside: &Inside, row: &Row, whom: Whom, name: String) -> Result<Suspended, Error> {
    let record = RecordId(row.id(0)?);
    Ok(Suspended {
        record,
        record_name: open_name(inside, record, row.bytes(1)?)?,
        whom,
        name,
        visibility: visibility(row, 4)?,
        since_at: row.instant(8)?,
        until_at: row.opt_instant(9)?,
    })
}

impl Access<'_, Manage> {
    /// Lets a suspended care partner in again, with the same permission as before. Asks for a fresh proof.
    pub fn restore_care_partner(&mut self, partner: AccountId) -> Result<(), Error> {
        self.fresh()?;
        let record = self.record_id();
        if self.tx().execute(RESTORE_PARTNER, params![record, partner])? == 0 {
            return Err(Error::NotFound);
        }
        self.tell_of_change(partner, "restored a care partner", &Change::Restored)
    }
}

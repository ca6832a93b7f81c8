//! What a clinic is called, and its end: all links end at once, its own records stay sealed for a while, and an admin can bring
//! it back until then.
//!
//! ```text
//! close    links, codes, handovers and invitations end; members lose everything; patients and members are told
//! reopen   until the last day: members and the clinic's own records come back, links do not
//! purge    keys first, then every row (`purge.rs`)
//! ```

use super::{
    ChangeClinic, Desk, lacks_second_step, mails, members,
    register::{checked, sealed},
};
use crate::{
    audit::{self, Entry},
    db::{Row, Sql, Tx, params, statements},
    error::{Error, Invalid},
    inside::Inside,
    keys::place,
    leaving,
    news::Told,
    notices,
    own::Own,
    records::open_name,
    share,
};
use jiff::Timestamp;
use sharing::{AccountId, ClinicId, RecordId, Refusal};

statements! {
    SETTINGS = "select name, contact from clinics where id = $1";
    CHANGE = "update clinics set name = $2, contact = $3 where id = $1";
    PATIENTS = "select count(*) from records where clinic = $1 and merged_into is null";
    LINKED = "select count(*) from links where clinic = $1";
    MEMBERS = "select count(*) from clinic_members where clinic = $1";
    CLOSE = "update clinics set closed_at = $2, purge_at = $3 where id = $1 and closed_at is null";
    LINKS = "select l.record, l.profile, r.account, r.name from links l join records r on r.id = l.record where l.clinic = $1 \
        order by l.since_at, l.record";
    END_LINKS = "delete from links where clinic = $1";
    END_CODES = "delete from link_codes where clinic = $1";
    END_HANDOVERS = "delete from handovers where clinic = $1";
    END_INVITATIONS = "delete from clinic_invitations where clinic = $1";
    UNSENT_ABOUT = "delete from outbox where sent_at is null and record in (select id from records where clinic = $1)";
    CLOSED = "select c.id, c.name, c.purge_at from clinic_members m join clinics c on c.id = m.clinic \
        where m.account = $1 and m.role = 'admin' and c.purge_at > $2 order by c.purge_at, c.id";
    REOPEN = "update clinics set closed_at = null, purge_at = null where id = $1";
    SOLE = "select m.clinic from clinic_members m join clinics c on c.id = m.clinic and c.closed_at is null \
        where m.account = $1 and m.role = 'admin' and not exists (select 1 from clinic_members o \
        where o.clinic = m.clinic and o.account <> m.account and o.role = 'admin') order by m.since_at, m.clinic";
    MEMBER_OF = "select m.clinic, c.closed_at from clinic_members m join clinics c on c.id = m.clinic \
        where m.account = $1 order by m.since_at, m.clinic";
}

/// What a clinic says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClinicSettings {
    /// What it is called.
    pub name: String,
    /// What patients see beside the name: address and phone, in a few lines.
    pub contact: String,
}

/// What closing a clinic would end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// What has to be typed.
    pub name: String,
    /// Records that the clinic keeps.
    pub patients: u32,
    /// Of them linked with a personal record.
    pub linked: u32,
    /// Who works there.
    pub members: u32,
    /// Until when it could be brought back, if it were closed now.
    pub until: Timestamp,
}

/// A clinic that was closed and can be brought back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedClinic {
    /// Which.
    pub id: ClinicId,
    /// What it was called.
    pub name: String,
    /// Until when.
    pub until: Timestamp,
}

impl Desk<'_, ChangeClinic> {
    /// What the clinic says of itself.
    pub fn clinic_settings(&mut self) -> Result<ClinicSettings, Error> {
        settings(self.tx, self.inside, self.at.clinic)
    }

    /// Changes name and contact.
    pub fn change_clinic(&mut self, new: &ClinicSettings) -> Result<(), Error> {
        let (name, contact) = checked(&new.name, &new.contact)?;
        let old = settings(self.tx, self.inside, self.at.clinic)?;
        let (sealed_name, sealed_contact) = sealed(self.inside, self.at.clinic, &name, &contact)?;
        self.tx.execute(CHANGE, params![self.at.clinic, sealed_name, sealed_contact])?;
        let detail = if old.name == name { String::new() } else { format!("{} → {name}", old.name) };
        self.audit("changed the clinic", &detail)
    }

    /// What closing would end.
    pub fn closing(&mut self) -> Result<Closing, Error> {
        let (clinic, until) = (self.at.clinic, leaving::until(self.at.now, self.inside));
        let mut count = |sql: Sql| self.tx.query_one(sql, params![clinic])?.ok_or(Error::Unavailable)?.count(0);
        let [patients, linked, members] = [count(PATIENTS)?, count(LINKED)?, count(MEMBERS)?];
        Ok(Closing { name: self.clinic_name()?, patients, linked, members, until })
    }

    /// Closes the clinic, whose name was `typed`. Asks for a fresh proof. Answers until when it can be brought back.
    pub fn close_clinic(&mut self, typed: &str) -> Result<Timestamp, Error> {
        self.fresh()?;
        let name = self.clinic_name()?;
        if typed.trim().to_lowercase() != name.to_lowercase() {
            return Err(Error::Invalid(Invalid::ClinicName));
        }
        self.audit("closed the clinic", "")?;
        let (clinic, role, now) = (self.at.clinic, self.at.role, self.at.now);
        for link in links(self.tx, self.inside, clinic)? {
            for (record, detail) in [(link.record, clinic.to_string()), (link.profile, String::new())] {
                let line = Entry::by_member(self.at.member, record, (role, clinic), now, "the clinic closed", &detail);
                audit::write(self.tx, self.inside, &line)?;
                self.tx.tell(Told::access(record));
            }
            notices::tell(self.tx, self.inside, link.owner, &mails::closed(&name, &link.record_name), now)?;
        }
        let until = shut(self.tx, self.inside, clinic, now)?;
        let by = share::name(self.tx, self.inside, self.at.member)?;
        let letter = mails::closed_to_member(&name, &by, &day(until));
        tell_all(self.tx, self.inside, clinic, &letter, ("a clinic was closed", &name), now)?;
        Ok(until)
    }
}

impl Own<'_> {
    /// The clinics that were closed and that this account, an admin there, can bring back.
    pub fn closed_clinics(&mut self) -> Result<Vec<ClosedClinic>, Error> {
        let inside = self.inside;
        let line = |row: &Row| {
            let id = ClinicId(row.id(0)?);
            let name = inside.keys.open_text(place("clinics", "name", id.0), row.bytes(1)?)?;
            Ok(ClosedClinic { id, name, until: row.instant(2)? })
        };
        self.tx.query(CLOSED, params![self.account, self.now])?.iter().map(line).collect()
    }

    /// Brings a clinic back: its members and its own records, and no links. Asks for a second step and a fresh proof.
    pub fn reopen_clinic(&mut self, clinic: ClinicId) -> Result<(), Error> {
        let closed = self.closed_clinics()?.into_iter().find(|one| one.id == clinic).ok_or(Error::NotFound)?;
        if lacks_second_step(self.tx, self.account)? {
            return Err(Error::Forbidden(Refusal::MemberSecondStep));
        }
        self.fresh()?;
        let (tx, inside, me, now) = (&mut *self.tx, self.inside, self.account, self.now);
        tx.execute(REOPEN, params![clinic])?;
        audit::write(tx, inside, &Entry::of_clinic(clinic, me, now, "reopened the clinic", ""))?;
        let letter = mails::reopened(&closed.name, &share::name(tx, inside, me)?);
        tell_all(tx, inside, clinic, &letter, ("a clinic was reopened", &closed.name), now)
    }

    /// The clinics that would have no admin without this account, with their names: nobody leaves them like that.
    pub fn sole_admin_of(&mut self) -> Result<Vec<(ClinicId, String)>, Error> {
        sole(self.tx, self.inside, self.account)
    }
}

/// Name and contact, as they are kept.
pub(crate) fn settings(tx: &mut Tx, inside: &Inside, clinic: ClinicId) -> Result<ClinicSettings, Error> {
    let row = tx.query_one(SETTINGS, params![clinic])?.ok_or(Error::NotFound)?;
    let open = |column, sealed| inside.keys.open_text(place("clinics", column, clinic.0), sealed);
    let contact = row.opt_bytes(1)?.map_or(Ok(String::new()), |sealed| open("contact", sealed))?;
    Ok(ClinicSettings { name: open("name", row.bytes(0)?)?, contact })
}

struct LinkLine {
    record: RecordId,
    profile: RecordId,
    owner: AccountId,
    record_name: String,
}

fn links(tx: &mut Tx, inside: &Inside, clinic: ClinicId) -> Result<Vec<LinkLine>, Error> {
    let line = |row: &Row| {
        let record = RecordId(row.id(0)?);
        Ok(LinkLine {
            record,
            profile: RecordId(row.id(1)?),
            owner: AccountId(row.id(2)?),
            record_name: open_name(inside, record, row.bytes(3)?)?,
        })
    };
    tx.query(LINKS, params![clinic])?.iter().map(line).collect()
}

/// Everything that opens something ends, and the clinic is closed. Whoever has a page of it open is told.
fn shut(tx: &mut Tx, inside: &Inside, clinic: ClinicId, now: Timestamp) -> Result<Timestamp, Error> {
    for sql in [END_LINKS, END_CODES, END_HANDOVERS, END_INVITATIONS, UNSENT_ABOUT] {
        tx.execute(sql, params![clinic])?;
    }
    let until = leaving::until(now, inside);
    tx.execute(CLOSE, params![clinic, now, until])?;
    for member in members::accounts(tx, clinic)? {
        tx.tell(Told::AccountAccess(member));
    }
    Ok(until)
}

/// A line of every member's own activity, and a letter.
fn tell_all(
    tx: &mut Tx,
    inside: &Inside,
    clinic: ClinicId,
    letter: &crate::mails::Letter,
    (act, name): (&'static str, &str),
    now: Timestamp,
) -> Result<(), Error> {
    for member in members::accounts(tx, clinic)? {
        audit::write(tx, inside, &Entry::activity(member, now, act, name.to_owned()))?;
        notices::tell(tx, inside, member, letter, now)?;
    }
    Ok(())
}

/// The last day; members live anywhere, so the clock is named.
fn day(until: Timestamp) -> String {
    until.to_zoned(jiff::tz::TimeZone::UTC).strftime("%-d %B %Y at %H:%M (%Z)").to_string()
}

/// Clinics whose only admin this is, and where somebody or something would stay behind.
pub(crate) fn sole(tx: &mut Tx, inside: &Inside, account: AccountId) -> Result<Vec<(ClinicId, String)>, Error> {
    let mut list = Vec::new();
    for row in tx.query(SOLE, params![account])? {
        let clinic = ClinicId(row.id(0)?);
        let mut count = |sql: Sql| tx.query_one(sql, params![clinic])?.ok_or(Error::Unavailable)?.count(0);
        if count(PATIENTS)? > 0 || count(MEMBERS)? > 1 {
            list.push((clinic, super::name(tx, inside, clinic)?));
        }
    }
    Ok(list)
}

/// Ends every membership of somebody who deletes the account. A clinic of theirs alone, without patients, closes with it.
pub(crate) fn end_all(tx: &mut Tx, inside: &Inside, account: AccountId, now: Timestamp) -> Result<(), Error> {
    super::invitations::withdraw_by(tx, account)?;
    let empty: Vec<ClinicId> =
        tx.query(SOLE, params![account])?.iter().map(|row| row.id(0).map(ClinicId)).collect::<Result<_, _>>()?;
    for row in tx.query(MEMBER_OF, params![account])? {
        let clinic = ClinicId(row.id(0)?);
        members::drop_member(tx, inside, (clinic, account), now)?;
        if empty.contains(&clinic) {
            audit::write(tx, inside, &Entry::of_clinic(clinic, account, now, "closed the clinic", ""))?;
            shut(tx, inside, clinic, now)?;
        } else if row.opt_instant(1)?.is_none() {
            members::left(tx, inside, members::At { clinic, by: account, now })?;
        }
    }
    Ok(())
}

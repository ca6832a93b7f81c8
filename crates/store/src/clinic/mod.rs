//! The door to a clinic, for its members. Patients' data are not behind it: those are reached through the gate alone.
//!
//! **Invariant:** to whoever is not a member, a clinic does not exist; and nothing of one clinic is seen at the door of another.

mod activity;
mod board;
mod close;
mod invitations;
mod joining;
mod leave;
pub(crate) mod mails;
mod members;
mod merge;
mod print;
mod profile;
mod purge;
mod register;
mod rights;
mod sides;

pub use activity::ClinicActivityLine;
pub(crate) use board::Boards;
pub use board::{BOARD_PAGE, Board, BoardFilters, BoardQuery, BoardRow, BoardSort, CallReason, Duplicates, LinkWord};
pub use close::{ClinicSettings, ClosedClinic, Closing};
pub use invitations::MemberInvitation;
pub use joining::ClinicOffer;
pub use members::MemberLine;
pub(crate) use merge::over_before;
pub use merge::{MergedPatient, UNDO_DAYS};
pub use print::ToPrint;
pub use profile::{NewPatient, PatientDetails, PatientProfile};
pub use rights::{
    AskForUpload, ChangeClinic, CompareRecords, DeletePatients, DeskRight, KeepMembers, KeepPatients, LetPatientsGo,
    Link, MergePatients, PrintReports, SeeActivity, SeeFigures, SeePatients,
};
pub use sides::{MergeAsked, MergeSide, MergeSides};

pub(crate) use close::{end_all, sole};
pub(crate) use invitations::withdraw_by;

use crate::{
    actor::{self, Actor, Who},
    audit::{self, Entry},
    db::{Sql, Tx, params, statements},
    error::Error,
    inside::{Inside, Store},
    keys::place,
    leaving, lockdown,
    standing::role,
};
use jiff::Timestamp;
use sharing::{AccountId, ClinicId, ClinicRole, Purpose, RecordId, clinic_allows};
use std::{marker::PhantomData, sync::Arc};

statements! {
    MEMBER = "select m.role, (select count(*) from factors f where f.account = m.account and f.confirmed_at is not null), c.name \
        from clinic_members m join clinics c on c.id = m.clinic where m.account = $1 and m.clinic = $2 and c.closed_at is null";
    NAME = "select name from clinics where id = $1";
    SECOND_STEPS = "select count(*) from factors where account = $1 and confirmed_at is not null";
    KEEPS = "select 1 from records where id = $1 and clinic = $2 and merged_into is null";
}

/// All statements about clinics.
pub(crate) fn statements() -> Vec<Sql> {
    [
        STATEMENTS,
        activity::STATEMENTS,
        board::STATEMENTS,
        close::STATEMENTS,
        invitations::STATEMENTS,
        joining::STATEMENTS,
        members::STATEMENTS,
        leave::STATEMENTS,
        merge::STATEMENTS,
        print::STATEMENTS,
        sides::STATEMENTS,
        profile::STATEMENTS,
        purge::STATEMENTS,
        register::STATEMENTS,
    ]
    .concat()
}

/// Drops invitations that are over.
pub(crate) fn tidy(tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
    invitations::tidy(tx, now)
}

/// What a clinic is called, closed or not.
fn name(tx: &mut Tx, inside: &Inside, clinic: ClinicId) -> Result<String, Error> {
    let row = tx.query_one(NAME, params![clinic])?.ok_or(Error::NotFound)?;
    inside.keys.open_text(place("clinics", "name", clinic.0), row.bytes(0)?)
}

/// Whether somebody has no second step, without which nothing of a clinic opens.
fn lacks_second_step(tx: &mut Tx, account: AccountId) -> Result<bool, Error> {
    Ok(tx.query_one(SECOND_STEPS, params![account])?.ok_or(Error::Unavailable)?.int(0)? == 0)
}

/// Being let in to one clinic, with the right `R`, for as long as one job runs.
pub struct Desk<'a, R> {
    pub(crate) tx: &'a mut Tx,
    pub(crate) inside: &'a Inside,
    pub(crate) at: AtDesk,
    pub(crate) origin: Arc<str>,
    right: PhantomData<fn() -> R>,
}

/// Who came in to which clinic, as decided in this transaction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AtDesk {
    pub(crate) clinic: ClinicId,
    pub(crate) member: AccountId,
    pub(crate) role: ClinicRole,
    pub(crate) proved_at: Option<Timestamp>,
    pub(crate) now: Timestamp,
}

impl Store {
    /// Lets `who` in to a clinic, if they are a member whose role reaches that far, and runs `job` there in one transaction.
    /// Not a member: *not found*, as if there were no such clinic.
    pub async fn with_clinic<R, T, F>(&self, who: &Actor, clinic: ClinicId, mut job: F) -> Result<T, Error>
    where
        R: DeskRight,
        T: Send + 'static,
        F: for<'a> FnMut(&mut Desk<'a, R>) -> Result<T, Error> + Send + 'static,
    {
        let Who::Account { id: member } = who.who else { return Err(Error::NotFound) };
        let (proved_at, origin, now) = (who.proved_at, Arc::clone(&who.origin), self.0.clock.now());
        let inside = Arc::clone(&self.0);
        let work = move |tx: &mut Tx| {
            let role = member_role(tx, member, clinic)?.allowed_to::<R>()?;
            let at = AtDesk { clinic, member, role, proved_at, now };
            job(&mut Desk { tx, inside: &inside, at, origin: Arc::clone(&origin), right: PhantomData })
        };
        if R::WRITES { self.0.db.write(work, |_| ()).await } else { self.0.db.read(work).await }
    }
}

/// What a member does in a clinic, and whether they may.
struct Membership {
    role: ClinicRole,
    lacks_second_step: bool,
}

impl Membership {
    fn allowed_to<R: DeskRight>(self) -> Result<ClinicRole, Error> {
        clinic_allows(self.role, self.lacks_second_step, R::KIND).map_err(Error::Forbidden)?;
        Ok(self.role)
    }
}

/// Who is a member; accounts that are leaving or locked are none.
fn member_role(tx: &mut Tx, member: AccountId, clinic: ClinicId) -> Result<Membership, Error> {
    if leaving::refuse(tx, member).is_err() || lockdown::is_locked(tx, member)? {
        return Err(Error::NotFound);
    }
    let row = tx.query_one(MEMBER, params![member, clinic])?.ok_or(Error::NotFound)?;
    Ok(Membership { role: role(row.text(0)?)?, lacks_second_step: row.int(1)? == 0 })
}

impl<R: DeskRight> Desk<'_, R> {
    /// Which clinic.
    pub fn clinic(&self) -> ClinicId {
        self.at.clinic
    }

    /// What the one who came in does there.
    pub fn role(&self) -> ClinicRole {
        self.at.role
    }

    /// What the clinic is called.
    pub fn clinic_name(&mut self) -> Result<String, Error> {
        let row = self.tx.query_one(MEMBER, params![self.at.member, self.at.clinic])?.ok_or(Error::NotFound)?;
        self.inside.keys.open_text(place("clinics", "name", self.at.clinic.0), row.bytes(2)?)
    }

    /// Refuses unless the person proved lately that it is them: for whatever lets more people see more.
    pub fn fresh(&self) -> Result<(), Error> {
        actor::fresh(self.at.proved_at, self.at.now)
    }

    /// Refuses a record that this clinic does not keep: to it, there is no such record.
    pub(crate) fn keeps(&mut self, profile: RecordId) -> Result<(), Error> {
        self.tx.query_one(KEEPS, params![profile, self.at.clinic])?.map(drop).ok_or(Error::NotFound)
    }

    /// Writes a line of the clinic's own activity.
    pub(crate) fn audit(&mut self, act: &'static str, detail: &str) -> Result<(), Error> {
        let entry = Entry::of_clinic(self.at.clinic, self.at.member, self.at.now, act, detail);
        audit::write(self.tx, self.inside, &entry.coming_from(&self.origin))
    }

    /// Writes a line of a record's chain: the clinic's own record, or a linked one.
    pub(crate) fn audit_record(&mut self, record: RecordId, act: &'static str, detail: &str) -> Result<(), Error> {
        let entry = Entry::by_member(self.at.member, record, (self.at.role, self.at.clinic), self.at.now, act, detail);
        audit::write(self.tx, self.inside, &entry.coming_from(&self.origin))
    }

    /// The same for another purpose than a link.
    pub(crate) fn audit_record_for(
        &mut self,
        purpose: Purpose,
        record: RecordId,
        act: &'static str,
    ) -> Result<(), Error> {
        let entry = Entry::by_member(self.at.member, record, (self.at.role, self.at.clinic), self.at.now, act, "");
        audit::write(self.tx, self.inside, &entry.for_purpose(purpose).coming_from(&self.origin))
    }
}

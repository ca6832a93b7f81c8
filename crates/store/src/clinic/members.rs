//! Who works at a clinic, in which role, and what becomes of it. A clinic keeps at least one admin.
//!
//! ```text
//! register ──▶ admin       invite ──▶ invitation ──accept──▶ member ──change role──▶ member ──remove, leave──▶ nothing
//! ```

use super::{Desk, KeepMembers, mails};
use crate::{
    app_tokens,
    audit::{self, Entry},
    db::{Row, Tx, params, statements},
    error::{Conflict, Error},
    inside::Inside,
    keys::place,
    link,
    news::Told,
    notices,
    own::Own,
    share,
    standing::{role, role_word},
};
use jiff::Timestamp;
use sharing::{AccountId, ClinicId, ClinicRole};

statements! {
    PUT = "insert into clinic_members (account, clinic, role, since_at) values ($1, $2, $3, $4) \
        on conflict (account, clinic) do nothing";
    ALL = "select m.account, a.name, a.email, m.role, m.since_at, \
        (select count(*) from factors f where f.account = m.account and f.confirmed_at is not null), \
        (select max(l.at) from audit l where l.chain = $1 and l.who = 'account ' || m.account) \
        from clinic_members m join accounts a on a.id = m.account where m.clinic = $1 order by m.since_at, m.account";
    ROLE = "select role from clinic_members where account = $1 and clinic = $2";
    SET_ROLE = "update clinic_members set role = $3 where account = $1 and clinic = $2";
    ACCOUNTS = "select account from clinic_members where clinic = $1 order by since_at, account";
    ADMINS = "select account from clinic_members where clinic = $1 and role = 'admin' order by since_at, account";
    OTHER_ADMIN = "select 1 from clinic_members where clinic = $1 and role = 'admin' and account <> $2 limit 1";
    END = "delete from clinic_members where clinic = $1 and account = $2";
    // What they had begun there ends with them.
    DROP_INVITATIONS = "delete from clinic_invitations where clinic = $1 and made_by = $2";
    DROP_HANDOVERS = "delete from handovers where clinic = $1 and member = $2";
}

/// Somebody who works at a clinic, as its admins see them.
#[derive(Clone, PartialEq, Eq)]
pub struct MemberLine {
    /// Whose account.
    pub id: AccountId,
    /// What they are called.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they do there.
    pub role: ClinicRole,
    /// Since when.
    pub since_at: Timestamp,
    /// Whether they have a second step, without which nothing of the clinic opens.
    pub has_second_step: bool,
    /// When they last changed something at the clinic.
    pub acted_at: Option<Timestamp>,
    /// Whether it is the one who looks.
    pub is_me: bool,
}

impl std::fmt::Debug for MemberLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MemberLine({}, {:?})", self.id, self.role)
    }
}

impl Desk<'_, KeepMembers> {
    /// Everybody who works there, in the order in which they came.
    pub fn members(&mut self) -> Result<Vec<MemberLine>, Error> {
        let (inside, me) = (self.inside, self.at.member);
        self.tx.query(ALL, params![self.at.clinic])?.iter().map(|row| line(inside, me, row)).collect()
    }

    /// Gives a member another role. More asks for a fresh proof, less never does.
    pub fn change_role(&mut self, member: AccountId, new: ClinicRole) -> Result<(), Error> {
        let clinic = self.at.clinic;
        let row = self.tx.query_one(ROLE, params![member, clinic])?.ok_or(Error::NotFound)?;
        let old = role(row.text(0)?)?;
        if old == new {
            return Ok(());
        }
        if reach(new) > reach(old) {
            self.fresh()?;
        }
        if old == ClinicRole::Admin {
            another_admin(self.tx, clinic, member)?;
            self.tx.execute(DROP_INVITATIONS, params![clinic, member])?;
        }
        self.tx.execute(SET_ROLE, params![member, clinic, role_word(new)])?;
        if new == ClinicRole::FrontDesk {
            app_tokens::revoke_made_by(self.tx, self.inside, member, Some(clinic), self.at.now)?;
        }
        self.tx.tell(Told::AccountAccess(member));
        self.changed(member, ("changed the role of a member", "role changed at a clinic"), mails::Change::Role(new))
    }

    /// Ends somebody's work at the clinic, at once: what they have open there empties itself.
    pub fn remove_member(&mut self, member: AccountId) -> Result<(), Error> {
        self.tx.query_one(ROLE, params![member, self.at.clinic])?.ok_or(Error::NotFound)?;
        end(self.tx, self.inside, (self.at.clinic, member), self.at.now)?;
        self.changed(member, ("removed a member", "removed from a clinic"), mails::Change::Removed)
    }

    /// A line at the clinic, one in the member's own activity, and a letter to each side.
    fn changed(
        &mut self,
        member: AccountId,
        acts: (&'static str, &'static str),
        change: mails::Change,
    ) -> Result<(), Error> {
        let person = share::name(self.tx, self.inside, member)?;
        let detail = match change {
            mails::Change::Role(role) => format!("{person}: {}", role_word(role)),
            _ => person.clone(),
        };
        self.audit(acts.0, &detail)?;
        let at = At { clinic: self.at.clinic, by: self.at.member, now: self.at.now };
        tell_member(self.tx, self.inside, at, member, acts.1, change)?;
        tell_admins(self.tx, self.inside, at, &person, change)
    }
}

impl Own<'_> {
    /// Leaves a clinic, at once.
    pub fn leave_clinic(&mut self, clinic: ClinicId) -> Result<(), Error> {
        let (tx, inside, me) = (&mut *self.tx, self.inside, self.account);
        tx.query_one(ROLE, params![me, clinic])?.ok_or(Error::NotFound)?;
        link::clinic_name(tx, inside, clinic)?;
        end(tx, inside, (clinic, me), self.now)?;
        let at = At { clinic, by: me, now: self.now };
        left(tx, inside, at)
    }
}

/// What follows when somebody left by themselves, or with their account.
pub(crate) fn left(tx: &mut Tx, inside: &Inside, at: At) -> Result<(), Error> {
    let person = share::name(tx, inside, at.by)?;
    audit::write(tx, inside, &Entry::of_clinic(at.clinic, at.by, at.now, "left the clinic", ""))?;
    tell_member(tx, inside, at, at.by, "left a clinic", mails::Change::Left)?;
    tell_admins(tx, inside, at, &person, mails::Change::Left)
}

/// Where, by whom and when something changed among the members.
#[derive(Clone, Copy)]
pub(crate) struct At {
    pub(crate) clinic: ClinicId,
    pub(crate) by: AccountId,
    pub(crate) now: Timestamp,
}

fn line(inside: &Inside, me: AccountId, row: &Row) -> Result<MemberLine, Error> {
    let id = AccountId(row.id(0)?);
    let open = |column, at| inside.keys.open_text(place("accounts", column, id.0), row.bytes(at)?);
    Ok(MemberLine {
        id,
        name: open("name", 1)?,
        email: open("email", 2)?,
        role: role(row.text(3)?)?,
        since_at: row.instant(4)?,
        has_second_step: row.int(5)? > 0,
        acted_at: row.opt_instant(6)?,
        is_me: id == me,
    })
}

/// How far a role reaches.
fn reach(role: ClinicRole) -> u8 {
    match role {
        ClinicRole::FrontDesk => 0,
        ClinicRole::Clinician => 1,
        ClinicRole::Admin => 2,
    }
}

/// Somebody works there from now on; whoever did so already goes on as before.
pub(super) fn put(
    tx: &mut Tx,
    clinic: ClinicId,
    member: AccountId,
    role: ClinicRole,
    now: Timestamp,
) -> Result<(), Error> {
    tx.execute(PUT, params![member, clinic, role_word(role), now])?;
    tx.tell(Told::AccountAccess(member));
    Ok(())
}

/// Somebody works there no more, with what they had begun. Refuses when no admin would be left.
pub(crate) fn end(
    tx: &mut Tx,
    inside: &Inside,
    (clinic, member): (ClinicId, AccountId),
    now: Timestamp,
) -> Result<(), Error> {
    let row = tx.query_one(ROLE, params![member, clinic])?.ok_or(Error::NotFound)?;
    if role(row.text(0)?)? == ClinicRole::Admin {
        another_admin(tx, clinic, member)?;
    }
    drop_member(tx, inside, (clinic, member), now)
}

/// The same, whoever is left. What they had made for apps of the clinic's records ends with them.
pub(crate) fn drop_member(
    tx: &mut Tx,
    inside: &Inside,
    (clinic, member): (ClinicId, AccountId),
    now: Timestamp,
) -> Result<(), Error> {
    app_tokens::revoke_made_by(tx, inside, member, Some(clinic), now)?;
    for sql in [END, DROP_INVITATIONS, DROP_HANDOVERS] {
        tx.execute(sql, params![clinic, member])?;
    }
    tx.tell(Told::AccountAccess(member));
    Ok(())
}

/// Refuses unless somebody else is an admin too.
pub(crate) fn another_admin(tx: &mut Tx, clinic: ClinicId, but: AccountId) -> Result<(), Error> {
    let other = tx.query_one(OTHER_ADMIN, params![clinic, but])?;
    other.map(drop).ok_or(Error::Conflict(Conflict::LastAdmin))
}

/// Everybody who works there.
pub(super) fn accounts(tx: &mut Tx, clinic: ClinicId) -> Result<Vec<AccountId>, Error> {
    tx.query(ACCOUNTS, params![clinic])?.iter().map(|row| row.id(0).map(AccountId)).collect()
}

/// The member's own side: a line of their activity, and a letter.
pub(super) fn tell_member(
    tx: &mut Tx,
    inside: &Inside,
    at: At,
    member: AccountId,
    act: &'static str,
    change: mails::Change,
) -> Result<(), Error> {
    let clinic = super::name(tx, inside, at.clinic)?;
    let detail = match change {
        mails::Change::Role(role) | mails::Change::Joined(role) => format!("{clinic}: {}", role_word(role)),
        _ => clinic.clone(),
    };
    audit::write(tx, inside, &Entry::activity(member, at.now, act, detail))?;
    notices::tell(tx, inside, member, &mails::to_member(change, &clinic), at.now)
}

/// A letter to each admin; whoever did it can lock the account by it, if it was a thief.
pub(super) fn tell_admins(
    tx: &mut Tx,
    inside: &Inside,
    at: At,
    person: &str,
    change: mails::Change,
) -> Result<(), Error> {
    let clinic = super::name(tx, inside, at.clinic)?;
    let letter = mails::to_admin(change, &clinic, person, &share::name(tx, inside, at.by)?);
    for row in tx.query(ADMINS, params![at.clinic])? {
        let admin = AccountId(row.id(0)?);
        let letter = if admin == at.by { letter.clone().security() } else { letter.clone() };
        notices::tell(tx, inside, admin, &letter, at.now)?;
    }
    Ok(())
}

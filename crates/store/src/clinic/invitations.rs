//! Inviting colleagues: the admin's side. The answer never tells whether an address has an account.

use super::{
    Desk, KeepMembers, mails,
    members::{self, At},
};
use crate::{
    accounts,
    db::{Row, Tx, params, statements},
    error::{Conflict, Error},
    inside::{Inside, new_id},
    keys::place,
    notices,
    outbox::{self, Channel, NewMessage},
    share,
    standing::{role, role_word},
    throttle, tokens,
};
use jiff::Timestamp;
use sharing::{AccountId, ClinicId, ClinicRole, Email, Id, Invitation};

statements! {
    INSERT = "insert into clinic_invitations (id, clinic, hash, email, email_hash, role, made_by, made_at, sent_at, ends_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)";
    OF_CLINIC = "select id, email, role, made_at, sent_at, ends_at from clinic_invitations where clinic = $1 and ends_at > $2 \
        order by made_at, id";
    OPEN_TO = "select 1 from clinic_invitations where clinic = $1 and email_hash = $2 and ends_at > $3";
    DROP_OVER = "delete from clinic_invitations where clinic = $1 and email_hash = $2 and ends_at <= $3";
    WORKS_THERE = "select 1 from clinic_members m join emails e on e.account = m.account where m.clinic = $1 and e.hash = $2";
    ONE = "select email, role from clinic_invitations where clinic = $1 and id = $2";
    AGAIN = "update clinic_invitations set hash = $3, made_by = $4, sent_at = $5, ends_at = $6 where clinic = $1 and id = $2";
    WITHDRAW = "delete from clinic_invitations where clinic = $1 and id = $2 returning email";
    WITHDRAW_BY = "delete from clinic_invitations where made_by = $1";
    TIDY = "delete from clinic_invitations where ends_at <= $1";
}

/// An invitation that waits, as the admins of the clinic see it.
#[derive(Clone, PartialEq, Eq)]
pub struct MemberInvitation {
    /// Which.
    pub id: Id,
    /// To whom.
    pub email: String,
    /// As what.
    pub role: ClinicRole,
    /// Since when.
    pub made_at: Timestamp,
    /// When it was last sent.
    pub sent_at: Timestamp,
    /// Until when it can be accepted.
    pub ends_at: Timestamp,
}

impl std::fmt::Debug for MemberInvitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MemberInvitation({})", self.id)
    }
}

impl Desk<'_, KeepMembers> {
    /// Invites somebody to work at the clinic. Asks for a fresh proof.
    pub fn invite_member(&mut self, email: &Email, role: ClinicRole) -> Result<Id, Error> {
        self.fresh()?;
        let (clinic, me, now) = (self.at.clinic, self.at.member, self.at.now);
        let hash = self.inside.keys.find_by("email", &email.key());
        self.tx.execute(DROP_OVER, params![clinic, hash.as_slice(), now])?;
        if self.tx.query_one(WORKS_THERE, params![clinic, hash.as_slice()])?.is_some() {
            return Err(Error::Conflict(Conflict::Member));
        }
        if self.tx.query_one(OPEN_TO, params![clinic, hash.as_slice(), now])?.is_some() {
            return Err(Error::Conflict(Conflict::Invited));
        }
        throttle::begin(self.tx, &throttle::invitation_tries(&self.inside.keys, me, email), now)?;
        let (id, token) = (new_id(), tokens::secret()?);
        let sealed = self.inside.keys.seal(sealed_at(clinic, id), email.as_str().as_bytes())?;
        let (word, ends_at) = (role_word(role), Invitation::ends_at(now));
        self.tx.execute(INSERT, params![id, clinic, tokens::hash(&token), sealed, hash, word, me, now, ends_at])?;
        Invited { clinic, from: me, email, role, token }.send(self.tx, self.inside, now)?;
        self.audit("invited a member", &format!("{}: {word}", email.as_str()))?;
        let at = At { clinic, by: me, now };
        members::tell_admins(self.tx, self.inside, at, email.as_str(), mails::Change::Invited(role))?;
        Ok(id)
    }

    /// Sends an invitation again: with a new link, good for another seven days; the former link is void.
    pub fn invite_member_again(&mut self, invitation: Id) -> Result<(), Error> {
        self.fresh()?;
        let (clinic, me, now) = (self.at.clinic, self.at.member, self.at.now);
        let row = self.tx.query_one(ONE, params![clinic, invitation])?.ok_or(Error::NotFound)?;
        let email = self.inside.keys.open_text(sealed_at(clinic, invitation), row.bytes(0)?)?;
        let (email, role) = (Email::parse(&email).map_err(Error::broken)?, role(row.text(1)?)?);
        throttle::begin(self.tx, &throttle::invitation_tries(&self.inside.keys, me, &email), now)?;
        let token = tokens::secret()?;
        let ends_at = Invitation::ends_at(now);
        self.tx.execute(AGAIN, params![clinic, invitation, tokens::hash(&token), me, now, ends_at])?;
        Invited { clinic, from: me, email: &email, role, token }.send(self.tx, self.inside, now)?;
        self.audit("invited a member again", email.as_str())
    }

    /// Takes an invitation back.
    pub fn withdraw_member_invitation(&mut self, invitation: Id) -> Result<(), Error> {
        let clinic = self.at.clinic;
        let row = self.tx.query_one(WITHDRAW, params![clinic, invitation])?.ok_or(Error::NotFound)?;
        let email = self.inside.keys.open_text(sealed_at(clinic, invitation), row.bytes(0)?)?;
        self.audit("withdrew an invitation", &email)
    }

    /// The invitations that wait for an answer, oldest first.
    pub fn member_invitations(&mut self) -> Result<Vec<MemberInvitation>, Error> {
        let (inside, clinic) = (self.inside, self.at.clinic);
        let rows = self.tx.query(OF_CLINIC, params![clinic, self.at.now])?;
        rows.iter().map(|row| line(inside, clinic, row)).collect()
    }
}

fn line(inside: &Inside, clinic: ClinicId, row: &Row) -> Result<MemberInvitation, Error> {
    let id = row.id(0)?;
    Ok(MemberInvitation {
        id,
        email: inside.keys.open_text(sealed_at(clinic, id), row.bytes(1)?)?,
        role: role(row.text(2)?)?,
        made_at: row.instant(3)?,
        sent_at: row.instant(4)?,
        ends_at: row.instant(5)?,
    })
}

/// The address of an invitation, under the clinic's own key.
fn sealed_at(clinic: ClinicId, id: Id) -> crate::keys::Place<'static> {
    place("clinic_invitations", "email", id).of(clinic.0)
}

/// An invitation on its way.
struct Invited<'a> {
    clinic: ClinicId,
    from: AccountId,
    email: &'a Email,
    role: ClinicRole,
    token: String,
}

impl Invited<'_> {
    /// Whoever has an account with this confirmed address finds it among their messages; everybody else gets a plain letter.
    fn send(self, tx: &mut Tx, inside: &Inside, now: Timestamp) -> Result<(), Error> {
        let (clinic, from) = (super::name(tx, inside, self.clinic)?, share::name(tx, inside, self.from)?);
        let letter = mails::invitation(&clinic, &from, self.role, self.token);
        if let Some(account) = accounts::by_email(tx, inside, self.email)?
            && share::is_verified(tx, account)?
        {
            return notices::tell_current(tx, inside, account, &letter, now);
        }
        let reader = crate::mails::Reader { name: "", address: self.email.as_str(), phrase: None, lock: None };
        let (channel, kind, mail) = (Channel::Mail, letter.kind, letter.to(&reader));
        outbox::put(tx, inside, &NewMessage { account: None, record: None, channel, kind, mail }, now)
    }
}

/// Takes back whatever somebody offered in the name of clinics.
pub(crate) fn withdraw_by(tx: &mut Tx, account: AccountId) -> Result<u64, Error> {
    tx.execute(WITHDRAW_BY, params![account])
}

pub(super) fn tidy(tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
    tx.execute(TIDY, params![now])
}

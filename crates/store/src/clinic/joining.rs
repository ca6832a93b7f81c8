//! The invited person's side: what clinics offer them, accepting and declining.

use super::{
    lacks_second_step, mails,
    members::{self, At},
};
use crate::{
    audit::{self, Entry},
    db::{Row, Tx, params, statements},
    error::{Error, Invalid},
    inside::{Inside, Store},
    keys::place,
    own::Own,
    share,
    standing::{role, role_word},
    tokens,
};
use jiff::Timestamp;
use sharing::{ClinicId, ClinicRole, Id, Refusal};
use std::sync::Arc;

statements! {
    BY_TOKEN = "select i.id, i.clinic, c.name, i.role, i.ends_at, a.id, a.name, i.email_hash from clinic_invitations i \
        join clinics c on c.id = i.clinic and c.closed_at is null join accounts a on a.id = i.made_by \
        where i.hash = $1 and i.ends_at > $2";
    TO_ME = "select i.id, i.clinic, c.name, i.role, i.ends_at, a.id, a.name from clinic_invitations i \
        join clinics c on c.id = i.clinic and c.closed_at is null join accounts a on a.id = i.made_by \
        join emails e on e.hash = i.email_hash where e.account = $1 and i.ends_at > $2 order by i.made_at, i.id";
    IS_MINE = "select 1 from emails where hash = $1 and account = $2";
    TAKE = "delete from clinic_invitations where id = $1 and email_hash in (select hash from emails where account = $2) \
        returning clinic, role, ends_at";
}

/// An invitation to work at a clinic, as the invited person sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct ClinicOffer {
    /// Which.
    pub id: Id,
    /// What the clinic is called.
    pub clinic: String,
    /// Who invites.
    pub from: String,
    /// As what.
    pub role: ClinicRole,
    /// Until when it can be accepted.
    pub ends_at: Timestamp,
}

impl std::fmt::Debug for ClinicOffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ClinicOffer({})", self.id)
    }
}

impl Store {
    /// What an invitation by mail offers; for whoever holds its link, before they sign in. Looking changes nothing.
    pub async fn clinic_offer(&self, token: &str) -> Result<ClinicOffer, Error> {
        let (inside, hash, now) = (Arc::clone(&self.0), tokens::hash(token), self.0.clock.now());
        let look = move |tx: &mut Tx| {
            let row = tx.query_one(BY_TOKEN, params![hash, now])?.ok_or(Error::Invalid(Invalid::Invitation))?;
            offer(&inside, &row)
        };
        self.0.db.read(look).await
    }
}

impl Own<'_> {
    /// Whether the invitation with this link went to this account's address.
    pub fn is_invited_to_clinic(&mut self, token: &str) -> Result<bool, Error> {
        let row = self.tx.query_one(BY_TOKEN, params![tokens::hash(token), self.now])?;
        let row = row.ok_or(Error::Invalid(Invalid::Invitation))?;
        Ok(self.tx.query_one(IS_MINE, params![row.bytes(7)?, self.account])?.is_some())
    }

    /// What clinics offer to this account's address, once that is confirmed.
    pub fn clinic_invitations(&mut self) -> Result<Vec<ClinicOffer>, Error> {
        if !share::is_verified(self.tx, self.account)? {
            return Ok(Vec::new());
        }
        let inside = self.inside;
        self.tx.query(TO_ME, params![self.account, self.now])?.iter().map(|row| offer(inside, row)).collect()
    }

    /// Whether this account has a second step, without which nothing of a clinic opens.
    pub fn has_second_step(&mut self) -> Result<bool, Error> {
        Ok(!lacks_second_step(self.tx, self.account)?)
    }

    /// Accepts: from now on the person works there. Without a second step the invitation stays, and waits for one.
    pub fn accept_membership(&mut self, invitation: Id) -> Result<ClinicId, Error> {
        if !share::is_verified(self.tx, self.account)? {
            return Err(Error::Invalid(Invalid::Unconfirmed));
        }
        let (clinic, role) = self.take_membership(invitation)?;
        // Refused only now: to whom the invitation did not go, there is none. What is refused changes nothing.
        if lacks_second_step(self.tx, self.account)? {
            return Err(Error::Forbidden(Refusal::MemberSecondStep));
        }
        members::put(self.tx, clinic, self.account, role, self.now)?;
        self.membership_answered(clinic, ("joined the clinic", "joined a clinic"), mails::Change::Joined(role))?;
        Ok(clinic)
    }

    /// Declines. The admins are told.
    pub fn decline_membership(&mut self, invitation: Id) -> Result<(), Error> {
        let (clinic, _) = self.take_membership(invitation)?;
        self.membership_answered(clinic, ("declined an invitation", "declined an invitation"), mails::Change::Declined)
    }

    fn take_membership(&mut self, invitation: Id) -> Result<(ClinicId, ClinicRole), Error> {
        let row = self.tx.query_one(TAKE, params![invitation, self.account])?.ok_or(Error::NotFound)?;
        let clinic = ClinicId(row.id(0)?);
        // Of a clinic that has closed, no invitation is left.
        crate::link::clinic_name(self.tx, self.inside, clinic)?;
        if row.instant(2)? <= self.now {
            return Err(Error::Invalid(Invalid::Invitation));
        }
        Ok((clinic, role(row.text(1)?)?))
    }

    fn membership_answered(
        &mut self,
        clinic: ClinicId,
        acts: (&'static str, &'static str),
        change: mails::Change,
    ) -> Result<(), Error> {
        let (tx, inside, me, now) = (&mut *self.tx, self.inside, self.account, self.now);
        let detail = if let mails::Change::Joined(role) = change { role_word(role) } else { "" };
        audit::write(tx, inside, &Entry::of_clinic(clinic, me, now, acts.0, detail))?;
        let at = At { clinic, by: me, now };
        members::tell_member(tx, inside, at, me, acts.1, change)?;
        let person = share::name(tx, inside, me)?;
        members::tell_admins(tx, inside, at, &person, change)
    }
}

fn offer(inside: &Inside, row: &Row) -> Result<ClinicOffer, Error> {
    Ok(ClinicOffer {
        id: row.id(0)?,
        clinic: inside.keys.open_text(place("clinics", "name", row.id(1)?), row.bytes(2)?)?,
        role: role(row.text(3)?)?,
        ends_at: row.instant(4)?,
        from: inside.keys.open_text(place("accounts", "name", row.id(5)?), row.bytes(6)?)?,
    })
}

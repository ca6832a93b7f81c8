//! The invited person's side: what was offered to them, accepting and declining.

use super::{
    grants::{self, Changed},
    is_verified, mails, name, owner, terms,
};
use crate::{
    audit::{self, Entry},
    db::{Row, Tx, params, statements},
    error::{Error, Invalid},
    inside::{Inside, Store},
    keys::place,
    news::Told,
    own::Own,
    records::open_name,
    tokens,
};
use jiff::Timestamp;
use sharing::{AccountId, Id, Invitation, Invitee, NotAccepted, RecordId, Terms};
use std::sync::Arc;

statements! {
    BY_TOKEN = "select i.id, i.record, i.message, i.email_hash, i.ends_at, r.name, i.permission, i.insulin, i.carbs, i.notes, i.devices, \
        i.until_at, i.needs_second_step, i.pause_days, i.pause_from_min, i.pause_to_min \
        from invitations i join records r on r.id = i.record where i.hash = $1 and i.ends_at > $2";
    TO_ME = "select i.id, i.record, i.message, i.email_hash, i.ends_at, r.name, i.permission, i.insulin, i.carbs, i.notes, i.devices, \
        i.until_at, i.needs_second_step, i.pause_days, i.pause_from_min, i.pause_to_min \
        from invitations i join records r on r.id = i.record join emails e on e.hash = i.email_hash \
        where e.account = $1 and i.ends_at > $2 order by i.made_at, i.id";
    TAKE = "delete from invitations where id = $1 and email_hash in (select hash from emails where account = $2) \
        returning record, ends_at, permission, insulin, carbs, notes, devices, until_at, needs_second_step, pause_days, \
        pause_from_min, pause_to_min";
    IS_MINE = "select 1 from emails where hash = $1 and account = $2";
}

/// An invitation, as the invited person sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct Offer {
    /// Which.
    pub id: Id,
    /// Whose data.
    pub record_name: String,
    /// Who invites.
    pub from: String,
    /// What is offered.
    pub terms: Terms,
    /// The owner's own words.
    pub message: String,
    /// Until when it can be accepted.
    pub ends_at: Timestamp,
}

impl std::fmt::Debug for Offer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Offer({})", self.id)
    }
}

impl Store {
    /// What an invitation by mail offers; for whoever holds its link, before they sign in. Looking changes nothing.
    pub async fn offer(&self, token: &str) -> Result<Offer, Error> {
        let (inside, hash, now) = (Arc::clone(&self.0), tokens::hash(token), self.0.clock.now());
        let look = move |tx: &mut Tx| {
            let row = tx.query_one(BY_TOKEN, params![hash, now])?.ok_or(Error::Invalid(Invalid::Invitation))?;
            offer(tx, &inside, &row)
        };
        self.0.db.read(look).await
    }
}

impl Own<'_> {
    /// Whether the invitation with this link went to this account's address.
    pub fn is_invited(&mut self, token: &str) -> Result<bool, Error> {
        let row = self.tx.query_one(BY_TOKEN, params![tokens::hash(token), self.now])?;
        let row = row.ok_or(Error::Invalid(Invalid::Invitation))?;
        Ok(self.tx.query_one(IS_MINE, params![row.bytes(3)?, self.account])?.is_some())
    }

    /// What was offered to this account's address, once that is confirmed.
    pub fn offers(&mut self) -> Result<Vec<Offer>, Error> {
        if !is_verified(self.tx, self.account)? {
            return Ok(Vec::new());
        }
        let rows = self.tx.query(TO_ME, params![self.account, self.now])?;
        rows.iter().map(|row| offer(self.tx, self.inside, row)).collect()
    }

    /// Accepts an invitation: from now on the record can be followed. Both sides are told.
    pub fn accept(&mut self, invitation: Id) -> Result<RecordId, Error> {
        let (invitation, record) = self.take(invitation)?;
        let by =
            Invitee { account: self.account, is_addressee: true, is_verified: is_verified(self.tx, self.account)? };
        let grant = invitation.accept(by, self.now).map_err(refused)?;
        grants::give_new(self.tx, self.inside, &grant)?;
        self.tx.tell(Told::access(record));
        self.answered(record, "accepted an invitation", &mails::Change::Accepted(grant.terms))?;
        Ok(record)
    }

    /// Declines an invitation. The owner is told.
    pub fn decline(&mut self, invitation: Id) -> Result<(), Error> {
        let (_, record) = self.take(invitation)?;
        self.answered(record, "declined an invitation", &mails::Change::Declined)
    }

    /// Uses an invitation up that went to this account's address.
    fn take(&mut self, invitation: Id) -> Result<(Invitation, RecordId), Error> {
        let row = self.tx.query_one(TAKE, params![invitation, self.account])?.ok_or(Error::NotFound)?;
        let record = RecordId(row.id(0)?);
        let owner = owner(self.tx, record)?;
        Ok((Invitation { record, owner, terms: terms(&row, 2)?, ends_at: row.instant(1)? }, record))
    }

    fn answered(&mut self, record: RecordId, act: &'static str, change: &mails::Change) -> Result<(), Error> {
        audit::write(self.tx, self.inside, &Entry::of_record(record, self.account, self.now, act))?;
        let changed = Changed::read(self.tx, self.inside, record, self.account)?;
        changed.tell(self.tx, self.inside, act, change, self.now)
    }
}

fn refused(why: NotAccepted) -> Error {
    match why {
        NotAccepted::OtherAddress | NotAccepted::Over => Error::Invalid(Invalid::Invitation),
        NotAccepted::Unverified => Error::Invalid(Invalid::Unconfirmed),
        NotAccepted::Own => Error::Invalid(Invalid::OwnAddress),
    }
}

fn offer(tx: &mut Tx, inside: &Inside, row: &Row) -> Result<Offer, Error> {
    let (id, record) = (row.id(0)?, RecordId(row.id(1)?));
    let owner: AccountId = owner(tx, record)?.ok_or(Error::NotFound)?;
    Ok(Offer {
        id,
        record_name: open_name(inside, record, row.bytes(5)?)?,
        from: name(tx, inside, owner)?,
        message: inside.keys.open_text(place("invitations", "message", id).of(record.0), row.bytes(2)?)?,
        ends_at: row.instant(4)?,
        terms: terms(row, 6)?,
    })
}

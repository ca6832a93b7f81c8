//! Asking to follow: by the patient's address, for a day. Neither the answer nor its time tells whether there is such an account:
//! asking notes what was typed, and the patient is told when the outbox is next looked at.
//!
//! **Invariant:** to whoever asked, a declined request looks like one that waits.

use super::{
    grants::{self, Changed},
    invitations::address_hash,
    is_verified, mails, name, owner,
};
use crate::{
    access::Access,
    db::{Row, Tx, params, statements},
    error::{Conflict, Error, Invalid},
    inside::{Inside, Store, new_id},
    keys::place,
    leaving, lockdown,
    news::What,
    notices, outbox,
    own::Own,
    rights::Manage,
    throttle,
};
use jiff::{SignedDuration, Timestamp};
use sharing::{AccountId, Email, Grant, Id, Terms, invitation::REQUEST_HOURS};
use std::sync::Arc;

statements! {
    ASK = "insert into follow_requests (id, partner, email, email_hash, asked_at, ends_at) values ($1, $2, $3, $4, $5, $6)";
    ASKED = "select 1 from follow_requests where partner = $1 and email_hash = $2 and ends_at > $3";
    BY_ME = "select id, email, asked_at, ends_at from follow_requests where partner = $1 and ends_at > $2 order by asked_at, id";
    WITHDRAW = "delete from follow_requests where id = $1 and partner = $2";
    TO_ME = "select q.id, q.partner, a.name, a.email, q.asked_at, q.ends_at from follow_requests q \
        join emails e on e.hash = q.email_hash join accounts a on a.id = q.partner \
        where e.account = $1 and q.ends_at > $2 and q.answered_at is null order by q.asked_at, q.id";
    DECLINE = "update follow_requests set answered_at = $3 where id = $1 and answered_at is null and ends_at > $3 \
        and email_hash in (select hash from emails where account = $2)";
    TAKE = "delete from follow_requests where id = $1 and answered_at is null and ends_at > $3 \
        and email_hash in (select hash from emails where account = $2) returning partner";
    TO_TELL = "select id from follow_requests where told_at is null order by asked_at, id limit 100";
    TOLD = "update follow_requests set told_at = $2 where id = $1 and told_at is null returning partner, email_hash, ends_at";
    OF_HASH = "select account from emails where hash = $1";
    DROP_OWN = "delete from follow_requests where partner = $1";
    // Whoever asked sees no difference: not even that there is somebody who locked or left.
    ANSWER_ALL = "update follow_requests set answered_at = coalesce(answered_at, $2), told_at = coalesce(told_at, $2) \
        where email_hash in (select hash from emails where account = $1)";
    TIDY = "delete from follow_requests where ends_at <= $1";
}

/// A request as the patient sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct FollowRequest {
    /// Which.
    pub id: Id,
    /// Who asks.
    pub partner: AccountId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Since when.
    pub asked_at: Timestamp,
    /// Until when it can be answered.
    pub ends_at: Timestamp,
}

/// A request as the one who asked sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnRequest {
    /// Which.
    pub id: Id,
    /// The address that was asked.
    pub email: String,
    /// Since when.
    pub asked_at: Timestamp,
    /// Until when it can be answered.
    pub ends_at: Timestamp,
}

impl std::fmt::Debug for FollowRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FollowRequest({})", self.id)
    }
}

impl std::fmt::Debug for OwnRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OwnRequest({})", self.id)
    }
}

impl Own<'_> {
    /// Asks whoever has this address to be let in. Answers the same whether or not there is such an account.
    pub fn ask_to_follow(&mut self, email: &Email) -> Result<(), Error> {
        if !is_verified(self.tx, self.account)? {
            return Err(Error::Invalid(Invalid::Unconfirmed));
        }
        let hash = address_hash(self.inside, email);
        let mine = self.account()?.email;
        if Email::parse(&mine).is_ok_and(|mine| mine.key() == email.key()) {
            return Err(Error::Invalid(Invalid::OwnAddress));
        }
        if self.tx.query_one(ASKED, params![self.account, hash.as_slice(), self.now])?.is_some() {
            return Err(Error::Conflict(Conflict::Asked));
        }
        throttle::begin(self.tx, &throttle::request_tries(&self.inside.keys, self.account), self.now)?;
        let id = new_id();
        let sealed = self
            .inside
            .keys
            .seal(place("follow_requests", "email", id).of(self.account.0), email.as_str().as_bytes())?;
        let ends_at = self.now.saturating_add(SignedDuration::from_hours(REQUEST_HOURS)).unwrap_or(Timestamp::MAX);
        self.tx.execute(ASK, params![id, self.account, sealed, hash, self.now, ends_at])?;
        self.audit("asked to follow", email.as_str().to_owned())
    }

    /// Whom this account asked, and has no answer from yet.
    pub fn own_requests(&mut self) -> Result<Vec<OwnRequest>, Error> {
        let rows = self.tx.query(BY_ME, params![self.account, self.now])?;
        let line = |row: &Row| {
            let id = row.id(0)?;
            let sealed = place("follow_requests", "email", id).of(self.account.0);
            let email = self.inside.keys.open_text(sealed, row.bytes(1)?)?;
            Ok(OwnRequest { id, email, asked_at: row.instant(2)?, ends_at: row.instant(3)? })
        };
        rows.iter().map(line).collect()
    }

    /// Takes a request back.
    pub fn withdraw_request(&mut self, request: Id) -> Result<(), Error> {
        if self.tx.execute(WITHDRAW, params![request, self.account])? == 0 {
            return Err(Error::NotFound);
        }
        self.audit("withdrew a request to follow", String::new())
    }

    /// Who asks to follow this account, once its address is confirmed.
    pub fn follow_requests(&mut self) -> Result<Vec<FollowRequest>, Error> {
        if !is_verified(self.tx, self.account)? {
            return Ok(Vec::new());
        }
        let rows = self.tx.query(TO_ME, params![self.account, self.now])?;
        let line = |row: &Row| {
            let partner = AccountId(row.id(1)?);
            let text = |column, at| self.inside.keys.open_text(place("accounts", column, partner.0), row.bytes(at)?);
            let (name, email) = (text("name", 2)?, text("email", 3)?);
            Ok(FollowRequest {
                id: row.id(0)?,
                partner,
                name,
                email,
                asked_at: row.instant(4)?,
                ends_at: row.instant(5)?,
            })
        };
        rows.iter().map(line).collect()
    }

    /// Declines a request. Whoever asked sees no difference to a request that nobody answers.
    pub fn decline_request(&mut self, request: Id) -> Result<(), Error> {
        if self.tx.execute(DECLINE, params![request, self.account, self.now])? == 0 {
            return Err(Error::NotFound);
        }
        self.audit("declined a request to follow", String::new())
    }
}

impl Access<'_, Manage> {
    /// Lets in whoever asked to follow the owner of this record. Asks for a fresh proof. Both sides are told.
    pub fn approve_request(&mut self, request: Id, terms: &Terms) -> Result<AccountId, Error> {
        self.fresh()?;
        let (tx, inside, entered) = self.parts();
        let (record, now) = (entered.record, entered.now);
        let me = owner(tx, record)?.ok_or(Error::NotFound)?;
        grants::check(terms, now)?;
        if !is_verified(tx, me)? {
            return Err(Error::Invalid(Invalid::Unconfirmed));
        }
        let row = tx.query_one(TAKE, params![request, me, now])?.ok_or(Error::NotFound)?;
        let partner = AccountId(row.id(0)?);
        let grant = Grant { record, partner, terms: *terms, since_at: now, paused_until_at: None };
        grants::give_new(tx, inside, &grant)?;
        self.note(What::Access);
        self.audit("let a care partner in", &partner.to_string())?;
        let (tx, inside, _) = self.parts();
        let changed = Changed::read(tx, inside, record, partner)?;
        changed.tell(tx, inside, "let a care partner in", &mails::Change::Approved(*terms), now)?;
        Ok(partner)
    }
}

impl Store {
    /// Tells the patients of requests that came in.
    pub(crate) async fn write_follow_requests(&self, now: Timestamp) -> Result<(), Error> {
        let asked = self.0.db.read(|tx| tx.query(TO_TELL, params![])).await?;
        for row in asked {
            let (inside, id) = (Arc::clone(&self.0), row.id(0)?);
            self.0.db.write(move |tx| tell(tx, &inside, id, now), |()| ()).await?;
        }
        Ok(())
    }
}

/// Tells of one request, if no other worker has. What leads to no account is told to nobody.
fn tell(tx: &mut Tx, inside: &Inside, request: Id, now: Timestamp) -> Result<(), Error> {
    let Some(row) = tx.query_one(TOLD, params![request, now])? else { return Ok(()) };
    let Some(found) = tx.query_one(OF_HASH, params![row.bytes(1)?])? else { return Ok(()) };
    let (partner, me) = (AccountId(row.id(0)?), AccountId(found.id(0)?));
    let here = is_verified(tx, me)? && !lockdown::is_locked(tx, me)? && leaving::refuse(tx, me).is_ok();
    if !here || row.instant(2)? <= now || outbox::enough_of(tx, me, mails::REQUEST, now)? {
        return Ok(());
    }
    let (name, email) = (name(tx, inside, partner)?, notices::address(tx, inside, partner)?);
    notices::tell_current(tx, inside, me, &mails::request(&name, &email), now)
}

/// Drops what an account asked, and leaves what it was asked without an answer.
pub(crate) fn drop_all(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<(), Error> {
    tx.execute(DROP_OWN, params![account])?;
    tx.execute(ANSWER_ALL, params![account, now]).map(drop)
}

pub(super) fn tidy(tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
    tx.execute(TIDY, params![now])
}

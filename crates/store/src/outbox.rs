//! The outbox: messages are written in the transaction of what they tell, and sent by the worker.
//!
//! A message is claimed with a lease, so that several workers never send one twice at once, and a worker that died
//! gives it back. Sent messages are kept: every message can be looked up by whom it was sent to.

use crate::{
    actor::Actor,
    db::{Tx, params, statements},
    error::Error,
    inside::{Inside, Store, new_id},
    keys::place,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sharing::{AccountId, Duty, Id, RecordId};
use std::sync::Arc;

statements! {
    PUT = "insert into outbox (id, account, record, sealed, made_at, due_at, leased_until_at, attempts) \
        values ($1, $2, $3, $4, $5, $5, 0, 0)";
    DUE = "select id from outbox where sent_at is null and due_at <= $1 and leased_until_at <= $1 \
        order by due_at, id limit $2";
    CLAIM = "update outbox set leased_until_at = $2, attempts = attempts + 1 \
        where id = $1 and sent_at is null and leased_until_at <= $3 returning sealed, attempts";
    SENT = "update outbox set sent_at = $2, leased_until_at = 0 where id = $1 and sent_at is null";
    FAILED = "update outbox set due_at = $2, leased_until_at = 0 where id = $1 and sent_at is null";
    DROP_FOR = "delete from outbox where sent_at is null and account = $1 and record = $2";
}

/// How long a worker may take over one message before another one may.
const LEASE: SignedDuration = SignedDuration::from_mins(10);

/// A message that a worker has claimed.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// By which it is reported sent or failed.
    pub id: Id,
    /// The address.
    pub to: String,
    /// The subject line.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// As HTML.
    pub html: String,
    /// Which try this is, from 1.
    pub attempts: u32,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Message({}, try {})", self.id, self.attempts)
    }
}

/// What a message says; never health data.
pub(crate) struct Text {
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

/// A message to be written.
pub(crate) struct NewMessage {
    account: AccountId,
    record: Option<RecordId>,
    mail: Mail,
}

/// A message as it is sealed.
#[derive(Serialize, Deserialize)]
pub(crate) struct Mail {
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

impl NewMessage {
    /// To the address of an account, about the account.
    pub(crate) fn to_account(account: AccountId, to: &str, text: Text) -> Self {
        let mail = Mail { to: to.to_owned(), subject: text.subject, text: text.text, html: text.html };
        Self { account, record: None, mail }
    }

    /// The same about a record: gone with the access to it, if it was not sent yet.
    pub(crate) fn about(mut self, record: RecordId) -> Self {
        self.record = Some(record);
        self
    }
}

/// Writes a message, due at once.
pub(crate) fn put(tx: &mut Tx, inside: &Inside, new: &NewMessage, now: Timestamp) -> Result<(), Error> {
    let id = new_id();
    let plain = serde_json::to_vec(&new.mail).map_err(Error::broken)?;
    let sealed = inside.keys.seal(place("outbox", "sealed", id), &plain)?;
    tx.execute(PUT, params![id, new.account, new.record, sealed, now]).map(drop)
}

/// Drops what was not yet sent to somebody about a record.
pub(crate) fn drop_for(tx: &mut Tx, account: AccountId, record: RecordId) -> Result<(), Error> {
    tx.execute(DROP_FOR, params![account, record]).map(drop)
}

/// Opens a sealed message.
pub(crate) fn open(inside: &Inside, id: Id, sealed: &[u8]) -> Result<Mail, Error> {
    serde_json::from_slice(&inside.keys.open(place("outbox", "sealed", id), sealed)?).map_err(Error::broken)
}

impl Store {
    /// Claims up to `most` messages that are due, for ten minutes.
    pub async fn claim_messages(&self, duty: &Actor, most: u32) -> Result<Vec<Message>, Error> {
        duty.on(Duty::Deliver)?;
        let inside = Arc::clone(&self.0);
        let now = self.0.clock.now();
        let until = now.saturating_add(LEASE).unwrap_or(Timestamp::MAX);
        let due = self.0.db.read(move |tx| tx.query(DUE, params![now, most])).await?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let claim = move |tx: &mut Tx| {
            let mut claimed = Vec::new();
            for row in &due {
                let id = row.id(0)?;
                let Some(row) = tx.query_one(CLAIM, params![id, until, now])? else { continue };
                let Mail { to, subject, text, html } = open(&inside, id, row.bytes(0)?)?;
                claimed.push(Message { id, to, subject, text, html, attempts: row.count(1)? });
            }
            Ok(claimed)
        };
        self.0.db.write(claim, |_| ()).await
    }

    /// A message went out.
    pub async fn message_sent(&self, duty: &Actor, id: Id) -> Result<(), Error> {
        duty.on(Duty::Deliver)?;
        let now = self.0.clock.now();
        self.0.db.write(move |tx| tx.execute(SENT, params![id, now]).map(drop), |()| ()).await
    }

    /// A message did not go out; it is due again at `when`.
    pub async fn message_failed(&self, duty: &Actor, id: Id, when: Timestamp) -> Result<(), Error> {
        duty.on(Duty::Deliver)?;
        self.0.db.write(move |tx| tx.execute(FAILED, params![id, when]).map(drop), |()| ()).await
    }
}

//! The outbox: messages are written in the transaction of what they tell, and sent by the worker.
//!
//! A message is claimed with a lease, so that several workers never send one twice at once, and a worker that died
//! gives it back. Sent messages are kept: every message can be looked up by whom it was sent to.

use crate::{
    actor::Actor,
    alerts,
    db::{Row, Sql, Tx, params, statements},
    error::Error,
    inside::{Inside, Store, new_id},
    keys::place,
    mails,
    push::{self, Noticed, Push},
    standing::words,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sharing::{AccountId, Duty, Id, RecordId};
use std::sync::Arc;

statements! {
    PUT = "insert into outbox (id, account, record, sealed, made_at, due_at, leased_until_at, attempts, channel, kind) \
        values ($1, $2, $3, $4, $5, $5, 0, 0, $6, $7)";
    // Alerts first: somebody may be low while a digest goes out.
    DUE = "select id from outbox where sent_at is null and refused_at is null and due_at <= $1 and leased_until_at <= $1 \
        order by case when episode is null then 1 else 0 end, due_at, id limit $2";
    CLAIM = "update outbox set leased_until_at = $2, attempts = attempts + 1 \
        where id = $1 and sent_at is null and refused_at is null and leased_until_at <= $3 returning sealed, attempts, channel, account, kind, \
        record, episode, about_at";
    UNSENT = "select sealed, account, kind, about_at from outbox where id = $1 and sent_at is null";
    SENT = "update outbox set sent_at = $2, sealed = $3, leased_until_at = 0 where id = $1 and sent_at is null";
    FAILED = "update outbox set due_at = $2, leased_until_at = 0 where id = $1 and sent_at is null";
    REFUSED = "update outbox set refused_at = $2, sealed = $3, leased_until_at = 0 where id = $1 and sent_at is null";
    DROP = "delete from outbox where id = $1 and sent_at is null";
    LATELY = "select count(*) from outbox where account = $1 and kind = $2 and made_at > $3";
    DROP_FOR = "delete from outbox where sent_at is null and account = $1 and record = $2";
}

/// How long a worker may take over one message before another one may.
const LEASE: SignedDuration = SignedDuration::from_mins(10);

/// Messages of one kind to one account, of those that strangers can ask for.
const MOST_AN_HOUR: i64 = 5;

/// A message that a worker has claimed.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// By which it is reported sent or failed.
    pub id: Id,
    /// By which way it goes.
    pub channel: Channel,
    /// The address, or the phone number.
    pub to: String,
    /// The subject line.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// As HTML; nothing in an SMS.
    pub html: String,
    /// Which try this is, from 1.
    pub attempts: u32,
    /// Of an alert to an address of the person's own: what signs it, or lets us write there.
    pub secret: Option<String>,
    is_alert: bool,
    /// For a push: whom it goes to, and as what.
    pub push: Option<Push>,
    kind: String,
}

/// How a message with a code by SMS is named.
pub(crate) const CODE_BY_SMS: &str = "code by SMS";

impl Message {
    /// Whether it holds a code that runs out soon, so that sending it late is of no use.
    pub fn is_code(&self) -> bool {
        self.kind == CODE_BY_SMS
    }

    /// Whether it is an alert, which is of use while it is new.
    pub fn is_alert(&self) -> bool {
        self.is_alert
    }

    /// Where its reader can choose not to get messages of this kind, when they can: a path.
    pub fn choice_at(&self) -> Option<&'static str> {
        mails::can_be_chosen_away(&self.kind).then_some(mails::NOTICES)
    }
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Message({}, try {})", self.id, self.attempts)
    }
}

/// By which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// E-mail.
    Mail,
    /// A text message to a phone.
    Sms,
    /// A notice to a browser that was asked to show them.
    Push,
    /// A program at an address of the person's own.
    Webhook,
    /// A topic of an ntfy server.
    Ntfy,
}

words!(Channel, channel_word, channel: Mail = "mail", Sms = "sms", Push = "push", Webhook = "webhook", Ntfy = "ntfy");

/// A message to be written.
pub(crate) struct NewMessage {
    /// Whose list it stands in; nobody's when it is the last word to somebody who is gone.
    pub(crate) account: Option<AccountId>,
    pub(crate) record: Option<RecordId>,
    pub(crate) channel: Channel,
    pub(crate) kind: &'static str,
    pub(crate) mail: Mail,
}

/// A message as it is sealed. Texts hold `{secret}` where a token or code goes, so that what is kept after sending opens
/// nothing.
#[derive(Serialize, Deserialize)]
pub(crate) struct Mail {
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    /// In the order of their places; empty once it was sent.
    #[serde(default)]
    pub(crate) secrets: Vec<String>,
    /// For a push, what a mail has not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) noticed: Option<Noticed>,
}

/// Stands in a message where a token or code goes.
pub(crate) const SECRET: &str = "{secret}";

/// Stands where the token or code of the last such place goes once more: beneath the button that it opens.
pub(crate) const SAME_SECRET: &str = "{same secret}";

/// Writes a message, due at once.
pub(crate) fn put(tx: &mut Tx, inside: &Inside, new: &NewMessage, now: Timestamp) -> Result<(), Error> {
    put_as(new_id(), tx, inside, new, now)
}

/// The same work, and nothing is kept.
pub(crate) fn put_and_take_back(tx: &mut Tx, inside: &Inside, new: &NewMessage, now: Timestamp) -> Result<(), Error> {
    let id = new_id();
    put_as(id, tx, inside, new, now)?;
    tx.execute(DROP, params![id]).map(drop)
}

/// Writes a message under an id that is known before.
pub(crate) fn put_as(id: Id, tx: &mut Tx, inside: &Inside, new: &NewMessage, now: Timestamp) -> Result<(), Error> {
    let sealed = seal(inside, id, new.account, &new.mail)?;
    let channel = channel_word(new.channel);
    tx.execute(PUT, params![id, new.account, new.record, sealed, now, channel, new.kind]).map(drop)
}

/// Under the account's own key, so that it goes with the account.
fn seal(inside: &Inside, id: Id, account: Option<AccountId>, mail: &Mail) -> Result<Vec<u8>, Error> {
    let plain = serde_json::to_vec(mail).map_err(Error::broken)?;
    inside.keys.seal(place("outbox", "sealed", id).of(account.map(|account| account.0)), &plain)
}

/// The text as it is sent. What a secret looks like makes no difference: it is put in, never looked through.
fn filled(text: &str, secrets: &[String]) -> String {
    let mut parts = text.split(SECRET);
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for (number, part) in parts.enumerate() {
        let secret = secrets.get(number).map_or(SECRET, String::as_str);
        whole.push_str(secret);
        whole.push_str(&part.replace(SAME_SECRET, secret));
    }
    whole
}

/// As its reader may see it later.
pub(crate) fn readable(text: &str) -> String {
    text.replace(SECRET, "…").replace(mails::SITE, "").replace(alerts::AGE, "not sent yet")
}

/// Whether an account got as many messages of a kind within the last hour as anybody can make it get.
pub(crate) fn enough_of(tx: &mut Tx, account: AccountId, kind: &str, now: Timestamp) -> Result<bool, Error> {
    let hour_ago = now.saturating_sub(SignedDuration::from_hours(1)).unwrap_or(Timestamp::MIN);
    let row = tx.query_one(LATELY, params![account, kind, hour_ago])?.ok_or(Error::Unavailable)?;
    Ok(row.int(0)? >= MOST_AN_HOUR)
}

/// Drops what was not yet sent to somebody about a record.
pub(crate) fn drop_for(tx: &mut Tx, account: AccountId, record: RecordId) -> Result<(), Error> {
    tx.execute(DROP_FOR, params![account, record]).map(drop)
}

/// Opens a sealed message.
pub(crate) fn open(inside: &Inside, id: Id, account: Option<AccountId>, sealed: &[u8]) -> Result<Mail, Error> {
    let place = place("outbox", "sealed", id).of(account.map(|account| account.0));
    serde_json::from_slice(&inside.keys.open(place, sealed)?).map_err(Error::broken)
}

/// An alert goes to whoever may look at that very moment; everything else was decided when it was written.
fn is_still_for(tx: &mut Tx, row: &Row, now: Timestamp) -> Result<bool, Error> {
    let (account, record) = (row.opt_id(3)?.map(AccountId), row.opt_id(5)?.map(RecordId));
    match (row.opt_id(6)?, account, record) {
        (Some(_), Some(account), Some(record)) => alerts::may_be_told(tx, account, record, now),
        _ => Ok(true),
    }
}

/// A claimed message, from the row of [`CLAIM`]; the age of what it tells is that of now. None, when nobody is there any more
/// to be shown it.
fn message(tx: &mut Tx, inside: &Inside, id: Id, row: &Row, now: Timestamp) -> Result<Option<Message>, Error> {
    let account = row.opt_id(3)?.map(AccountId);
    let Mail { to, subject, text, html, secrets, noticed } = open(inside, id, account, row.bytes(0)?)?;
    let push = noticed.as_ref().map(|noticed| push::address(tx, inside, noticed, now)).transpose()?;
    if push.as_ref().is_some_and(Option::is_none) {
        return Ok(None);
    }
    let (push, about_at, channel) = (push.flatten(), row.opt_instant(7)?, channel(row.text(2)?)?);
    let whole = |text: &str| aged(&filled(text, &secrets), about_at, now);
    let (text, html) = (whole(&text), whole(&html));
    let secret = secrets.into_iter().next().filter(|_| matches!(channel, Channel::Webhook | Channel::Ntfy));
    let (attempts, kind, is_alert) = (row.count(1)?, row.text(4)?.to_owned(), row.opt_text(6)?.is_some());
    Ok(Some(Message { id, channel, to, subject, text, html, attempts, secret, is_alert, push, kind }))
}

fn aged(text: &str, about_at: Option<Timestamp>, now: Timestamp) -> String {
    about_at.map_or_else(|| text.to_owned(), |at| text.replace(alerts::AGE, &alerts::age(at, now)))
}

impl Store {
    /// Claims up to `most` messages that are due, for ten minutes.
    pub async fn claim_messages(&self, duty: &Actor, most: u32) -> Result<Vec<Message>, Error> {
        duty.on(Duty::Deliver)?;
        let inside = Arc::clone(&self.0);
        let now = self.0.clock.now();
        self.write_password_resets(now).await?;
        self.write_follow_requests(now).await?;
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
                if !is_still_for(tx, &row, now)? {
                    tx.execute(DROP, params![id])?;
                    continue;
                }
                match message(tx, &inside, id, &row, now)? {
                    Some(message) => claimed.push(message),
                    // The browser was signed out meanwhile, or it would come too late to be true.
                    None => drop(tx.execute(REFUSED, params![id, now, row.bytes(0)?])?),
                }
            }
            Ok(claimed)
        };
        self.0.db.write(claim, |_| ()).await
    }

    /// A message went out. What is kept of it for its reader has no token in it any more.
    pub async fn message_sent(&self, duty: &Actor, id: Id) -> Result<(), Error> {
        self.end_message(duty, id, SENT, |_, _| false).await
    }

    /// A message did not go out; it is due again at `when`.
    pub async fn message_failed(&self, duty: &Actor, id: Id, when: Timestamp) -> Result<(), Error> {
        duty.on(Duty::Deliver)?;
        self.0.db.write(move |tx| tx.execute(FAILED, params![id, when]).map(drop), |()| ()).await
    }

    /// A message never went out and is not tried again. Its reader finds it in the list, as not delivered; a code that has
    /// run out, and the last word to somebody who is gone, are of no use to anybody.
    pub async fn message_given_up(&self, duty: &Actor, id: Id) -> Result<(), Error> {
        let of_no_use = |account: Option<AccountId>, kind: &str| account.is_none() || kind == CODE_BY_SMS;
        self.end_message(duty, id, REFUSED, of_no_use).await
    }

    /// Why a message did not go out: on an alert, and on the way that it was to go, its owner reads it. Nothing for others.
    pub async fn alert_undelivered(&self, duty: &Actor, id: Id, why: &'static str) -> Result<(), Error> {
        duty.on(Duty::Deliver)?;
        let now = self.0.clock.now();
        self.0.db.write(move |tx| alerts::failed(tx, id, why, now), |()| ()).await
    }

    async fn end_message(
        &self,
        duty: &Actor,
        id: Id,
        how: Sql,
        of_no_use: fn(Option<AccountId>, &str) -> bool,
    ) -> Result<(), Error> {
        duty.on(Duty::Deliver)?;
        let inside = Arc::clone(&self.0);
        let now = self.0.clock.now();
        let work = move |tx: &mut Tx| {
            let Some(row) = tx.query_one(UNSENT, params![id])? else { return Ok(()) };
            let account = row.opt_id(1)?.map(AccountId);
            if of_no_use(account, row.text(2)?) {
                return tx.execute(DROP, params![id]).map(drop);
            }
            let mail = open(&inside, id, account, row.bytes(0)?)?;
            let about_at = row.opt_instant(3)?;
            let (text, html) = (aged(&mail.text, about_at, now), aged(&mail.html, about_at, now));
            let kept = Mail { secrets: Vec::new(), text, html, ..mail };
            if how == SENT {
                alerts::worked(tx, id, now)?;
            }
            tx.execute(how, params![id, now, seal(&inside, id, account, &kept)?]).map(drop)
        };
        self.0.db.write(work, |()| ()).await
    }
}

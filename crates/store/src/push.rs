//! Push: short notices to the browsers in which a person asked for them, through the push service of each browser.
//!
//! A subscription belongs to one account and one browser. It ends with the sign-out there, with lockdown, with another password
//! (but in the browser that chose it) and with the account; a session that merely ran out keeps it, because an alert must find
//! somebody at night. What is sent can be read by that browser alone; the push service sees when, and how urgent.

use crate::{
    actor::Actor,
    db::{Row, Tx, params, statements},
    error::Error,
    inside::{Inside, Store},
    keys::{Place, place},
    outbox::{self, Channel, Mail, NewMessage},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sharing::{AccountId, Duty, Id, RecordId};
use std::sync::Arc;

statements! {
    OF_ACCOUNT = "select id from push_subscriptions where account = $1 order by id";
    ADDRESS = "select account, sealed from push_subscriptions where id = $1";
    WORKED = "update push_subscriptions set worked_at = $2, failing_since_at = null where id = $1";
    FAILING = "update push_subscriptions set failing_since_at = $2 where id = $1 and failing_since_at is null";
    GONE = "delete from push_subscriptions where id = $1";
    END_ON = "delete from push_subscriptions where account = $1 and device = $2";
    END_SIGNED_OUT = "delete from push_subscriptions where account = $1 and device not in \
        (select device from sessions where account = $1 and device is not null)";
    END_ALL = "delete from push_subscriptions where account = $1";
    TIDY = "delete from outbox where channel = 'push' and made_at <= $1 and (sent_at is not null or refused_at is not null)";
}

/// A notice of now: after that it tells nobody anything that is still so.
const URGENT_FOR: SignedDuration = SignedDuration::from_mins(30);
/// A notice that can wait until the phone is on again.
const OTHERS_FOR: SignedDuration = SignedDuration::from_hours(24);
/// What was sent is kept for so long, to look it up.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A notice, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushMessage {
    /// Its first line.
    pub title: String,
    /// The rest, in one or two sentences.
    pub body: String,
    /// Where a tap leads: a path of ours.
    pub path: String,
    /// A newer notice of the same tag takes its place on the screen.
    pub tag: String,
    /// Whether it may wake the phone, and is of no use half an hour later.
    pub urgent: bool,
    /// The record that it is about: it goes with the access to it, if it was not sent by then.
    pub record: Option<RecordId>,
}

/// A notice that the worker sends: whom to, and as what.
#[derive(Clone, PartialEq, Eq)]
pub struct Push {
    /// By which the worker reports what became of it.
    pub subscription: Id,
    /// The address that the browser was given by its push service.
    pub endpoint: String,
    /// The browser's public key: a point of P-256, uncompressed.
    pub key: Vec<u8>,
    /// The secret of browser and server, 16 bytes.
    pub secret: Vec<u8>,
    /// Where a tap leads: a path of ours.
    pub path: String,
    /// A newer notice of the same tag takes its place.
    pub tag: String,
    /// The same for the push service, which learns nothing by it.
    pub topic: String,
    /// Whether it may wake the phone.
    pub urgent: bool,
    /// When it was written.
    pub made_at: Timestamp,
    /// After that it is not shown.
    pub ends_at: Timestamp,
}

impl std::fmt::Debug for Push {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Push(to {})", self.subscription)
    }
}

/// What the outbox keeps of a notice besides its words.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Noticed {
    subscription: u128,
    path: String,
    tag: String,
    topic: String,
    urgent: bool,
    made_ms: i64,
    ends_ms: i64,
}

/// What a browser gave, as it is sealed.
#[derive(Serialize, Deserialize)]
pub(crate) struct Address {
    pub(crate) endpoint: String,
    pub(crate) key: Vec<u8>,
    pub(crate) secret: Vec<u8>,
}

/// Where an address is sealed: it goes with the account.
pub(crate) fn address_place<'a>(id: Id, account: AccountId) -> Place<'a> {
    place("push_subscriptions", "sealed", id).of(account.0)
}

/// Writes a notice for each browser in which the account asked for them; answers for how many.
pub(crate) fn push(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    message: &PushMessage,
    now: Timestamp,
) -> Result<u64, Error> {
    let rows = tx.query(OF_ACCOUNT, params![account])?;
    for row in &rows {
        push_to(tx, inside, (account, row.id(0)?), message, now)?;
    }
    Ok(rows.len() as u64)
}

/// Writes a notice for one browser.
pub(crate) fn push_to(
    tx: &mut Tx,
    inside: &Inside,
    (account, subscription): (AccountId, Id),
    message: &PushMessage,
    now: Timestamp,
) -> Result<(), Error> {
    let lasts = if message.urgent { URGENT_FOR } else { OTHERS_FOR };
    let noticed = Noticed {
        subscription: subscription.0,
        path: message.path.clone(),
        tag: message.tag.clone(),
        topic: topic(inside, account, &message.tag),
        urgent: message.urgent,
        made_ms: now.as_millisecond(),
        ends_ms: now.saturating_add(lasts).unwrap_or(Timestamp::MAX).as_millisecond(),
    };
    let mail = Mail {
        to: String::new(),
        subject: message.title.clone(),
        text: message.body.clone(),
        html: String::new(),
        secrets: Vec::new(),
        noticed: Some(noticed),
    };
    let (record, channel) = (message.record, Channel::Push);
    outbox::put(tx, inside, &NewMessage { account: Some(account), record, channel, kind: "push", mail }, now)
}

/// 32 characters of the URL-safe alphabet, as many as a push service takes (RFC 8030, 5.4).
fn topic(inside: &Inside, account: AccountId, tag: &str) -> String {
    let hash = inside.keys.find_by("push topic", &format!("{account} {tag}"));
    URL_SAFE_NO_PAD.encode(&hash[..24])
}

/// Whom a notice goes to; nobody, when the browser is no longer asked, or it would come too late to be true.
pub(crate) fn address(tx: &mut Tx, inside: &Inside, noticed: &Noticed, now: Timestamp) -> Result<Option<Push>, Error> {
    let instant = |ms| Timestamp::from_millisecond(ms).map_err(Error::broken);
    let (made_at, ends_at) = (instant(noticed.made_ms)?, instant(noticed.ends_ms)?);
    let subscription = Id(noticed.subscription);
    let Some(row) = tx.query_one(ADDRESS, params![subscription])?.filter(|_| now < ends_at) else { return Ok(None) };
    let Address { endpoint, key, secret } = open(inside, subscription, &row)?;
    let Noticed { path, tag, topic, urgent, .. } = noticed.clone();
    Ok(Some(Push { subscription, endpoint, key, secret, path, tag, topic, urgent, made_at, ends_at }))
}

fn open(inside: &Inside, id: Id, row: &Row) -> Result<Address, Error> {
    let plain = inside.keys.open(address_place(id, AccountId(row.id(0)?)), row.bytes(1)?)?;
    serde_json::from_slice(&plain).map_err(Error::broken)
}

/// A browser was signed out: it shows nothing more.
pub(crate) fn end_on(tx: &mut Tx, account: AccountId, device: &[u8]) -> Result<(), Error> {
    tx.execute(END_ON, params![account, device]).map(drop)
}

/// Sessions were ended: browsers that have none left show nothing more.
pub(crate) fn end_signed_out(tx: &mut Tx, account: AccountId) -> Result<(), Error> {
    tx.execute(END_SIGNED_OUT, params![account]).map(drop)
}

/// No browser shows anything more.
pub(crate) fn end_all(tx: &mut Tx, account: AccountId) -> Result<(), Error> {
    tx.execute(END_ALL, params![account]).map(drop)
}

/// Drops notices that were sent a month ago.
pub(crate) fn tidy(tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
    tx.execute(TIDY, params![now.saturating_sub(KEPT_FOR).unwrap_or(Timestamp::MIN)])
}

impl Store {
    /// The key by which push services know this server, as browsers are told it: a point of P-256, uncompressed.
    pub fn push_key(&self) -> &[u8] {
        self.0.keys.push().public()
    }

    /// Signs what a push service is told of this server (ES256).
    pub fn sign_for_push(&self, duty: &Actor, text: &[u8]) -> Result<Vec<u8>, Error> {
        duty.on(Duty::Deliver)?;
        self.0.keys.push().sign(text)
    }

    /// A push service took a notice.
    pub async fn push_worked(&self, duty: &Actor, subscription: Id) -> Result<(), Error> {
        self.note(duty, subscription, |tx, id, now| tx.execute(WORKED, params![id, now])).await
    }

    /// A push service did not take a notice; its owner sees since when.
    pub async fn push_failing(&self, duty: &Actor, subscription: Id) -> Result<(), Error> {
        self.note(duty, subscription, |tx, id, now| tx.execute(FAILING, params![id, now])).await
    }

    /// The push service knows the browser no more.
    pub async fn push_gone(&self, duty: &Actor, subscription: Id) -> Result<(), Error> {
        self.note(duty, subscription, |tx, id, _| tx.execute(GONE, params![id])).await
    }

    async fn note(
        &self,
        duty: &Actor,
        subscription: Id,
        how: fn(&mut Tx, Id, Timestamp) -> Result<u64, Error>,
    ) -> Result<(), Error> {
        duty.on(Duty::Deliver)?;
        let now = Arc::clone(&self.0).clock.now();
        self.0.db.write(move |tx| how(tx, subscription, now).map(drop), |()| ()).await
    }
}

//! Somebody takes an alert: nobody is called any more, and the others hear who has it.

use super::{
    board::{self, Episode},
    messages::{Said, Why},
    rules,
    tell::{self, To, may_be_told},
};
use crate::{
    actor::{Actor, Who},
    audit::{self, Entry},
    db::{Tx, params, statements},
    error::{Error, Invalid},
    inside::{Inside, Store},
    leaving, lockdown,
    news::{News, Told, What},
    records::open_name,
    share,
    tokens::{self, Kind, TokenFacts},
    words::{unit, zone},
};
use jiff::Timestamp;
use sharing::{AccountId, Id, Purpose, RecordId};
use std::sync::Arc;

statements! {
    FIND = "select id, sealed, began_at, ordered_at, taken_by, taken_at, record, ended_at from alert_episodes where id = $1";
    RECORD_OF = "select record from alert_episodes where id = $1";
    TAKE = "update alert_episodes set taken_by = $2, taken_at = $3 where id = $1 and taken_at is null";
    TOLD = "select account from alert_calls where episode = $1 and said > 0 and account <> $2 order by began_at, account";
    PERSON = "select a.unit, a.zone, r.name from accounts a, records r where a.id = $1 and r.id = $2";
}

/// The link in a mail or text message by which one takes an alert without signing in.
pub(crate) const LINK: TokenFacts = tokens::facts("take an alert", 12 * 60, true);

/// An alert that somebody has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// By name; none when the account is gone.
    pub by: Option<String>,
    /// Whether it was the one who asks.
    pub by_you: bool,
    /// When.
    pub at: Timestamp,
}

/// What a link of a mail would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertLink {
    /// It takes an alert.
    Good,
    /// It was used, or is too old.
    Over,
}

/// Makes a link for one person and one alert.
pub(super) fn link(tx: &mut Tx, account: AccountId, episode: Id, now: Timestamp) -> Result<String, Error> {
    // An id of an alert tells nothing, so it needs no seal.
    tokens::make_more(tx, Kind::TakeAlert, account, now, Some(episode.to_string().into_bytes()))
}

fn episode_of(about: Option<&[u8]>) -> Result<Id, Error> {
    let text = about.and_then(|bytes| std::str::from_utf8(bytes).ok());
    text.and_then(Id::parse).ok_or(Error::Invalid(Invalid::Token))
}

impl Store {
    /// Takes an alert of a record that is one's own or that one follows. Whoever is second learns who was first.
    pub async fn take_alert(&self, who: &Actor, episode: Id) -> Result<Taken, Error> {
        let account = who.account().ok_or(Error::NotSignedIn)?;
        let (inside, now, origin) = (Arc::clone(&self.0), self.0.clock.now(), Arc::clone(&who.origin));
        let work = move |tx: &mut Tx| {
            leaving::refuse(tx, account)?;
            lockdown::refuse(tx, account)?;
            take(tx, &inside, account, episode, &origin, now)
        };
        self.0.db.write(work, |_| ()).await
    }

    /// The record of an alert that `who` may be told of; nobody else learns that there is one.
    pub async fn record_of_alert(&self, who: &Actor, episode: Id) -> Result<RecordId, Error> {
        let account = who.account().ok_or(Error::NotSignedIn)?;
        let now = self.0.clock.now();
        let look = move |tx: &mut Tx| {
            leaving::refuse(tx, account)?;
            lockdown::refuse(tx, account)?;
            let row = tx.query_one(RECORD_OF, params![episode])?.ok_or(Error::NotFound)?;
            let record = RecordId(row.id(0)?);
            if may_be_told(tx, account, record, now)? { Ok(record) } else { Err(Error::NotFound) }
        };
        self.0.db.read(look).await
    }

    /// Whether the link of a mail is good still. Looking changes nothing, and nothing of the alert is told.
    pub async fn alert_link(&self, token: &str) -> Result<AlertLink, Error> {
        let (hash, now) = (tokens::hash(token), self.0.clock.now());
        let found = self.0.db.read(move |tx| tokens::look(tx, Kind::TakeAlert, &hash, now)).await?;
        Ok(if found.is_some() { AlertLink::Good } else { AlertLink::Over })
    }

    /// Takes an alert by the link of a mail, once. It opens nothing and shows nothing.
    pub async fn take_alert_by_link(&self, token: &str) -> Result<(), Error> {
        let (inside, now, hash) = (Arc::clone(&self.0), self.0.clock.now(), tokens::hash(token));
        let work = move |tx: &mut Tx| {
            let found = tokens::take(tx, Kind::TakeAlert, &hash, now)?.ok_or(Error::Invalid(Invalid::Token))?;
            let episode = episode_of(found.about.as_deref())?;
            leaving::refuse(tx, found.account)?;
            lockdown::refuse(tx, found.account)?;
            take(tx, &inside, found.account, episode, &Arc::from("by the link of a message"), now).map(drop)
        };
        self.0.db.write(work, |()| ()).await
    }
}

fn take(
    tx: &mut Tx,
    inside: &Inside,
    account: AccountId,
    id: Id,
    origin: &Arc<str>,
    now: Timestamp,
) -> Result<Taken, Error> {
    let row = tx.query_one(FIND, params![id])?.ok_or(Error::NotFound)?;
    let record = RecordId(row.id(6)?);
    if !may_be_told(tx, account, record, now)? {
        return Err(Error::NotFound);
    }
    let episode = board::episode(inside, record, &row)?;
    if let Some(taken) = &episode.taken {
        return of(tx, inside, account, *taken);
    }
    tx.execute(TAKE, params![id, account, now])?;
    let kind = super::alert_words(episode.kind);
    let line = Entry::about(Who::Account { id: account }, record, Purpose::Alerts, now, "took an alert", kind);
    audit::write(tx, inside, &line.coming_from(origin))?;
    if row.opt_int(7)?.is_none() {
        tell_others(tx, inside, (record, account), &episode, now)?;
    }
    tx.tell(Told::Record(News { record, what: What::Readings }));
    of(tx, inside, account, (Some(account), now))
}

/// Who has taken it, as one who may be told sees it.
pub(super) fn of(
    tx: &mut Tx,
    inside: &Inside,
    me: AccountId,
    (by, at): (Option<AccountId>, Timestamp),
) -> Result<Taken, Error> {
    let name = match by.map(|by| share::name(tx, inside, by)) {
        Some(Err(Error::NotFound)) | None => None,
        Some(name) => Some(name?),
    };
    Ok(Taken { by: name, by_you: by == Some(me), at })
}

/// Everybody who was told of it hears that somebody has it.
fn tell_others(
    tx: &mut Tx,
    inside: &Inside,
    (record, by): (RecordId, AccountId),
    episode: &Episode,
    now: Timestamp,
) -> Result<(), Error> {
    let who = share::name(tx, inside, by)?;
    for row in tx.query(TOLD, params![episode.id, by])? {
        let account = AccountId(row.id(0)?);
        if !may_be_told(tx, account, record, now)? {
            continue;
        }
        let row = tx.query_one(PERSON, params![account, record])?.ok_or(Error::NotFound)?;
        let name = open_name(inside, record, row.bytes(2)?)?;
        let settings = rules::of(tx, inside, record, account)?;
        let said = Said {
            why: Why::Taken(who.clone()),
            kind: episode.kind,
            seen: episode.seen,
            name: name.split_whitespace().next().unwrap_or_default().to_owned(),
            unit: unit(row.text(0)?)?,
            zone: zone(row.text(1)?)?,
            says_value: settings.is_none_or(|settings| settings.says_value),
            taken_by: None,
            episode: episode.id,
            began_at: episode.began_at,
        };
        tell::tell(tx, inside, To { account, record, now }, &said)?;
    }
    Ok(())
}

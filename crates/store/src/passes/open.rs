//! The doctor's side of a pass: opening it, asking whether it still runs, being done.

use super::{
    CODE_CHARACTERS, NAME_CHARACTERS, later, mails,
    make::{code_hash, name_hash},
};
use crate::{
    actor::{Actor, Origin, Who},
    audit::{self, Entry},
    db::{Tx, params, statements},
    error::{Error, Invalid},
    inside::{Inside, Store},
    keys::place,
    news::Told,
    notices,
    second_step::base32,
    throttle, tokens,
};
use jiff::Timestamp;
use sharing::{AccountId, Id, RecordId};
use std::sync::Arc;

statements! {
    BY_LINK = "select id, record, minutes from passes where link_hash = $1 and opened_at is null and open_until_at > $2";
    // A write, so that a crowd of tries at once is counted whole.
    TRY_CODE = "update passes set code_tries = code_tries + 1 where code_name = $1 and code_tries < 5 \
        and opened_at is null and open_until_at > $2 returning id, record, minutes, code_hash";
    OPEN = "update passes set link_hash = null, code_name = null, code_hash = null, browser_hash = $2, opened_from = $3, \
        opened_at = $4, until_at = $5 where id = $1 and opened_at is null";
    OWNER = "select account from records where id = $1 and account is not null";
    IN_BROWSER = "select id, record, until_at from passes where browser_hash = $1 and until_at > $2";
    DONE = "delete from passes where browser_hash = $1 and until_at > $2 returning id, record";
}

/// By what a pass is opened.
#[derive(Clone)]
pub enum PassKey {
    /// The secret at the end of its link.
    Link(String),
    /// The code that was read out or shown, however it was typed.
    Code(String),
}

/// What the browser keeps in which a pass was opened.
#[derive(Clone, PartialEq, Eq)]
pub struct PassBrowser(String);

/// A pass that runs.
#[derive(Clone, Debug)]
pub struct OpenPass {
    /// Whoever holds that browser.
    pub actor: Actor,
    /// By which a page knows its own pass again; opens nothing.
    pub tag: String,
    /// Whose data it shows.
    pub record: RecordId,
    /// When it is over.
    pub until_at: Timestamp,
}

/// A pass that can be opened.
struct Found {
    id: Id,
    record: RecordId,
    minutes: u16,
}

impl std::fmt::Debug for PassKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PassKey(…)")
    }
}

impl PassBrowser {
    /// The text for the cookie.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PassBrowser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PassBrowser(…)")
    }
}

impl Store {
    /// Opens a pass in this browser and uses its link and code up. Wrong, used, ended and expired ones answer the same.
    pub async fn open_pass(&self, key: PassKey, origin: Origin) -> Result<PassBrowser, Error> {
        let (inside, now) = (Arc::clone(&self.0), self.0.clock.now());
        let wrong = match &key {
            PassKey::Link(_) => Invalid::Token,
            PassKey::Code(_) => Invalid::Code,
        };
        let work = move |tx: &mut Tx| {
            let found = match &key {
                PassKey::Link(link) => by_link(tx, link, now)?,
                PassKey::Code(code) => by_code(tx, &inside, code, &origin, now)?,
            };
            found.map(|found| open(tx, &inside, &found, &origin, now)).transpose()
        };
        self.0.db.write(work, |_| ()).await?.ok_or(Error::Invalid(wrong))
    }

    /// The pass that runs in this browser. Writes nothing, so that a page may ask every few seconds.
    pub async fn pass(&self, browser: &str) -> Result<OpenPass, Error> {
        let (hash, now) = (tokens::hash(browser), self.0.clock.now());
        let find = move |tx: &mut Tx| {
            let row = tx.query_one(IN_BROWSER, params![hash, now])?.ok_or(Error::NotFound)?;
            let (id, record) = (row.id(0)?, RecordId(row.id(1)?));
            let actor = Actor::of(Who::Pass { id, record });
            Ok(OpenPass { actor, tag: id.to_string(), record, until_at: row.instant(2)? })
        };
        self.0.db.read(find).await
    }

    /// Whoever looks is done. Says nothing of a pass that is over already.
    pub async fn finish_pass(&self, browser: &str) -> Result<(), Error> {
        let (inside, hash, now) = (Arc::clone(&self.0), tokens::hash(browser), self.0.clock.now());
        let end = move |tx: &mut Tx| {
            let Some(row) = tx.query_one(DONE, params![hash, now])? else { return Ok(()) };
            let (id, record) = (row.id(0)?, RecordId(row.id(1)?));
            let who = Who::Pass { id, record };
            tx.tell(Told::access(record));
            audit::write(tx, &inside, &Entry::beside(who, record, now, "was done with the visit pass", String::new()))
        };
        self.0.db.write(end, |()| ()).await
    }
}

fn by_link(tx: &mut Tx, link: &str, now: Timestamp) -> Result<Option<Found>, Error> {
    tx.query_one(BY_LINK, params![tokens::hash(link), now])?.map(|row| found(&row)).transpose()
}

/// Counts the try for the network and for the pass before it looks at the code.
fn by_code(tx: &mut Tx, inside: &Inside, code: &str, origin: &Origin, now: Timestamp) -> Result<Option<Found>, Error> {
    let tries = throttle::pass_tries(&inside.keys, origin);
    throttle::begin(tx, &tries, now)?;
    let code = base32::read_typed(code);
    if code.len() == CODE_CHARACTERS {
        let (name, secret) = code.split_at(NAME_CHARACTERS);
        if let Some(row) = tx.query_one(TRY_CODE, params![name_hash(inside, name), now])?
            && row.opt_bytes(3)? == Some(&*code_hash(inside, row.id(0)?, secret))
        {
            throttle::succeeded(tx, &tries)?;
            return found(&row).map(Some);
        }
    }
    throttle::touch(tx, &tries, now).map(|()| None)
}

fn found(row: &crate::db::Row) -> Result<Found, Error> {
    Ok(Found { id: row.id(0)?, record: RecordId(row.id(1)?), minutes: row.int(2)?.try_into().map_err(Error::broken)? })
}

fn open(tx: &mut Tx, inside: &Inside, pass: &Found, origin: &Origin, now: Timestamp) -> Result<PassBrowser, Error> {
    let &Found { id, record, minutes } = pass;
    let (browser, from) = (tokens::secret()?, origin.line());
    let sealed = inside.keys.seal(place("passes", "opened_from", id).of(record.0), from.as_bytes())?;
    let until_at = later(now, i64::from(minutes));
    if tx.execute(OPEN, params![id, tokens::hash(&browser), sealed, now, until_at])? == 0 {
        return Err(Error::Invalid(Invalid::Token));
    }
    let who = Who::Pass { id, record };
    audit::write(tx, inside, &Entry::beside(who, record, now, "opened the visit pass", from.clone()))?;
    if let Some(row) = tx.query_one(OWNER, params![record])? {
        notices::tell_about(tx, inside, AccountId(row.id(0)?), record, &mails::opened(minutes, &from), now)?;
    }
    Ok(PassBrowser(browser))
}

//! Anchored heads: every hour a signed line lists where the chains that grew end, here and in a file outside the
//! database, so that cutting off a tail or dropping a whole chain is found too.
//!
//! A line is `number|at|before|chain=count:hash,…|signature`, `before` being the hash of the line before it.

use super::BrokenLine;
use crate::{
    db::{Tx, params, statements},
    error::Error,
    inside::{Inside, Store},
};
use aws_lc_rs::{
    digest,
    signature::{ED25519, KeyPair, UnparsedPublicKey},
};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use jiff::Timestamp;
use std::{
    collections::HashMap,
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    sync::Arc,
};

statements! {
    LAST = "select number, line from anchors order by number desc limit 1";
    GROWN = "select chain, number, hash from audit_heads where anchored = 0 order by chain limit 5000";
    MARK = "update audit_heads set anchored = 1 where chain = $1 and number = $2";
    INSERT = "insert into anchors (number, at, line) values ($1, $2, $3)";
    ALL = "select number, line from anchors where number > $1 order by number limit 500";
}

/// Where a chain ends: its last number, and the hash there.
pub(super) type Head = (i64, Vec<u8>);

/// The anchored ends of chains, by chain.
pub(super) type Anchored = HashMap<String, Vec<Head>>;

impl Store {
    /// Anchors the heads of all chains that grew since the last time; answers how many.
    pub async fn anchor_heads(&self, duty: &crate::Actor) -> Result<u64, Error> {
        duty.on(sharing::Duty::Expire)?;
        let inside = Arc::clone(&self.0);
        let now = inside.clock.now();
        let count = self.0.db.write(move |tx| anchor(tx, &inside, now), |_| ()).await?;
        self.copy_outside().await?;
        Ok(count)
    }

    /// Appends to the file outside what it does not have yet; also what a crash kept from it the last time.
    async fn copy_outside(&self) -> Result<(), Error> {
        let Some(path) = &self.0.anchors else { return Ok(()) };
        let last = outside(&self.0)?.last().map_or(0, |line| number(line));
        let rows = self.0.db.read(move |tx| tx.query(ALL, params![last])).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let mut file = OpenOptions::new().create(true).append(true).open(path).map_err(Error::broken)?;
        for row in &rows {
            file.write_all(format!("{}\n", row.text(1)?).as_bytes()).map_err(Error::broken)?;
        }
        file.sync_all().map_err(Error::broken)
    }
}

fn anchor(tx: &mut Tx, inside: &Inside, now: Timestamp) -> Result<u64, Error> {
    let grown = tx.query(GROWN, params![])?;
    if grown.is_empty() {
        return Ok(0);
    }
    let last = tx.query_one(LAST, params![])?;
    let (number, before) = match &last {
        Some(row) => (row.int(0)? + 1, hash(row.text(1)?)),
        None => (1, hash("")),
    };
    let mut heads = Vec::with_capacity(grown.len());
    for row in &grown {
        heads.push(format!("{}={}:{}", row.text(0)?, row.int(1)?, STANDARD_NO_PAD.encode(row.bytes(2)?)));
        tx.execute(MARK, params![row.text(0)?, row.int(1)?])?;
    }
    let body = format!("{number}|{now}|{before}|{}", heads.join(","));
    let signature = inside.keys.signing().sign(body.as_bytes());
    let line = format!("{body}|{}", STANDARD_NO_PAD.encode(signature.as_ref()));
    tx.execute(INSERT, params![number, now, line.as_str()])?;
    Ok(grown.len() as u64)
}

/// The lines of the file outside the database.
pub(super) fn outside(inside: &Inside) -> Result<Vec<String>, Error> {
    let Some(path) = &inside.anchors else { return Ok(Vec::new()) };
    match fs::read_to_string(path) {
        Ok(text) => Ok(text.lines().map(str::to_owned).collect()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Error::broken(error)),
    }
}

/// All anchored heads, after checking the anchors themselves: their signatures, their order, and that the database
/// has every line that the file has.
pub(super) fn anchored(
    tx: &mut Tx,
    inside: &Inside,
    outside: &[String],
    broken: &mut Vec<BrokenLine>,
) -> Result<Anchored, Error> {
    let mut lines = Vec::new();
    loop {
        let rows = tx.query(ALL, params![lines.len() as i64])?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            lines.push(row.text(1)?.to_owned());
        }
    }
    let mut complain = |at: usize, why| broken.push(BrokenLine { chain: "anchors".into(), number: at as i64 + 1, why });
    for line in outside {
        let at = usize::try_from(number(line)).unwrap_or_default().saturating_sub(1);
        if lines.get(at) != Some(line) {
            complain(at, "the database does not have the line that the file has");
        }
    }
    let only_outside = outside.iter().filter(|line| number(line) > lines.len() as i64);
    let mut heads = Anchored::new();
    let mut before = hash("");
    for (at, line) in lines.iter().chain(only_outside).enumerate() {
        let Some(list) = signed(inside, line, at, &before) else {
            complain(at, "the signature or the order does not hold");
            continue;
        };
        before = hash(line);
        for (chain, head) in list {
            heads.entry(chain).or_default().push(head);
        }
    }
    Ok(heads)
}

/// The heads that a line lists, if it is signed and stands on the line before it.
fn signed(inside: &Inside, line: &str, at: usize, before: &str) -> Option<Vec<(String, Head)>> {
    let (body, signature) = line.rsplit_once('|')?;
    let key = UnparsedPublicKey::new(&ED25519, inside.keys.signing().public_key().as_ref());
    key.verify(body.as_bytes(), &STANDARD_NO_PAD.decode(signature).ok()?).ok()?;
    let mut fields = body.split('|');
    let number: usize = fields.next()?.parse().ok()?;
    let stands_on = fields.nth(1)?;
    if number != at + 1 || stands_on != before {
        return None;
    }
    fields.next()?.split(',').map(head).collect()
}

fn head(text: &str) -> Option<(String, Head)> {
    let (chain, rest) = text.split_once('=')?;
    let (number, hash) = rest.split_once(':')?;
    Some((chain.to_owned(), (number.parse().ok()?, STANDARD_NO_PAD.decode(hash).ok()?)))
}

/// A line's number; 0 when it has none.
fn number(line: &str) -> i64 {
    line.split('|').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn hash(line: &str) -> String {
    STANDARD_NO_PAD.encode(digest::digest(&digest::SHA256, line.as_bytes()).as_ref())
}

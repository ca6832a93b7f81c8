//! Proves that no line of the audit is missing or changed, and names the one that is.

use super::{Line, NOTHING, anchor, anchor::Head};
use crate::{
    db::{Tx, params, statements},
    error::Error,
    inside::Store,
};
use std::{collections::HashMap, sync::Arc};

statements! {
    CHAINS = "select distinct chain from audit where chain > $1 order by chain limit 500";
    HEADS_AFTER = "select chain, number, hash from audit_heads where chain > $1 order by chain limit 500";
    LINES = "select number, at, who, act, purpose, count, detail, hash from audit \
        where chain = $1 and number > $2 order by number limit 2000";
}

/// What a check of the audit found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditReport {
    /// Chains that were read.
    pub chains: u64,
    /// Lines that were read.
    pub lines: u64,
    /// Anchored heads that were compared.
    pub anchored: u64,
    /// What does not hold; nothing when all is well.
    pub broken: Vec<BrokenLine>,
}

/// A place where the audit does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenLine {
    /// The chain: the id of a record or an account; or `anchors`.
    pub chain: String,
    /// The first line that does not hold.
    pub number: i64,
    /// In words.
    pub why: &'static str,
}

/// What the walk over one chain found.
struct Walked {
    hashes_at: HashMap<i64, Vec<u8>>,
    broken: Option<BrokenLine>,
}

impl Store {
    /// Reads every chain from its first line to its head, and compares them with the anchored heads in the database
    /// and in the file outside it.
    pub async fn verify_audit(&self) -> Result<AuditReport, Error> {
        let inside = Arc::clone(&self.0);
        let outside = anchor::outside(&inside)?;
        self.0.db.read(move |tx| verify(tx, &inside, &outside)).await
    }
}

fn verify(tx: &mut Tx, inside: &crate::inside::Inside, outside: &[String]) -> Result<AuditReport, Error> {
    let mut report = AuditReport { chains: 0, lines: 0, anchored: 0, broken: Vec::new() };
    let anchored = anchor::anchored(tx, inside, outside, &mut report.broken)?;
    let heads = all_heads(tx)?;
    let mut names: Vec<String> = heads.keys().chain(anchored.keys()).cloned().chain(chains(tx)?).collect();
    names.sort_unstable();
    names.dedup();
    for chain in names {
        let want = anchored.get(&chain);
        let walked = walk(tx, &chain, want.map_or(&[], Vec::as_slice), heads.get(&chain), &mut report.lines)?;
        report.chains += 1;
        report.broken.extend(walked.broken);
        for (number, hash) in want.into_iter().flatten() {
            report.anchored += 1;
            if walked.hashes_at.get(number) != Some(hash) {
                let why = "an anchored line is missing or another one stands in its place";
                report.broken.push(BrokenLine { chain: chain.clone(), number: *number, why });
            }
        }
    }
    Ok(report)
}

fn chains(tx: &mut Tx) -> Result<Vec<String>, Error> {
    let mut names: Vec<String> = Vec::new();
    loop {
        let rows = tx.query(CHAINS, params![names.last().map_or("", String::as_str)])?;
        if rows.is_empty() {
            return Ok(names);
        }
        for row in rows {
            names.push(row.text(0)?.to_owned());
        }
    }
}

fn all_heads(tx: &mut Tx) -> Result<HashMap<String, Head>, Error> {
    let mut heads = HashMap::new();
    let mut last = String::new();
    loop {
        let rows = tx.query(HEADS_AFTER, params![last.as_str()])?;
        if rows.is_empty() {
            return Ok(heads);
        }
        for row in rows {
            last = row.text(0)?.to_owned();
            heads.insert(last.clone(), (row.int(1)?, row.bytes(2)?.to_vec()));
        }
    }
}

fn walk(tx: &mut Tx, chain: &str, keep: &[Head], head: Option<&Head>, lines: &mut u64) -> Result<Walked, Error> {
    let mut walked = Walked { hashes_at: HashMap::new(), broken: None };
    let (mut number, mut before) = (0, NOTHING.to_vec());
    // A line put in before the first one is read too.
    let mut behind = i64::MIN;
    loop {
        let rows = tx.query(LINES, params![chain, behind])?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let line = Line {
                chain,
                number: row.int(0)?,
                at: row.int(1)?,
                who: row.text(2)?,
                act: row.text(3)?,
                purpose: row.text(4)?,
                count: row.int(5)?,
                detail: row.bytes(6)?,
            };
            *lines += 1;
            let why = match () {
                () if line.number < number + 1 => Some("a line stands here that does not belong"),
                () if line.number != number + 1 => Some("a line before this one is missing"),
                () if line.hash(&before) != row.bytes(7)? => Some("this line was changed"),
                () => None,
            };
            if let (Some(why), None) = (why, &walked.broken) {
                walked.broken = Some(BrokenLine { chain: chain.to_owned(), number: line.number, why });
            }
            number = line.number;
            behind = number;
            before = row.bytes(7)?.to_vec();
            if keep.iter().any(|(kept, _)| *kept == number) {
                walked.hashes_at.insert(number, before.clone());
            }
        }
    }
    let stands = head.is_some_and(|(last, hash)| *last == number && *hash == before);
    if !stands && walked.broken.is_none() {
        let why = "the chain does not end where its head says";
        walked.broken = Some(BrokenLine { chain: chain.to_owned(), number: number + 1, why });
    }
    Ok(walked)
}

//! `kinsight admin flag …`, `unflag`, `flags` and `audit-export`: what an operator does about a suspected breach, without
//! seeing any health data. Each of these is itself a line in the history of the record.

use crate::settings::Given;
use anyhow::{Context, Result, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use sharing::{Duty, Email, RecordId};
use std::fmt::Write as _;
use std::path::PathBuf;
use store::{Actor, AuditLine, AuditOf, Error, Flag, Store};

/// Flag a record; its owner sees the flag and the reason
#[derive(clap::Args)]
pub struct FlagRecord {
    /// The number of the record
    record: String,
    /// The reason, as the owner will read it
    #[arg(long, value_name = "WORDS")]
    why: String,
    #[command(flatten)]
    given: Box<Given>,
}

/// Take the flag off a record
#[derive(clap::Args)]
pub struct Unflag {
    /// The number of the record
    record: String,
    #[command(flatten)]
    given: Box<Given>,
}

/// List the flagged records, with the owner's address masked
#[derive(clap::Args)]
pub struct Flags {
    #[command(flatten)]
    given: Box<Given>,
    /// One JSON list
    #[arg(long)]
    json: bool,
}

/// Write the history of a record or an account as JSON lines, for whoever investigates
///
/// Details stay sealed, because they can be file names and days of reports. The hashes hold over what is sealed, so that
/// anybody can check that no line is missing or changed.
#[derive(clap::Args)]
pub struct AuditExport {
    /// The number of a record, or the e-mail address of an account
    whose: String,
    /// Where to write it [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    given: Box<Given>,
}

impl FlagRecord {
    pub fn run(self) -> Result<()> {
        let record = record(&self.record)?;
        let (store, operator) = open(*self.given)?;
        let flagged = super::runtime()?.block_on(store.flag(&operator, record, &self.why));
        flagged.map_err(|error| told(&error, &self.record))?;
        super::print(&format!("Record {record} is flagged. Its owner sees it, and your reason."))
    }
}

impl Unflag {
    pub fn run(self) -> Result<()> {
        let record = record(&self.record)?;
        let (store, operator) = open(*self.given)?;
        let unflagged = super::runtime()?.block_on(store.unflag(&operator, record));
        unflagged.map_err(|error| told(&error, &self.record))?;
        super::print(&format!("Record {record} is not flagged any more."))
    }
}

impl Flags {
    pub fn run(self) -> Result<()> {
        let (store, operator) = open(*self.given)?;
        let flags = super::runtime()?.block_on(store.flags(&operator)).context("cannot read the flags")?;
        super::print(&if self.json { as_json(&flags)? } else { as_text(&flags) })
    }
}

impl AuditExport {
    pub fn run(self) -> Result<()> {
        let whose = match (RecordId::parse(&self.whose), Email::parse(&self.whose)) {
            (Some(record), _) => AuditOf::Record(record),
            (_, Ok(email)) => AuditOf::Account(email),
            _ => bail!("{} is neither the number of a record nor an e-mail address", self.whose),
        };
        let (store, operator) = open(*self.given)?;
        let lines = super::runtime()?.block_on(store.audit_export(&operator, whose));
        let lines = lines.map_err(|error| told(&error, &self.whose))?;
        let text: String = lines.iter().map(as_line).collect();
        match self.output {
            Some(path) => std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display())),
            None => super::print(&text),
        }
    }
}

fn record(text: &str) -> Result<RecordId> {
    RecordId::parse(text).with_context(|| format!("{text} is not the number of a record"))
}

/// Nobody wants a new database made by a question.
fn open(given: Given) -> Result<(Store, Actor)> {
    let settings = given.decide()?;
    if !settings.has_data() {
        bail!("there are no data in {}; --data names the folder", settings.data.display());
    }
    let (store, roster) = Store::open(settings.store()).context("cannot open the data")?;
    Ok((store, roster.on(Duty::Operate)))
}

fn told(error: &Error, what: &str) -> anyhow::Error {
    match error {
        Error::NotFound => anyhow::anyhow!("there is no {what} here, or nothing to do about it"),
        Error::Invalid(_) => anyhow::anyhow!("a reason has between 1 and 500 characters"),
        other => anyhow::anyhow!("{other}"),
    }
}

fn as_json(flags: &[Flag]) -> Result<String> {
    let flag = |flag: &Flag| json!({ "record": flag.record.to_string(), "at": flag.at.to_string(), "by": flag.by, "why": flag.why, "owner": flag.owner });
    Ok(serde_json::to_string_pretty(&flags.iter().map(flag).collect::<Vec<_>>())?)
}

fn as_text(flags: &[Flag]) -> String {
    if flags.is_empty() {
        return "No record is flagged.".to_owned();
    }
    let mut text = String::new();
    for Flag { record, at, by, why, owner } in flags {
        let owner = owner.as_deref().unwrap_or("a clinic");
        let _ = writeln!(text, "{record}  of {owner}\n  {at}, by {by}: {why}");
    }
    text
}

fn as_line(line: &AuditLine) -> String {
    let hash: String = line.hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let line = json!({
        "chain": line.chain,
        "number": line.number,
        "at_ms": line.at_ms,
        "who": line.who,
        "act": line.act,
        "purpose": line.purpose,
        "count": line.count,
        "sealed_detail": STANDARD.encode(&line.detail),
        "hash": hash,
    });
    format!("{line}\n")
}

//! A record's history as its owner reads it: who, what in words, when, and the receipt of what was taken away.

use crate::{
    access::Access,
    audit::{self, Chain, Opened},
    db::{Row, Tx, params, statements},
    error::Error,
    inside::Inside,
    keys::place,
    passes,
    rights::Manage,
};
use jiff::Timestamp;
use sharing::{AccountId, Id, RecordId};
use std::collections::HashMap;

statements! {
    NAME = "select name from accounts where id = $1";
    APPS = "select id, name from app_tokens where record = $1";
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doer {
    /// Whoever looks at the history.
    You,
    /// Somebody else, by name; no name when the account is gone.
    Person(Option<String>),
    /// An app, by the name of its token; no name when nobody knows it any more.
    App(Option<String>),
    /// Whoever opened a visit pass, by the label that it was given; no label when there is none.
    Pass(Option<String>),
    /// Who runs this server.
    Operator,
    /// The server by itself.
    Server,
}

/// One line of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: Doer,
    /// What, in words.
    pub what: String,
    /// How often.
    pub count: u32,
    /// Which file, which days; empty when there is nothing to add.
    pub detail: String,
    /// The number on the report that was taken away.
    pub receipt: Option<String>,
    /// Whether it changed something, took something away, or was refused: what to look at first.
    pub weighs: bool,
}

impl Access<'_, Manage> {
    /// What happened to this record since then, newest first.
    pub fn history(&mut self, since: Timestamp) -> Result<Vec<HistoryEntry>, Error> {
        let (tx, inside, entered) = self.parts();
        let lines = audit::opened(tx, inside, Chain::Record(entered.record), since)?;
        let apps = apps(tx, inside, entered.record)?;
        let passes = passes::labels(tx, inside, entered.record)?;
        let me = audit::who_text(entered.who);
        let mut names = HashMap::new();
        let mut history = Vec::with_capacity(lines.len());
        for line in lines {
            let who = if line.who == me { Doer::You } else { doer(tx, inside, &line.who, &apps, &passes, &mut names)? };
            history.push(told(tx, inside, line, who, &mut names)?);
        }
        Ok(history)
    }
}

/// The names of the record's apps, those whose tokens have ended too.
fn apps(tx: &mut Tx, inside: &Inside, record: RecordId) -> Result<HashMap<String, String>, Error> {
    let mut apps = HashMap::new();
    for ended in audit::details(tx, inside, Chain::Record(record), "ended an app token")? {
        if let Some((id, name)) = ended.split_once(' ') {
            apps.insert(id.to_owned(), name.to_owned());
        }
    }
    for row in tx.query(APPS, params![record])? {
        let id = row.id(0)?;
        apps.insert(
            id.to_string(),
            inside.keys.open_text(place("app_tokens", "name", id).of(record.0), row.bytes(1)?)?,
        );
    }
    Ok(apps)
}

fn doer(
    tx: &mut Tx,
    inside: &Inside,
    who: &str,
    apps: &HashMap<String, String>,
    passes: &HashMap<String, String>,
    names: &mut HashMap<String, Option<String>>,
) -> Result<Doer, Error> {
    Ok(match who.split_once(' ') {
        Some(("account", id)) => Doer::Person(name(tx, inside, id, names)?),
        Some(("app", id)) => Doer::App(apps.get(id).cloned()),
        Some(("pass", id)) => Doer::Pass(passes.get(id).cloned()),
        _ if who == "operator" => Doer::Operator,
        _ => Doer::Server,
    })
}

/// The name of an account; each is looked up once.
fn name(
    tx: &mut Tx,
    inside: &Inside,
    id: &str,
    names: &mut HashMap<String, Option<String>>,
) -> Result<Option<String>, Error> {
    if let Some(known) = names.get(id) {
        return Ok(known.clone());
    }
    let account = Id::parse(id).map(AccountId).ok_or_else(|| Error::broken("not an account"))?;
    let row = tx.query_one(NAME, params![account])?;
    let open = |row: Row| inside.keys.open_text(place("accounts", "name", account.0), row.bytes(0)?);
    let name = row.map(open).transpose()?;
    names.insert(id.to_owned(), name.clone());
    Ok(name)
}

fn told(
    tx: &mut Tx,
    inside: &Inside,
    line: Opened,
    who: Doer,
    names: &mut HashMap<String, Option<String>>,
) -> Result<HistoryEntry, Error> {
    let (mut detail, mut receipt) = (line.detail, None);
    match line.act.as_str() {
        "prepared a report" => {
            if let Some((what, number)) = detail.split_once(", receipt ") {
                (receipt, detail) = (Some(number.to_owned()), what.to_owned());
            }
        }
        "removed a care partner" | "restored a care partner" => {
            detail = name(tx, inside, &detail, names)?.unwrap_or_default();
        }
        "ended an app token" => detail = detail.split_once(' ').map_or(String::new(), |(_, name)| name.to_owned()),
        act if passes::ACTS.contains(&act) => detail = passes::detail_words(&detail),
        "restored a clinic" | "removed a clinic" => detail.clear(),
        act if is_visit(act) => detail.clear(),
        _ => {}
    }
    let weighs = !is_visit(&line.act) || line.act.starts_with("refused");
    Ok(HistoryEntry {
        at: line.at,
        who,
        what: what(&line.act, &line.purpose),
        count: line.count,
        detail,
        receipt,
        weighs,
    })
}

/// Lines of which the detail is how the person relates to the record.
fn is_visit(act: &str) -> bool {
    act.starts_with("looked")
        || act.starts_with("refused")
        || matches!(act, "downloaded" | "uploaded" | "uploaded again" | "changed")
}

/// The audit's words with what it was for.
fn what(act: &str, purpose: &str) -> String {
    match act {
        "looked" | "looked again" => format!("{act}: {purpose}"),
        "downloaded" => format!("opened for download: {purpose}"),
        "uploaded" | "uploaded again" => format!("opened for upload: {purpose}"),
        "changed" => format!("opened with the right to change: {purpose}"),
        "refused a look" | "refused a download" | "refused an upload" | "refused a change" => {
            format!("was {act}: {purpose}")
        }
        "lockdown" => "locked the account".to_owned(),
        act => act.to_owned(),
    }
}

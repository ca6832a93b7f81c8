//! Names of those who stand in a history, each looked up once.

use crate::{
    audit::{self, Chain, Detail},
    db::{Tx, params, statements},
    error::Error,
    history::view::Role,
    inside::Inside,
    keys::place,
    passes,
};
use sharing::{Id, RecordId};
use std::collections::HashMap;

statements! {
    NAME = "select name from accounts where id = $1";
    CLINIC = "select name from clinics where id = $1";
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

/// What is known so far.
pub(super) struct Names<'a> {
    inside: &'a Inside,
    record: RecordId,
    /// How the lines name whoever looks at the history.
    me: Option<String>,
    apps: Option<HashMap<String, String>>,
    passes: Option<HashMap<String, String>>,
    people: HashMap<String, Option<String>>,
    clinics: HashMap<String, Option<String>>,
}

impl<'a> Names<'a> {
    pub(super) fn new(inside: &'a Inside, record: RecordId, me: Option<String>) -> Self {
        Self { inside, record, me, apps: None, passes: None, people: HashMap::new(), clinics: HashMap::new() }
    }

    /// Who stands in a line.
    pub(super) fn doer(&mut self, tx: &mut Tx, who: &str) -> Result<Doer, Error> {
        if self.me.as_deref() == Some(who) {
            return Ok(Doer::You);
        }
        Ok(match who.split_once(' ') {
            Some(("account", id)) => Doer::Person(self.person(tx, id)?),
            Some(("app", id)) => Doer::App(self.app(tx, id)?),
            Some(("pass", id)) => Doer::Pass(self.pass(tx, id)?),
            _ if who == "operator" => Doer::Operator,
            _ => Doer::Server,
        })
    }

    /// How they related to the record when the line was written.
    pub(super) fn role(&mut self, tx: &mut Tx, detail: &Detail) -> Result<Role, Error> {
        let clinic = if detail.clinic.is_empty() { None } else { self.clinic(tx, &detail.clinic)? };
        Ok(Role { standing: detail.standing.clone(), role: detail.role.clone(), clinic })
    }

    /// The detail of a line, in words.
    pub(super) fn detail(&mut self, tx: &mut Tx, act: &str, text: &str) -> Result<String, Error> {
        if passes::ACTS.contains(&act) { Ok(passes::detail_words(text)) } else { self.readable(tx, text) }
    }

    /// Ids at the beginning of a detail become names; an app's token has its name behind it.
    fn readable(&mut self, tx: &mut Tx, text: &str) -> Result<String, Error> {
        let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
        if Id::parse(first).is_none() {
            return Ok(text.to_owned());
        }
        let person = self.person(tx, first)?;
        let name = if person.is_some() { person } else { self.clinic(tx, first)? };
        let parts = name.into_iter().chain((!rest.is_empty()).then(|| rest.to_owned()));
        Ok(parts.collect::<Vec<_>>().join(", "))
    }

    fn person(&mut self, tx: &mut Tx, id: &str) -> Result<Option<String>, Error> {
        if let Some(known) = self.people.get(id) {
            return Ok(known.clone());
        }
        let name = named(tx, self.inside, "accounts", id)?;
        self.people.insert(id.to_owned(), name.clone());
        Ok(name)
    }

    fn clinic(&mut self, tx: &mut Tx, id: &str) -> Result<Option<String>, Error> {
        if let Some(known) = self.clinics.get(id) {
            return Ok(known.clone());
        }
        let name = named(tx, self.inside, "clinics", id)?;
        self.clinics.insert(id.to_owned(), name.clone());
        Ok(name)
    }

    /// The label of a visit pass, also of one that is over.
    fn pass(&mut self, tx: &mut Tx, id: &str) -> Result<Option<String>, Error> {
        if self.passes.is_none() {
            self.passes = Some(passes::labels(tx, self.inside, self.record)?);
        }
        Ok(self.passes.as_ref().and_then(|passes| passes.get(id).cloned()))
    }

    /// The name of an app, also of one whose token has ended.
    fn app(&mut self, tx: &mut Tx, id: &str) -> Result<Option<String>, Error> {
        if self.apps.is_none() {
            self.apps = Some(apps(tx, self.inside, self.record)?);
        }
        Ok(self.apps.as_ref().and_then(|apps| apps.get(id).cloned()))
    }
}

fn named(tx: &mut Tx, inside: &Inside, table: &'static str, id: &str) -> Result<Option<String>, Error> {
    let Some(id) = Id::parse(id) else { return Ok(None) };
    let sql = if table == "clinics" { CLINIC } else { NAME };
    let row = tx.query_one(sql, params![id])?;
    row.map(|row| inside.keys.open_text(place(table, "name", id), row.bytes(0)?)).transpose()
}

fn apps(tx: &mut Tx, inside: &Inside, record: RecordId) -> Result<HashMap<String, String>, Error> {
    let mut apps = HashMap::new();
    for ended in audit::details(tx, inside, Chain::Record(record), "ended an app token")? {
        if let Some((id, name)) = ended.text.split_once(' ') {
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

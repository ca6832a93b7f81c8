//! `dataUpdate`: the whole at first, then only the lists that changed, with what changed in them.

use crate::{
    Document,
    document::text,
    live::{self, Live},
};
use serde_json::{Number, Value, json};
use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher as _},
};

/// What there is to tell a socket.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DataSet {
    lists: Vec<(&'static str, Vec<Document>)>,
    now_ms: i64,
}

/// What a socket was told last: of each document a number for which it is and one for what it says. A socket is open for days,
/// and a hundred of them are to hold kilobytes and not the days themselves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// Of lists whose changes are told one by one.
    one_by_one: Vec<(&'static str, HashMap<u64, u64>)>,
    /// Of the others.
    whole: Vec<(&'static str, u64)>,
    treatments: Vec<Treatment>,
}

/// What is told of a treatment that goes.
#[derive(Clone, Debug, PartialEq)]
struct Treatment {
    key: u64,
    id: Option<Box<str>>,
    mills: Option<Number>,
}

/// Lists whose changes are told one by one; of the others the whole list is told.
const ONE_BY_ONE: &[&str] = &["sgvs", "mbgs", "cals", "treatments", "devicestatus"];

impl DataSet {
    pub fn of(live: &Live) -> Self {
        let statuses = live.statuses.iter().map(live::status_shown).collect();
        let lists = vec![
            ("devicestatus", statuses),
            ("sgvs", live.sgvs()),
            ("cals", live.cals()),
            ("profiles", live.profiles.last().cloned().into_iter().collect()),
            ("mbgs", live.mbgs()),
            ("food", live.food.clone()),
            ("treatments", live.treatments_shown()),
        ];
        Self { lists, now_ms: live.now_ms }
    }

    /// The first message; `status` where the client asked for it.
    pub fn full(&self, status: Option<Value>) -> Value {
        let mut full = Document::new();
        for (name, list) in &self.lists {
            full.insert((*name).to_owned(), json!(list));
        }
        full.insert("dbstats".to_owned(), json!({"dataSize": 0, "indexSize": 0}));
        if let Some(status) = status {
            full.insert("status".to_owned(), status);
        }
        Value::Object(full)
    }

    /// What whoever was told all of it knows.
    pub fn told(&self) -> Told {
        let mut told = Told::default();
        for (name, list) in &self.lists {
            if ONE_BY_ONE.contains(name) {
                told.one_by_one.push((name, list.iter().map(|one| (key(one), number(one))).collect()));
            } else {
                told.whole.push((name, number(list)));
            }
            if *name == "treatments" {
                told.treatments = list.iter().map(Treatment::of).collect();
            }
        }
        told
    }
}

/// What changed from what was told to what is; `None` when nothing did.
pub fn delta(before: &Told, after: &DataSet) -> Option<Document> {
    let mut changed = Document::new();
    changed.insert("delta".to_owned(), true.into());
    changed.insert("lastUpdated".to_owned(), after.now_ms.into());
    for (name, list) in &after.lists {
        let told = match ONE_BY_ONE.contains(name) {
            true => changes(before, name, list),
            false if before.whole.contains(&(name, number(list))) => Vec::new(),
            false => list.clone(),
        };
        if !told.is_empty() {
            changed.insert((*name).to_owned(), json!(told));
        }
    }
    (changed.len() > 2).then_some(changed)
}

/// New ones as they are, changed ones marked so, and of those that went their id. Only of treatments it is told that they
/// went: of the others the old ones fall out of the window all the time.
fn changes(before: &Told, name: &str, after: &[Document]) -> Vec<Document> {
    let known = before.one_by_one.iter().find(|(known, _)| *known == name).map(|(_, list)| list);
    let told = |one: &Document| match known.and_then(|known| known.get(&key(one))) {
        Some(same) if *same == number(one) => None,
        Some(_) => Some(with_action(one.clone(), "update")),
        None => Some(one.clone()),
    };
    let mut changes: Vec<Document> = after.iter().filter_map(told).collect();
    if name == "treatments" {
        let now: HashSet<u64> = after.iter().map(key).collect();
        let gone = before.treatments.iter().filter(|one| !now.contains(&one.key));
        changes.extend(gone.map(|one| with_action(one.document(), "remove")));
    }
    changes
}

impl Treatment {
    fn of(document: &Document) -> Self {
        let mills = document.get("mills").and_then(Value::as_number).cloned();
        Self { key: key(document), id: text(document, "_id").map(Box::from), mills }
    }

    fn document(&self) -> Document {
        let mut document = Document::new();
        for (name, value) in
            [("_id", self.id.as_deref().map(Value::from)), ("mills", self.mills.clone().map(Value::Number))]
        {
            if let Some(value) = value {
                document.insert(name.to_owned(), value);
            }
        }
        document
    }
}

/// Which it is: an id, or else the instant.
fn key(document: &Document) -> u64 {
    let mills = || document.get("mills").map(ToString::to_string).unwrap_or_default();
    number(&text(document, "_id").map_or_else(mills, str::to_owned))
}

/// Equal things have the same number, and no others are expected to: there are 2^64.
fn number(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

fn with_action(mut document: Document, action: &str) -> Document {
    document.insert("action".to_owned(), action.into());
    document
}

/// Answer to `loadRetro`: what devices said of themselves.
pub fn retro_update(live: &Live) -> Value {
    json!({"devicestatus": live.statuses.iter().map(live::status_shown).collect::<Vec<_>>()})
}

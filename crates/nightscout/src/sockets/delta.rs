//! `dataUpdate`: the whole at first, then only the lists that changed, with what changed in them.

use crate::{
    Document,
    document::text,
    live::{self, Live},
};
use serde_json::{Value, json};
use std::collections::HashMap;

/// What a socket was told last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DataSet {
    lists: Vec<(&'static str, Vec<Document>)>,
    now_ms: i64,
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
}

/// What changed from one to the other; `None` when nothing did.
pub fn delta(before: &DataSet, after: &DataSet) -> Option<Document> {
    let mut changed = Document::new();
    changed.insert("delta".to_owned(), true.into());
    changed.insert("lastUpdated".to_owned(), after.now_ms.into());
    let nothing = Vec::new();
    for (name, list) in &after.lists {
        let known = before.lists.iter().find(|(known, _)| known == name).map_or(&nothing, |(_, list)| list);
        let told = match ONE_BY_ONE.contains(name) {
            true => changes(known, list, *name == "treatments"),
            false if known == list => Vec::new(),
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
fn changes(before: &[Document], after: &[Document], removals: bool) -> Vec<Document> {
    let by_key = |list: &'_ [Document]| list.iter().map(|one| (key(one), one.clone())).collect::<HashMap<_, _>>();
    let (known, now) = (by_key(before), by_key(after));
    let told = |one: &Document| match known.get(&key(one)) {
        Some(same) if same == one => None,
        Some(_) => Some(with_action(one.clone(), "update")),
        None => Some(one.clone()),
    };
    let mut changes: Vec<Document> = after.iter().filter_map(told).collect();
    let gone = before.iter().filter(|one| removals && !now.contains_key(&key(one)));
    changes.extend(gone.map(|one| with_action(live::only(one, &["_id", "mills"]), "remove")));
    changes
}

/// An id, or else the instant.
fn key(document: &Document) -> String {
    let mills = || document.get("mills").map(ToString::to_string).unwrap_or_default();
    text(document, "_id").map_or_else(mills, str::to_owned)
}

fn with_action(mut document: Document, action: &str) -> Document {
    document.insert("action".to_owned(), action.into());
    document
}

/// Answer to `loadRetro`: what devices said of themselves.
pub fn retro_update(live: &Live) -> Value {
    json!({"devicestatus": live.statuses.iter().map(live::status_shown).collect::<Vec<_>>()})
}

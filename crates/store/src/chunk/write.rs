//! What apps write one by one: put, replace and delete by id, as the Nightscout API has it.

use super::{Chunk, ChunkError, Datum, MAX_ROWS, Row, Stamps, view};

/// What is known of an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<T> {
    /// It is here: its parts (one document of an app can be several events) and stamps, when it has any.
    Here(Vec<T>, Option<Stamps>),
    /// It was deleted.
    Deleted(Stamps),
    /// It never was.
    Unknown,
}

/// What a put did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Put {
    /// The id it has: the sender's, that of what it replaced, or a derived one.
    pub id: String,
    /// Nothing was replaced.
    pub new: bool,
}

impl<T: Datum> Chunk<T> {
    /// What is shown under an id, or that it was deleted.
    pub fn find(&self, id: &str) -> Found<T> {
        let mut here: Vec<(usize, &Row<T>)> =
            self.rows.iter().enumerate().filter(|(_, row)| row.item.id() == id).collect();
        let newest = here.iter().map(|(_, row)| row.stamps.map(|stamps| stamps.changed_ms)).max().flatten();
        here.retain(|(_, row)| row.stamps.map(|stamps| stamps.changed_ms) == newest);
        if let Some(gone) = here.iter().find_map(|(_, row)| row.stamps.filter(|stamps| stamps.deleted)) {
            return Found::Deleted(gone);
        }
        let Some(first) = here.iter().map(|(_, row)| row.uploads.first()).min() else { return Found::Unknown };
        here.retain(|(_, row)| row.uploads.first() == first);
        let stamps = here.first().and_then(|(_, row)| row.stamps);
        Found::Here(here.into_iter().map(|(_, row)| row.item.clone()).collect(), stamps)
    }

    /// The id of what is shown at an instant and of a kind: *the same time and type again replaces*.
    pub fn id_at(&self, at_ms: i64, kind: u8) -> Option<String> {
        let hidden = view::hidden(&self.rows);
        let shown = self.rows.iter().zip(hidden).filter(|(_, hidden)| !hidden).map(|(row, _)| &row.item);
        shown.into_iter().find(|item| item.at_ms() == at_ms && item.kind() == kind).map(T::id)
    }

    /// Writes one document, replacing what has its id, or else what is shown at its instant and of its kind.
    /// All `parts` carry the same id, or none does.
    pub fn put(&mut self, upload: u32, parts: Vec<T>, now_ms: i64) -> Result<Put, ChunkError> {
        let Some(first) = parts.first() else { return Err(ChunkError::Damaged("a document without parts")) };
        if self.rows.len() + parts.len() > MAX_ROWS {
            return Err(ChunkError::TooMany);
        }
        let given = first.common().given_id().map(str::to_owned);
        let id = given.or_else(|| self.id_at(first.at_ms(), first.kind())).unwrap_or_else(|| first.own_id());
        let before = self.find(&id);
        let created_ms = match &before {
            Found::Here(_, Some(stamps)) => stamps.created_ms,
            _ => now_ms,
        };
        self.forget(upload, &id);
        for mut part in parts {
            let derived = part.own_id() == id;
            set_id(&mut part, (!derived).then(|| id.clone()));
            self.insert(upload, part, Some(Stamps { created_ms, changed_ms: now_ms, deleted: false }));
        }
        Ok(Put { id, new: !matches!(before, Found::Here(..)) })
    }

    /// Deletes what has this id, leaving a tombstone with what it was; `false` when nothing has it.
    pub fn delete(&mut self, upload: u32, id: &str, now_ms: i64) -> bool {
        let Found::Here(parts, stamps) = self.find(id) else { return false };
        let created_ms = stamps.map_or(now_ms, |stamps| stamps.created_ms);
        self.forget(upload, id);
        for mut part in parts {
            let derived = part.own_id() == id;
            set_id(&mut part, (!derived).then(|| id.to_owned()));
            self.insert(upload, part, Some(Stamps { created_ms, changed_ms: now_ms, deleted: true }));
        }
        true
    }

    /// Takes this upload's own version of an id away, as when the document moves to another day.
    pub fn forget(&mut self, upload: u32, id: &str) {
        let mine = |row: &Row<T>| row.uploads.has(upload) && row.item.id() == id;
        self.rows.retain_mut(|row| !mine(row) || row.uploads.remove(upload));
    }
}

fn set_id<T: Datum>(item: &mut T, id: Option<String>) {
    let mut given = item.common_mut().given.take().map(|given| *given).unwrap_or_default();
    given.id = id;
    item.common_mut().given = (given != glucose::Given::default()).then(|| Box::new(given));
}

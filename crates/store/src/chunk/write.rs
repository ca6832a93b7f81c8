//! What apps write one by one: put, replace and delete by id, as the Nightscout API has it.

use super::{Chunk, ChunkError, Datum, MAX_ROWS, Row, Stamps, Uploads, derived_at, view};
use std::ops::RangeInclusive;

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
        let derived = derived_at(id);
        let mut here: Vec<&Row<T>> = self.rows.iter().filter(|row| is_of(&row.item, id, derived)).collect();
        let newest = here.iter().map(|row| row.stamps.map(|stamps| stamps.changed_ms)).max().flatten();
        here.retain(|row| row.stamps.map(|stamps| stamps.changed_ms) == newest);
        if let Some(gone) = here.iter().find_map(|row| row.stamps.filter(|stamps| stamps.deleted)) {
            return Found::Deleted(gone);
        }
        let Some(first) = here.iter().map(|row| row.uploads.first()).min() else { return Found::Unknown };
        here.retain(|row| row.uploads.first() == first);
        let stamps = here.first().and_then(|row| row.stamps);
        Found::Here(here.into_iter().map(|row| row.item.clone()).collect(), stamps)
    }

    /// The id of what is shown at an instant and of a kind: *the same time and type again replaces*.
    pub fn id_at(&self, at_ms: i64, kind: u8) -> Option<String> {
        let start = self.rows.partition_point(|row| row.item.at_ms() < at_ms);
        let of_then = self.rows[start..].iter().take_while(|row| row.item.at_ms() == at_ms);
        if !of_then.clone().any(|row| row.item.kind() == kind) {
            return None;
        }
        let hidden = view::hidden(&self.rows);
        let mut shown = of_then.zip(&hidden[start..]).filter(|(_, hidden)| !**hidden).map(|(row, _)| &row.item);
        shown.find(|item| item.kind() == kind).map(T::id)
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

    /// Whether [`Chunk::put_fresh`] can take these: oldest first, no sender gave them ids, and of their instants nothing is
    /// here.
    pub fn is_fresh<'a>(&self, items: impl IntoIterator<Item = &'a T>) -> bool
    where
        T: 'a,
    {
        let mut rows = self.rows.iter().map(|row| row.item.at_ms()).peekable();
        let (mut before, mut count) = (None, self.rows.len());
        for item in items {
            let at = item.at_ms();
            while rows.next_if(|here| *here < at).is_some() {}
            if before >= Some(at) || rows.peek() == Some(&at) || item.common().given_id().is_some() {
                return false;
            }
            (before, count) = (Some(at), count + 1);
        }
        let derived = |row: &Row<T>| row.item.common().given_id().is_some_and(|id| derived_at(id).is_some());
        count <= MAX_ROWS && !self.rows.iter().any(derived)
    }

    /// Puts many at once, each with its stamp, oldest first: the same as one [`Chunk::put`] after the other, for what
    /// [`Chunk::is_fresh`].
    pub fn put_fresh(&mut self, upload: u32, items: Vec<(T, i64)>) {
        let stamps = |at: i64| Some(Stamps { created_ms: at, changed_ms: at, deleted: false });
        let new = items.into_iter().map(|(item, at)| Row { item, stamps: stamps(at), uploads: Uploads::One(upload) });
        self.rows.extend(new);
        // Of two runs in order, which this sort finds.
        self.rows.sort_by(Row::compare);
    }

    /// The days around a datum: near midnight there are two.
    pub fn days_around(item: &T) -> RangeInclusive<i64> {
        view::days_around(item.at_ms())
    }

    /// Whether a datum that `upload` put just now is shown and all else is shown as it was before; `days` are those around it.
    pub fn is_alone(days: &[&Self], item: &T, upload: u32) -> bool {
        let days: Vec<&[Row<T>]> = days.iter().map(|day| day.rows()).collect();
        view::is_alone(&days, item, upload)
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
        let derived = derived_at(id);
        let mine = |row: &Row<T>| row.uploads.has(upload) && is_of(&row.item, id, derived);
        self.rows.retain_mut(|row| !mine(row) || row.uploads.remove(upload));
    }
}

/// Whether a datum has this id. The instant in a derived id tells most data apart before an id is made to compare.
fn is_of<T: Datum>(item: &T, id: &str, derived: Option<i64>) -> bool {
    match item.common().given_id() {
        Some(given) => given == id,
        None => derived == Some(item.at_ms()) && item.own_id() == id,
    }
}

fn set_id<T: Datum>(item: &mut T, id: Option<String>) {
    let mut given = item.common_mut().given.take().map(|given| *given).unwrap_or_default();
    given.id = id;
    item.common_mut().given = (given != glucose::Given::default()).then(|| Box::new(given));
}

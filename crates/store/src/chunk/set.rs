//! Merging an upload in, and taking one back.

use super::{Chunk, ChunkError, Datum, MAX_ROWS, Merged, NEAR_MS, Row, Stamps, Uploads, view};
use std::cmp::Ordering;

impl<T: Datum> Chunk<T> {
    /// Adds what `upload` delivered. What it delivered before stays; the order of uploads does not matter.
    pub fn merge(&mut self, upload: u32, mut items: Vec<T>) -> Result<Merged, ChunkError> {
        if self.rows.len() + items.len() > MAX_ROWS {
            return Err(ChunkError::TooMany);
        }
        if !items.is_sorted_by(|a, b| a.compare(b).is_le()) {
            items.sort_by(T::compare);
        }
        let merged = self.count(upload, &items);
        items.dedup_by(|a, b| a.compare(b).is_eq());
        let old = std::mem::take(&mut self.rows);
        self.rows = if old.is_empty() {
            items.into_iter().map(|item| plain(item, upload)).collect()
        } else {
            join(old, items, upload)
        };
        Ok(merged)
    }

    /// Adds what a delivery had brought to another record, stamps and all, under a number that nothing here has yet.
    pub fn take_in(&mut self, upload: u32, moved: Vec<(T, Option<Stamps>)>) -> Result<Merged, ChunkError> {
        if self.rows.len() + moved.len() > MAX_ROWS {
            return Err(ChunkError::TooMany);
        }
        let mut items: Vec<T> = moved.iter().map(|(item, _)| item.clone()).collect();
        items.sort_by(T::compare);
        let merged = self.count(upload, &items);
        self.rows.extend(moved.into_iter().map(|(item, stamps)| Row { item, stamps, uploads: Uploads::One(upload) }));
        self.rows.sort_by(Row::compare);
        self.rows.dedup_by(|later, first| {
            let same = first.compare(later) == Ordering::Equal;
            if same {
                later.uploads.as_slice().iter().for_each(|upload| first.uploads.add(*upload));
            }
            same
        });
        Ok(merged)
    }

    /// Adds one value an app sent just now, stamped. The same value from the same app again changes nothing.
    pub fn add(&mut self, upload: u32, item: T, now_ms: i64) -> Result<Merged, ChunkError> {
        let merged = self.count(upload, std::slice::from_ref(&item));
        let again = self.same(&item).any(|row| row.uploads.has(upload));
        if self.rows.len() >= MAX_ROWS {
            return Err(ChunkError::TooMany);
        }
        if !again {
            self.insert(upload, item, Some(Stamps { created_ms: now_ms, changed_ms: now_ms, deleted: false }));
        }
        Ok(merged)
    }

    /// How many of the sorted `items` are new: neither the same nor close to what is here, nor twice among themselves.
    fn count(&self, upload: u32, items: &[T]) -> Merged {
        let (mut merged, mut from) = (Merged::default(), 0);
        let uploads = Uploads::One(upload);
        for (at, item) in items.iter().enumerate() {
            while self.rows.get(from).is_some_and(|row| row.item.at_ms() < item.at_ms() - NEAR_MS) {
                from += 1;
            }
            let near = self.rows[from..].iter().take_while(|row| row.item.at_ms() <= item.at_ms() + NEAR_MS);
            let twice = at > 0 && items[at - 1].compare_identity(item).is_eq();
            let known = twice
                || near.take(view::MOST_NEIGHBOURS).any(|row| view::one_measurement(row, item, &uploads))
                || self.same(item).next().is_some();
            if known { merged.already_here += 1 } else { merged.added += 1 }
        }
        merged
    }

    /// The rows that are the same datum.
    fn same(&self, item: &T) -> impl Iterator<Item = &Row<T>> {
        let start = self.rows.partition_point(|row| row.item.compare_identity(item).is_lt());
        self.rows[start..].iter().take_while(move |row| row.item.compare_identity(item).is_eq())
    }

    /// Takes out what only `upload` brought, and its number from the rest; how many rows went.
    pub fn take_back(&mut self, upload: u32) -> u64 {
        let before = self.rows.len();
        self.rows.retain_mut(|row| !row.uploads.has(upload) || row.uploads.remove(upload));
        (before - self.rows.len()) as u64
    }

    /// Whether `upload` brought anything that is here.
    pub fn has_upload(&self, upload: u32) -> bool {
        self.rows.iter().any(|row| row.uploads.has(upload))
    }

    pub(super) fn insert(&mut self, upload: u32, item: T, stamps: Option<Stamps>) {
        let new = Row { item, stamps, uploads: Uploads::One(upload) };
        match self.rows.binary_search_by(|row| row.compare(&new)) {
            Ok(at) => self.rows[at].uploads.add(upload),
            Err(at) => self.rows.insert(at, new),
        }
    }
}

fn plain<T>(item: T, upload: u32) -> Row<T> {
    Row { item, stamps: None, uploads: Uploads::One(upload) }
}

/// Both are sorted. Among rows that are equal but for their stamps the plain one stands first.
fn join<T: Datum>(old: Vec<Row<T>>, items: Vec<T>, upload: u32) -> Vec<Row<T>> {
    let mut rows: Vec<Row<T>> = Vec::with_capacity(old.len() + items.len());
    let mut old = old.into_iter().peekable();
    for item in items {
        while let Some(before) = old.next_if(|row| row.item.compare(&item) == Ordering::Less) {
            rows.push(before);
        }
        let start = rows.len();
        while let Some(equal) = old.next_if(|row| row.item.compare(&item) == Ordering::Equal) {
            rows.push(equal);
        }
        if rows[start..].iter().any(|row| row.uploads.has(upload)) {
            continue;
        }
        match rows.get_mut(start) {
            Some(equal) if equal.stamps.is_none() => equal.uploads.add(upload),
            _ => rows.insert(start, plain(item, upload)),
        }
    }
    rows.extend(old);
    rows
}

//! What changed since a stamp, as version 3 shows it: what its history answers and what `/storage` tells.

use super::entries::document_of;
use super::find::{instants, parsed};
use super::keep::shelf;
use jiff::{SignedDuration, Timestamp};
use nightscout::filter::Span;
use nightscout::{Collection, Document, shown_v3};
use store::{Access, Error, Stamps, View};

/// Whatever changed lately is looked at closely; before that the newest document says when.
const LATELY: SignedDuration = SignedDuration::from_hours(24);

/// As version 3 shows it. What was deleted says so.
pub fn shown(collection: Collection, document: Document, id: &str, stamps: Option<Stamps>) -> Document {
    let of = stamps.map(|stamps| (stamps.created_ms, stamps.changed_ms));
    let mut shown = shown_v3(collection, document, id, of);
    if stamps.is_some_and(|stamps| stamps.deleted) {
        shown.insert("isValid".to_owned(), false.into());
    }
    shown
}

/// In the order in which they changed, deleted ones included.
pub fn changed(
    patient: &mut Access<'_, View>,
    collection: Collection,
    since: i64,
    most: usize,
) -> Result<Vec<(Document, Stamps)>, Error> {
    let told = |document: Document, id: &str, stamps: Stamps| (shown(collection, document, id, Some(stamps)), stamps);
    let documents = patient.documents_changed_since(shelf(collection), since, most)?;
    let mut all: Vec<(Document, Stamps)> = documents
        .into_iter()
        .filter_map(|document| Some(told(parsed(&document.json), &document.id, document.stamps?)))
        .collect();
    if collection == Collection::Entries {
        let entries = patient.entries_changed_since(since, most)?;
        all.extend(entries.iter().filter_map(|entry| Some(told(document_of(entry), &entry.id, entry.stamps?))));
        all.sort_by_key(|(_, stamps)| stamps.changed_ms);
        all.truncate(most);
    }
    Ok(all)
}

/// When anything of a collection changed last; none when there is nothing.
pub fn last_changed(
    patient: &mut Access<'_, View>,
    collection: Collection,
    now: Timestamp,
) -> Result<Option<i64>, Error> {
    if collection == Collection::Entries
        && let Some(last) = patient.entries_last_changed()?
    {
        return Ok(Some(last));
    }
    let since = now.saturating_sub(LATELY).unwrap_or(Timestamp::MIN).as_millisecond();
    let lately = patient.documents_changed_since(shelf(collection), since, usize::MAX)?;
    let stamp = |document: &store::Document| document.stamps.map(|stamps| stamps.changed_ms);
    if let Some(last) = lately.iter().filter_map(stamp).max() {
        return Ok(Some(last));
    }
    let newest = patient.newest_documents(shelf(collection), instants(Span::default()), 1, |_| true)?;
    Ok(newest.first().map(|document| stamp(document).unwrap_or(document.at.as_millisecond())))
}

//! What is going on just now, loaded from a record: what sockets, watch faces and summaries are made of.

use super::find::{instants, parsed, shown, soon};
use super::{entries, find};
use jiff::{SignedDuration, Timestamp};
use nightscout::filter::Span;
use nightscout::{Collection, Document, Live, Query};
use serde_json::Value;
use store::{Access, Error, View};

const DAYS: i64 = 2;
/// A sensor, a site or insulin may have been changed so long ago.
const CHANGES_DAYS: i64 = 45;
const CHANGES: &[&str] =
    &["Site Change", "Sensor Start", "Sensor Change", "Insulin Change", "Pump Battery Change", "Profile Switch"];
/// The newest words of devices; the ones before say the same.
const STATUSES: usize = 12;
const LISTS: usize = 500;

/// Where the two days begin.
pub fn beginning(now: Timestamp) -> Timestamp {
    now.saturating_sub(SignedDuration::from_hours(24 * DAYS)).unwrap_or(Timestamp::MIN)
}

/// The last two days of a record, as far as whoever asks may see them.
pub fn load(patient: &mut Access<'_, View>, now: Timestamp) -> Result<Live, Error> {
    load_until(patient, now, soon(now))
}

/// The two days before `now`, with nothing of later than `to`.
pub fn load_until(patient: &mut Access<'_, View>, now: Timestamp, to: Timestamp) -> Result<Live, Error> {
    let from = beginning(now);
    let span = Span { from_ms: Some(from.as_millisecond()), to_ms: Some(to.as_millisecond()) };
    let query = |collection, count| {
        let query = Query::parse(collection, "", now).ok()?;
        Some(Query { span, count: Some(count), ..query })
    };
    let mut list = |collection, count| match query(collection, count) {
        Some(query) if collection == Collection::Entries => entries::found(patient, &query),
        Some(query) => find::found(patient, &query),
        None => Ok(Vec::new()),
    };
    let entries = list(Collection::Entries, LISTS * 4)?;
    let mut treatments = list(Collection::Treatments, LISTS * 4)?;
    let statuses = list(Collection::DeviceStatus, STATUSES)?;
    let activity = list(Collection::Activity, LISTS)?;
    treatments.extend(changes(patient, from)?);
    Ok(Live {
        now_ms: now.as_millisecond(),
        unit: patient.record()?.unit,
        entries,
        treatments,
        statuses,
        profiles: whole(patient, Collection::Profile, 1)?,
        food: whole(patient, Collection::Food, LISTS)?,
        activity,
    }
    .sorted())
}

/// The newest of a collection, however old.
fn whole(patient: &mut Access<'_, View>, collection: Collection, most: usize) -> Result<Vec<Document>, Error> {
    let all = patient.newest_documents(super::keep::shelf(collection), instants(Span::default()), most, |_| true)?;
    Ok(all.iter().map(|document| shown(collection, document)).collect())
}

/// Changes of site, sensor and the like from before the two days.
fn changes(patient: &mut Access<'_, View>, before: Timestamp) -> Result<Vec<Document>, Error> {
    let from = before.saturating_sub(SignedDuration::from_hours(24 * CHANGES_DAYS)).unwrap_or(Timestamp::MIN);
    let is_change = |document: &store::Document| {
        let document = parsed(&document.json);
        document.get("eventType").and_then(Value::as_str).is_some_and(|kind| CHANGES.contains(&kind))
    };
    let all = patient.newest_documents(store::Collection::Treatments, (from, before), LISTS, is_change)?;
    Ok(all.iter().map(|document| shown(Collection::Treatments, document)).collect())
}

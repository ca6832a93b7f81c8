//! Glucose values for apps: the calls that come most, thousands a second of the same.

use super::answers::{What, Written};
use super::caller::Caller;
use super::failure::Failure;
use super::find::{MOST, instants, parsed};
use jiff::Timestamp;
use nightscout::entries::{EntryParts, add_deltas, write_before, write_each};
use nightscout::query::Plain;
use nightscout::{Collection, Document, Query, entry_of, shown_v1};
use serde_json::Value;
use std::sync::Arc;
use store::{Access, Entry, Error, View};

/// Ready answers begin so many days ago, with the start of that day.
const READY_DAYS: i64 = 4;
const DAY_MS: i64 = 86_400_000;
/// A sensor of five minutes; a value further back than so many others is no change any more.
const A_DAY: usize = 288;
/// Fewer values than of a week are not worth a second thread.
const WORTH_SHARING: usize = 2016;

pub fn parts(entry: &Entry) -> EntryParts<'_> {
    let reading = &entry.reading;
    EntryParts {
        id: &entry.id,
        own_id: &entry.own_id,
        at_ms: reading.at.as_millisecond(),
        offset_min: reading.offset_min,
        glucose: reading.glucose,
        kind: reading.kind,
        limit: reading.limit,
        trend: reading.trend,
        device: None,
        app: entry.app.as_deref(),
        fields: entry.fields.as_deref(),
    }
}

pub fn document_of(entry: &Entry) -> Document {
    entry_of(&parts(entry))
}

/// The answer to a question as a JSON list: pieces that are sent one after the other, so that months never stand in one place.
pub async fn list(caller: &Caller, query: Query) -> Result<Vec<Vec<u8>>, Failure> {
    let now_ms = caller.web.clock.now().as_millisecond();
    let ready_from = (now_ms.div_euclid(DAY_MS) - READY_DAYS) * DAY_MS;
    let plain = query.plain().filter(|plain| plain.sensor || plain.meter);
    match plain {
        Some(plain) if plain.span.from_ms.is_some_and(|from| from >= ready_from) => {
            ready(caller, plain, ready_from, query.count).await.map(|json| vec![json])
        }
        // Weeks at once are not kept ready, and are written the same way.
        Some(plain) if plain.sensor != plain.meter => long(caller, plain, query.count).await,
        _ => serde_json::to_vec(&documents(caller, query).await?).map(|json| vec![json]).map_err(|_| Failure::NotFound),
    }
}

async fn long(caller: &Caller, plain: Plain, count: Option<usize>) -> Result<Vec<Vec<u8>>, Failure> {
    let job = move |patient: &mut Access<'_, View>| {
        let most = count.unwrap_or(MOST).min(MOST);
        let of_kind = |entry: Entry| (if is_meter(&entry) { plain.meter } else { plain.sensor }).then_some(entry);
        let (mut pieces, mut newer) = (vec![b"[".to_vec()], Vec::new());
        patient.newest_entries_by_weeks(instants(plain.span), most, of_kind, |older| {
            // What changed since the value before is told of each: the oldest of some days waits for those before.
            write_weeks(&mut pieces, &newer, &older);
            newer = older;
        })?;
        write_weeks(&mut pieces, &newer, &[]);
        pieces.push(b"]".to_vec());
        Ok(pieces)
    };
    caller.read(job).await
}

/// Some days of a list, newest first; of weeks the older half is written beside the newer.
fn write_weeks(pieces: &mut Vec<Vec<u8>>, entries: &[Entry], older: &[Entry]) {
    if entries.is_empty() {
        return;
    }
    let entries: Vec<EntryParts<'_>> = entries.iter().map(parts).collect();
    let older: Vec<EntryParts<'_>> = older.iter().take(A_DAY).map(parts).collect();
    let piece = |comma: bool, entries: &[EntryParts<'_>], older: &[EntryParts<'_>]| {
        let mut json = if comma { vec![b','] } else { Vec::new() };
        write_before(&mut json, entries, older);
        json
    };
    let comma = pieces.len() > 1;
    if entries.len() < WORTH_SHARING {
        pieces.push(piece(comma, &entries, &older));
        return;
    }
    let (newer, rest) = entries.split_at(entries.len() / 2);
    std::thread::scope(|scope| {
        let second = scope.spawn(|| piece(true, rest, &older));
        pieces.push(piece(comma, newer, rest));
        pieces.push(second.join().expect("writing to memory does not panic"));
    });
}

async fn ready(caller: &Caller, plain: Plain, ready_from: i64, count: Option<usize>) -> Result<Vec<u8>, Failure> {
    let (record, answers) = (caller.app()?.1, Arc::clone(&caller.web.answers));
    let what: What = (ready_from, plain.sensor, plain.meter);
    let soon = super::find::soon(caller.web.clock.now());
    let job = move |patient: &mut Access<'_, View>| {
        let from = Timestamp::from_millisecond(what.0).map_err(|_| Error::NotFound)?;
        let mut seal = [0; 64];
        seal[..32].copy_from_slice(&patient.entries_seal(from, soon)?);
        // Whoever asks for sensor values or finger values alone gets nothing else that apps keep among entries.
        let also_others = what.1 && what.2;
        if also_others {
            seal[32..].copy_from_slice(&patient.documents_seal(from, soon)?);
        }
        if let Some(written) = answers.find(record, what, &seal) {
            return Ok(written);
        }
        let written = Arc::new(write(patient, (from, soon), what, also_others, seal)?);
        answers.keep(record, what, &written);
        Ok(written)
    };
    let written = caller.read(job).await?;
    let (from, to) = (plain.span.from_ms.unwrap_or(i64::MIN), plain.span.to_ms.unwrap_or(i64::MAX));
    Ok(written.list(from, to, count.unwrap_or(MOST)))
}

fn write(
    patient: &mut Access<'_, View>,
    (from, to): (Timestamp, Timestamp),
    (_, sensor, meter): What,
    also_others: bool,
    seal: [u8; 64],
) -> Result<Written, Error> {
    let mut entries = patient.entries_within(from, to)?;
    entries.retain(|entry| if is_meter(entry) { meter } else { sensor });
    entries.reverse();
    let others = if also_others { others(patient, (from, to))? } else { Vec::new() };
    let mut json = Vec::new();
    if others.is_empty() {
        let parts: Vec<EntryParts<'_>> = entries.iter().map(parts).collect();
        let ends = write_each(&mut json, &parts);
        let ends = parts.iter().map(|part| part.at_ms).zip(ends).collect();
        return Ok(Written::new(seal, json, ends));
    }
    let mut all = others;
    all.extend(entries.iter().map(document_of));
    newest_first(&mut all);
    let mut ends = Vec::new();
    for document in &all {
        if !json.is_empty() {
            json.push(b',');
        }
        serde_json::to_writer(&mut json, document).map_err(|_| Error::NotFound)?;
        ends.push((date(document), json.len()));
    }
    Ok(Written::new(seal, json, ends))
}

fn is_meter(entry: &Entry) -> bool {
    entry.reading.kind == glucose::ReadingKind::Meter
}

/// Calibrations and the like.
fn others(patient: &mut Access<'_, View>, (from, to): (Timestamp, Timestamp)) -> Result<Vec<Document>, Error> {
    let others = patient.documents_within(store::Collection::Entries, from, to)?;
    let shown =
        |document: store::Document| shown_v1(Collection::Entries, parsed(&document.json), &document.id, &document.id);
    Ok(others.into_iter().map(shown).collect())
}

fn date(document: &Document) -> i64 {
    document.get("date").and_then(Value::as_f64).unwrap_or_default() as i64
}

fn newest_first(all: &mut [Document]) {
    all.sort_by_key(|document| std::cmp::Reverse(date(document)));
    add_deltas(all);
}

/// The answer to any question, as documents: newest first.
pub async fn documents(caller: &Caller, query: Query) -> Result<Vec<Document>, Failure> {
    let query = Arc::new(query);
    caller.read(move |patient: &mut Access<'_, View>| found(patient, &query)).await
}

pub fn found(patient: &mut Access<'_, View>, query: &Query) -> Result<Vec<Document>, Error> {
    let most = query.count.unwrap_or(MOST).min(MOST);
    let (from, to) = instants(query.span);
    if let Some(ids) = query.ids() {
        let mut all = Vec::new();
        for id in ids {
            if let store::Lookup::Here(entry) = patient.entry(id)? {
                all.push(document_of(&entry));
            }
            if let store::Lookup::Here(document) = patient.document(store::Collection::Entries, id)? {
                all.push(shown_v1(Collection::Entries, parsed(&document.json), &document.id, &document.id));
            }
        }
        all.retain(|document| query.matches(document));
        newest_first(&mut all);
        return Ok(all);
    }
    let plain = query.plain();
    let wanted = |entry: &Entry| match plain {
        Some(plain) => {
            let at = entry.reading.at.as_millisecond();
            let of_kind = if is_meter(entry) { plain.meter } else { plain.sensor };
            of_kind && plain.span.from_ms.is_none_or(|from| at >= from) && plain.span.to_ms.is_none_or(|to| at <= to)
        }
        None => true,
    };
    let make = |entry: Entry| {
        let document = wanted(&entry).then(|| document_of(&entry))?;
        (plain.is_some() || query.matches(&document)).then_some(document)
    };
    let mut all: Vec<Document> = patient.newest_entries_as((from, to), most, make)?;
    let shown =
        |document: &store::Document| shown_v1(Collection::Entries, parsed(&document.json), &document.id, &document.id);
    let others = patient
        .newest_documents(store::Collection::Entries, (from, to), most, |document| query.matches(&shown(document)))?;
    all.extend(others.iter().map(shown));
    newest_first(&mut all);
    all.truncate(most);
    Ok(all)
}

//! What the fuzzer calls, and the ordinary tests: questions, documents and searches made of any bytes.

use crate::{
    Collection, Document, Entry, EntryParts, Query, Search, entries::add_deltas, entry, entry_of, identity_v1,
    identity_v3, meaning, prepare_v1, prepare_v3, shown_v1, shown_v3, write_entries,
};
use glucose::NewReading;
use jiff::{Timestamp, tz::TimeZone};

/// A target: its name, which is also the folder of its corpus, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[("app_query", questions), ("app_documents", documents), ("app_search", searches)];

/// Runs a target by its name.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|(known, _)| *known == name);
    target.expect("the fuzzer names one of these").1(bytes);
}

const ENTRY: &str = r#"{"_id":"6b00f183ab5ac6d5a858a7c1","type":"sgv","sgv":127,"date":1795223938989,"created_at":"2026-11-21T01:18:58.989Z","notes":"a","list":[1,"b",{"c":2}]}"#;

fn now() -> Timestamp {
    Timestamp::from_second(1_795_223_947).expect("a moment of 2026")
}

fn sample() -> Document {
    serde_json::from_str(ENTRY).expect("it is written above")
}

fn questions(bytes: &[u8]) {
    let raw = String::from_utf8_lossy(bytes);
    for collection in Collection::ALL {
        match Query::parse(collection, &raw, now()) {
            Ok(query) => {
                let matches = query.matches(&sample());
                let span = query.span;
                let at = 1_795_223_938_989;
                let inside = span.from_ms.is_none_or(|from| from <= at) && span.to_ms.is_none_or(|to| at <= to);
                assert!(!matches || inside || collection == Collection::Profile, "what matches lies in the span");
                query.plain();
                query.ids();
            }
            Err(refused) => assert!(!refused.to_string().is_empty()),
        }
    }
}

fn searches(bytes: &[u8]) {
    let raw = String::from_utf8_lossy(bytes);
    match Search::parse(Collection::Treatments, &raw) {
        Ok(search) => {
            search.matches(&sample());
            assert!(search.pick(vec![sample(), Document::new()]).len() <= 2);
        }
        Err(refused) => assert!(!refused.to_string().is_empty()),
    }
}

fn documents(bytes: &[u8]) {
    let Ok(document) = serde_json::from_slice::<Document>(bytes) else { return };
    let zone = TimeZone::get("Europe/Berlin").expect("the bundled database has it");
    for collection in Collection::ALL {
        for prepared in prepare_v1(collection, document.clone(), now()).into_iter().flatten() {
            identity_v1(collection, &prepared);
            kept(collection, prepared, &zone);
        }
        if let Ok(prepared) = prepare_v3(collection, document.clone(), now(), "fuzz") {
            assert!(identity_v3(collection, &prepared).is(&prepared), "a document is the same as itself");
            kept(collection, prepared, &zone);
        }
    }
}

fn kept(collection: Collection, document: Document, zone: &TimeZone) {
    meaning(collection, &document, "an id", zone);
    shown_v1(collection, document.clone(), "an id", "6b00f183ab5ac6d5a858a7c1");
    shown_v3(collection, document.clone(), "an id", None);
    if collection == Collection::Entries
        && let Entry::Reading(reading) = entry(document.clone(), zone)
    {
        there_and_back(&document, &reading);
    }
}

fn there_and_back(document: &Document, reading: &NewReading) {
    let given = reading.given.as_deref();
    let parts = EntryParts {
        id: given.and_then(|given| given.id.as_deref()).unwrap_or_default(),
        own_id: "6b00f183ab5ac6d5a858a7c1",
        at_ms: reading.at.as_millisecond(),
        offset_min: reading.offset_min,
        glucose: reading.glucose,
        kind: reading.kind,
        limit: reading.limit,
        trend: reading.trend,
        device: None,
        app: given.and_then(|given| given.app.as_deref()),
        fields: given.and_then(|given| given.fields.as_deref()),
    };
    let mut out = [entry_of(&parts)];
    let of_server = ["utcOffset", "srvCreated", "srvModified"];
    for (name, value) in document.iter().filter(|(name, _)| !of_server.contains(&name.as_str())) {
        assert_eq!(out[0].get(name), Some(value), "{name} comes back");
    }
    add_deltas(&mut out);
    let mut fast = Vec::new();
    write_entries(&mut fast, &[parts]);
    let slow = serde_json::to_vec(&out).expect("documents are JSON");
    assert!(fast == slow, "both ways write the same");
}

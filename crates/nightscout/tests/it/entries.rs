//! An entry in, a reading kept, the entry out: every field that came is there again, and the fast way says the same.

use crate::frame::{berlin, document, now};
use glucose::{Glucose, Limit, NewReading, ReadingKind, Trend, Unit};
use nightscout::{
    Collection, Document, Entry, EntryParts,
    entries::{add_deltas, write_before, write_csv, write_each, write_tsv},
    entry, entry_of, prepare_v1, write_entries,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const OWN: &str = "d0019ffb3c0d2d00aabbccdd";

fn parts(reading: &NewReading) -> EntryParts<'_> {
    let given = reading.given.as_deref();
    EntryParts {
        id: given.and_then(|given| given.id.as_deref()).unwrap_or(OWN),
        own_id: OWN,
        at_ms: reading.at.as_millisecond(),
        offset_min: reading.offset_min,
        glucose: reading.glucose,
        kind: reading.kind,
        limit: reading.limit,
        trend: reading.trend,
        device: None,
        app: given.and_then(|given| given.app.as_deref()),
        fields: given.and_then(|given| given.fields.as_deref()),
    }
}

fn kept(json: &str) -> Entry {
    let prepared = prepare_v1(Collection::Entries, document(json), now()).unwrap().remove(0);
    entry(prepared, &berlin())
}

fn reading(json: &str) -> NewReading {
    match kept(json) {
        Entry::Reading(reading) => *reading,
        Entry::Other(other) => panic!("no reading: {other:?}"),
    }
}

#[test]
fn a_plain_entry_keeps_nothing_beside_the_reading() {
    let reading = reading(
        r#"{"type":"sgv","sgv":127,"direction":"FortyFiveUp","date":1795223938989,"dateString":"2026-11-21T01:18:58.989Z"}"#,
    );
    assert_eq!((reading.glucose, reading.trend), (Glucose::mg_dl(127), Some(Trend::FortyFiveUp)));
    // The wall clock is the record's where the app writes UTC.
    assert_eq!((reading.offset_min, &reading.given), (60, &None));
    let out = serde_json::to_string(&entry_of(&parts(&reading))).unwrap();
    assert_eq!(
        out,
        r#"{"_id":"d0019ffb3c0d2d00aabbccdd","sysTime":"2026-11-21T01:18:58.989Z","type":"sgv","date":1795223938989,"dateString":"2026-11-21T01:18:58.989Z","direction":"FortyFiveUp","sgv":127,"utcOffset":60,"mills":1795223938989}"#
    );
}

#[test]
fn what_is_no_glucose_value_is_kept_as_it_came() {
    for json in [
        r#"{"type":"cal","slope":1000,"intercept":10000,"scale":1,"date":1795223938989}"#,
        r#"{"type":"sgv","sgv":10,"date":1795223938989}"#,
        r#"{"type":"sgv","sgv":38.9,"date":1795223938989}"#,
        r#"{"type":"sgv","sgv":5000,"date":1795223938989}"#,
        r#"{"type":"rawbg","rawbg":100,"date":1795223938989}"#,
        r#"{"type":"sgv","date":1795223938989}"#,
        r#"{"type":"sgv","sgv":100,"date":1795223938989,"isValid":false}"#,
    ] {
        assert!(matches!(kept(json), Entry::Other(_)), "{json}");
    }
}

#[test]
fn ends_of_scale_and_other_units_are_told_as_apps_know_them() {
    let of = |glucose, limit, kind| {
        let at = now();
        let reading = NewReading { limit, kind, ..NewReading::cgm(at, 60, glucose) };
        let out = entry_of(&parts(&reading));
        out.get("sgv").or(out.get("mbg")).unwrap().to_string()
    };
    let mmol = |value| Glucose::new(value, Unit::MmolL).unwrap();
    assert_eq!(of(mmol(7.0), None, ReadingKind::Cgm), "126");
    assert_eq!(of(mmol(2.2), Some(Limit::Below), ReadingKind::Cgm), "39");
    assert_eq!(of(Glucose::mg_dl(400), Some(Limit::Above), ReadingKind::Scan), "401");
    assert_eq!(of(Glucose::mg_dl(112), None, ReadingKind::Meter), "112");
    assert_eq!(reading(r#"{"type":"sgv","sgv":39,"date":1795223938989}"#).limit, Some(Limit::Below));
}

#[test]
fn ids_of_every_form_come_back() {
    for (id, hex, identifier) in [
        ("6b00f183ab5ac6d5a858a7c1", "6b00f183ab5ac6d5a858a7c1", None),
        ("DE8B497C-82D7-49E4-B0C1-0DD0BFF92586", OWN, Some("DE8B497C-82D7-49E4-B0C1-0DD0BFF92586")),
    ] {
        let reading = reading(&format!(r#"{{"_id":"{id}","type":"mbg","mbg":110,"date":1795223938989}}"#));
        assert_eq!(reading.given.as_ref().unwrap().id.as_deref(), Some(id));
        let out = entry_of(&parts(&reading));
        assert_eq!(out["_id"], hex);
        assert_eq!(out.get("identifier").and_then(Value::as_str), identifier);
    }
}

/// Fields as senders have them, and some that no sender has.
fn fields() -> impl Strategy<Value = Document> {
    let number = prop_oneof![(39..=450i64).prop_map(Value::from), (39.0..450.0f64).prop_map(Value::from)];
    let date = prop_oneof![
        (1_600_000_000_000i64..1_795_223_000_000).prop_map(Value::from),
        (1_600_000_000_000.0f64..1_795_223_000_000.0).prop_map(Value::from),
        (1_600_000_000i64..1_795_223_000).prop_map(Value::from),
    ];
    let direction = prop_oneof![Just("Flat"), Just("NONE"), Just("NOT COMPUTABLE"), Just("SingleUp")];
    let more = proptest::collection::vec(
        (
            prop_oneof![
                Just("device"),
                Just("noise"),
                Just("filtered"),
                Just("rssi"),
                Just("delta"),
                Just("glucose"),
                Just("identifier"),
                Just("app"),
                Just("mills"),
                Just("isValid"),
                Just("uuid"),
                Just("trend"),
                Just("sessionStartDate"),
                Just("enteredBy"),
            ],
            prop_oneof![
                Just(json!("xDrip \"G6\" ä")),
                Just(json!(1)),
                Just(json!(-2.5)),
                Just(json!(null)),
                Just(json!(true)),
                Just(json!({"a": [1, {"b": "c"}]})),
                Just(json!("")),
            ],
        ),
        0..6,
    );
    (prop_oneof![Just("sgv"), Just("mbg")], number, date, direction, more, any::<bool>()).prop_map(
        |(kind, value, date, direction, more, has_text)| {
            let mut document = Document::new();
            document.insert("type".into(), kind.into());
            document.insert(kind.into(), value);
            if has_text {
                document.insert("dateString".into(), "2026-11-20T03:18:58.000+0200".into());
            }
            document.insert("date".into(), date);
            document.insert("direction".into(), direction.into());
            document.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
            document
        },
    )
}

fn slowly(parts: &[EntryParts<'_>]) -> String {
    let mut entries: Vec<Document> = parts.iter().map(entry_of).collect();
    add_deltas(&mut entries);
    serde_json::to_string(&entries).unwrap()
}

fn fast(parts: &[EntryParts<'_>]) -> String {
    let mut out = Vec::new();
    write_entries(&mut out, parts);
    String::from_utf8(out).unwrap()
}

proptest! {
    #[test]
    fn every_field_that_came_in_goes_out_again(sent in fields()) {
        let prepared = prepare_v1(Collection::Entries, sent, now()).unwrap().remove(0);
        if let Entry::Reading(reading) = entry(prepared.clone(), &berlin()) {
            let out = entry_of(&parts(&reading));
            for (name, value) in prepared.iter().filter(|(name, _)| *name != "utcOffset") {
                prop_assert_eq!(out.get(name), Some(value), "{}", name);
            }
        }
    }

    #[test]
    fn the_fast_way_says_the_same(sent in proptest::collection::vec(fields(), 0..8)) {
        let kept = sent.into_iter().map(|sent| entry(prepare_v1(Collection::Entries, sent, now()).unwrap().remove(0), &berlin()));
        let mut readings: Vec<NewReading> =
            kept.filter_map(|entry| match entry { Entry::Reading(reading) => Some(*reading), Entry::Other(_) => None }).collect();
        readings.sort_by_key(|reading| std::cmp::Reverse(reading.at));
        let parts: Vec<EntryParts<'_>> = readings.iter().map(parts).collect();
        prop_assert_eq!(fast(&parts), slowly(&parts));
        // Two may write a part each.
        let (newer, older) = parts.split_at(parts.len() / 2);
        let (mut first, mut second) = (Vec::new(), Vec::new());
        write_before(&mut first, newer, older);
        write_each(&mut second, older);
        let both = [first, second].iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(&b',');
        prop_assert_eq!(format!("[{}]", String::from_utf8(both).unwrap()), slowly(&parts));
    }
}

#[test]
fn a_day_of_a_sensor_is_written_the_same_both_ways() {
    let readings: Vec<NewReading> = (0..288)
        .map(|place| {
            let at = jiff::Timestamp::from_millisecond(1_795_223_938_989 - place * 300_000).unwrap();
            let trend = (place % 3 == 0).then_some(Trend::FortyFiveDown);
            let kind = if place % 50 == 7 { ReadingKind::Meter } else { ReadingKind::Cgm };
            NewReading { trend, kind, ..NewReading::cgm(at, 60, Glucose::mg_dl(90 + (place * 7 % 60) as i32)) }
        })
        .collect();
    let mut parts: Vec<EntryParts<'_>> = readings.iter().map(parts).collect();
    parts[3].device = Some("MiniMed \"780G\"");
    parts[4].id = "free text";
    parts[5].fields = Some(r#"{"device":"xDrip","noise":1}"#);
    parts[6].fields = Some(r#"{"device":"xDrip","noise":1}"#);
    parts[6].device = Some("another");
    parts[8].fields = Some(r#"{"delta":-2.5,"direction":"NOT COMPUTABLE"}"#);
    parts[9].fields = Some(r#"{"direction":"NOT COMPUTABLE","sgv":118.5}"#);
    parts[10].fields = Some(r#"{"delta":"much"}"#);
    parts[11].fields = Some("{}");
    parts[13].fields = Some(r#"{ "spaced": 1.0 }"#);
    parts[14].fields = Some("no JSON");
    assert_eq!(fast(&parts), slowly(&parts));
    assert!(fast(&parts).contains(r#""delta":-7}"#));
    assert_eq!(fast(&[]), "[]");
}

#[test]
fn entries_as_text() {
    let entries = [
        document(
            r#"{"dateString":"2026-11-21T01:18:58.989Z","date":1795223938989,"sgv":127,"direction":"FortyFiveUp","device":"sample"}"#,
        ),
        document(r#"{"dateString":"2026-11-21T01:13:58.989Z","date":1795223638989,"sgv":124}"#),
    ];
    assert_eq!(
        write_tsv(&entries),
        "\"2026-11-21T01:18:58.989Z\"\t1795223938989\t127\t\"FortyFiveUp\"\t\"sample\"\r\n\"2026-11-21T01:13:58.989Z\"\t1795223638989\t124\t\t"
    );
    assert!(write_csv(&entries).starts_with("\"2026-11-21T01:18:58.989Z\",1795223938989,127,"));
}

//! Answers of the original to made-up data, where the folder of samples is named by `KINSIGHT_SAMPLES`. Nothing of them is
//! kept here.

use crate::frame::berlin;
use jiff::Timestamp;
use nightscout::{Collection, Document, Entry, entry, meaning, prepare_v1, prepare_v3};
use serde_json::Value;
use std::path::PathBuf;

fn samples() -> Option<PathBuf> {
    std::env::var_os("KINSIGHT_SAMPLES").map(PathBuf::from)
}

pub fn recorded() -> Option<Vec<Value>> {
    let text = std::fs::read_to_string(samples()?.join("nightscout-answers/http.json")).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

fn documents(value: &Value) -> Vec<Document> {
    let list = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    list.into_iter().filter_map(|value| value.as_object().cloned()).collect()
}

/// What is posted under version 1 is stored as the original stores it, but for the id and the moment.
#[test]
fn posts_are_stored_alike() {
    let Some(recorded) = recorded() else { return };
    let mut compared = 0;
    for exchange in recorded.iter().filter(|exchange| exchange["title"].as_str().unwrap().starts_with("v1 POST")) {
        let path = exchange["request"]["path"].as_str().unwrap();
        let name = path.trim_start_matches("/api/v1/").trim_end_matches(".json");
        let collection = Collection::named(name).unwrap();
        let now = Timestamp::from_millisecond(1_795_223_938_989).unwrap();
        let stored = documents(&exchange["request"]["body"])
            .into_iter()
            .flat_map(|document| prepare_v1(collection, document, now).unwrap());
        for (mut ours, mut theirs) in stored.zip(documents(&exchange["body"])) {
            theirs.shift_remove("_id");
            if exchange["request"]["body"].get("created_at").is_none() && collection == Collection::Treatments {
                ours.shift_remove("created_at");
                theirs.shift_remove("created_at");
            }
            assert_eq!(Value::Object(ours), Value::Object(theirs), "{}", exchange["title"]);
            compared += 1;
        }
    }
    assert!(compared >= 7, "{compared}");
}

#[test]
fn documents_of_version_3_get_the_same_identifier() {
    let Some(recorded) = recorded() else { return };
    let posts = recorded.iter().filter(|exchange| exchange["title"] == "v3 POST");
    for exchange in posts {
        let now = Timestamp::from_millisecond(1_795_223_947_344).unwrap();
        let body = exchange["request"]["body"].as_object().unwrap().clone();
        let ours = prepare_v3(Collection::Treatments, body, now, "").unwrap();
        assert_eq!(ours["identifier"], exchange["body"]["identifier"]);
    }
}

/// Months of a real loop's documents: every entry comes back, every treatment means something.
#[test]
fn real_documents_are_understood() {
    let Some(folder) = samples() else { return };
    let now = Timestamp::from_millisecond(1_795_223_947_000).unwrap();
    let read = |name: &str| {
        let text = std::fs::read_to_string(folder.join("nightscout").join(name)).unwrap();
        documents(&serde_json::from_str(&text).unwrap())
    };
    let entries = read("entries_iaps_a.json");
    let readings = entries.iter().filter(|one| {
        let kept = prepare_v1(Collection::Entries, (*one).clone(), now).unwrap().remove(0);
        matches!(entry(kept, &berlin()), Entry::Reading(_))
    });
    // Some are error codes of the sensor.
    assert!(readings.count() * 100 > entries.len() * 99);
    for treatment in read("treatments_iaps_a.json") {
        let kept = prepare_v1(Collection::Treatments, treatment, now).unwrap().remove(0);
        let meaning = meaning(Collection::Treatments, &kept, "x", &berlin());
        assert!(!meaning.events.is_empty() || !meaning.readings.is_empty(), "{kept:?}");
    }
}

//! `kinsight analyze`, as a person types it.

use crate::program::{kinsight, written};
use serde_json::Value;

/// Two days of a wave, every five minutes.
pub fn two_days() -> String {
    let mut text = String::from("time,glucose (mg/dL)\n");
    for step in 0..576 {
        let (day, minute) = (step / 288, step % 288 * 5);
        let wave = f64::from(minute) / 1440.0 * std::f64::consts::TAU;
        let value = (140.0 + 60.0 * wave.sin()).round();
        text += &format!("2025-03-{:02}T{:02}:{:02}:00Z,{value}\n", day + 3, minute / 60, minute % 60);
    }
    text
}

#[test]
fn figures_come_as_json_with_the_settled_keys() {
    let file = written("wave.csv", two_days());
    let said = kinsight(&["analyze", file.path(), "--json"]).succeeds();
    let object: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(object["format"], "CSV with a time and a glucose column");
    assert_eq!(object["readings"], 576);
    assert_eq!((&object["first"], &object["last"]), (&"2025-03-03T00:00:00Z".into(), &"2025-03-04T23:55:00Z".into()));
    assert_eq!(object["days"], 2);
    assert_eq!(object["zone"], "UTC");
    assert_eq!(object["problem_count"], 0);
    let figures = object["figures"].as_object().unwrap();
    assert_eq!(figures["n"], 576);
    for key in ["mean", "sd", "cv", "gmi", "below_70", "in_70_180", "above_180", "lbgi", "hbgi", "gri"] {
        assert!(figures[key].is_number(), "{key} is a plain number: {:?}", figures.get(key));
    }
    assert!((figures["mean"].as_f64().unwrap() - 140.0).abs() < 0.5);
}

#[test]
fn the_last_days_alone_can_be_asked_for() {
    let file = written("wave.csv", two_days());
    let said = kinsight(&["analyze", file.path(), "--json", "--days", "1"]).succeeds();
    let object: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&object["readings"], &object["first_day"]), (&288.into(), &"2025-03-04".into()));
}

#[test]
fn a_person_gets_a_table() {
    let file = written("wave.csv", two_days());
    let said = kinsight(&["analyze", file.path()]).succeeds();
    assert!(said.contains("readings                       576"), "{said}");
    assert!(said.lines().any(|line| line.starts_with("mean ")), "{said}");
}

#[test]
fn rows_that_cannot_be_read_are_told_with_their_line() {
    let file = written("wave.csv", two_days().replacen(",140\n", ",14o\n", 1));
    let said = kinsight(&["analyze", file.path(), "--json"]).succeeds();
    let object: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&object["problem_count"], &object["problems"][0]["line"]), (&1.into(), &2.into()));
    assert_eq!(object["readings"], 575);
}

#[test]
fn what_is_no_device_file_is_refused_with_a_way_on() {
    let nothing = written("empty.csv", "");
    assert!(kinsight(&["analyze", nothing.path()]).fails().contains("This file is empty."));
    let letter = written("letter.txt", "Dear Anna,\nthe weather is fine.\n");
    assert!(kinsight(&["analyze", letter.path()]).fails().contains("Export the data again"));
    assert!(kinsight(&["analyze", "/nowhere/at/all.csv"]).fails().contains("cannot open /nowhere/at/all.csv"));
    let told = kinsight(&["analyze", nothing.path(), "--tz", "Mars/Olympus"]).fails();
    assert!(told.contains("names look like Europe/Berlin"), "{told}");
}

//! JSON that is cut off, followed by something, or made to harm.

use crate::frame::{file, read};
use imports::Refused;

fn refusal(text: &str) -> String {
    read(text.as_bytes()).unwrap_err().to_string()
}

const ENTRY: &str = r#"{"type":"sgv","date":1775421029000,"sgv":162}"#;

#[test]
fn what_is_cut_off_is_refused_whole() {
    for name in ["nightscout/treatments.json", "nightscout/profile.json", "tidepool/pump_and_sensor.json"] {
        let bytes = file(name);
        for part in 2..10 {
            let refused = read(&bytes[..bytes.len() * part / 10]).unwrap_err();
            assert!(matches!(refused, Refused::Truncated { .. }), "{name} at {part}/10: {refused}");
        }
    }
}

#[test]
fn what_follows_the_end_is_said() {
    insta::assert_snapshot!(refusal(&format!("[{ENTRY}] tail")), @"Something follows the end of the JSON text. Line 1: from here on it cannot be read.");
    insta::assert_snapshot!(refusal(&format!("[{ENTRY}]\n[{ENTRY}]")), @"This file holds two exports glued together: Nightscout entries, then Nightscout entries at line 2. Upload them one by one.");
    insta::assert_snapshot!(refusal(&format!("[{ENTRY}]\ntime,gl\n2024-01-13 07:03:00,128\n")), @"This file holds two exports glued together: Nightscout entries, then CSV with a time and a glucose column at line 2. Upload them one by one.");
}

#[test]
fn broken_json_is_said_with_its_line() {
    insta::assert_snapshot!(refusal(&format!("[{ENTRY},\n{{\"sgv\": oops}}]")), @"This is not well-formed JSON. Line 2: from here on it cannot be read.");
    insta::assert_snapshot!(refusal(&format!("[{ENTRY},\n\n{ENTRY} {ENTRY}]")), @"This is not well-formed JSON. Line 3: from here on it cannot be read.");
}

#[test]
fn deep_nesting_is_refused_without_harm() {
    let deep = |open: &str, close: &str| format!("[{ENTRY},{{\"a\":{}{}}}]", open.repeat(10_000), close.repeat(10_000));
    insta::assert_snapshot!(refusal(&deep("[", "]")), @"This JSON is nested deeper than any device export. Line 1: from here on it cannot be read.");
    assert!(refusal(&deep("{\"a\":", "")).contains("nested"));
    assert!(read("[".repeat(1_000_000).as_bytes()).is_err());
    assert!(read("{\"a\":".repeat(1_000_000).as_bytes()).is_err());
}

#[test]
fn two_hundred_thousand_documents_are_read_one_by_one() {
    let documents: Vec<String> = (0..200_000)
        .map(|number| {
            format!(
                r#"{{"type":"sgv","date":{},"sgv":{}}}"#,
                1_775_421_029_000u64 + number * 300_000,
                100 + number % 90
            )
        })
        .collect();
    let import = read(format!("[{}]", documents.join(",\n")).as_bytes()).unwrap();
    assert_eq!((import.rows, import.readings.len(), import.problem_count), (200_000, 200_000, 0));
}

#[test]
fn reading_can_be_stopped() {
    let zone = jiff::tz::TimeZone::UTC;
    let text = format!("[{}]", vec![ENTRY; 50_000].join(","));
    let mut told = 0;
    let stopped = imports::read("upload", text.as_bytes(), &zone, &mut |_| {
        told += 1;
        told < 3
    });
    assert_eq!(stopped, Err(Refused::Stopped));
}

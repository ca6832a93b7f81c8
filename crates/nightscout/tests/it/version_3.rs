//! Documents of version 3: what they must say, what nobody may change, what makes two of them one.

use crate::frame::{NOW_MS, document, now, text};
use nightscout::{
    Collection, Refused, identity_v3,
    prepare::{deleted, patched, refuse_changes, replaced},
    prepare_v3, shown_v1, shown_v3,
};

const BOLUS: &str = r#"{"app":"sample","device":"pump","date":1795223937755,"utcOffset":60,"eventType":"Correction Bolus","insulin":0.3}"#;

fn prepared(json: &str) -> Result<String, String> {
    let prepared = prepare_v3(Collection::Treatments, document(json), now(), "ann");
    prepared.map(|one| text(&one)).map_err(|refused| refused.to_string())
}

#[test]
fn the_server_adds_what_it_knows() {
    let expected = format!(
        r#"{{"app":"sample","device":"pump","date":1795223937755,"utcOffset":60,"eventType":"Correction Bolus","insulin":0.3,"created_at":"2026-11-21T01:18:57.755Z","identifier":"b55bc09b-2e76-5501-b413-d6697ab0579b","srvModified":{NOW_MS},"srvCreated":{NOW_MS},"subject":"ann"}}"#
    );
    assert_eq!(prepared(BOLUS), Ok(expected));
}

#[test]
fn what_must_be_said() {
    let table = [
        (r#"{"date":1795223937755,"utcOffset":60}"#, "Bad or missing app field"),
        (r#"{"date":1795223937755,"app":""}"#, "Bad or missing app field"),
        (r#"{"app":"a"}"#, "Bad or missing date field"),
        (r#"{"app":"a","date":"x"}"#, "Bad or missing date field"),
        (r#"{"app":"a","date":900000000000000}"#, "Bad or missing date field"),
        (r#"{"app":"a","date":915148800000}"#, "Bad or missing date field"),
        (r#"{"app":"a","date":1795223937755,"utcOffset":2000}"#, "Bad or missing utcOffset field"),
        (r#"{"app":"a","date":1795223937755,"utcOffset":"x"}"#, "Bad or missing utcOffset field"),
        (r#"{"app":"a","date":1795223937755,"identifier":7}"#, "Bad or missing identifier field"),
    ];
    for (json, words) in table {
        assert_eq!(prepared(json), Err(words.to_owned()), "{json}");
    }
    let offset = prepared(r#"{"app":"a","date":"2026-11-21T02:18:57+01:00"}"#).unwrap();
    assert!(offset.contains(r#""date":1795223937000,"utcOffset":60"#), "{offset}");
    let tomorrow = document(r#"{"app":"a","date":1795400000000}"#);
    assert_eq!(prepare_v3(Collection::Entries, tomorrow.clone(), now(), ""), Err(Refused::Date));
    assert!(prepare_v3(Collection::Treatments, tomorrow, now(), "").is_ok());
}

#[test]
fn what_nobody_may_change() {
    let before = prepare_v3(Collection::Treatments, document(BOLUS), now(), "ann").unwrap();
    let refused =
        |json: &str| refuse_changes(Collection::Treatments, &before, &document(json)).map_err(|r| r.to_string());
    for (field, value) in [
        ("identifier", "\"x\""),
        ("date", "1795223937756"),
        ("utcOffset", "0"),
        ("eventType", "\"Note\""),
        ("device", "\"x\""),
        ("app", "\"x\""),
        ("srvCreated", "1"),
        ("subject", "\"x\""),
        ("srvModified", "1"),
        ("isValid", "false"),
    ] {
        let words = format!("Field {field} cannot be modified by the client");
        assert_eq!(refused(&format!(r#"{{"{field}":{value}}}"#)), Err(words));
    }
    assert_eq!(refused(BOLUS), Ok(()));
    assert_eq!(refused(r#"{"insulin":0.4,"isValid":true,"date":"2026-11-21T01:18:57.755Z"}"#), Ok(()));
    let read_only = document(r#"{"isReadOnly":true}"#);
    let refused = refuse_changes(Collection::Food, &read_only, &document("{}")).unwrap_err();
    assert_eq!(refused.status(), 422);
}

#[test]
fn changes_keep_what_the_server_knew() {
    let before = prepare_v3(Collection::Treatments, document(BOLUS), now(), "ann").unwrap();
    let later = now() + jiff::SignedDuration::from_secs(60);
    let patched =
        patched(&before, document(r#"{"insulin":0.4,"notes":"<script>1</script>x","subject":"eve"}"#), later, "ben");
    let told = |name: &str| patched[name].to_string();
    assert_eq!(
        (told("insulin"), told("notes"), told("subject"), told("modifiedBy")),
        ("0.4".into(), "\"x\"".into(), "\"ann\"".into(), "\"ben\"".into())
    );
    assert_eq!(told("srvModified"), (NOW_MS + 60_000).to_string());
    let put = replaced(Collection::Treatments, &before, document(&BOLUS.replace("0.3", "0.5")), later).unwrap();
    assert_eq!((put["insulin"].to_string(), put["srvCreated"].to_string()), ("0.5".to_owned(), NOW_MS.to_string()));
    assert_eq!(put["identifier"], before["identifier"]);
    let gone = deleted(&before, later, "ben");
    assert_eq!(
        (gone["isValid"].to_string(), gone["srvModified"].to_string()),
        ("false".to_owned(), (NOW_MS + 60_000).to_string())
    );
}

#[test]
fn what_makes_two_one() {
    let identity =
        identity_v3(Collection::Treatments, &prepare_v3(Collection::Treatments, document(BOLUS), now(), "").unwrap());
    assert!(identity.is(&document(r#"{"identifier":"b55bc09b-2e76-5501-b413-d6697ab0579b"}"#)));
    assert!(identity.is(&document(r#"{"created_at":"2026-11-21T01:18:57.755Z","eventType":"Correction Bolus"}"#)));
    assert!(!identity.is(&document(r#"{"created_at":"2026-11-21T01:18:57.755Z","eventType":"Note"}"#)));
    let other = r#"{"identifier":"x","created_at":"2026-11-21T01:18:57.755Z","eventType":"Correction Bolus"}"#;
    assert!(!identity.is(&document(other)));
}

#[test]
fn each_version_answers_in_its_own_way() {
    let v1 = document(r#"{"eventType":"Temp Basal","duration":30,"created_at":"2026-11-21T01:00:00.000Z"}"#);
    let id = "6b00f183ab5ac6d5a858a7c5";
    assert_eq!(
        text(&shown_v1(Collection::Treatments, v1.clone(), id, id)),
        r#"{"_id":"6b00f183ab5ac6d5a858a7c5","eventType":"Temp Basal","duration":30,"created_at":"2026-11-21T01:00:00.000Z","mills":1795222800000,"carbs":null,"insulin":null}"#
    );
    assert_eq!(
        text(&shown_v3(Collection::Treatments, v1, id, None)),
        r#"{"eventType":"Temp Basal","duration":30,"created_at":"2026-11-21T01:00:00.000Z","identifier":"6b00f183ab5ac6d5a858a7c5","srvModified":1795222800000,"srvCreated":1795222800000,"durationInMilliseconds":1800000,"endmills":1795224600000}"#
    );
}

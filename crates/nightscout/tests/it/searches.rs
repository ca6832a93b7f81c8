//! Questions of version 3, with the words of every refusal.

use crate::frame::document;
use nightscout::{Collection, Search};

#[test]
fn what_matches() {
    let treatment = r#"{"identifier":"a","eventType":"Correction Bolus","insulin":0.3,"date":1795223937755,"created_at":"2026-11-21T01:18:57.755Z","isValid":true,"srvModified":1795223947374,"app":"AAPS","code":"007"}"#;
    let table = [
        ("", true),
        ("date$gt=1795223937754", true),
        ("date$gte=1795223938", false),
        ("date$gte=2026-11-21T01:18:57.755Z", true),
        ("date$lt=2026-11-21T02:18:57.755%2B01:00", false),
        ("created_at$gt=2026-11-21T01:00:00.000Z", true),
        ("created_at$gt=1795223937755", false),
        ("srvModified$lte=1795223947374", true),
        ("eventType=Correction Bolus", true),
        ("eventType=Correction+Bolus&insulin$gte=0.3", true),
        ("eventType$in=Note|Correction%20Bolus", true),
        ("eventType$nin=Note|Correction%20Bolus", false),
        ("eventType$re=^Corr", true),
        ("eventType$ne=Note", true),
        ("isValid=true", true),
        ("isValid$eq=false", false),
        ("insulin=0.30", true),
        ("code='007'", true),
        ("insulin='0.3'", false),
        ("nothing=1", false),
        ("token=abc&limit=5&now=1", true),
    ];
    for (raw, expected) in table {
        let search = Search::parse(Collection::Treatments, raw).unwrap();
        assert_eq!(search.matches(&document(treatment)), expected, "{raw}");
    }
}

#[test]
fn refusals_have_the_words_that_apps_look_for() {
    let table = [
        ("sort=date&sort$desc=date", "Parameters sort and sort_desc cannot be combined"),
        ("limit=100000", "Parameter limit out of tolerance"),
        ("limit=0", "Parameter limit out of tolerance"),
        ("limit=many", "Parameter limit out of tolerance"),
        ("skip=-1", "Parameter skip out of tolerance"),
        ("date$foo=1", "Unsupported filter operator foo"),
        ("a$where=1", "Unsupported filter operator where"),
        ("a$re=(?=b)", "The regular expression cannot be used"),
    ];
    for (raw, words) in table {
        assert_eq!(Search::parse(Collection::Entries, raw).unwrap_err().to_string(), words, "{raw}");
    }
}

#[test]
fn sorts_skips_and_picks_fields() {
    let all = || [3, 1, 2].map(|date| document(&format!(r#"{{"date":{date},"a":"x"}}"#))).to_vec();
    let dates = |raw: &str| {
        let picked = Search::parse(Collection::Entries, raw).unwrap().pick(all());
        picked.iter().map(|one| one["date"].to_string()).collect::<String>()
    };
    assert_eq!(dates(""), "312");
    assert_eq!(dates("sort=date"), "123");
    assert_eq!(dates("sort$desc=date&limit=2"), "32");
    assert_eq!(dates("sort%24desc=date&skip=1"), "21");
    let picked = Search::parse(Collection::Entries, "fields=a,b").unwrap().pick(all());
    assert_eq!(serde_json::to_string(&picked).unwrap(), r#"[{"a":"x"},{"a":"x"},{"a":"x"}]"#);
    assert!(Search::parse(Collection::Entries, "fields=_all").unwrap().fields.is_none());
}

//! What apps bring under version 1, and how it is stored.

use crate::frame::{document, now, text};
use nightscout::{Collection, IdentityV1, identity_v1, prepare_v1};

fn prepared(collection: Collection, json: &str) -> String {
    match prepare_v1(collection, document(json), now()) {
        Ok(documents) => documents.iter().map(text).collect::<Vec<_>>().join("\n"),
        Err(refused) => refused.to_string(),
    }
}

#[test]
fn entries() {
    let table = [
        (
            r#"{"type":"sgv","sgv":133,"device":"sample","date":1795137538989,"dateString":"2026-11-20T03:18:58.000+0200"}"#,
            r#"{"type":"sgv","sgv":133,"device":"sample","date":1795137538989,"dateString":"2026-11-20T01:18:58.000Z","utcOffset":120,"sysTime":"2026-11-20T01:18:58.000Z"}"#,
        ),
        // Forms send everything as text; some send no type, some no second time.
        (
            r#"{"sgv":"133","date":"1795137538989"}"#,
            r#"{"sgv":133,"date":1795137538989,"type":"sgv","dateString":"2026-11-20T01:18:58.989Z","utcOffset":0,"sysTime":"2026-11-20T01:18:58.989Z"}"#,
        ),
        (
            r#"{"mbg":100,"date":"2026-11-20T01:18:58Z"}"#,
            r#"{"mbg":100,"date":1795137538000,"type":"mbg","dateString":"2026-11-20T01:18:58.000Z","utcOffset":0,"sysTime":"2026-11-20T01:18:58.000Z"}"#,
        ),
        // An own id in the form of a UUID.
        (
            r#"{"_id":"DE8B497C-82D7-49E4-B0C1-0DD0BFF92586","type":"sgv","sgv":133,"date":1795137538989.25}"#,
            r#"{"type":"sgv","sgv":133,"date":1795137538989.25,"identifier":"DE8B497C-82D7-49E4-B0C1-0DD0BFF92586","dateString":"2026-11-20T01:18:58.989Z","utcOffset":0,"sysTime":"2026-11-20T01:18:58.989Z"}"#,
        ),
        (r#"{"_id":"mine","type":"sgv","sgv":133,"date":1795137538989}"#, "Invalid _id format"),
        (r#"{"_id":7,"type":"sgv","sgv":133,"date":1795137538989}"#, "Invalid _id format"),
        (r#"{"type":"sgv","sgv":133}"#, "Bad or missing date field"),
        (r#"{"type":"sgv","sgv":133,"date":"soon"}"#, "Bad or missing date field"),
        // Later than tomorrow, and before any sensor was.
        (r#"{"type":"sgv","sgv":133,"date":1795400000000}"#, "Bad or missing date field"),
        (r#"{"type":"sgv","sgv":133,"date":900000000000000}"#, "Bad or missing date field"),
        (r#"{"type":"sgv","sgv":133,"date":1}"#, "Bad or missing date field"),
    ];
    for (sent, kept) in table {
        assert_eq!(prepared(Collection::Entries, sent), kept, "{sent}");
    }
}

#[test]
fn treatments() {
    let table = [
        (
            r#"{"eventType":"Meal Bolus","insulin":"3.5","carbs":"42","preBolus":15,"notes":"<b>hi</b>","enteredBy":"sample","created_at":"2026-11-21T01:08:58.989Z"}"#,
            "{\"eventType\":\"Meal Bolus\",\"insulin\":3.5,\"preBolus\":15,\"notes\":\"<b>hi</b>\",\"enteredBy\":\"sample\",\"created_at\":\"2026-11-21T01:08:58.989Z\",\"utcOffset\":0}\n\
             {\"created_at\":\"2026-11-21T01:23:58.989Z\",\"eventType\":\"Meal Bolus\",\"carbs\":42,\"notes\":\"<b>hi</b>\"}",
        ),
        // Without a time it is now.
        (
            r#"{"eventType":"Note","notes":"x"}"#,
            r#"{"eventType":"Note","notes":"x","created_at":"2026-11-21T01:19:07.000Z","utcOffset":0}"#,
        ),
        (
            r#"{"eventType":"Note","eventTime":"2026-11-21T02:00:00+01:00"}"#,
            r#"{"eventType":"Note","created_at":"2026-11-21T01:00:00.000Z","utcOffset":60}"#,
        ),
        // What says nothing goes; a rate of zero and a duration of zero say something.
        (
            r#"{"eventType":"Temp Basal","absolute":0,"duration":"0","rate":"0","insulin":0,"carbs":"","percent":"x","notes":"","targetTop":null,"created_at":"2026-11-21T01:00:00Z"}"#,
            r#"{"eventType":"Temp Basal","absolute":0,"duration":0,"rate":"0","created_at":"2026-11-21T01:00:00.000Z","utcOffset":0}"#,
        ),
        (
            r#"{"eventType":"BG Check","glucose":"","glucoseType":"Finger","units":"mg/dl","absolute":"x","created_at":"2026-11-21T01:00:00Z"}"#,
            r#"{"eventType":"BG Check","created_at":"2026-11-21T01:00:00.000Z","utcOffset":0}"#,
        ),
        (
            r#"{"eventType":"BG Check","glucose":"5.6","glucoseType":"Finger","units":"mmol","created_at":"2026-11-21T01:00:00Z"}"#,
            r#"{"eventType":"BG Check","glucose":5.6,"glucoseType":"Finger","units":"mmol","created_at":"2026-11-21T01:00:00.000Z","utcOffset":0}"#,
        ),
        (
            r#"{"eventType":"Announcement","notes":"tea","created_at":"2026-11-21T01:00:00Z"}"#,
            r#"{"eventType":"Announcement","notes":"tea","created_at":"2026-11-21T01:00:00.000Z","utcOffset":0,"isAnnouncement":true}"#,
        ),
        (r#"{"eventType":"Note","created_at":"soon"}"#, "Bad or missing date field"),
    ];
    for (sent, kept) in table {
        assert_eq!(prepared(Collection::Treatments, sent), kept, "{sent}");
    }
}

#[test]
fn words_are_kept_and_markup_is_not() {
    let notes = |words: &str| {
        let sent = serde_json::json!({"eventType": "Note", "notes": words, "created_at": "2026-11-21T01:00:00Z"});
        let kept = prepare_v1(Collection::Treatments, document(&sent.to_string()), now()).unwrap();
        kept[0].get("notes").and_then(|notes| notes.as_str()).unwrap_or_default().to_owned()
    };
    let table = [
        ("bg < 70 & falling", "bg < 70 & falling"),
        ("a<b, COB: 0", "a<b, COB: 0"),
        ("predBG 110 > 100 < 140", "predBG 110 > 100 < 140"),
        ("Dinner 🍕 <3", "Dinner 🍕 <3"),
        ("<script>alert(1)</script><b onclick=alert(1)>hi</b>", "<b>hi</b>"),
        ("<SCRIPT SRC=//x>", ""),
        ("x<img src=x onerror=alert(1)>y", "xy"),
        ("<scr<script></script>ipt>alert(1)</script>", "ipt>alert(1)"),
        ("<<x>script>alert(1)<<x>/script>", ""),
        ("<!-- <b> -->tea", "tea"),
        ("<a href='javascript:x'>tea</a>", "tea"),
        ("<svg><script>1</script></svg>tea", "tea"),
    ];
    for (sent, kept) in table {
        assert_eq!(notes(sent), kept, "{sent}");
    }
    let nested = r#"{"device":"x","a":[{"b":"<script>1</script>c"}]}"#;
    let kept = prepared(Collection::DeviceStatus, nested);
    assert!(kept.starts_with(r#"{"device":"x","a":[{"b":"c"}],"created_at":"2026-11-21T01:19:07.000Z""#), "{kept}");
}

#[test]
fn the_same_again_is_the_same() {
    let of = |collection, json: &str| identity_v1(collection, &document(json));
    let by_id = |id: &str| IdentityV1::Id(id.to_owned());
    let treatment = r#"{"_id":"6b00f183ab5ac6d5a858a7c5","identifier":"i","created_at":"c","eventType":"e"}"#;
    assert_eq!(of(Collection::Treatments, treatment), by_id("i"));
    let treatment = r#"{"_id":"6b00f183ab5ac6d5a858a7c5","created_at":"c","eventType":"e"}"#;
    assert_eq!(of(Collection::Treatments, treatment), by_id("6b00f183ab5ac6d5a858a7c5"));
    let treatment = r#"{"created_at":"c","eventType":"e"}"#;
    let by_time = IdentityV1::TimeAndEvent { created_at: "c".to_owned(), event_type: "e".to_owned() };
    assert_eq!(of(Collection::Treatments, treatment), by_time);
    let entry = r#"{"_id":"6b00f183ab5ac6d5a858a7c5","sysTime":"s","type":"sgv"}"#;
    let by_time = IdentityV1::TimeAndType { sys_time: "s".to_owned(), kind: "sgv".to_owned() };
    assert_eq!(of(Collection::Entries, entry), by_time);
    assert_eq!(of(Collection::DeviceStatus, r#"{"created_at":"c"}"#), IdentityV1::New);
}

//! One story for each client: what it sends, and what it cannot do without.

use crate::frame::{berlin, document, now};
use nightscout::{
    Carried, Collection, Document, Entry, EntryParts, Permissions, Presented, Query, Search, answers, document_of_form,
    documents, entries::add_deltas, entry, entry_of, prepare_v1, prepare_v3, presented, shown_v1, shown_v3,
};
use serde_json::{Value, json};

const OWN: &str = "d0019ffb3c0d2d00aabbccdd";

/// An entry as it is answered after it was stored.
fn answered(sent: &str) -> Document {
    let kept = prepare_v1(Collection::Entries, document(sent), now()).unwrap().remove(0);
    let Entry::Reading(reading) = entry(kept, &berlin()) else { panic!("{sent}") };
    let given = reading.given.as_deref();
    let mut list = [entry_of(&EntryParts {
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
    })];
    add_deltas(&mut list);
    let [entry] = list;
    entry
}

#[test]
fn xdrip_uploads_and_follows() {
    let sent = r#"{"device":"xDrip-DexcomG6","date":1795223938989,"dateString":"2026-11-21T03:18:58.989+0200","sgv":127,"delta":2.5,"direction":"Flat","type":"sgv","filtered":127000,"unfiltered":127000,"rssi":100,"noise":1,"sysTime":"2026-11-21T03:18:58.989+0200"}"#;
    let got = answered(sent);
    assert!(got["sgv"].is_number() && got["date"].is_number() && got["_id"].is_string());
    assert_eq!(
        (&got["delta"], &got["utcOffset"], &got["dateString"]),
        (&json!(2.5), &json!(120), &json!("2026-11-21T01:18:58.989Z"))
    );
    let query = Query::parse(Collection::Entries, "count=2880&find[date][$gt]=1795223938000&rr=17", now()).unwrap();
    assert!(query.plain().is_some() && query.matches(&got) && query.count == Some(2880));
}

#[test]
fn trio_keeps_its_ids_and_deletes_by_them() {
    let sent = r#"{"_id":"DE8B497C-82D7-49E4-B0C1-0DD0BFF92586","id":"DE8B497C-82D7-49E4-B0C1-0DD0BFF92586","date":1795223938000,"dateString":"2026-11-21T01:18:58Z","glucose":162,"sgv":162,"direction":"Flat","type":"sgv"}"#;
    let got = answered(sent);
    let ours = |raw: &str| Query::parse(Collection::Entries, raw, now()).unwrap().matches(&got);
    assert!(ours("find[$or][0][_id][$eq]=DE8B497C-82D7-49E4-B0C1-0DD0BFF92586&find[$or][1][id][$eq]=x"));
    assert!(ours("find[id][$eq]=DE8B497C-82D7-49E4-B0C1-0DD0BFF92586") && !ours("find[id][$eq]=x"));
    assert!(ours("find[dateString][$gte]=2026-11-21T00:00:00.000Z&count=1600"));
    assert_eq!(got["glucose"], 162);
}

#[test]
fn loop_gets_a_list_in_its_order_each_with_an_id() {
    let body = json!([
        {"eventType": "Correction Bolus", "created_at": "2026-11-21T01:00:00Z", "timestamp": "2026-11-21T01:00:00Z", "insulin": 0.45, "syncIdentifier": "B7"},
        {"eventType": "Temp Basal", "created_at": "2026-11-21T01:05:00Z", "absolute": 0, "rate": 0, "duration": 30},
        {"eventType": "Note", "created_at": "2026-11-21T01:06:00Z", "_id": "A8B9C0D1-e2f3-4456-7890-abcdef012345", "notes": "🍕"},
    ]);
    let kept: Vec<Document> = documents(body)
        .unwrap()
        .into_iter()
        .flat_map(|one| prepare_v1(Collection::Treatments, one, now()).unwrap())
        .collect();
    let got: Vec<Document> = kept.into_iter().map(|one| shown_v1(Collection::Treatments, one, OWN, OWN)).collect();
    assert_eq!(got.len(), 3);
    assert!(got.iter().all(|one| one["_id"].is_string()));
    assert_eq!(
        (&got[0]["timestamp"], &got[1]["absolute"], &got[2]["notes"]),
        (&json!("2026-11-21T01:00:00Z"), &json!(0), &json!("🍕"))
    );
    assert_eq!(got[2]["identifier"], "A8B9C0D1-e2f3-4456-7890-abcdef012345");
}

#[test]
fn aaps_finds_what_it_parses() {
    // It cuts the number out of the tag of a history.
    let tag = answers::etag_v3(1_795_223_947_448);
    assert_eq!(tag[3..tag.len() - 1].parse::<i64>().unwrap(), 1_795_223_947_448);
    let sent = r#"{"identifier":"6e09befa-acbb-59ea-ad5e-def477d65a9f","app":"AAPS","date":1795223937755,"utcOffset":60,"type":"sgv","sgv":110,"direction":"Flat","isValid":true,"device":"G6","units":"mg/dl"}"#;
    let kept = prepare_v3(Collection::Entries, document(sent), now(), "phone").unwrap();
    let got = shown_v3(Collection::Entries, kept, "x", Some((5, 6)));
    assert_eq!((&got["identifier"], &got["srvModified"]), (&json!("6e09befa-acbb-59ea-ad5e-def477d65a9f"), &json!(6)));
    for raw in [
        "sort=date&date$gt=1795223937754&limit=500",
        "sort$desc=date&type=sgv",
        "sort=created_at&created_at$gt=2026-11-21T00:00:00Z&limit=500",
    ] {
        assert!(Search::parse(Collection::Entries, raw).is_ok(), "{raw}");
    }
    let all = answers::status_v3(0, "sqlite", Permissions::Both);
    assert_eq!(all["result"]["apiPermissions"]["treatments"], "crud");
}

#[test]
fn followers_read_their_rights_and_numbers() {
    // LoopFollow: a list of lists. Nightguard: fractions. Home Assistant: a number in every delta, three forms of header.
    let status = answers::authorized("jwt", "phone", Permissions::Follow, 1, 2);
    assert!(status["permissionGroups"][0][0].is_string());
    let raw = "find[date][$gt]=1795223000000.0&find[date][$lte]=1795223947000.5&count=1440";
    let got = answered(r#"{"type":"sgv","sgv":127,"date":1795223938989}"#);
    assert!(Query::parse(Collection::Entries, raw, now()).unwrap().matches(&got));
    assert!(got["delta"].is_number());
    let sha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
    for (header, form) in
        [(sha1, "Sha1(…)"), ("token=phone-0123456789abcdef", "Token(…)"), ("phone-0123456789abcdef", "Token(…)")]
    {
        let shown: Vec<Presented> = presented(Carried { api_secret: Some(header), ..Carried::default() });
        assert_eq!(format!("{:?}", shown[0]), form);
    }
}

#[test]
fn tconnectsync_does_not_escape_its_offsets() {
    let kept =
        document(r#"{"eventType":"Basal","enteredBy":"Pump (tconnectsync)","created_at":"2026-11-21T01:08:58.989Z"}"#);
    let raw = "count=1&find[enteredBy]=Pump (tconnectsync)&find[created_at][$gte]=2026-11-21T02:00:00+01:00&find[created_at][$lte]=2026-11-20T20:30:00-05:00&api_secret=x";
    assert!(Query::parse(Collection::Treatments, raw, now()).unwrap().matches(&kept));
}

#[test]
fn forms_and_lists_and_what_is_neither() {
    let form = document_of_form("eventType=Note&notes=a+b&insulin=3.5&token=secret&x=1&x=2");
    assert_eq!(
        serde_json::to_string(&form).unwrap(),
        r#"{"eventType":"Note","notes":"a b","insulin":"3.5","x":["1","2"]}"#
    );
    assert_eq!(documents(json!([{"a": 1, "secret": "x"}])).unwrap(), [document(r#"{"a":1}"#)]);
    for body in [json!(1), json!([1]), json!("x"), Value::Null] {
        assert_eq!(documents(body), None);
    }
    assert_eq!(documents(json!([])), Some(Vec::new()));
}

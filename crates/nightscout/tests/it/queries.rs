//! Questions of version 1 as clients send them, and what is refused.

use crate::frame::{NOW_MS, document, now};
use nightscout::{Collection, Query, query::QueryRefused};

const DAY: i64 = 86_400_000;

fn ask(collection: Collection, raw: &str) -> Query {
    Query::parse(collection, raw, now()).unwrap_or_else(|refused| panic!("{raw}: {refused}"))
}

fn refused(raw: &str) -> QueryRefused {
    Query::parse(Collection::Treatments, raw, now()).err().unwrap_or_else(|| panic!("{raw} was taken"))
}

/// Collection, question, document, whether it matches.
#[test]
fn what_matches() {
    use Collection::{DeviceStatus, Entries, Profile, Treatments};
    let entry = r#"{"_id":"6b00f183ab5ac6d5a858a7c1","type":"sgv","sgv":127,"date":1795223938989,"dateString":"2026-11-21T01:18:58.989Z","device":"xDrip"}"#;
    let bolus = r#"{"_id":"6b00f183ab5ac6d5a858a7c5","eventType":"Meal Bolus","insulin":3.5,"carbs":42,"enteredBy":"openaps://phone","notes":"Pizza & salad","created_at":"2026-11-21T01:08:58.989Z","identifier":"A8B9C0D1-e2f3-4456-7890-abcdef012345"}"#;
    let table = [
        // Followers.
        (Entries, "count=10&rr=123", entry, true),
        (Entries, "find[date][$gt]=1795223938988&count=2880", entry, true),
        (Entries, "find[date][$gt]=1795223938989", entry, false),
        (Entries, "find%5Bdate%5D%5B%24gte%5D=1795223938989.0", entry, true),
        (Entries, "find[date][$gte]=1795223938988.5&find[date][$lte]=1795223938989.5", entry, true),
        (Entries, "find[date][$gte]=1795137539000&find[type][$ne]=cal&count=5000", entry, true),
        (Entries, "find[date]=1795223938989", entry, true),
        (Entries, "find[date][$gte]=2026-11-21", entry, true),
        (Entries, "find[sgv][$gte]=120&find[sgv][$lt]=128", entry, true),
        (Entries, "find[sgv]=127", entry, true),
        (Entries, "find[sgv][$in][]=126&find[sgv][$in][]=127", entry, true),
        (Entries, "find[sgv][$nin][0]=126&find[sgv][$nin][1]=127", entry, false),
        (Entries, "find[type]=sgv&find[type]=mbg", entry, true),
        (Entries, "find[dateString][$gte]=2026-11-21T01:18:58.989Z", entry, true),
        (Entries, "find[dateString][$gte]=2026-11-21T02:18:58.989+01:00", entry, true),
        (Entries, "find[dateString][$gte]=2026-11-21T02:18:59 01:00", entry, false),
        (Entries, "find[dateString][$gte]=2026-11", entry, true),
        (Entries, "find[dateString][$gte]=2027", entry, false),
        (Entries, "find[dateString][$gte]=someday", entry, false),
        (Entries, "find[_id]=6b00f183ab5ac6d5a858a7c1", entry, true),
        (Entries, "find[device][$regex]=^xDr", entry, true),
        (Entries, "find[$or][0][sgv][$eq]=1&find[$or][1][sgv][$eq]=127", entry, true),
        (Entries, "find[$or][0][sgv][$eq]=1&find[$or][1][sgv][$eq]=2", entry, false),
        // Loops and their apps.
        (
            Treatments,
            "find[carbs][$exists]=true&find[$and][0][enteredBy][$ne]=iAPS&find[$and][1][enteredBy][$ne]=Trio",
            bolus,
            true,
        ),
        (Treatments, "find[carbs][$exists]=false", bolus, false),
        (Treatments, "find[eventType]=Meal+Bolus", bolus, true),
        (Treatments, "find[eventType]=/bolus/i", bolus, true),
        (Treatments, "find[eventType]=/bolus/", bolus, false),
        (Treatments, "find[enteredBy]=/openaps:%5C/%5C/.*/", bolus, true),
        (Treatments, r"find[enteredBy]=/openaps:\/\/phone/", bolus, true),
        (Treatments, "find[notes]=Pizza %26 salad", bolus, true),
        (Treatments, "find[insulin][$gte]=.5", bolus, true),
        (Treatments, "find[insulin][$gte]=3.6", bolus, false),
        (Treatments, "find[_id]=A8B9C0D1-e2f3-4456-7890-abcdef012345", bolus, true),
        (
            Treatments,
            "find[created_at][$gte]=2026-11-21T02:00:00+01:00&find[created_at][$lte]=2026-11-20T20:30:00-05:00",
            bolus,
            true,
        ),
        (Treatments, "find[created_at]=2026-11-21T01:08:58.989Z", bolus, true),
        (Treatments, "find[created_at][$in][]=2026-11-21T01:08:58.989Z", bolus, true),
        (Treatments, "find[created_at][$gte]=whenever", bolus, false),
        // What is not known to be a number compares as text, and so never with one.
        (Treatments, "find[duration][$gte]=1", r#"{"duration":30,"created_at":"2026-11-21T01:08:58.989Z"}"#, false),
        (
            DeviceStatus,
            "find[pump.battery.percent][$exists]=true",
            r#"{"created_at":"2026-11-21T01:08:58.989Z","pump":{"battery":{"percent":60}}}"#,
            true,
        ),
        (
            Profile,
            "find[startDate][$lte]=2026-11-21T00:00:00.000Z&count=1",
            r#"{"startDate":"2026-11-20T00:00:00Z"}"#,
            true,
        ),
        // Four days back, unless the time is asked for.
        (Entries, "count=1", r#"{"type":"sgv","date":1794800000000}"#, false),
        (Entries, "find[date][$gte]=0&count=1", r#"{"type":"sgv","date":1794800000000}"#, true),
        (Entries, "find[_id]=x", r#"{"_id":"x","date":1794800000000}"#, true),
        (Profile, "count=1", r#"{"startDate":"2019-01-01T00:00:00Z"}"#, true),
    ];
    for (collection, raw, json, expected) in table {
        assert_eq!(ask(collection, raw).matches(&document(json)), expected, "{raw} {json}");
    }
}

#[test]
fn what_is_not_known_is_refused_before_anything_is_looked_up() {
    let operator = |name: &str| QueryRefused::Operator(name.to_owned());
    let deep = format!("find{}=1", "[$and][0]".repeat(9));
    let many: String = (0..70).map(|at| format!("find[f{at}]=1&")).collect();
    let list: String = (0..255).map(|_| "find[f][$in][]=1&").collect();
    let long = format!("find[notes]=/{}/", "a".repeat(300));
    let table = [
        ("find[$where]=sleep(1000)", operator("$where")),
        ("find[%24where]=sleep(1000)", operator("$where")),
        ("find[$where][$eq]=sleep(1000)", operator("$where")),
        ("find[$expr][$eq]=1", operator("$expr")),
        ("find[a][$function]=1", operator("$function")),
        ("find[$or][0][$where]=1", operator("$where")),
        ("find[a][$where]=1", operator("$where")),
        ("find[a][$size]=1", operator("$size")),
        (&deep, QueryRefused::TooDeep),
        (&many, QueryRefused::TooMuch),
        (&long, QueryRefused::Pattern),
        ("find[notes]=/(?=a)/", QueryRefused::Pattern),
        ("find[notes]=/(((((a{99}){99}){99}){99}){99})/", QueryRefused::Pattern),
        ("find[$or]=1", operator("$or")),
        ("find[$or][0]=1", QueryRefused::Malformed),
        ("find[a][$gt][b]=1", QueryRefused::Malformed),
        ("find[a]=1&find[a][$gt]=1", QueryRefused::Malformed),
        ("count=abc", QueryRefused::Count),
    ];
    for (raw, why) in table {
        assert_eq!(refused(raw), why, "{raw}");
    }
    assert_eq!(operator("$where").to_string(), "Operator $where is not supported");
    assert!(Query::parse(Collection::Treatments, &list, now()).is_ok());
    assert_eq!(refused(&format!("{list}find[f][$in][]=1&find[f][$in][]=1")), QueryRefused::TooMuch);
}

/// A pattern that takes others for ever takes no time here.
#[test]
fn patterns_are_linear() {
    let query = ask(Collection::Treatments, "find[notes]=/(a+)%2B$/");
    let long = document(&format!(r#"{{"created_at":"2026-11-21T01:08:58.989Z","notes":"{}b"}}"#, "a".repeat(100_000)));
    assert!(!query.matches(&long));
}

#[test]
fn counts() {
    use Collection::{Activity, DeviceStatus, Entries, Food, Profile, Treatments};
    let table = [
        (Entries, "", Some(10)),
        (Treatments, "", Some(100)),
        (Treatments, "find[eventType]=Note", Some(1000)),
        (DeviceStatus, "", Some(10)),
        (Profile, "", Some(10)),
        (Food, "", None),
        (Activity, "", None),
        (Entries, "count=5000", Some(5000)),
        (Entries, "count=0", Some(10)),
        (Entries, "count=0&find[type]=sgv", None),
        (Entries, "count=-3", Some(3)),
        (Entries, "count=10.7", Some(10)),
        (Entries, "count=99999999999999999999", Some(u32::MAX as usize)),
        (Entries, "count=", Some(10)),
    ];
    for (collection, raw, count) in table {
        assert_eq!(ask(collection, raw).count, count, "{collection:?} {raw}");
    }
}

/// No more is loaded than can match.
#[test]
fn spans() {
    use Collection::{Entries, Profile, Treatments};
    let ms = 1_795_223_938_989;
    let table = [
        (Entries, "count=10", Some(NOW_MS - 4 * DAY), None),
        (Entries, "find[type]=sgv", Some(NOW_MS - 4 * DAY), None),
        (Entries, "find[_id]=x", None, None),
        (Entries, "find[date][$gte]=1795223938989", Some(ms - 1), None),
        (Entries, "find[date][$gte]=1795223938989&find[date][$lt]=1795223938999", Some(ms - 1), Some(ms + 11)),
        (Entries, "find[dateString][$lte]=2026-11-21T01:18:58.989Z", None, Some(ms + DAY)),
        (Entries, "find[$or][0][date]=1795223938989&find[$or][1][date]=1795223939989", Some(ms - 1), Some(ms + 1001)),
        (Entries, "find[$or][0][date]=1795223938989&find[$or][1][sgv]=1", Some(NOW_MS - 4 * DAY), None),
        (Treatments, "find[created_at][$gte]=2026-11-21T01:18:58.989Z&find[carbs][$exists]=true", Some(ms - 1), None),
        (Treatments, "find[created_at][$ne]=2026-11-21T01:18:58.989Z", None, None),
        (Profile, "count=1", None, None),
    ];
    for (collection, raw, from, to) in table {
        let span = ask(collection, raw).span;
        assert_eq!((span.from_ms, span.to_ms), (from, to), "{raw}");
    }
    assert!(ask(Entries, "find[date][$gte]=never").span.is_empty());
}

#[test]
fn ids_that_are_asked_for_are_told() {
    let ids = |raw: &str| ask(Collection::Treatments, raw).ids().map(|ids| ids.join(" "));
    assert_eq!(ids("find[_id]=a").as_deref(), Some("a"));
    assert_eq!(ids("find[_id][$in][]=a&find[_id][$in][]=b").as_deref(), Some("a b"));
    assert_eq!(ids("find[identifier]=a&find[eventType]=Note").as_deref(), Some("a"));
    let uuid = "a8b9c0d1-e2f3-4456-7890-abcdef012345";
    assert_eq!(ids(&format!("find[_id]={uuid}")), Some(format!("{uuid} {uuid}")));
    assert_eq!(ids("find[eventType]=Note"), None);
    assert_eq!(ids("find[_id][$ne]=a"), None);
}

#[test]
fn plain_questions_need_no_documents() {
    let plain = |raw: &str| {
        let plain = ask(Collection::Entries, raw).plain()?;
        Some((plain.span.from_ms, plain.span.to_ms, plain.sensor, plain.meter))
    };
    assert_eq!(plain("count=288"), Some((Some(NOW_MS - 4 * DAY), None, true, true)));
    assert_eq!(plain("find[date][$gt]=1795223938989"), Some((Some(1_795_223_938_990), None, true, true)));
    let both = plain("find[date][$gte]=1795223938989.5&find[date][$lt]=1795223939989&find[type]=sgv");
    assert_eq!(both, Some((Some(1_795_223_938_990), Some(1_795_223_939_988), true, false)));
    assert_eq!(plain("find[date][$gte]=1&find[type][$ne]=cal"), Some((Some(1000), None, true, true)));
    assert_eq!(plain("find[sgv][$gte]=100"), None);
    assert_eq!(plain("find[date][$gte]=never"), None);
    let of_type = ask(Collection::Entries, "count=1").of_type("mbg").plain().unwrap();
    assert!(of_type.meter && !of_type.sensor);
}

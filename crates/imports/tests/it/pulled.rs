//! Answers of services that are asked from time to time: what is read, what is refused, and that any bytes are either.

mod any;
mod carelink;

use crate::frame::{BERLIN, file, show};
use glucose::Trend;
use imports::{
    Format, Import,
    pulled::{self, Pulled, Refused, Service},
};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};
use std::collections::HashSet;

/// When the answers of `tests/files/pulled` came.
const NOW: &str = "2026-04-05T23:00:00Z";

fn ask_at(now: &str, service: Service, body: &[u8]) -> Result<Pulled, Refused> {
    pulled::read(service, body, &TimeZone::get(BERLIN).unwrap(), now.parse().unwrap())
}

fn ask(service: Service, body: &[u8]) -> Result<Pulled, Refused> {
    ask_at(NOW, service, body)
}

fn ask_json(service: Service, answer: &Value) -> Pulled {
    ask(service, answer.to_string().as_bytes()).unwrap()
}

fn answer(name: &str) -> Value {
    serde_json::from_slice(&file(&format!("pulled/{name}"))).unwrap()
}

const ANSWERS: [(Service, &str); 8] = [
    (Service::LibreLinkUp, "librelinkup_mgdl"),
    (Service::LibreLinkUp, "librelinkup_mmol"),
    (Service::DexcomShare, "dexcom_share"),
    (Service::CareLink, "carelink_2015"),
    (Service::CareLink, "carelink_2021"),
    (Service::CareLink, "carelink_2025"),
    (Service::Nightscout, "nightscout_entries"),
    (Service::Nightscout, "nightscout_treatments_v3"),
];

#[test]
fn each_answer_is_read_as_its_snapshot_says() {
    for (service, name) in ANSWERS {
        let pulled = ask(service, &file(&format!("pulled/{name}.json"))).unwrap();
        let stands = format!("newest {:?}, stale {}", pulled.newest_at.map(|at| at.to_string()), pulled.stale);
        // Shown as a file is; an answer has no format and no rows.
        let mut import = Import::new(Format::NightscoutEntries);
        (import.devices, import.readings, import.events) = (pulled.devices, pulled.readings, pulled.events);
        import.remarks = pulled.remarks;
        let shown = show(&import);
        let (_, shown) = shown.split_once('\n').unwrap();
        insta::assert_snapshot!(format!("pulled_{name}"), format!("{stands}\n{shown}"));
    }
}

fn ids(pulled: &Pulled) -> Vec<String> {
    let readings = pulled.readings.iter().map(|reading| &reading.given);
    let events = pulled.events.iter().map(|event| &event.given);
    readings.chain(events).map(|given| given.as_ref().unwrap().id.clone().unwrap()).collect()
}

#[test]
fn ids_are_there_short_and_the_same_a_minute_later() {
    for (service, name) in ANSWERS {
        let body = file(&format!("pulled/{name}.json"));
        let (first, second) = (ask(service, &body).unwrap(), ask_at("2026-04-05T23:01:00Z", service, &body).unwrap());
        assert_eq!((&first.readings, &first.events), (&second.readings, &second.events), "{name}");
        assert!(ids(&first).iter().all(|id| id.len() <= 64), "{name}");
        // Parts of one document share its id; everywhere else each datum has its own.
        if name != "nightscout_treatments_v3" {
            let all = ids(&first);
            assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len(), "{name}");
        }
    }
}

#[test]
fn what_cannot_be_taken_is_refused_in_words() {
    let table: [(Service, &str, &str); 12] = [
        (Service::CareLink, "", "The answer of CareLink is no JSON that can be read."),
        (Service::CareLink, "{\"sgs\":[", "The answer of CareLink ends in the middle."),
        (Service::CareLink, "{}", "The answer of CareLink holds no values in any shape that we know."),
        (Service::CareLink, "{\"status\":401}", "CareLink refused: 401."),
        (
            Service::DexcomShare,
            "<html></html>",
            "Dexcom Share sent a web page instead of values. It may be down for a while, or the address is wrong.",
        ),
        (
            Service::DexcomShare,
            r#"{"Code":"SessionIdNotFound","Message":"…"}"#,
            "Dexcom Share refused: SessionIdNotFound.",
        ),
        (Service::DexcomShare, "[{\"a\":1}]", "The answer of Dexcom Share holds no values in any shape that we know."),
        (
            Service::LibreLinkUp,
            r#"{"status":2,"error":{"message":"notAuthenticated"}}"#,
            "LibreLinkUp refused: notAuthenticated.",
        ),
        (Service::LibreLinkUp, r#"{"status":4,"data":{"step":{"type":"tou"}}}"#, "LibreLinkUp refused: tou."),
        (
            Service::LibreLinkUp,
            r#"{"status":9,"error":{"message":"Ada Muster is not there"}}"#,
            "LibreLinkUp refused: 9.",
        ),
        (Service::Nightscout, r#"{"status":401,"message":"Unauthorized"}"#, "Nightscout refused: 401."),
        (Service::Nightscout, "[1, 2]", "The answer of Nightscout holds no values in any shape that we know."),
    ];
    for (service, body, words) in table {
        assert_eq!(ask(service, body.as_bytes()).unwrap_err().to_string(), words, "{body}");
    }
    let large = vec![b' '; pulled::LARGEST_ANSWER + 1];
    assert!(matches!(ask(Service::Nightscout, &large), Err(Refused::TooLarge { limit_mb: 16, .. })));
    let deep = format!("{{\"sgs\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(matches!(ask(Service::CareLink, deep.as_bytes()), Err(Refused::NotJson { .. })));
}

#[test]
fn an_empty_answer_is_one() {
    let table = [
        (Service::DexcomShare, "[]"),
        (Service::Nightscout, "[]"),
        (Service::Nightscout, r#"{"status":200,"result":[]}"#),
        (Service::LibreLinkUp, r#"{"status":0,"data":{"connection":null,"graphData":[]}}"#),
        (Service::CareLink, r#"{"patientData":{"sgs":[],"markers":[]}}"#),
    ];
    for (service, body) in table {
        let pulled = ask(service, body.as_bytes()).unwrap();
        assert!(pulled.readings.is_empty() && pulled.events.is_empty() && pulled.stale, "{body}");
    }
}

#[test]
fn arrows_are_as_each_service_counts_them() {
    let libre =
        [None, Some(Trend::SingleDown), Some(Trend::FortyFiveDown), Some(Trend::Flat), Some(Trend::FortyFiveUp)];
    for (number, trend) in libre.into_iter().chain([Some(Trend::SingleUp), None]).enumerate() {
        let mut graph = answer("librelinkup_mgdl.json");
        graph["data"]["connection"]["glucoseMeasurement"]["TrendArrow"] = number.into();
        assert_eq!(ask_json(Service::LibreLinkUp, &graph).readings.last().unwrap().trend, trend, "{number}");
    }
    let dexcom = [
        (json!(0), None),
        (json!(1), Some(Trend::DoubleUp)),
        (json!(4), Some(Trend::Flat)),
        (json!(7), Some(Trend::DoubleDown)),
        (json!(8), None),
        (json!(9), None),
        (json!("FortyFiveDown"), Some(Trend::FortyFiveDown)),
        (json!("RateOutOfRange"), None),
    ];
    for (arrow, trend) in dexcom {
        let list = json!([{"WT": "Date(1775429880000)", "Value": 120, "Trend": arrow}]);
        assert_eq!(ask_json(Service::DexcomShare, &list).readings[0].trend, trend, "{arrow}");
    }
}

#[test]
fn twenty_minutes_without_anything_newer_are_stale() {
    let table = [
        // CareLink says when it heard last (22:58:00), whatever the newest value is from.
        (Service::CareLink, "carelink_2025.json", "2026-04-05T23:18:00Z", false),
        (Service::CareLink, "carelink_2025.json", "2026-04-05T23:18:01Z", true),
        (Service::LibreLinkUp, "librelinkup_mgdl.json", "2026-04-05T23:18:12Z", false),
        (Service::LibreLinkUp, "librelinkup_mgdl.json", "2026-04-05T23:18:13Z", true),
        (Service::DexcomShare, "dexcom_share.json", "2026-04-05T23:18:01Z", true),
    ];
    for (service, name, now, stale) in table {
        let pulled = ask_at(now, service, &file(&format!("pulled/{name}"))).unwrap();
        assert_eq!(pulled.stale, stale, "{name} at {now}");
    }
}

#[test]
fn five_minutes_ahead_is_a_clock_and_more_is_an_error() {
    for (ahead, taken) in [(300, 1), (301, 0)] {
        let now: Timestamp = NOW.parse().unwrap();
        let milliseconds = (now.as_second() + ahead) * 1000;
        let list = json!([{"WT": format!("Date({milliseconds})"), "Value": 120, "Trend": "Flat"}]);
        assert_eq!(ask_json(Service::DexcomShare, &list).readings.len(), taken, "{ahead} s");
    }
}

#[test]
fn words_of_services_lead_back_to_them() {
    for service in Service::ALL {
        assert_eq!(Service::of(service.word()), Some(*service));
    }
    assert_eq!(Service::of("other"), None);
}

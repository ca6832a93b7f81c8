//! What documents mean, and what is told of data that came from elsewhere.

use crate::frame::{berlin, document, now};
use glucose::{Event, EventKind, NewEvent, Provenance, event::BolusOrigin};
use nightscout::{Collection, meaning, prepare_v1, treatment_of};

#[test]
fn a_treatment_means_what_it_says() {
    let sent = r#"{"eventType":"Meal Bolus","insulin":3.5,"carbs":42,"glucose":120,"glucoseType":"Finger","units":"mg/dl","notes":"pizza","created_at":"2026-11-21T01:00:00Z","device":"x","enteredBy":"app"}"#;
    let kept = prepare_v1(Collection::Treatments, document(sent), now()).unwrap().remove(0);
    let meaning = meaning(Collection::Treatments, &kept, "an id", &berlin());
    let kinds: Vec<String> = meaning.events.iter().map(|event| format!("{:?}", event.kind)).collect();
    assert!(
        kinds[0].starts_with("Bolus { normal: 3.5")
            && kinds[1].starts_with("Carbs { grams: 42.0")
            && kinds[2].contains("pizza"),
        "{kinds:?}"
    );
    assert_eq!((meaning.readings.len(), meaning.events[0].offset_min), (1, 60));
    let given =
        meaning.events.iter().map(|event| &event.given).chain(meaning.readings.iter().map(|reading| &reading.given));
    for given in given {
        let given = given.as_deref().unwrap();
        assert_eq!((given.id.as_deref(), &given.app, &given.fields), (Some("an id"), &None, &None));
    }
}

#[test]
fn status_profile_and_food() {
    let of = |collection, json: &str| meaning(collection, &document(json), "x", &berlin()).events;
    let status = of(
        Collection::DeviceStatus,
        r#"{"created_at":"2026-11-21T01:00:00Z","pump":{"reservoir":88.2,"iob":{"bolusiob":1.25}}}"#,
    );
    assert!(matches!(&status[0].kind, EventKind::Status { on_board: Some(1.25), reservoir: Some(88.2), .. }));
    let profile =
        of(Collection::Profile, r#"{"startDate":"2026-11-20T01:00:00Z","defaultProfile":"Day","store":{"Day":{}}}"#);
    assert!(matches!(&profile[0].kind, EventKind::Settings { name, .. } if name == "Day"));
    assert!(of(Collection::Food, r#"{"name":"bread"}"#).is_empty());
}

/// What is told as a treatment means the same when it is read.
#[test]
fn events_of_files_are_told_as_treatments() {
    let bolus = |normal, extended, origin| EventKind::Bolus {
        normal,
        extended,
        duration_ms: 3_600_000,
        programmed: None,
        origin,
    };
    let kinds = [
        bolus(3.5, 0.0, BolusOrigin::Unknown),
        bolus(2.0, 2.0, BolusOrigin::Unknown),
        EventKind::Carbs { grams: 42.0, fat: None, protein: Some(10.0) },
        EventKind::Basal {
            rate: 0.85,
            duration_ms: Some(1_800_000),
            delivery: glucose::event::BasalDelivery::Temporary,
        },
        EventKind::SetChange { what: "site".to_owned(), units: None },
        EventKind::SetChange { what: "reservoir".to_owned(), units: None },
        EventKind::Sensor { what: "start".to_owned() },
        EventKind::Exercise { duration_ms: Some(1_800_000), intensity: "hard".to_owned() },
        EventKind::Note { text: "tea".to_owned() },
        EventKind::Target {
            low: Some(90.0),
            high: Some(120.0),
            duration_ms: Some(3_600_000),
            reason: "run".to_owned(),
        },
        EventKind::Suspend { reason: String::new() },
        EventKind::Resume,
    ];
    for kind in kinds {
        let event = Event { at: now(), offset_min: 60, kind: kind.clone(), from: Provenance::default() };
        let told = treatment_of(&event, "d0019ffb3c0d2d00aabbccdd").unwrap();
        let back: Vec<NewEvent> = meaning(Collection::Treatments, &told, "x", &berlin()).events;
        let back: Vec<String> = back.iter().map(|event| format!("{:?}", event.kind)).collect();
        let wanted = format!("{kind:?}").replace("duration_ms: 3600000, programmed: None, origin: Unknown", "…");
        let plain = |text: &str| {
            text.replace("duration_ms: 3600000, programmed: None, origin: Unknown", "…")
                .replace("duration_ms: 0, programmed: None, origin: Unknown", "…")
        };
        assert!(back.iter().any(|one| plain(one) == wanted), "{told:?}: {back:?} and not {wanted}");
    }
    let alarm = EventKind::Alarm { text: "low".to_owned(), code: None, cleared: false };
    let event = Event { at: now(), offset_min: 60, kind: alarm, from: Provenance::default() };
    assert_eq!(treatment_of(&event, "x"), None);
}

//! What phone apps send and ask back: documents, readings with what came beside them, and the tokens that let them in.

use crate::data::{at, look};
use glucose::{EventKind, Given, Glucose, NewEvent, NewReading, event::BolusOrigin};
use jiff::{SignedDuration, Timestamp};
use sharing::{Purpose, Refusal, TokenScope, Visibility};
use store::{
    Access, Actor, AppSecret, Collection, Document, Error, KeptAs, Lookup, Manage, NewAppToken, NewDocument, Origin,
    Same, Upload, View,
};
use testkit::both::{TestStore, both};
use testkit::cast::{People, people};

const NOON: &str = "2026-11-20T12:00:00Z";

/// A bolus with its meal, as an app writes it.
fn meal(id: &str, when: Timestamp, units: f64) -> NewDocument {
    let kind = EventKind::Bolus {
        normal: units,
        extended: 0.0,
        duration_ms: 0,
        programmed: None,
        origin: BolusOrigin::Manual,
    };
    let carbs = EventKind::Carbs { grams: 40.0, fat: None, protein: None };
    NewDocument {
        id: id.to_owned(),
        collection: Collection::Treatments,
        at: when,
        offset_min: 60,
        json: format!(
            r#"{{"_id":"{id}","identifier":"own-{id}","eventType":"Meal Bolus","insulin":{units},"carbs":40,"notes":"soup","odd":{{"x":[1,2]}}}}"#
        ),
        app: Some("Loop".to_owned()),
        readings: Vec::new(),
        events: vec![NewEvent::new(when, 60, kind), NewEvent::new(when, 60, carbs)],
    }
}

async fn put(kit: &TestStore, people: &People, new: Vec<NewDocument>) -> Vec<KeptAs> {
    let job = move |patient: &mut Access<'_, Upload>| patient.put_documents(&new);
    let phone = people.devices[&people.record].clone();
    kit.store.with_patient(&phone, people.record, Purpose::DeviceUpload, job).await.unwrap()
}

async fn change<T: Send + 'static>(
    kit: &TestStore,
    people: &People,
    job: impl for<'a> FnMut(&mut Access<'a, Upload>) -> Result<T, Error> + Send + 'static,
) -> T {
    let phone = people.devices[&people.record].clone();
    kit.store.with_patient(&phone, people.record, Purpose::DeviceUpload, job).await.unwrap()
}

async fn treatments(kit: &TestStore, who: &Actor, people: &People) -> Vec<Document> {
    let (from, to) = (at("2026-11-10T00:00:00Z"), at("2026-11-30T00:00:00Z"));
    look(kit, who, people, move |patient| patient.documents_within(Collection::Treatments, from, to)).await
}

async fn kinds(kit: &TestStore, people: &People) -> Vec<EventKind> {
    let (from, to) = (at("2026-11-10T00:00:00Z"), at("2026-11-30T00:00:00Z"));
    let events = look(kit, &people.anna, people, move |patient| patient.events_within(from, to)).await;
    events.into_iter().map(|event| event.kind).collect()
}

fn units(kinds: &[EventKind]) -> Vec<f64> {
    let normal = |kind: &EventKind| if let EventKind::Bolus { normal, .. } = kind { Some(*normal) } else { None };
    kinds.iter().filter_map(normal).collect()
}

const ID: &str = "6561a0b0c0d0e0f001020304";

#[test]
fn a_document_comes_back_to_the_last_field_and_means_what_it_says() {
    both(async |kit| {
        let family = people(&kit).await;
        let new = meal(ID, at(NOON), 4.5);
        let kept = put(&kit, &family, vec![new.clone()]).await;
        assert!(kept[0].new && kept[0].id == ID);
        let back = treatments(&kit, &family.anna, &family).await;
        assert_eq!((back.len(), &back[0].json, back[0].at), (1, &new.json, new.at));
        assert_eq!(back[0].stamps.unwrap().changed_ms, kept[0].changed_ms);
        let kinds = kinds(&kit, &family).await;
        assert_eq!((kinds.len(), units(&kinds)), (2, vec![4.5]));
        for name in [ID.to_owned(), format!("own-{ID}")] {
            let found = move |patient: &mut Access<'_, View>| patient.document(Collection::Treatments, &name);
            assert_eq!(look(&kit, &family.anna, &family, found).await, Lookup::Here(back[0].clone()));
        }
        let elsewhere = move |patient: &mut Access<'_, View>| patient.document(Collection::Food, ID);
        assert_eq!(look(&kit, &family.anna, &family, elsewhere).await, Lookup::Unknown);
    });
}

#[test]
fn a_document_is_replaced_moved_and_deleted_with_what_it_meant() {
    both(async |kit| {
        let family = people(&kit).await;
        let first = put(&kit, &family, vec![meal(ID, at(NOON), 4.5)]).await[0].clone();
        let again = put(&kit, &family, vec![meal(ID, at(NOON), 5.0)]).await[0].clone();
        assert!(!again.new && again.changed_ms > first.changed_ms);
        assert_eq!(units(&kinds(&kit, &family).await), [5.0]);
        put(&kit, &family, vec![meal(ID, at("2026-11-18T23:59:00Z"), 6.0)]).await;
        assert_eq!(treatments(&kit, &family.anna, &family).await.len(), 1, "it moved and is not here twice");
        assert_eq!(units(&kinds(&kit, &family).await), [6.0]);
        assert!(change(&kit, &family, |patient| patient.delete_document(Collection::Treatments, ID, false)).await);
        assert!(treatments(&kit, &family.anna, &family).await.is_empty());
        assert!(kinds(&kit, &family).await.is_empty());
        let found = look(&kit, &family.anna, &family, |patient| patient.document(Collection::Treatments, ID)).await;
        assert!(matches!(&found, Lookup::Deleted(document) if document.json.contains("soup")));
        let since = first.changed_ms;
        let changed =
            move |patient: &mut Access<'_, View>| patient.documents_changed_since(Collection::Treatments, since, 10);
        let changed = look(&kit, &family.anna, &family, changed).await;
        assert_eq!(changed.len(), 1);
        assert!(changed[0].stamps.unwrap().deleted, "whoever asks what changed is told that it went");
        assert!(change(&kit, &family, |patient| patient.delete_document(Collection::Treatments, ID, true)).await);
        let unknown =
            |patient: &mut Access<'_, Upload>| patient.delete_document(Collection::Treatments, "nobody", false);
        assert!(!change(&kit, &family, unknown).await);
    });
}

#[test]
fn what_changed_comes_in_the_order_of_its_changes() {
    both(async |kit| {
        let family = people(&kit).await;
        let ids: Vec<String> = (0..5).map(|n| format!("{ID:.23}{n}")).collect();
        for (place, id) in ids.iter().enumerate() {
            put(&kit, &family, vec![meal(id, at(NOON) - SignedDuration::from_hours(30 * place as i64), 1.0)]).await;
            kit.clock.advance(SignedDuration::from_mins(5));
        }
        let all =
            look(&kit, &family.anna, &family, |patient| patient.documents_changed_since(Collection::Treatments, 0, 3));
        let all = all.await;
        assert_eq!(all.iter().map(|document| document.id.clone()).collect::<Vec<_>>(), ids[..3]);
        let stamp = all[2].stamps.unwrap().changed_ms;
        let rest =
            move |patient: &mut Access<'_, View>| patient.documents_changed_since(Collection::Treatments, stamp, 10);
        let rest = look(&kit, &family.anna, &family, rest).await;
        assert_eq!(rest.iter().map(|document| document.id.clone()).collect::<Vec<_>>(), ids[3..]);
        let last = look(&kit, &family.anna, &family, |patient| patient.last_changed(Collection::Treatments)).await;
        assert!(last.unwrap() > 0);
        let newest = look(&kit, &family.anna, &family, |patient| {
            let span = (at("2026-11-01T00:00:00Z"), at("2026-11-30T00:00:00Z"));
            patient.newest_documents(Collection::Treatments, span, 2, |document| document.json.contains("soup"))
        });
        assert_eq!(newest.await.iter().map(|document| document.id.clone()).collect::<Vec<_>>(), ids[..2]);
    });
}

#[test]
fn nobody_is_shown_a_field_of_a_kind_that_was_not_granted() {
    both(async |kit| {
        let family = people(&kit).await;
        put(&kit, &family, vec![meal(ID, at(NOON), 4.5)]).await;
        let profile = NewDocument {
            collection: Collection::Profile,
            id: "6561a0b0c0d0e0f001020399".to_owned(),
            json: r#"{"store":{"Default":{"basal":[]}}}"#.to_owned(),
            events: Vec::new(),
            ..meal(ID, at(NOON), 1.0)
        };
        put(&kit, &family, vec![profile]).await;
        let seen = async |visibility: Visibility| {
            let token = NewAppToken { visibility, ..NewAppToken::new("Oma", TokenScope::Follow) };
            let app = let_in(&kit, &family, token).await;
            let documents = treatments(&kit, &app, &family).await;
            let profiles = look(&kit, &app, &family, |patient| {
                patient.documents_within(Collection::Profile, Timestamp::MIN, Timestamp::MAX)
            });
            (documents.into_iter().map(|document| document.json).collect::<Vec<_>>(), profiles.await.len())
        };
        assert_eq!(seen(Visibility::GLUCOSE_ONLY).await, (vec![], 0));
        let (carbs, profiles) = seen(Visibility { carbs: true, ..Visibility::GLUCOSE_ONLY }).await;
        assert!(carbs[0].contains("\"carbs\":40") && carbs[0].contains("Carb Correction") && profiles == 0);
        for hidden in ["insulin", "Meal", "soup", "odd"] {
            assert!(!carbs[0].contains(hidden), "{hidden} is in {carbs:?}");
        }
        let (all, profiles) = seen(Visibility::ALL).await;
        assert!(all[0].contains("odd") && profiles == 1);
    });
}

async fn let_in(kit: &TestStore, people: &People, token: NewAppToken) -> Actor {
    let make = move |patient: &mut Access<'_, Manage>| patient.add_token(&token);
    let token = kit.store.with_patient(&people.anna, people.record, Purpose::Tokens, make).await.unwrap();
    kit.store.app(AppSecret::Token(&token), Origin::default()).await.unwrap()
}

#[test]
fn an_app_shows_its_token_a_hash_of_it_or_what_it_was_given_for_a_while() {
    both(async |kit| {
        let family = people(&kit).await;
        let until = kit.clock.now() + SignedDuration::from_hours(3);
        let new = NewAppToken { until_at: Some(until), ..NewAppToken::new("Ben's Watch 7", TokenScope::Follow) };
        let make = move |patient: &mut Access<'_, Manage>| patient.add_token(&new);
        let token = kit.store.with_patient(&family.anna, family.record, Purpose::Tokens, make).await.unwrap();
        let (start, secret) = token.split_once('-').unwrap();
        assert_eq!((start, secret.len()), ("benswatch7", 32));
        let sha1 = sha1(&token);
        let session_until = kit.clock.now() + SignedDuration::from_hours(1);
        let app = kit.store.app(AppSecret::Token(&token), Origin::default()).await.unwrap();
        let session = kit.store.app_session(&app, session_until).unwrap();
        for secret in [AppSecret::Token(&token), AppSecret::Sha1(&sha1), AppSecret::Session(&session)] {
            let app = kit.store.app(secret, Origin::default()).await.unwrap();
            assert_eq!(app.record(), Some(family.record));
        }
        let twisted = session.replace('A', "B");
        for wrong in
            [AppSecret::Token(&sha1), AppSecret::Sha1(&token), AppSecret::Session(&twisted[..twisted.len() - 1])]
        {
            assert!(matches!(kit.store.app(wrong, Origin::default()).await, Err(Error::NotSignedIn)));
        }
        kit.clock.set(session_until);
        let late = kit.store.app(AppSecret::Session(&session), Origin::default()).await;
        assert!(matches!(late, Err(Error::NotSignedIn)));
        kit.clock.set(until);
        let job = |patient: &mut Access<'_, View>| patient.entries_last_changed();
        let over = kit.store.with_patient(&app, family.record, Purpose::Home, job).await;
        assert!(matches!(over, Err(Error::Forbidden(Refusal::Expired))), "{over:?}");
    });
}

fn sha1(text: &str) -> String {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
    hash.as_ref().iter().map(|byte| format!("{byte:02X}")).collect()
}

#[test]
fn an_app_that_does_both_brings_data_and_reads_them_and_no_more() {
    both(async |kit| {
        let family = people(&kit).await;
        let app = let_in(&kit, &family, NewAppToken::new("AAPS", TokenScope::Both)).await;
        let bring = |patient: &mut Access<'_, Upload>| patient.put_entries(&[reading(at(NOON), 120, None)], Same::Id);
        kit.store.with_patient(&app, family.record, Purpose::DeviceUpload, bring).await.unwrap();
        let read = |patient: &mut Access<'_, View>| patient.entries_within(Timestamp::MIN, Timestamp::MAX);
        let entries = kit.store.with_patient(&app, family.record, Purpose::Home, read).await.unwrap();
        assert_eq!(entries.last().unwrap().reading.glucose, Glucose::mg_dl(120));
        let manage = |patient: &mut Access<'_, Manage>| patient.tokens();
        let refused = kit.store.with_patient(&app, family.record, Purpose::Tokens, manage).await;
        assert!(matches!(refused, Err(Error::Forbidden(Refusal::TokenScope))));
    });
}

fn reading(at: Timestamp, mg_dl: i32, id: Option<&str>) -> NewReading {
    let fields = Some(r#"{"device":"xDrip","noise":1}"#.to_owned());
    let given = Given { id: id.map(str::to_owned), app: None, fields };
    NewReading { given: Some(Box::new(given)), ..NewReading::cgm(at, 60, Glucose::mg_dl(mg_dl)) }
}

#[test]
fn the_same_time_and_kind_again_replaces_a_reading() {
    both(async |kit| {
        let family = people(&kit).await;
        let slot = |n: i64| at(NOON) + SignedDuration::from_mins(5 * n);
        let list: Vec<NewReading> = (0..288).map(|n| reading(slot(n), 100 + n as i32 % 50, None)).collect();
        let twice = list.clone();
        let first = change(&kit, &family, move |patient| patient.put_entries(&list, Same::Id)).await;
        let again = change(&kit, &family, move |patient| patient.put_entries(&twice, Same::TimeAndKind)).await;
        assert!(first.iter().all(|kept| kept.new) && again.iter().all(|kept| !kept.new));
        assert!(first.iter().zip(&again).all(|(first, again)| first.id == again.id));
        let other = change(&kit, &family, move |patient| {
            patient.put_entries(&[reading(slot(3), 222, Some("another"))], Same::TimeAndKind)
        })
        .await;
        assert_eq!((other[0].new, &other[0].id), (false, &first[3].id));
        let named = "6561a0b0c0d0e0f001020304";
        change(&kit, &family, move |patient| patient.put_entries(&[reading(slot(-1), 90, Some(named))], Same::Id))
            .await;
        change(&kit, &family, move |patient| patient.put_entries(&[reading(slot(-400), 91, Some(named))], Same::Id))
            .await;
        let all =
            look(&kit, &family.anna, &family, |patient| patient.entries_within(Timestamp::MIN, Timestamp::MAX)).await;
        assert_eq!(all.len(), 289, "one moved to another day, and none is here twice");
        assert_eq!(all[0].reading.glucose, Glucose::mg_dl(91));
        assert_eq!(all[4].reading.glucose, Glucose::mg_dl(222));
        assert_eq!(all[1].fields.as_deref(), Some(r#"{"device":"xDrip","noise":1}"#));
        let seal = |patient: &mut Access<'_, View>| patient.entries_seal(at(NOON), at("2026-11-21T12:00:00Z"));
        let before = look(&kit, &family.anna, &family, seal).await;
        assert_eq!(before, look(&kit, &family.anna, &family, seal).await);
        let gone = move |patient: &mut Access<'_, Upload>| {
            patient.delete_entries(slot(0), slot(2), |entry| entry.reading.glucose.to_mg_dl() > 100.0)
        };
        assert_eq!(change(&kit, &family, gone).await, 1);
        assert_ne!(before, look(&kit, &family.anna, &family, seal).await);
        let changed = look(&kit, &family.anna, &family, |patient| patient.entries_changed_since(0, 1000)).await;
        assert_eq!(changed.iter().filter(|entry| entry.stamps.unwrap().deleted).count(), 1);
        let latest = look(&kit, &family.anna, &family, |patient| patient.latest()).await;
        assert_eq!(latest.unwrap().reading.unwrap().at, slot(287));
    });
}

#[test]
fn taking_an_apps_upload_back_takes_its_documents_too() {
    both(async |kit| {
        let family = people(&kit).await;
        put(&kit, &family, vec![meal(ID, at(NOON), 4.5)]).await;
        let uploads = look(&kit, &family.anna, &family, |patient| patient.uploads()).await;
        let number = uploads[0].number;
        let back = move |patient: &mut Access<'_, Upload>| patient.take_back(number);
        kit.store.with_patient(&family.anna, family.record, Purpose::TakeBack, back).await.unwrap();
        assert!(treatments(&kit, &family.anna, &family).await.is_empty());
        assert!(kinds(&kit, &family).await.is_empty());
        let found = look(&kit, &family.anna, &family, |patient| patient.document(Collection::Treatments, ID)).await;
        assert_eq!(found, Lookup::Unknown);
    });
}

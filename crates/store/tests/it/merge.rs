//! Two records of one patient become one, and two again, on both databases.

use crate::data::{at, file, row};
use glucose::{EventKind, NewEvent, Reading};
use jiff::{SignedDuration, Timestamp};
use proptest::{collection::vec, prelude::*};
use sharing::{Duty, Purpose, RecordId};
use store::{
    Access, Actor, Conflict, Desk, Download, Error, Invalid, KeepPatients, LetPatientsGo, Manage, MergeAsked,
    MergePatients, NewPatient, PatientDetails, PrintReports, SeePatients, Upload, UploadLine, View, ViewAsked,
};
use testkit::both::{TestStore, both};
use testkit::cast::{People, new_record, people};

async fn patient(kit: &TestStore, people: &People, details: PatientDetails) -> RecordId {
    let new = NewPatient { record: new_record("Paul"), details };
    let add = move |desk: &mut Desk<'_, KeepPatients>| desk.add_patient(&new);
    kit.store.with_clinic(&people.dr_chen, people.northside, add).await.unwrap()
}

async fn merge(kit: &TestStore, people: &People, gone: RecordId, kept: RecordId) -> Result<(), Error> {
    let job = move |desk: &mut Desk<'_, MergePatients>| desk.merge(gone, kept);
    kit.store.with_clinic(&people.dr_chen, people.northside, job).await
}

async fn undo(kit: &TestStore, people: &People, gone: RecordId) -> Result<(), Error> {
    let job = move |desk: &mut Desk<'_, MergePatients>| desk.undo_merge(gone);
    kit.store.with_clinic(&people.dr_chen, people.northside, job).await
}

async fn details(kit: &TestStore, people: &People, profile: RecordId) -> PatientDetails {
    let look = move |desk: &mut Desk<'_, SeePatients>| desk.patient(profile);
    kit.store.with_clinic(&people.dr_chen, people.northside, look).await.unwrap().details
}

async fn linked(kit: &TestStore, people: &People, profile: RecordId) -> Option<RecordId> {
    let look = move |desk: &mut Desk<'_, PrintReports>| desk.one_to_print(profile);
    kit.store.with_clinic(&people.dr_chen, people.northside, look).await.unwrap().linked
}

async fn readings(kit: &TestStore, who: &Actor, record: RecordId) -> Result<Vec<Reading>, Error> {
    let look = |patient: &mut Access<'_, View>| patient.readings_within(Timestamp::MIN, Timestamp::MAX);
    kit.store.with_patient(who, record, Purpose::Home, look).await
}

/// All that can be seen of a record: readings and events with the numbers of their uploads, uploads, devices, originals.
async fn all(kit: &TestStore, people: &People, record: RecordId) -> (String, Vec<UploadLine>) {
    let look = |patient: &mut Access<'_, View>| {
        let readings = patient.readings_within(Timestamp::MIN, Timestamp::MAX)?;
        let events = patient.events_within(Timestamp::MIN, Timestamp::MAX)?;
        Ok((format!("{readings:?} {events:?} {:?}", patient.latest()?), patient.uploads()?))
    };
    let (mut text, uploads) = kit.store.with_patient(&people.dr_chen, record, Purpose::Home, look).await.unwrap();
    for number in uploads.iter().map(|line| line.number) {
        let look = move |patient: &mut Access<'_, Download>| patient.original(number);
        let original = kit.store.with_patient(&people.dr_chen, record, Purpose::Export, look).await.unwrap();
        text.push_str(&format!("{original:?}"));
    }
    (text, uploads)
}

/// One delivery: from which slot of five minutes how many values of which row, an event, or values one by one.
type Play = (i64, i64, i32, bool);

async fn bring(kit: &TestStore, people: &People, record: RecordId, (slot, count, value, live): Play) {
    let from = at("2026-11-19T20:00:00Z") + SignedDuration::from_mins(5 * slot);
    let readings = row(from, count, move |n| 100 + value + (n % 3) as i32);
    if live {
        let add = move |patient: &mut Access<'_, Upload>| patient.add_readings(&readings).map(drop);
        return kit.store.with_patient(&people.dr_chen, record, Purpose::Import, add).await.unwrap();
    }
    let carbs = EventKind::Carbs { grams: f64::from(value), fat: None, protein: None };
    let new = file(&format!("device {}", value % 2), readings, vec![NewEvent::new(from, 60, carbs)]);
    let add = move |patient: &mut Access<'_, Upload>| patient.add_upload(&new).map(drop);
    kit.store.with_patient(&people.dr_chen, record, Purpose::Import, add).await.unwrap();
}

async fn values(kit: &TestStore, people: &People, record: RecordId) -> Vec<String> {
    let seen = readings(kit, &people.dr_chen, record).await.unwrap();
    seen.iter().map(|reading| format!("{} {:?}", reading.at, reading.glucose)).collect()
}

fn plays() -> impl Strategy<Value = Vec<Play>> {
    vec((0_i64..120, 1_i64..60, 0_i32..4, any::<bool>()), 0..5)
}

async fn merged_and_parted(kit: &TestStore, first: &[Play], second: &[Play], take_back: bool) {
    let people = people(kit).await;
    let (gone, kept) = (people.patient, patient(kit, &people, PatientDetails::default()).await);
    let both = patient(kit, &people, PatientDetails::default()).await;
    for (record, plays) in [(kept, second), (gone, first), (both, second), (both, first)] {
        for play in plays {
            bring(kit, &people, record, *play).await;
        }
    }
    if take_back && !first.is_empty() {
        let back = |patient: &mut Access<'_, Upload>| patient.take_back(1).map(drop);
        kit.store.with_patient(&people.dr_chen, gone, Purpose::TakeBack, back).await.unwrap();
    }
    let before = (all(kit, &people, gone).await, all(kit, &people, kept).await);
    merge(kit, &people, gone, kept).await.unwrap();
    assert!(matches!(readings(kit, &people.dr_chen, gone).await, Err(Error::NotFound)));
    // Values sent one by one by one person are one delivery there, and two that were merged here: of those the view shows each
    // instant once.
    let streams = |plays: &[Play]| plays.iter().any(|(.., live)| *live);
    let is_one_delivery = streams(first) && streams(second);
    if !take_back && !is_one_delivery {
        assert_eq!(values(kit, &people, kept).await, values(kit, &people, both).await, "the union");
        assert_eq!(all(kit, &people, kept).await.1.len(), before.0.1.len() + before.1.1.len());
    }
    undo(kit, &people, gone).await.unwrap();
    assert_eq!((all(kit, &people, gone).await, all(kit, &people, kept).await), before);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_merge_is_the_union_and_its_undo_leaves_both_as_they_were(first in plays(), second in plays(), take_back: bool) {
        both(async |kit| merged_and_parted(&kit, &first, &second, take_back).await);
    }
}

#[test]
fn comparing_is_a_look_at_both_once_a_visit_and_finds_without_accents() {
    both(async |kit| {
        let people = people(&kit).await;
        let (one, other) = (people.patient, patient(&kit, &people, PatientDetails::default()).await);
        let asked = MergeAsked { record: one, with: Some(other), search: "paül 2015-09-01".to_owned(), most: 20 };
        for _ in 0..2 {
            let sides = kit.store.merge_sides(&people.dr_chen, people.northside, asked.clone()).await.unwrap();
            assert_eq!(
                sides.found.iter().map(|found| found.id).collect::<Vec<_>>(),
                [other],
                "never the record itself"
            );
            assert_eq!(sides.other.unwrap().patient.id, other);
        }
        for record in [one, other] {
            let see = |patient: &mut Access<'_, Manage>| patient.view_history(&ViewAsked::newest(50));
            let seen =
                kit.store.with_patient(&people.dr_chen, record, Purpose::ViewHistory, see).await.unwrap().entries;
            let mut looks = seen.iter().filter(|entry| entry.purpose == Purpose::Merge.name());
            let look = looks.next().expect("comparing leaves a line");
            assert!(look.act.starts_with("looked") && looks.next().is_none(), "{seen:?}");
            assert!(seen.iter().all(|entry| !entry.act.starts_with("uploaded")), "{seen:?}");
        }
        let desk = kit.store.merge_sides(&people.front_desk, people.northside, asked).await;
        assert!(matches!(desk, Err(Error::Forbidden(_))), "{desk:?}");
    });
}

#[test]
fn link_and_details_go_along_and_come_back() {
    both(async |kit| {
        let people = people(&kit).await;
        let (gone, mia) = (people.mia_profile, people.mia);
        let monday =
            PatientDetails { group: "Monday".to_owned(), tags: vec!["pump".to_owned()], ..PatientDetails::default() };
        let kept = patient(&kit, &people, monday.clone()).await;
        let other = patient(
            &kit,
            &people,
            PatientDetails { number: "12".to_owned(), group: "Friday".to_owned(), ..PatientDetails::default() },
        )
        .await;
        merge(&kit, &people, gone, kept).await.unwrap();
        assert_eq!(linked(&kit, &people, kept).await, Some(mia));
        merge(&kit, &people, other, kept).await.unwrap();
        let both = details(&kit, &people, kept).await;
        assert_eq!((both.number.as_str(), both.group.as_str()), ("12", "Monday"), "what stays has its own");
        assert!(matches!(merge(&kit, &people, other, kept).await, Err(Error::NotFound)));
        let listed = kit
            .store
            .with_clinic(&people.dr_chen, people.northside, |desk: &mut Desk<'_, MergePatients>| desk.merges())
            .await
            .unwrap();
        assert_eq!(
            listed.iter().map(|merge| merge.gone).collect::<std::collections::BTreeSet<_>>(),
            [gone, other].into()
        );
        undo(&kit, &people, other).await.unwrap();
        assert_eq!(details(&kit, &people, kept).await, monday);
        assert_eq!(linked(&kit, &people, kept).await, Some(mia), "the other merge still holds");
        undo(&kit, &people, gone).await.unwrap();
        assert_eq!((linked(&kit, &people, kept).await, linked(&kit, &people, gone).await), (None, Some(mia)));
        assert!(matches!(undo(&kit, &people, gone).await, Err(Error::NotFound)), "once");
        assert_eq!(kit.store.verify_audit().await.unwrap().broken, []);
    });
}

#[test]
fn what_may_not_become_one() {
    both(async |kit| {
        let people = people(&kit).await;
        let (paul, mia) = (people.patient, people.mia_profile);
        let merge_as = async |who: &Actor, gone, kept| {
            let job = move |desk: &mut Desk<'_, MergePatients>| desk.merge(gone, kept);
            kit.store.with_clinic(who, people.northside, job).await
        };
        assert!(matches!(merge_as(&people.front_desk, paul, mia).await, Err(Error::Forbidden(_))));
        assert!(matches!(merge_as(&people.anna, paul, mia).await, Err(Error::NotFound)));
        for foreign in [people.mia, people.record, paul] {
            assert!(matches!(merge(&kit, &people, paul, foreign).await, Err(Error::NotFound)));
        }
        let leave = move |desk: &mut Desk<'_, LetPatientsGo>| desk.patient_left(paul);
        kit.store.with_clinic(&people.dr_chen, people.northside, leave).await.unwrap();
        assert!(matches!(merge(&kit, &people, paul, mia).await, Err(Error::Conflict(Conflict::PatientLeft))));
    });
}

#[test]
fn after_thirty_days_what_went_is_purged_and_what_it_brought_stays() {
    both(async |kit| {
        let people = people(&kit).await;
        let (gone, kept) = (people.patient, patient(&kit, &people, PatientDetails::default()).await);
        bring(&kit, &people, gone, (0, 20, 1, false)).await;
        merge(&kit, &people, gone, kept).await.unwrap();
        let duty = kit.roster.on(Duty::Expire);
        assert_eq!(kit.store.purge_records_due(&duty).await.unwrap(), 0);
        kit.clock.advance(SignedDuration::from_hours(24 * 30));
        assert!(matches!(undo(&kit, &people, gone).await, Err(Error::NotFound | Error::NotSignedIn)));
        assert_eq!(kit.store.purge_records_due(&duty).await.unwrap(), 1);
        assert_eq!(kit.store.purge_records_due(&duty).await.unwrap(), 0);
        assert_eq!(values(&kit, &people, kept).await.len(), 20);
        assert_eq!(kit.store.verify_audit().await.unwrap().broken, []);
    });
}

#[test]
fn a_patient_leaves_comes_back_and_is_deleted() {
    both(async |kit| {
        let people = people(&kit).await;
        let (profile, store) = (people.mia_profile, &kit.store);
        bring(&kit, &people, profile, (0, 5, 0, false)).await;
        let left = move |desk: &mut Desk<'_, LetPatientsGo>| desk.patient_left(profile);
        store.with_clinic(&people.dr_chen, people.northside, left).await.unwrap();
        assert_eq!(linked(&kit, &people, profile).await, None, "the link ends at once");
        assert!(matches!(readings(&kit, &people.dr_chen, people.mia).await, Err(Error::NotFound)));
        assert_eq!(values(&kit, &people, profile).await.len(), 5, "its own stays readable");
        let list = |desk: &mut Desk<'_, PrintReports>| Ok(desk.all_to_print()?.len());
        assert_eq!(store.with_clinic(&people.dr_chen, people.northside, list).await.unwrap(), 1);
        let back = move |desk: &mut Desk<'_, LetPatientsGo>| desk.patient_back(profile);
        store.with_clinic(&people.dr_chen, people.northside, back).await.unwrap();
        assert_eq!(store.with_clinic(&people.dr_chen, people.northside, list).await.unwrap(), 2);
        assert_eq!(linked(&kit, &people, profile).await, None, "and does not come back by itself");

        merge(&kit, &people, people.patient, profile).await.unwrap();
        let delete = async |who: &Actor, name: &str| store.delete_patient(who, people.northside, profile, name).await;
        assert!(matches!(delete(&people.front_desk, "Mia").await, Err(Error::Forbidden(_))));
        assert!(matches!(delete(&people.dr_chen, "Paul").await, Err(Error::Invalid(Invalid::PatientName))));
        delete(&people.dr_chen, " mia ").await.unwrap();
        for record in [profile, people.patient] {
            assert!(matches!(readings(&kit, &people.dr_chen, record).await, Err(Error::NotFound)));
        }
        assert!(readings(&kit, &people.anna, people.mia).await.is_ok(), "Mia's own is not touched");
        assert_eq!(store.purge_records_due(&kit.roster.on(Duty::Expire)).await.unwrap(), 0, "nothing is left to do");
        assert_eq!(store.with_clinic(&people.dr_chen, people.northside, list).await.unwrap(), 0);
        assert_eq!(store.verify_audit().await.unwrap().broken, []);
    });
}

//! Sources that are asked from time to time: claimed once, brought once, ended with everything else.

use crate::alerts::{by_mail, choose, raise, rules, said};
use crate::data::{at, look, row, take_back};
use glucose::{AlertKind, NewReading};
use jiff::SignedDuration;
use sharing::{Duty, Id, Purpose, RecordId};
use std::fs;
use store::{
    Access, Actor, Collection, Error, Invalid, Manage, NewDocument, NewPull, Origin, PullRun, PullSettings, PullState,
    PullTrouble, Store, Upload, View,
};
use testkit::both::{TestStore, both};
use testkit::cast::{People, people};

const SECRET: &str = "a secret of another site";

fn nightscout() -> NewPull {
    let settings = PullSettings {
        address: "https://site.example".to_owned(),
        secret: SECRET.to_owned(),
        ..PullSettings::default()
    };
    NewPull { service: "nightscout".to_owned(), name: "Our old site".to_owned(), settings }
}

async fn manage<T: Send + 'static>(
    store: &Store,
    who: &Actor,
    record: RecordId,
    job: impl for<'a> FnMut(&mut Access<'a, Manage>) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    store.with_patient(who, record, Purpose::Tokens, job).await
}

async fn connected(kit: &TestStore, people: &People) -> Id {
    let new = nightscout();
    manage(&kit.store, &people.anna, people.record, move |patient| patient.add_pull(&new)).await.unwrap()
}

async fn state(kit: &TestStore, people: &People) -> PullState {
    manage(&kit.store, &people.anna, people.record, |patient| patient.pulls()).await.unwrap().remove(0).state
}

async fn claim(kit: &TestStore) -> Vec<PullRun> {
    kit.store.claim_pulls(&kit.roster.on(Duty::Pull), 10).await.unwrap()
}

async fn only(kit: &TestStore) -> PullRun {
    let mut claimed = claim(kit).await;
    assert_eq!(claimed.len(), 1);
    claimed.remove(0)
}

async fn bring(kit: &TestStore, run: &PullRun, new: Vec<NewReading>) -> Result<u64, Error> {
    let state = b"so far".to_vec();
    let job = move |patient: &mut Access<'_, Upload>| Ok((patient.put_pulled_entries(&new)?, state.clone()));
    kit.store.bring(run, job).await
}

async fn values(kit: &TestStore, people: &People) -> Vec<i32> {
    let (from, to) = (at("2026-11-01T00:00:00Z"), at("2026-12-01T00:00:00Z"));
    let readings = look(kit, &people.anna, people, move |patient| patient.readings_within(from, to)).await;
    readings.iter().map(|reading| reading.glucose.display_in(glucose::Unit::MgDl) as i32).collect()
}

const NOON: &str = "2026-11-20T12:00:00Z";

#[test]
fn of_two_nodes_one_asks_and_another_takes_over_when_it_dies() {
    both(async |kit| {
        let family = people(&kit).await;
        let id = connected(&kit, &family).await;
        let (other, roster) = Store::open(kit.settings.clone()).unwrap();
        let duty = roster.on(Duty::Pull);
        let run = only(&kit).await;
        assert_eq!((run.id, run.record, run.settings.secret.as_str()), (id, family.record, SECRET));
        assert_eq!(state(&kit, &family).await, PullState::Working);
        assert!(other.claim_pulls(&duty, 10).await.unwrap().is_empty());
        assert_eq!(bring(&kit, &run, row(at(NOON), 3, |_| 100)).await.unwrap(), 3);

        kit.clock.advance(SignedDuration::from_mins(5));
        let taken_over = other.claim_pulls(&duty, 10).await.unwrap().remove(0);
        assert_eq!(taken_over.state, b"so far");
        let late = bring(&kit, &run, row(at(NOON), 9, |_| 200)).await;
        assert!(matches!(late, Err(Error::NotFound)), "{late:?}");
        kit.store.pull_worked(&run, b"too late", kit.clock.now()).await.unwrap();
        assert_eq!(values(&kit, &family).await, [100; 3]);

        let soon = kit.clock.now() + SignedDuration::from_mins(5);
        other.pull_worked(&taken_over, b"all", soon).await.unwrap();
        assert_eq!(state(&kit, &family).await, PullState::Works);
        assert!(claim(&kit).await.is_empty());
        kit.clock.set(soon);
        assert_eq!(only(&kit).await.state, b"all");
    });
}

#[test]
fn the_same_again_changes_nothing_and_what_changed_there_changes_here() {
    both(async |kit| {
        let family = people(&kit).await;
        connected(&kit, &family).await;
        let phone = family.devices[&family.record].clone();
        let both_have = row(at(NOON), 2, |n| 110 + n as i32);
        let by_phone = both_have.clone();
        let add = move |patient: &mut Access<'_, Upload>| patient.add_readings(&by_phone);
        kit.store.with_patient(&phone, family.record, Purpose::DeviceUpload, add).await.unwrap();

        let run = only(&kit).await;
        let there = row(at(NOON), 4, |n| 110 + n as i32);
        assert_eq!(bring(&kit, &run, there.clone()).await.unwrap(), 4);
        let mut news = kit.store.news();
        assert_eq!(bring(&kit, &run, there).await.unwrap(), 0);
        assert!(news.try_recv().is_err(), "nothing new is no news");
        assert_eq!(values(&kit, &family).await, [110, 111, 112, 113], "nothing is there twice");
        assert_eq!(bring(&kit, &run, row(at(NOON), 4, |n| 150 + n as i32)).await.unwrap(), 4);
        assert_eq!(values(&kit, &family).await, [150, 151, 152, 153]);

        let uploads = look(&kit, &family.anna, &family, |patient| patient.uploads()).await;
        let pulled = uploads.iter().find(|upload| upload.added == 2).unwrap().number;
        take_back(&kit, &family, pulled).await.unwrap();
        assert_eq!(values(&kit, &family).await, [110, 111], "what the phone brought is as it was");
    });
}

#[test]
fn a_low_that_is_pulled_is_told_at_once_and_an_old_one_is_not() {
    both(async |kit| {
        let family = people(&kit).await;
        by_mail(&kit.store, &family.anna).await;
        choose(&kit.store, &family.anna, family.record, rules(&[(AlertKind::UrgentLow, 0, None)])).await;
        connected(&kit, &family).await;
        let run = only(&kit).await;
        bring(&kit, &run, row(at(NOON), 3, |_| 48)).await.unwrap();
        raise(&kit).await;
        assert!(said(&kit).await.is_empty(), "that was yesterday");
        let just_now = kit.clock.now() - SignedDuration::from_mins(1);
        bring(&kit, &run, row(just_now, 1, |_| 48)).await.unwrap();
        raise(&kit).await;
        assert_eq!(said(&kit).await.len(), 1);
    });
}

fn note(id: &str, text: &str) -> NewDocument {
    NewDocument {
        id: id.to_owned(),
        collection: Collection::Treatments,
        at: at(NOON),
        offset_min: 0,
        json: format!(r#"{{"_id":"{id}","notes":"{text}"}}"#),
        app: None,
        readings: Vec::new(),
        events: Vec::new(),
    }
}

#[test]
fn a_source_knows_which_documents_it_brought_itself() {
    both(async |kit| {
        let family = people(&kit).await;
        connected(&kit, &family).await;
        let run = only(&kit).await;
        let (ours, theirs) = ("6561a0b0c0d0e0f001020304", "6561a0b0c0d0e0f001020305");
        let phone = family.devices[&family.record].clone();
        let put = move |patient: &mut Access<'_, Upload>| patient.put_documents(&[note(theirs, "tea")]);
        kit.store.with_patient(&phone, family.record, Purpose::DeviceUpload, put).await.unwrap();
        let job = move |patient: &mut Access<'_, Upload>| {
            patient.put_documents(&[note(ours, "soup")])?;
            Ok((patient.documents_here(Collection::Treatments, at(NOON), at(NOON))?, Vec::new()))
        };
        let here = kit.store.bring(&run, job).await.unwrap();
        let mut brought: Vec<_> = here.iter().map(|one| (one.document.id.as_str(), one.brought)).collect();
        brought.sort_unstable();
        assert_eq!(brought, [(ours, true), (theirs, false)]);
    });
}

#[test]
fn whatever_ends_a_source_ends_a_run_in_flight() {
    type End = fn(&mut Access<'_, Manage>, Id) -> Result<(), Error>;
    let ends: [(&str, End); 4] = [
        ("paused", |patient, id| patient.pause_pull(id)),
        ("removed", |patient, id| patient.remove_pull(id)),
        ("its token ended", |patient, id| patient.revoke_token(id)),
        ("another secret", |patient, id| patient.change_pull_secret(id, None, "another")),
    ];
    both(async |kit| {
        let family = people(&kit).await;
        for (how, end) in ends {
            let id = connected(&kit, &family).await;
            let run = only(&kit).await;
            manage(&kit.store, &family.anna, family.record, move |patient| end(patient, id)).await.unwrap();
            let late = bring(&kit, &run, row(at(NOON), 3, |_| 100)).await;
            assert!(matches!(late, Err(Error::NotFound)), "{how}: {late:?}");
            kit.store.pull_failed(&run, PullTrouble::Refused, kit.clock.now()).await.unwrap();
            assert!(values(&kit, &family).await.is_empty(), "{how}");
            let left = manage(&kit.store, &family.anna, family.record, |patient| patient.pulls()).await.unwrap();
            for line in left {
                assert!(!matches!(line.state, PullState::Stopped(_)), "{how}");
                manage(&kit.store, &family.anna, family.record, move |patient| patient.remove_pull(line.id))
                    .await
                    .unwrap();
            }
            assert!(claim(&kit).await.is_empty(), "{how}");
        }
        connected(&kit, &family).await;
        let run = only(&kit).await;
        kit.store.lock_down(&family.anna, Origin::default()).await.unwrap();
        assert!(bring(&kit, &run, row(at(NOON), 3, |_| 100)).await.is_err());
        kit.clock.advance(SignedDuration::from_hours(1));
        assert!(claim(&kit).await.is_empty(), "lockdown ends sources");
    });
}

#[test]
fn a_refused_sign_in_stops_until_another_secret_comes_and_is_told_once() {
    both(async |kit| {
        let family = people(&kit).await;
        let id = connected(&kit, &family).await;
        kit.mails().await;
        let run = only(&kit).await;
        kit.store.pull_failed(&run, PullTrouble::Refused, kit.clock.now()).await.unwrap();
        kit.store.pull_failed(&run, PullTrouble::Refused, kit.clock.now()).await.unwrap();
        assert_eq!(state(&kit, &family).await, PullState::Stopped(PullTrouble::Refused));
        let mails = kit.mails().await;
        let told: Vec<_> = mails.iter().filter(|mail| mail.subject.contains("brings nothing")).collect();
        assert_eq!(told.len(), 1);
        assert!(told[0].text.contains("Our old site") && !told[0].text.contains(SECRET), "{}", told[0].text);
        kit.clock.advance(SignedDuration::from_mins(9));
        assert!(claim(&kit).await.is_empty(), "it waits for its owner");

        let change = move |patient: &mut Access<'_, Manage>| patient.change_pull_secret(id, None, "the new one");
        manage(&kit.store, &family.anna, family.record, change).await.unwrap();
        let run = only(&kit).await;
        assert_eq!((run.settings.secret.as_str(), run.failures), ("the new one", 0));
    });
}

#[test]
fn what_does_not_answer_waits_and_is_in_the_history_after_an_hour() {
    both(async |kit| {
        let family = people(&kit).await;
        connected(&kit, &family).await;
        let since = kit.clock.now();
        for failed in 0..5 {
            let run = only(&kit).await;
            assert_eq!(run.failures, failed);
            let again = kit.clock.now() + SignedDuration::from_mins(20);
            kit.store.pull_failed(&run, PullTrouble::Away, again).await.unwrap();
            assert_eq!(state(&kit, &family).await, PullState::Waits(since, PullTrouble::Away));
            assert!(claim(&kit).await.is_empty());
            kit.clock.set(again);
        }
        let job = |patient: &mut Access<'_, Manage>| patient.history(at("2026-11-01T00:00:00Z"));
        let lines = manage(&kit.store, &family.anna, family.record, job).await.unwrap();
        let acts = |what: &str| lines.iter().filter(|line| line.what == what).count();
        assert_eq!((acts("connected a source"), acts("a source does not answer")), (1, 1));
        let run = only(&kit).await;
        kit.store.pull_worked(&run, b"", kit.clock.now()).await.unwrap();
        assert_eq!(state(&kit, &family).await, PullState::Works);
    });
}

#[test]
fn only_the_owner_connects_and_with_a_fresh_proof() {
    both(async |kit| {
        let family = people(&kit).await;
        let add = || {
            let new = nightscout();
            move |patient: &mut Access<'_, Manage>| patient.add_pull(&new)
        };
        for other in [&family.ben, &family.carla, &family.stranger, &family.dr_chen] {
            assert!(manage(&kit.store, other, family.record, add()).await.is_err());
        }
        for _ in 0..8 {
            manage(&kit.store, &family.anna, family.record, add()).await.unwrap();
        }
        let ninth = manage(&kit.store, &family.anna, family.record, add()).await;
        assert!(matches!(ninth, Err(Error::Invalid(Invalid::PullSources))));
        let apps = manage(&kit.store, &family.anna, family.record, |patient| patient.tokens()).await.unwrap();
        assert!(apps.iter().all(|app| app.name != "Our old site"), "a source is no app of the list");
        kit.clock.advance(SignedDuration::from_mins(11));
        let late = manage(&kit.store, &family.anna, family.mia, add()).await;
        assert!(matches!(late, Err(Error::ProofNeeded)));
        assert!(kit.store.claim_pulls(&family.anna, 10).await.is_err(), "nobody but the server claims");
    });
}

#[test]
fn the_secret_is_in_no_file_and_the_export_names_the_source() {
    both(async |kit| {
        let family = people(&kit).await;
        connected(&kit, &family).await;
        let export = kit.store.begin_export(&family.anna, family.record).await.unwrap();
        assert_eq!(
            (export.sources[0].name.as_str(), export.sources[0].service.as_str()),
            ("Our old site", "nightscout")
        );
        kit.store.close().await.unwrap();
        for file in fs::read_dir(kit.folder()).unwrap() {
            let bytes = fs::read(file.unwrap().path()).unwrap();
            let has = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(!has(SECRET) && !has("site.example") && !has("Our old site"));
        }
        let pulls = |patient: &mut Access<'_, View>| patient.uploads();
        assert!(kit.store.with_patient(&family.ben, family.record, Purpose::Home, pulls).await.is_err());
    });
}

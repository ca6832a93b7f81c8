//! Leaving, and coming back: everything can be taken along; sharing ends at once; the account returns alone.

use crate::data::{add, at, file, row};
use glucose::{EventKind, Given, NewEvent};
use jiff::SignedDuration;
use sharing::{ClinicRole, Purpose, RecordId};
use store::{Access, Actor, Doer, Download, Error, Export, Invalid, Origin, SourceKind, View, What};
use testkit::both::{TestStore, both};
use testkit::cast::{PASSWORD, People, email, people, signed_in};

async fn pieces<T: Send + 'static>(
    kit: &TestStore,
    who: &Actor,
    record: RecordId,
    job: impl for<'a> FnMut(&mut Access<'a, Download>) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    kit.store.with_patient(who, record, Purpose::Export, job).await
}

/// Readings and events as an export gives them, in one list each.
async fn taken(kit: &TestStore, who: &Actor, export: &Export) -> (Vec<(String, Vec<u32>)>, Vec<EventKind>) {
    let (mut readings, mut events) = (Vec::new(), Vec::new());
    for span in export.readings.clone() {
        let piece = pieces(kit, who, export.record.id, move |patient| patient.export_readings(span)).await.unwrap();
        let line = |taken: store::Taken<glucose::Reading>| (format!("{:?}", taken.datum), taken.uploads);
        readings.extend(piece.open().unwrap().into_iter().map(line));
    }
    for span in export.events.clone() {
        let piece = pieces(kit, who, export.record.id, move |patient| patient.export_events(span)).await.unwrap();
        events.extend(piece.open().unwrap().into_iter().map(|taken| taken.datum.kind));
    }
    (readings, events)
}

async fn looks(kit: &TestStore, who: &Actor, record: RecordId) -> bool {
    let look = |patient: &mut Access<'_, View>| patient.latest().map(drop);
    match kit.store.with_patient(who, record, Purpose::Home, look).await {
        Ok(()) => true,
        Err(Error::NotFound) => false,
        Err(other) => panic!("{other}"),
    }
}

/// Anna in a browser of her own, with the text of her session.
async fn anna(kit: &TestStore) -> (String, Actor) {
    let token = kit
        .store
        .sign_in(email("anna").as_str(), PASSWORD, true, Origin::default())
        .await
        .unwrap()
        .opened()
        .unwrap()
        .session;
    let session = kit.store.session(token.as_str()).await.unwrap();
    (token.as_str().to_owned(), session.actor)
}

fn note(text: &str) -> NewEvent {
    let given = Given { id: Some("note-1".to_owned()), app: Some("Diary".to_owned()), fields: None };
    let kind = EventKind::Note { text: text.to_owned() };
    NewEvent { given: Some(Box::new(given)), ..NewEvent::new(at("2026-11-20T12:00:00Z"), 60, kind) }
}

async fn filled(kit: &TestStore) -> People {
    let people = people(kit).await;
    let early = row(at("2024-02-28T23:00:00Z"), 400, |n| 90 + (n % 40) as i32);
    add(kit, &people, file("early", early, vec![])).await;
    let late = row(at("2026-11-20T00:00:00Z"), 200, |n| 120 + (n % 60) as i32);
    add(kit, &people, file("late", late.clone(), vec![note("=1+1")])).await;
    add(kit, &people, file("again", late, vec![])).await;
    people
}

#[test]
fn an_export_holds_every_reading_event_upload_and_file() {
    both(async |kit| {
        let people = filled(&kit).await;
        let export = kit.store.begin_export(&people.anna, people.record).await.unwrap();
        let (readings, events) = taken(&kit, &people.anna, &export).await;
        assert_eq!(readings.len(), 600);
        assert!(readings.is_sorted_by(|a, b| a.0[..50] < b.0[..50]), "oldest first, each once");
        assert_eq!((&readings[0].1[..], &readings[599].1[..]), (&[1][..], &[2, 3][..]), "with all that brought it");
        assert_eq!(events, [EventKind::Note { text: "=1+1".to_owned() }]);

        let uploads: Vec<_> = export.uploads.iter().map(|taken| (taken.line.number, taken.line.source)).collect();
        assert_eq!(uploads, [1, 2, 3].map(|number| (number, SourceKind::CareLink)));
        assert!(export.uploads.iter().all(|taken| taken.has_original && taken.sha256 == [9; 32]));
        let original = pieces(&kit, &people.anna, people.record, |patient| patient.export_original(2)).await.unwrap();
        let mut bytes = Vec::new();
        original.unwrap().copy_to(&mut bytes).unwrap();
        assert_eq!(bytes, b"the file late");
        assert_eq!(export.devices.len(), 3);
        let with: Vec<_> = export.shared_with.iter().map(|with| (with.name.as_str(), with.how.as_str())).collect();
        assert_eq!(with, [("ben", "view only"), ("carla", "view and download")]);
    });
}

#[test]
fn an_export_is_one_line_of_the_history_and_one_receipt() {
    both(async |kit| {
        let people = filled(&kit).await;
        let export = kit.store.begin_export(&people.anna, people.record).await.unwrap();
        taken(&kit, &people.anna, &export).await;
        let receipt = export.receipt.clone();
        let finish = move |patient: &mut Access<'_, Download>| patient.finish_export(&receipt, "all.zip", &[1; 32]);
        pieces(&kit, &people.anna, people.record, finish).await.unwrap();
        kit.clock.advance(SignedDuration::from_mins(1));
        kit.store.begin_export(&people.anna, people.record).await.unwrap();
        kit.clock.advance(SignedDuration::from_hours(30));
        kit.store.flush_visits(&kit.roster.on(sharing::Duty::Expire)).await.unwrap();

        let history = |patient: &mut Access<'_, Download>| Ok((patient.export_history(0)?, patient.export_receipts()?));
        let (lines, receipts) = pieces(&kit, &people.anna, people.record, history).await.unwrap();
        let exports: Vec<_> = lines.iter().filter(|line| line.purpose == Purpose::Export.name()).collect();
        let acts: Vec<_> = exports.iter().map(|line| line.act.as_str()).collect();
        let once = ["downloaded", "exported everything"];
        let finished = [&once[..], &["made the file"], &once, &["downloaded"]].concat();
        assert_eq!(acts, finished, "two exports, one of them finished, and this look at the history");
        let anna = Doer::Person(Some("anna".to_owned()));
        assert!(exports.iter().all(|line| line.who == anna && line.count == 1));
        let [first, second] = receipts.as_slice() else { panic!("two receipts: {receipts:?}") };
        assert_eq!((first.number.as_str(), &first.entry.who), (export.receipt.number.as_str(), &anna));
        assert_eq!(first.entry.file.as_deref(), Some("all.zip"));
        assert_eq!(first.entry.sha256, Some("01".repeat(32)));
        assert_eq!((second.entry.act.as_str(), &second.entry.sha256), ("exported everything", &None));
    });
}

#[test]
fn nobody_else_takes_everything_along() {
    both(async |kit| {
        let people = filled(&kit).await;
        for (who, record) in [(&people.carla, people.record), (&people.dr_chen, people.patient)] {
            let refused = kit.store.begin_export(who, record).await;
            assert!(matches!(refused, Err(Error::Forbidden(sharing::Refusal::NotYours))));
        }
        let stranger = kit.store.begin_export(&people.stranger, people.record).await;
        assert!(matches!(stranger, Err(Error::NotFound)));
    });
}

#[test]
fn an_account_is_taken_along_with_its_activity_and_messages() {
    both(async |kit| {
        let people = people(&kit).await;
        let take = async |who: &Actor| kit.store.with_account(who, |own| own.begin_export()).await;
        let anna = take(&people.anna).await.unwrap();
        assert_eq!((anna.account.name.as_str(), anna.records.len(), anna.memberships.len()), ("anna", 2, 0));
        let carla = take(&people.carla).await.unwrap();
        assert_eq!(
            (carla.memberships[0].name.as_str(), carla.memberships[0].how.as_str()),
            ("anna", "view and download")
        );
        let chen = take(&people.dr_chen).await.unwrap();
        assert_eq!((chen.memberships[0].name.as_str(), chen.memberships[0].how.as_str()), ("Northside", "admin"));
        let lines = kit.store.with_account(&people.anna, |own| own.export_activity(0)).await.unwrap();
        let acts: Vec<_> = lines.iter().map(|(_, line)| line.what.as_str()).collect();
        assert_eq!(acts, ["signed in", "exported everything"]);
        let messages = kit.store.with_account(&people.anna, |own| own.export_messages(None)).await.unwrap();
        assert_eq!(messages.len(), 0);
    });
}

#[test]
fn deleting_ends_all_sharing_at_once() {
    both(async |kit| {
        let people = filled(&kit).await;
        let (token, actor) = anna(&kit).await;
        let (elsewhere, _) = anna(&kit).await;
        let says = kit.store.with_account(&actor, |own| own.leaving()).await.unwrap();
        assert_eq!((says.records.len(), says.care_partners, says.apps, says.following), (2, 2, 2, 0));

        let slip = kit.store.leave(&actor, &token, "ben@example.org").await;
        assert!(matches!(slip, Err(Error::Invalid(Invalid::Confirmation))));
        assert!(looks(&kit, &people.ben, people.record).await);

        let mut news = kit.store.news();
        let until = kit.store.leave(&actor, &token, " ANNA@example.org ").await.unwrap();
        assert_eq!(until, kit.clock.now() + SignedDuration::from_hours(90 * 24));
        let told: Vec<_> = std::iter::from_fn(|| news.try_recv().ok()).map(|one| (one.record, one.what)).collect();
        let ended = [people.record, people.mia, people.mia_profile].map(|record| (record, What::Access));
        assert_eq!(told, ended, "the clinic's own record of Mia has lost its link");
        for who in [&people.ben, &people.carla, &actor, &people.devices[&people.record]] {
            assert!(!looks(&kit, who, people.record).await, "the record is unknown to everybody");
        }
        assert!(matches!(kit.store.session(&elsewhere).await, Err(Error::NotSignedIn)));
        kit.store.session(&token).await.unwrap();
        for refused in [
            kit.store.with_account(&actor, |own| own.records().map(drop)).await,
            kit.store.overview(&actor).await.map(drop),
            kit.store.leave(&actor, &token, "anna@example.org").await.map(drop),
        ] {
            assert!(matches!(refused, Err(Error::Leaving { until: day }) if day == until));
        }
        assert!(kit.store.overview(&people.ben).await.unwrap().following.is_empty());
    });
}

/// The device of Dr Chen, which is not asked for the second step.
fn remembered() -> Origin {
    Origin { device: Some(testkit::cast::device_of("chen")), ..Origin::default() }
}

#[test]
fn whoever_follows_and_leaves_follows_no_more() {
    both(async |kit| {
        let people = people(&kit).await;
        // A clinic keeps an admin.
        let admin = ClinicRole::Admin;
        crate::clinic_members::role(&kit, &people.dr_chen, &people.front_desk, people.northside, admin).await.unwrap();
        let token = kit
            .store
            .sign_in(email("chen").as_str(), PASSWORD, false, remembered())
            .await
            .unwrap()
            .opened()
            .unwrap()
            .session;
        kit.store.leave(&people.dr_chen, token.as_str(), "chen@example.org").await.unwrap();
        assert!(!looks(&kit, &people.dr_chen, people.patient).await);
        let token = kit
            .store
            .sign_in(email("ben").as_str(), PASSWORD, false, Origin::default())
            .await
            .unwrap()
            .opened()
            .unwrap()
            .session;
        kit.store.leave(&people.ben, token.as_str(), "ben@example.org").await.unwrap();
        assert!(!looks(&kit, &people.ben, people.record).await);
        kit.store.restore(&people.ben).await.unwrap();
        assert!(!looks(&kit, &people.ben, people.record).await, "and coming back brings nothing of others");
        assert!(looks(&kit, &people.anna, people.record).await, "nobody else is touched");
    });
}

#[test]
fn the_account_comes_back_and_the_sharing_does_not() {
    both(async |kit| {
        let people = filled(&kit).await;
        let (token, actor) = anna(&kit).await;
        assert!(matches!(kit.store.restore(&actor).await, Err(Error::NotFound)), "nothing to restore");
        let until = kit.store.leave(&actor, &token, "anna@example.org").await.unwrap();
        kit.clock.set(until - SignedDuration::from_secs(1));
        assert_eq!(kit.store.purge_due(&kit.roster.on(sharing::Duty::Expire)).await.unwrap(), 0);
        kit.store.restore(&actor).await.unwrap();
        assert!(looks(&kit, &actor, people.record).await);
        assert!(!looks(&kit, &people.ben, people.record).await);
        let actor = signed_in(&kit, "anna").await;
        let export = kit.store.begin_export(&actor, people.record).await.unwrap();
        assert_eq!(taken(&kit, &actor, &export).await.0.len(), 600, "with all that was there");
        assert_eq!(kit.store.verify_audit().await.unwrap().broken, []);
    });
}

#[test]
fn what_cannot_be_undone_needs_a_fresh_proof() {
    both(async |kit| {
        let people = people(&kit).await;
        let (token, actor) = anna(&kit).await;
        kit.clock.advance(SignedDuration::from_mins(10));
        let exported = kit.store.begin_export(&actor, people.record).await.map(drop);
        let account = kit.store.with_account(&actor, |own| own.begin_export().map(drop)).await;
        let left = kit.store.leave(&actor, &token, "anna@example.org").await.map(drop);
        let gone = kit.store.purge_now(&actor, "anna@example.org").await;
        for refused in [exported, account, left, gone] {
            assert!(matches!(refused, Err(Error::ProofNeeded)));
        }
    });
}

#[test]
fn letters_tell_of_going_and_of_coming_back() {
    both(async |kit| {
        people(&kit).await;
        let (token, actor) = anna(&kit).await;
        let deliver = kit.roster.on(sharing::Duty::Deliver);
        kit.store.claim_messages(&deliver, 9).await.unwrap();
        kit.store.leave(&actor, &token, "anna@example.org").await.unwrap();
        kit.store.restore(&actor).await.unwrap();
        let letters = kit.store.claim_messages(&deliver, 9).await.unwrap();
        let subjects: Vec<_> = letters.iter().map(|letter| letter.subject.as_str()).collect();
        assert_eq!(subjects, ["Your account is going to be deleted", "Your account was restored"]);
        let text = &letters[0].text;
        for said in ["19 February 2027 at 10:00 (CET)", "/sign-in?next=/leaving", "/lockdown/mail/"] {
            assert!(text.contains(said), "{said} in {text}");
        }
    });
}

#[test]
fn after_the_last_day_nothing_comes_back() {
    both(async |kit| {
        people(&kit).await;
        let (token, actor) = anna(&kit).await;
        let until = kit.store.leave(&actor, &token, "anna@example.org").await.unwrap();
        kit.clock.set(until);
        assert!(matches!(kit.store.restore(&actor).await, Err(Error::NotFound)));
    });
}

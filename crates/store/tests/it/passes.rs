//! Visit passes: opened once, cut to their days at the gate, over to the second, ended by either side.

use crate::data::{add, at, file, row};
use glucose::{EventKind, NewEvent, Period};
use jiff::{SignedDuration, Timestamp, civil::date};
use sharing::{Duty, Id, Purpose, RecordId, Refusal, Visibility};
use store::{
    Access, Actor, DatumKind, Download, Error, HistoryEntry, Invalid, MadePass, Manage, NewPass, OpenPass, Origin,
    PassBrowser, PassKey, PassLine, Upload, View, What,
};
use testkit::both::{TestStore, both};
use testkit::cast::{People, people};

fn new_pass() -> NewPass {
    NewPass {
        label: "Dr Wolf".to_owned(),
        days: Period { first: date(2026, 11, 17), last: date(2026, 11, 18) },
        minutes: 30,
        visibility: Visibility::ALL,
    }
}

fn doctor() -> Origin {
    Origin { address: "198.51.100.7".parse().ok(), browser: "Chrome at the surgery".to_owned(), device: None }
}

async fn make(kit: &TestStore, people: &People, new: NewPass) -> Result<MadePass, Error> {
    let job = move |patient: &mut Access<'_, Manage>| patient.make_pass(&new);
    kit.store.with_patient(&people.anna, people.record, Purpose::VisitPass, job).await
}

async fn opened(kit: &TestStore, people: &People) -> (MadePass, PassBrowser, OpenPass) {
    let made = make(kit, people, new_pass()).await.unwrap();
    let browser = kit.store.open_pass(PassKey::Link(made.link.clone()), doctor()).await.unwrap();
    let pass = kit.store.pass(browser.as_str()).await.unwrap();
    (made, browser, pass)
}

async fn look(kit: &TestStore, who: &Actor, record: RecordId) -> Result<Visibility, Error> {
    let job = |patient: &mut Access<'_, View>| Ok(patient.record()?.visibility);
    kit.store.with_patient(who, record, Purpose::AgpReport, job).await
}

async fn listed(kit: &TestStore, who: &Actor, people: &People) -> Result<Vec<PassLine>, Error> {
    kit.store
        .with_patient(who, people.record, Purpose::VisitPass, |patient: &mut Access<'_, View>| patient.passes())
        .await
}

async fn end(kit: &TestStore, people: &People, id: Id) -> Result<(), Error> {
    let job = move |patient: &mut Access<'_, Manage>| patient.end_pass(id);
    kit.store.with_patient(&people.anna, people.record, Purpose::VisitPass, job).await
}

async fn history(kit: &TestStore, people: &People) -> Vec<HistoryEntry> {
    let job = |patient: &mut Access<'_, Manage>| patient.history(Timestamp::MIN);
    kit.store.with_patient(&people.anna, people.record, Purpose::Settings, job).await.unwrap()
}

async fn code(kit: &TestStore, text: &str) -> Result<PassBrowser, Error> {
    kit.store.open_pass(PassKey::Code(text.to_owned()), doctor()).await
}

#[test]
fn a_link_and_a_code_open_once_and_not_both() {
    both(async |kit| {
        let people = people(&kit).await;
        let (made, ..) = opened(&kit, &people).await;
        let again = kit.store.open_pass(PassKey::Link(made.link), doctor()).await;
        assert!(matches!(again, Err(Error::Invalid(Invalid::Token))));
        assert!(matches!(code(&kit, &made.code).await, Err(Error::Invalid(Invalid::Code))));

        let made = make(&kit, &people, new_pass()).await.unwrap();
        assert_eq!(made.code.len(), 14);
        let typed = made.code.replace('-', " ").to_lowercase().replace('0', "o").replace('1', "l");
        let browser = code(&kit, &typed).await.unwrap();
        assert_eq!(look(&kit, &kit.store.pass(browser.as_str()).await.unwrap().actor, people.record).await.unwrap(), {
            Visibility::ALL
        });
        assert!(matches!(code(&kit, &made.code).await, Err(Error::Invalid(Invalid::Code))));
        let again = kit.store.open_pass(PassKey::Link(made.link), doctor()).await;
        assert!(matches!(again, Err(Error::Invalid(Invalid::Token))));
    });
}

#[test]
fn it_must_be_opened_within_ten_minutes_and_then_lasts_its_own_to_the_second() {
    both(async |kit| {
        let people = people(&kit).await;
        let late = make(&kit, &people, new_pass()).await.unwrap();
        let made = make(&kit, &people, new_pass()).await.unwrap();
        assert_eq!(made.open_until_at, kit.clock.now() + SignedDuration::from_mins(10));
        kit.clock.set(made.open_until_at - SignedDuration::from_millis(1));
        let browser = kit.store.open_pass(PassKey::Link(made.link), doctor()).await.unwrap();
        let pass = kit.store.pass(browser.as_str()).await.unwrap();
        assert_eq!(pass.until_at, kit.clock.now() + SignedDuration::from_mins(30));
        kit.clock.set(late.open_until_at);
        assert!(code(&kit, &late.code).await.is_err());
        assert!(kit.store.open_pass(PassKey::Link(late.link), doctor()).await.is_err());

        kit.clock.set(pass.until_at - SignedDuration::from_millis(1));
        assert!(look(&kit, &pass.actor, people.record).await.is_ok());
        assert_eq!(listed(&kit, &people.anna, &people).await.unwrap().len(), 1);
        kit.clock.set(pass.until_at);
        assert!(matches!(look(&kit, &pass.actor, people.record).await, Err(Error::NotFound)));
        assert!(matches!(kit.store.pass(browser.as_str()).await, Err(Error::NotFound)));
        assert_eq!(listed(&kit, &people.anna, &people).await.unwrap(), []);
    });
}

#[test]
fn either_side_ends_it_and_it_looks_as_if_it_had_never_been() {
    both(async |kit| {
        let people = people(&kit).await;
        let (made, browser, pass) = opened(&kit, &people).await;
        let mut news = kit.store.news();
        end(&kit, &people, made.id).await.unwrap();
        let heard = news.try_recv().unwrap();
        assert_eq!((heard.record, heard.what), (people.record, What::Access));
        assert!(matches!(look(&kit, &pass.actor, people.record).await, Err(Error::NotFound)));
        assert!(matches!(kit.store.pass(browser.as_str()).await, Err(Error::NotFound)));
        assert!(matches!(kit.store.pass("never given").await, Err(Error::NotFound)));
        assert!(matches!(end(&kit, &people, made.id).await, Err(Error::NotFound)));

        let (_, browser, pass) = opened(&kit, &people).await;
        kit.store.finish_pass(browser.as_str()).await.unwrap();
        kit.store.finish_pass(browser.as_str()).await.unwrap();
        assert!(matches!(look(&kit, &pass.actor, people.record).await, Err(Error::NotFound)));
        assert_eq!(listed(&kit, &people.anna, &people).await.unwrap(), []);

        // One that nobody opened is ended as well, and then nobody can.
        let made = make(&kit, &people, new_pass()).await.unwrap();
        end(&kit, &people, made.id).await.unwrap();
        assert!(kit.store.open_pass(PassKey::Link(made.link), doctor()).await.is_err());
    });
}

#[test]
fn codes_are_guessed_slowly_by_network_and_by_pass() {
    both(async |kit| {
        let people = people(&kit).await;
        let made = make(&kit, &people, new_pass()).await.unwrap();
        let wrong = if made.code.ends_with('2') { '3' } else { '2' };
        let near = format!("{}{wrong}", &made.code[..13]);
        for _ in 0..5 {
            assert!(matches!(code(&kit, &near).await, Err(Error::Invalid(Invalid::Code))));
        }
        // Five tries at one pass, from wherever; its link is another secret and still opens.
        let elsewhere = Origin { address: "203.0.113.9".parse().ok(), ..Origin::default() };
        let tried = kit.store.open_pass(PassKey::Code(made.code.clone()), elsewhere.clone()).await;
        assert!(matches!(tried, Err(Error::Invalid(Invalid::Code))));
        let other = make(&kit, &people, new_pass()).await.unwrap();
        for text in ["", "x", "0000-0000-0000", "ääää"].iter().cycle().take(15) {
            assert!(matches!(code(&kit, text).await, Err(Error::Invalid(Invalid::Code))));
        }
        assert!(matches!(code(&kit, &other.code).await, Err(Error::TooMany { .. })), "twenty were wrong");
        assert!(kit.store.open_pass(PassKey::Code(other.code), elsewhere).await.is_ok(), "others are not slowed down");
        assert!(kit.store.open_pass(PassKey::Link(made.link), doctor()).await.is_ok());
    });
}

/// One meal and a row of readings on each day, and a pass for two of them.
async fn with_days(kit: &TestStore) -> (People, OpenPass, Timestamp, Timestamp) {
    let people = people(kit).await;
    let meal = |day| {
        let kind = EventKind::Carbs { grams: 45.0, fat: None, protein: None };
        NewEvent::new(at(&format!("2026-11-{day}T12:00:00Z")), 60, kind)
    };
    let readings = row(at("2026-11-14T00:00:00Z"), 7 * 288, |n| 100 + (n % 50) as i32);
    add(kit, &people, file("week", readings, (14..21).map(meal).collect())).await;
    let (_, _, pass) = opened(kit, &people).await;
    // Berlin, an hour before UTC.
    (people, pass, at("2026-11-16T23:00:00Z"), at("2026-11-18T23:00:00Z"))
}

#[test]
fn every_way_to_read_is_cut_to_the_days() {
    both(async |kit| {
        let (people, pass, from, to) = with_days(&kit).await;
        let (min, max) = (Timestamp::MIN, Timestamp::MAX);
        let job = move |patient: &mut Access<'_, View>| {
            let spans = [(min, max), (min, from), (to, max), (from, to), (max, min)];
            let readings = spans.map(|(from, to)| patient.readings_within(from, to));
            let events = spans.map(|(from, to)| patient.events_within(from, to));
            let changed = patient.days_changed_since(DatumKind::Readings, min)?;
            let meals = patient.days_changed_since(DatumKind::Events, min)?;
            Ok((readings, events, patient.extent()?, patient.latest()?, changed, meals, patient.record()?))
        };
        let (readings, events, extent, latest, changed, meals, record) =
            kit.store.with_patient(&pass.actor, people.record, Purpose::AgpReport, job).await.unwrap();
        let readings = readings.map(Result::unwrap);
        let events = events.map(Result::unwrap);
        assert_eq!(readings.each_ref().map(Vec::len), [576, 0, 0, 576, 0]);
        assert_eq!(events.each_ref().map(Vec::len), [2, 0, 0, 2, 0]);
        assert!(readings[0].iter().all(|reading| (from..to).contains(&reading.at)));
        assert_eq!(extent, Some((from, to - SignedDuration::from_mins(5))));
        assert_eq!(latest, None, "the last value is of another day");
        let days = [date(2026, 11, 16), date(2026, 11, 17), date(2026, 11, 18)];
        assert_eq!((changed, meals), (days.to_vec(), days.to_vec()));
        assert_eq!((record.name.as_str(), record.born_on), ("anna", None), "whose it is, and no more of the person");
        let uploads = |patient: &mut Access<'_, View>| patient.uploads().map(drop);
        let refused = kit.store.with_patient(&pass.actor, people.record, Purpose::Uploads, uploads).await;
        assert!(matches!(refused, Err(Error::Forbidden(Refusal::NotYours))));
        let sources = move |patient: &mut Access<'_, View>| patient.sources(min).map(drop);
        let refused = kit.store.with_patient(&pass.actor, people.record, Purpose::Uploads, sources).await;
        assert!(matches!(refused, Err(Error::Forbidden(Refusal::NotYours))));
        assert!(matches!(listed(&kit, &pass.actor, &people).await, Err(Error::Forbidden(Refusal::NotYours))));
    });
}

#[test]
fn the_last_value_of_the_chosen_days_is_seen() {
    both(async |kit| {
        let people = people(&kit).await;
        let now = kit.clock.now();
        add(&kit, &people, file("now", row(now - SignedDuration::from_mins(10), 2, |n| 100 + n as i32), vec![])).await;
        let today = Period { first: date(2026, 11, 21), last: date(2026, 11, 21) };
        let made = make(&kit, &people, NewPass { days: today, ..new_pass() }).await.unwrap();
        let browser = kit.store.open_pass(PassKey::Link(made.link), doctor()).await.unwrap();
        let pass = kit.store.pass(browser.as_str()).await.unwrap();
        let job = |patient: &mut Access<'_, View>| patient.latest();
        let latest = kit.store.with_patient(&pass.actor, people.record, Purpose::Home, job).await.unwrap().unwrap();
        assert_eq!(latest.reading.map(|reading| reading.at), Some(now - SignedDuration::from_mins(5)));
    });
}

#[test]
fn what_was_not_chosen_is_not_seen() {
    both(async |kit| {
        let (people, ..) = with_days(&kit).await;
        let made = make(&kit, &people, NewPass { visibility: Visibility::GLUCOSE_ONLY, ..new_pass() }).await.unwrap();
        let browser = kit.store.open_pass(PassKey::Link(made.link), doctor()).await.unwrap();
        let pass = kit.store.pass(browser.as_str()).await.unwrap();
        let job = |patient: &mut Access<'_, View>| patient.events_within(Timestamp::MIN, Timestamp::MAX);
        let events = kit.store.with_patient(&pass.actor, people.record, Purpose::DailyReport, job).await.unwrap();
        assert_eq!(events, []);
    });
}

#[test]
fn it_reaches_no_other_record_and_no_other_right() {
    both(async |kit| {
        let people = people(&kit).await;
        let (_, _, pass) = opened(&kit, &people).await;
        let (store, who, record) = (&kit.store, &pass.actor, people.record);
        assert!(matches!(look(&kit, who, people.mia).await, Err(Error::NotFound)));
        let download = |_: &mut Access<'_, Download>| Ok(());
        let refused = store.with_patient(who, record, Purpose::AgpReport, download).await;
        assert!(matches!(refused, Err(Error::Forbidden(Refusal::ViewOnly))));
        let upload = |_: &mut Access<'_, Upload>| Ok(());
        let refused = store.with_patient(who, record, Purpose::Import, upload).await;
        assert!(matches!(refused, Err(Error::Forbidden(Refusal::NotYours))));
        let manage = |_: &mut Access<'_, Manage>| Ok(());
        let refused = store.with_patient(who, record, Purpose::Settings, manage).await;
        assert!(matches!(refused, Err(Error::Forbidden(Refusal::NotYours))));
        assert!(matches!(store.overview(who).await, Err(Error::NotSignedIn)));
        assert!(matches!(store.with_account(who, |own| own.account()).await, Err(Error::NotSignedIn)));
        assert!(matches!(store.lock_down(who, doctor()).await, Err(Error::NotSignedIn)));
    });
}

#[test]
fn making_one_asks_for_a_fresh_proof_and_ending_one_does_not() {
    both(async |kit| {
        let people = people(&kit).await;
        let made = make(&kit, &people, new_pass()).await.unwrap();
        for wrong in [
            NewPass { minutes: 9, ..new_pass() },
            NewPass { minutes: 121, ..new_pass() },
            NewPass { label: "x".repeat(61), ..new_pass() },
            NewPass { label: "a\nb".to_owned(), ..new_pass() },
            NewPass { days: Period { first: date(2026, 1, 2), last: date(2026, 1, 1) }, ..new_pass() },
            NewPass { days: Period { first: date(2024, 1, 1), last: date(2026, 1, 1) }, ..new_pass() },
        ] {
            assert!(matches!(make(&kit, &people, wrong).await, Err(Error::Invalid(_))));
        }
        for _ in 0..9 {
            make(&kit, &people, new_pass()).await.unwrap();
        }
        assert!(matches!(make(&kit, &people, new_pass()).await, Err(Error::TooMany { .. })));
        kit.clock.advance(SignedDuration::from_mins(10));
        assert!(matches!(make(&kit, &people, new_pass()).await, Err(Error::ProofNeeded)));
        assert!(matches!(end(&kit, &people, made.id).await, Err(Error::NotFound)), "it was over by itself");
        assert!(matches!(listed(&kit, &people.ben, &people).await, Err(Error::Forbidden(Refusal::NotYours))));
        assert!(matches!(listed(&kit, &people.stranger, &people).await, Err(Error::NotFound)));
    });
}

#[test]
fn lockdown_and_leaving_end_every_pass() {
    both(async |kit| {
        let people = people(&kit).await;
        let (_, browser, pass) = opened(&kit, &people).await;
        let made = make(&kit, &people, new_pass()).await.unwrap();
        kit.store.lock_down(&people.anna, Origin::default()).await.unwrap();
        assert!(matches!(look(&kit, &pass.actor, people.record).await, Err(Error::NotFound)));
        assert!(kit.store.pass(browser.as_str()).await.is_err());
        assert!(kit.store.open_pass(PassKey::Link(made.link), doctor()).await.is_err());
        assert!(code(&kit, &made.code).await.is_err());
    });
    both(async |kit| {
        let people = people(&kit).await;
        let (_, browser, pass) = opened(&kit, &people).await;
        let made = make(&kit, &people, new_pass()).await.unwrap();
        let session = kit.store.sign_in("anna@example.org", testkit::cast::PASSWORD, false, Origin::default()).await;
        let token = session.unwrap().opened().unwrap().session;
        kit.store.leave(&people.anna, token.as_str(), "anna@example.org").await.unwrap();
        assert!(matches!(look(&kit, &pass.actor, people.record).await, Err(Error::NotFound)));
        kit.store.restore(&people.anna).await.unwrap();
        assert!(matches!(look(&kit, &pass.actor, people.record).await, Err(Error::NotFound)), "it does not come back");
        assert!(kit.store.pass(browser.as_str()).await.is_err());
        assert!(kit.store.open_pass(PassKey::Link(made.link), doctor()).await.is_err());
    });
}

#[test]
fn the_history_tells_who_looked_and_the_patient_gets_a_mail() {
    both(async |kit| {
        let people = people(&kit).await;
        let (made, _, pass) = opened(&kit, &people).await;
        look(&kit, &pass.actor, people.record).await.unwrap();
        look(&kit, &pass.actor, people.record).await.unwrap();
        end(&kit, &people, made.id).await.unwrap();
        let (_, browser, _) = opened(&kit, &people).await;
        kit.store.finish_pass(browser.as_str()).await.unwrap();
        let (_, _, last) = opened(&kit, &people).await;
        make(&kit, &people, new_pass()).await.unwrap();
        kit.clock.set(last.until_at);
        kit.store.tidy(&kit.roster.on(Duty::Expire)).await.unwrap();
        let told: Vec<String> = history(&kit, &people)
            .await
            .iter()
            .filter(|line| !line.what.starts_with("opened with the right"))
            .map(|line| format!("{:?}: {} [{}]", line.who, line.what, line.detail))
            .rev()
            .collect();
        insta::allow_duplicates! { insta::assert_snapshot!(told.join("\n")) }
        let mails = kit.mails().await;
        let of_passes: Vec<_> = mails.iter().filter(|mail| mail.subject == "A visit pass was opened").collect();
        assert_eq!(of_passes.len(), 3);
        assert!(of_passes[0].text.contains("198.51.100.7 Chrome at the surgery"));
        assert!(!of_passes[0].text.contains("Wolf"), "no doctor is named in a mail");
        assert_eq!(kit.store.verify_audit().await.unwrap().broken, []);
    });
}

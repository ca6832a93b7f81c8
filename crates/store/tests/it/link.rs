//! Stories of links with clinics: the unique code, who may use it, what each side sees, and how it ends.

use glucose::{Glucose, NewReading, Unit};
use jiff::{SignedDuration, Timestamp};
use sharing::{ClinicId, Duty, LINK_CODE_DAYS, LinkCode, LinkTerms, Purpose, RecordId, Visibility};
use store::{
    Access, Actor, AskForUpload, CodeTo, Conflict, Desk, Ending, Entrance, Error, Invalid, KeepPatients, Link, LinkAct,
    LinkBy, LinkOffer, Manage, NewPatient, Origin, PatientDetails, SeePatients, Seen, Support, Tie, Upload, View,
    ViewAsked, ViewKind,
};
use testkit::{
    both::{TestStore, both},
    cast::{PASSWORD, People, device_of, email, new_record, people},
};

const TERMS: LinkTerms = LinkTerms { visibility: Visibility::ALL, until_at: None };

async fn desk<T, F>(kit: &TestStore, people: &People, job: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: for<'a> FnMut(&mut Desk<'a, Link>) -> Result<T, Error> + Send + 'static,
{
    kit.store.with_clinic(&people.dr_chen, people.northside, job).await
}

async fn offer(kit: &TestStore, people: &People, terms: LinkTerms) -> String {
    let profile = people.patient;
    desk(kit, people, move |desk| desk.offer_link(profile, &terms)).await.unwrap().to_string()
}

async fn look_up(kit: &TestStore, who: &Actor, code: &str) -> Result<LinkOffer, Error> {
    kit.store.look_up_link_code(who, Origin::default(), code).await
}

async fn accept(
    kit: &TestStore,
    who: &Actor,
    record: RecordId,
    code: &str,
    terms: LinkTerms,
) -> Result<ClinicId, Error> {
    kit.store.accept_link(who, Origin::default(), record, code, terms).await
}

async fn manage<T, F>(kit: &TestStore, who: &Actor, record: RecordId, job: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: for<'a> FnMut(&mut Access<'a, Manage>) -> Result<T, Error> + Send + 'static,
{
    kit.store.with_patient(who, record, Purpose::ClinicLink, job).await
}

async fn sees(kit: &TestStore, who: &Actor, record: RecordId) -> Result<Visibility, Error> {
    let look = |patient: &mut Access<'_, View>| Ok(patient.record()?.visibility);
    kit.store.with_patient(who, record, Purpose::Home, look).await
}

async fn support(kit: &TestStore, who: &Actor, people: &People, profile: RecordId) -> Result<Support, Error> {
    kit.store.support(who, people.northside, profile).await
}

fn refused<T: std::fmt::Debug>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Invalid(Invalid::LinkCode)))
}

fn later(kit: &TestStore, days: i64) -> Timestamp {
    kit.clock.now() + SignedDuration::from_hours(24 * days)
}

#[test]
fn a_code_shows_what_is_asked_and_links_once() {
    both(async |kit| {
        let people = people(&kit).await;
        let code = offer(&kit, &people, TERMS).await;
        let typed = format!(" {} ", code.to_lowercase().replace('-', " "));
        let shown = look_up(&kit, &people.anna, &typed).await.unwrap();
        assert_eq!((shown.clinic, shown.clinic_name.as_str(), shown.terms), (people.northside, "Northside", TERMS));
        assert_eq!((shown.initials.as_str(), shown.born_in), ("P.", Some(2015)), "enough to notice a mix-up");
        assert_eq!(shown.ends_at, later(&kit, LINK_CODE_DAYS));
        assert!(matches!(sees(&kit, &people.dr_chen, people.record).await, Err(Error::NotFound)), "nothing yet");

        let narrow = LinkTerms { visibility: Visibility::GLUCOSE_ONLY, until_at: Some(later(&kit, 30)) };
        accept(&kit, &people.anna, people.record, &code, narrow).await.unwrap();
        assert_eq!(sees(&kit, &people.dr_chen, people.record).await.unwrap(), Visibility::GLUCOSE_ONLY);
        assert!(refused(&look_up(&kit, &people.anna, &code).await), "used");
        assert!(refused(&look_up(&kit, &people.stranger, &code).await));
        let told = kit.mails().await.into_iter().find(|mail| mail.to.starts_with("anna@")).unwrap();
        assert!(told.text.contains("Northside sees the data of anna"), "{}", told.text);

        let profile = people.patient;
        let twice = desk(&kit, &people, move |desk| desk.offer_link(profile, &TERMS)).await;
        assert!(matches!(twice, Err(Error::Conflict(Conflict::Linked))), "{twice:?}");
    });
}

#[test]
fn the_patient_narrows_what_was_asked_and_never_widens_it() {
    both(async |kit| {
        let people = people(&kit).await;
        let until_at = Some(later(&kit, 30));
        let asked = LinkTerms { visibility: Visibility { notes: false, ..Visibility::ALL }, until_at };
        let code = offer(&kit, &people, asked).await;
        for wider in [
            LinkTerms { visibility: Visibility::ALL, ..asked },
            LinkTerms { until_at: None, ..asked },
            LinkTerms { until_at: Some(later(&kit, 31)), ..asked },
        ] {
            let tried = accept(&kit, &people.anna, people.record, &code, wider).await;
            assert!(matches!(tried, Err(Error::Invalid(Invalid::LinkTerms))), "{wider:?}: {tried:?}");
        }
        let past = LinkTerms { until_at: Some(kit.clock.now()), ..asked };
        let tried = accept(&kit, &people.anna, people.record, &code, past).await;
        assert!(matches!(tried, Err(Error::Invalid(Invalid::Until))), "{tried:?}");
        let others = accept(&kit, &people.stranger, people.record, &code, asked).await;
        assert!(matches!(others, Err(Error::NotFound)), "nobody links another's record: {others:?}");
        let clinics = accept(&kit, &people.dr_chen, people.patient, &code, asked).await;
        assert!(clinics.is_err(), "a clinic's own record is nobody's to link: {clinics:?}");
        kit.clock.advance(SignedDuration::from_mins(11));
        let stale = accept(&kit, &people.anna, people.record, &code, asked).await;
        assert!(matches!(stale, Err(Error::ProofNeeded | Error::NotSignedIn)), "{stale:?}");
    });
}

#[test]
fn a_code_works_for_seven_days_to_the_second() {
    both(async |kit| {
        let people = people(&kit).await;
        let code = offer(&kit, &people, TERMS).await;
        kit.clock.set(later(&kit, LINK_CODE_DAYS) - SignedDuration::from_millis(1));
        let anna = testkit::cast::signed_in(&kit, "anna").await;
        look_up(&kit, &anna, &code).await.unwrap();
        kit.clock.advance(SignedDuration::from_millis(1));
        assert!(refused(&look_up(&kit, &anna, &code).await));
        kit.store.tidy(&kit.roster.on(Duty::Expire)).await.unwrap();
        assert!(refused(&accept(&kit, &anna, people.record, &code, TERMS).await));
    });
}

#[test]
fn a_code_that_was_replaced_withdrawn_or_declined_is_like_one_that_never_was() {
    both(async |kit| {
        let people = people(&kit).await;
        let first = offer(&kit, &people, TERMS).await;
        let second = offer(&kit, &people, TERMS).await;
        assert!(refused(&look_up(&kit, &people.anna, &first).await), "there is one code of a patient");
        look_up(&kit, &people.anna, &second).await.unwrap();
        let profile = people.patient;
        desk(&kit, &people, move |desk| desk.withdraw_code(profile)).await.unwrap();
        desk(&kit, &people, move |desk| desk.withdraw_code(profile)).await.unwrap();
        assert!(refused(&look_up(&kit, &people.anna, &second).await));

        let third = offer(&kit, &people, TERMS).await;
        let open = desk(&kit, &people, move |desk| desk.open_code(profile)).await.unwrap().unwrap();
        assert_eq!((open.by.as_deref(), open.terms), (Some("chen"), TERMS));
        kit.store.decline_link(&people.anna, Origin::default(), &third).await.unwrap();
        assert!(refused(&kit.store.decline_link(&people.anna, Origin::default(), &third).await));
        let page = support(&kit, &people.front_desk, &people, profile).await.unwrap();
        assert!(page.code.is_none() && matches!(page.tie, Tie::NotLinked));
        let declined = page.events.first().unwrap();
        assert_eq!((declined.act, &declined.by), (LinkAct::Declined, &LinkBy::Nobody), "nothing of who declined");
        let trace = format!("{:?}", page.events);
        assert!(!trace.contains("anna"), "{trace}");
    });
}

#[test]
fn five_tries_an_hour_and_an_unconfirmed_account_none() {
    both(async |kit| {
        let people = people(&kit).await;
        let code = offer(&kit, &people, TERMS).await;
        for _ in 0..3 {
            look_up(&kit, &people.anna, &code).await.unwrap();
        }
        for wrong in ["", "22222-22222", "ABCDE-FGHJK", "x", "23456-789AB"] {
            assert!(refused(&look_up(&kit, &people.anna, wrong).await), "{wrong}");
        }
        let waits = look_up(&kit, &people.anna, &code).await;
        assert!(matches!(waits, Err(Error::TooMany { retry_after_s: 3600..=3601 })), "{waits:?}");
        let accepts = accept(&kit, &people.anna, people.record, &code, TERMS).await;
        assert!(matches!(accepts, Err(Error::TooMany { .. })), "accepting is no way around it: {accepts:?}");
        let declines = kit.store.decline_link(&people.anna, Origin::default(), &code).await;
        assert!(matches!(declines, Err(Error::TooMany { .. })));
        look_up(&kit, &people.stranger, &code).await.unwrap();
        kit.clock.advance(SignedDuration::from_hours(1));
        let anna = testkit::cast::signed_in(&kit, "anna").await;
        look_up(&kit, &anna, &code).await.unwrap();

        kit.store.sign_up(testkit::cast::new_account("wim", true), Origin::default()).await.unwrap();
        let wim = testkit::cast::signed_in(&kit, "wim").await;
        let tried = look_up(&kit, &wim, &code).await;
        assert!(matches!(tried, Err(Error::Invalid(Invalid::Unconfirmed))), "{tried:?}");
    });
}

#[test]
fn the_owner_ends_it_and_the_clinic_keeps_its_own_uploads_alone() {
    both(async |kit| {
        let people = people(&kit).await;
        let at = kit.clock.now();
        let new = NewReading::cgm(at, 60, Glucose::new(100.0, Unit::MgDl).unwrap());
        let add = move |patient: &mut Access<'_, Upload>| patient.add_readings(std::slice::from_ref(&new));
        kit.store.with_patient(&people.dr_chen, people.mia_profile, Purpose::Import, add).await.unwrap();
        let origin = Origin { device: Some(device_of("chen")), ..Origin::default() };
        let entrance = kit.store.sign_in(email("chen").as_str(), PASSWORD, false, origin).await;
        let token = entrance.and_then(Entrance::opened).unwrap().session.as_str().to_owned();
        let session = kit.store.session(&token).await.unwrap();
        let mut watch = kit.store.watch(&session, people.mia).await.unwrap();
        sees(&kit, &people.dr_chen, people.mia).await.unwrap();

        let clinic = people.northside;
        let before = manage(&kit, &people.anna, people.mia, |anna| anna.linked_clinics()).await.unwrap();
        assert_eq!((before.len(), before[0].name.as_str()), (1, "Northside"));
        let mine = kit.store.with_account(&people.anna, |own| own.linked_clinics()).await.unwrap();
        assert_eq!(mine, before);
        manage(&kit, &people.anna, people.mia, move |anna| anna.remove_clinic(clinic)).await.unwrap();
        assert_eq!(watch.next().await.unwrap(), Seen::Ended(Ending::Removed), "what was open ends");
        assert!(matches!(sees(&kit, &people.dr_chen, people.mia).await, Err(Error::NotFound)));
        let own = |patient: &mut Access<'_, View>| Ok(patient.readings_within(Timestamp::MIN, Timestamp::MAX)?.len());
        let kept = kit.store.with_patient(&people.dr_chen, people.mia_profile, Purpose::Home, own).await.unwrap();
        assert_eq!(kept, 1, "what the clinic uploaded itself");
        assert!(manage(&kit, &people.anna, people.mia, |anna| anna.linked_clinics()).await.unwrap().is_empty());

        let page = support(&kit, &people.dr_chen, &people, people.mia_profile).await.unwrap();
        assert!(matches!(page.tie, Tie::NotLinked) && page.own_newest_at == Some(at));
        assert_eq!((page.events[0].act, &page.events[0].by), (LinkAct::Ended, &LinkBy::Patient));
        assert!(kit.mails().await.iter().any(|mail| mail.subject == "A clinic was removed"));
        let again = manage(&kit, &people.anna, people.mia, move |anna| anna.remove_clinic(clinic)).await;
        assert!(matches!(again, Err(Error::NotFound)));
    });
}

#[test]
fn the_clinic_ends_it_and_both_histories_say_who_did() {
    both(async |kit| {
        let people = people(&kit).await;
        let profile = people.mia_profile;
        kit.store
            .with_clinic(&people.front_desk, people.northside, move |desk: &mut Desk<'_, Link>| desk.end_link(profile))
            .await
            .unwrap();
        assert!(matches!(sees(&kit, &people.dr_chen, people.mia).await, Err(Error::NotFound)));
        let mails = kit.mails().await;
        let told = mails.iter().find(|mail| mail.subject == "A clinic ended its link with you");
        assert_eq!(told.unwrap().to, "anna@example.org");
        let asked = ViewAsked { kind: Some(ViewKind::Change), ..ViewAsked::newest(10) };
        let history = manage(&kit, &people.anna, people.mia, move |anna| anna.view_history(&asked)).await.unwrap();
        let line = history.entries.iter().find(|entry| entry.act == "ended the link").unwrap();
        assert_eq!((line.role.role.as_str(), line.role.clinic.as_deref()), ("front desk", Some("Northside")));
        let page = support(&kit, &people.dr_chen, &people, profile).await.unwrap();
        assert_eq!(page.events[0].by, LinkBy::Member(Some("fred".to_owned())));
        let again = desk(&kit, &people, move |desk| desk.end_link(profile)).await;
        assert!(matches!(again, Err(Error::NotFound)));
    });
}

#[test]
fn the_owner_changes_what_a_clinic_sees_and_more_asks_for_a_proof() {
    both(async |kit| {
        let people = people(&kit).await;
        let clinic = people.northside;
        let edit = |terms| move |anna: &mut Access<'_, Manage>| anna.edit_link(clinic, &terms);
        let until = later(&kit, 10);
        let less = LinkTerms { visibility: Visibility::GLUCOSE_ONLY, until_at: Some(until) };
        kit.clock.advance(SignedDuration::from_mins(11));
        manage(&kit, &people.anna, people.mia, edit(less)).await.unwrap();
        assert_eq!(sees(&kit, &people.dr_chen, people.mia).await.unwrap(), Visibility::GLUCOSE_ONLY);
        let more = manage(&kit, &people.anna, people.mia, edit(TERMS)).await;
        assert!(matches!(more, Err(Error::ProofNeeded)), "{more:?}");
        kit.mails().await;
        let duty = kit.roster.on(Duty::Expire);
        assert_eq!(kit.store.tell_of_link_ends(&duty).await.unwrap(), 0);
        kit.clock.set(until - SignedDuration::from_hours(72));
        assert_eq!(kit.store.tell_of_link_ends(&duty).await.unwrap(), 1);
        kit.clock.set(until);
        assert_eq!(kit.store.tell_of_link_ends(&duty).await.unwrap(), 1);
        assert_eq!(kit.store.tell_of_link_ends(&duty).await.unwrap(), 0, "once");
        let subjects: Vec<_> = kit.mails().await.into_iter().map(|mail| mail.subject).collect();
        assert_eq!(subjects.len(), 2, "{subjects:?}");
        let chen = testkit::cast::signed_in(&kit, "chen").await;
        assert!(matches!(sees(&kit, &chen, people.mia).await, Err(Error::Forbidden(sharing::Refusal::Expired))));
        let page = support(&kit, &chen, &people, people.mia_profile).await.unwrap();
        assert!(matches!(page.tie, Tie::Ended(at) if at == until), "{:?}", page.tie);
        assert_eq!(page.events[0].act, LinkAct::TimeOver);
        // A new code may be offered once the time is over.
        let profile = people.mia_profile;
        desk(&kit, &People { dr_chen: chen, ..people }, move |desk| desk.offer_link(profile, &TERMS)).await.unwrap();
    });
}

#[test]
fn a_support_call_sees_the_account_masked_and_warns_of_a_mix_up() {
    both(async |kit| {
        let people = people(&kit).await;
        let page = support(&kit, &people.front_desk, &people, people.mia_profile).await.unwrap();
        let Tie::Active(linked) = page.tie else { panic!("linked: {:?}", page.tie) };
        assert_eq!((linked.holder.name.as_str(), linked.holder.masked_email.as_str()), ("anna", "a•••@e•••.org"));
        assert!(!linked.holder.other_name && !linked.holder.other_birth);
        let history = manage(&kit, &people.anna, people.mia, |anna| anna.view_history(&ViewAsked::newest(10))).await;
        let entries = history.unwrap().entries;
        assert_eq!(
            (entries[0].kind, entries[0].role.role.as_str()),
            (ViewKind::Look, "front desk"),
            "a look is a look"
        );

        let profile = people.mia_profile;
        let record = store::NewRecord { born_on: None, ..new_record("Mia Smith") };
        let new = NewPatient { record, details: PatientDetails::default() };
        let change = move |desk: &mut Desk<'_, KeepPatients>| desk.change_patient(profile, &new);
        kit.store.with_clinic(&people.dr_chen, people.northside, change).await.unwrap();
        let page = support(&kit, &people.dr_chen, &people, profile).await.unwrap();
        let Tie::Active(linked) = page.tie else { panic!("linked") };
        assert!(linked.holder.other_name && !linked.holder.other_birth, "an unknown date is no other date");

        kit.store.lock_down(&people.anna, Origin::default()).await.unwrap();
        let page = support(&kit, &people.dr_chen, &people, profile).await.unwrap();
        assert!(matches!(page.tie, Tie::Suspended), "and nothing of the account");
    });
}

#[test]
fn a_patient_is_asked_to_upload_once_a_day_and_only_while_linked() {
    both(async |kit| {
        let people = people(&kit).await;
        let ask = |profile| move |desk: &mut Desk<'_, AskForUpload>| desk.ask_for_upload(profile);
        let desk = people.front_desk.clone();
        kit.store.with_clinic(&desk, people.northside, ask(people.mia_profile)).await.unwrap();
        let mail = kit.mails().await.pop().unwrap();
        assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("anna@example.org", "Northside asks you to upload"));
        assert!(mail.text.contains("/upload-now"), "{}", mail.text);
        let again = kit.store.with_clinic(&desk, people.northside, ask(people.mia_profile)).await;
        assert!(matches!(again, Err(Error::Conflict(Conflict::AskedToUpload))), "{again:?}");
        let nobody = kit.store.with_clinic(&desk, people.northside, ask(people.patient)).await;
        assert!(matches!(nobody, Err(Error::Conflict(Conflict::NotLinked))), "{nobody:?}");
        let page = support(&kit, &desk, &people, people.mia_profile).await.unwrap();
        assert_eq!((page.ask_again_at, page.events[0].act), (Some(later(&kit, 1)), LinkAct::AskedForUpload));
        kit.clock.advance(SignedDuration::from_hours(24));
        let desk = testkit::cast::signed_in(&kit, "fred").await;
        kit.store.with_clinic(&desk, people.northside, ask(people.mia_profile)).await.unwrap();
    });
}

#[test]
fn a_code_is_sent_a_few_times_and_no_other_code_is() {
    both(async |kit| {
        let people = people(&kit).await;
        let profile = people.patient;
        let code = LinkCode::parse(&offer(&kit, &people, TERMS).await).unwrap();
        let send = |code: &LinkCode, to: &str| {
            let (code, to) = (code.clone(), CodeTo::Email(email(to)));
            move |desk: &mut Desk<'_, Link>| desk.send_link_code(profile, &code, &to)
        };
        desk(&kit, &people, send(&code, "paul")).await.unwrap();
        let mail = kit.mails().await.pop().unwrap();
        assert!(
            mail.to == "paul@example.org" && mail.text.contains(&format!("/link/{}", code.plain())),
            "{}",
            mail.text
        );
        let other = LinkCode::parse("22222-22222").unwrap();
        assert!(refused(&desk(&kit, &people, send(&other, "paul")).await));
        for number in 0..4 {
            desk(&kit, &people, send(&code, &format!("paul{number}"))).await.unwrap();
        }
        let more = desk(&kit, &people, send(&code, "paul9")).await;
        assert!(matches!(more, Err(Error::TooMany { .. })), "{more:?}");
        let fresh = LinkCode::parse(&offer(&kit, &people, TERMS).await).unwrap();
        for _ in 0..4 {
            desk(&kit, &people, send(&fresh, "paul")).await.unwrap();
        }
        let full = desk(&kit, &people, send(&fresh, "paul")).await;
        assert!(matches!(full, Err(Error::TooMany { .. })), "nobody's mailbox is filled by us: {full:?}");
        assert!(matches!(
            desk(&kit, &people, {
                let code = fresh.clone();
                move |desk| desk.send_link_code(profile, &code, &CodeTo::Phone("0151".to_owned()))
            })
            .await,
            Err(Error::Invalid(Invalid::Phone))
        ));
    });
}

#[test]
fn what_another_clinic_keeps_or_is_linked_to_looks_like_nothing() {
    both(async |kit| {
        let people = people(&kit).await;
        let elsewhere = [people.record, people.mia, RecordId(sharing::Id(7))];
        for record in elsewhere {
            let offered = desk(&kit, &people, move |desk| desk.offer_link(record, &TERMS)).await;
            assert!(matches!(offered, Err(Error::NotFound)), "{offered:?}");
            let open = desk(&kit, &people, move |desk| desk.open_code(record)).await;
            assert!(matches!(open, Err(Error::NotFound)));
            let events = |desk: &mut Desk<'_, SeePatients>| desk.link_events(record);
            let _ = &events;
            assert!(matches!(support(&kit, &people.dr_chen, &people, record).await, Err(Error::NotFound)));
            let ended = desk(&kit, &people, move |desk| desk.end_link(record)).await;
            assert!(matches!(ended, Err(Error::NotFound)));
        }
        let outside = kit.store.support(&people.stranger, people.northside, people.mia_profile).await;
        assert!(matches!(outside, Err(Error::NotFound)));
    });
}

#[test]
fn who_leaves_ends_links_and_the_clinic_reads_no_more_than_that() {
    both(async |kit| {
        let people = people(&kit).await;
        let entrance = kit.store.sign_in(email("anna").as_str(), PASSWORD, false, Origin::default()).await;
        let token = entrance.and_then(Entrance::opened).unwrap().session.as_str().to_owned();
        let anna = kit.store.session(&token).await.unwrap().actor;
        kit.store.leave(&anna, &token, "anna@example.org").await.unwrap();
        let page = support(&kit, &people.dr_chen, &people, people.mia_profile).await.unwrap();
        assert!(matches!(page.tie, Tie::NotLinked));
        assert_eq!((page.events[0].act, &page.events[0].by), (LinkAct::Ended, &LinkBy::Patient));
        assert!(kit.store.verify_audit().await.unwrap().broken.is_empty());
    });
}

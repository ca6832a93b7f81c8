//! The gate: who is let in, who is told why not, who is told nothing, and what stands in the audit afterwards.

use glucose::{Glucose, NewReading, Period};
use jiff::{SignedDuration, civil::date};
use sharing::{Purpose, RecordId, Refusal, TokenScope, Visibility};
use store::{
    Access, Actor, AppSecret, Download, Error, Manage, NewAppToken, Origin, Prepared, Report, Store, Upload, View, What,
};
use testkit::{
    both::{TestStore, both},
    cast::{People, people},
};

async fn look(kit: &TestStore, who: &Actor, record: RecordId) -> Result<Visibility, Error> {
    let look = |patient: &mut Access<'_, View>| Ok(patient.record()?.visibility);
    kit.store.with_patient(who, record, Purpose::Home, look).await
}

async fn download(kit: &TestStore, who: &Actor, record: RecordId) -> Result<Prepared, Error> {
    let report = Report::Agp(Period::ending(date(2026, 11, 20), 14));
    let job = move |patient: &mut Access<'_, Download>| patient.prepare_report(report);
    kit.store.with_patient(who, record, Purpose::AgpReport, job).await
}

async fn lines_of(kit: &TestStore) -> u64 {
    let report = kit.store.verify_audit().await.unwrap();
    assert_eq!(report.broken, []);
    report.lines
}

#[test]
fn who_is_let_in_and_who_is_not() {
    both(async |kit| {
        let People { anna, ben, carla, stranger, dr_chen, front_desk, record, mia, patient, devices, .. } =
            people(&kit).await;
        assert_eq!(look(&kit, &anna, record).await.unwrap(), Visibility::ALL);
        assert_eq!(look(&kit, &anna, mia).await.unwrap(), Visibility::ALL);
        assert_eq!(look(&kit, &ben, record).await.unwrap(), Visibility::GLUCOSE_ONLY);
        assert_eq!(look(&kit, &carla, record).await.unwrap(), Visibility::ALL);
        assert_eq!(look(&kit, &dr_chen, patient).await.unwrap(), Visibility::ALL);
        for (who, whose) in [(&ben, mia), (&stranger, record), (&dr_chen, record), (&anna, patient)] {
            assert!(matches!(look(&kit, who, whose).await, Err(Error::NotFound)));
        }
        assert!(matches!(look(&kit, &front_desk, patient).await, Err(Error::Forbidden(Refusal::Role))));
        assert!(matches!(look(&kit, &devices[&record], record).await, Err(Error::Forbidden(Refusal::TokenScope))));
        assert!(matches!(look(&kit, &devices[&record], mia).await, Err(Error::NotFound)));
    });
}

#[test]
fn view_only_is_told_so_at_a_download() {
    both(async |kit| {
        let family = people(&kit).await;
        assert!(matches!(download(&kit, &family.ben, family.record).await, Err(Error::Forbidden(Refusal::ViewOnly))));
        let prepared = download(&kit, &family.carla, family.record).await.unwrap();
        assert_eq!(prepared.receipt.number.len(), 14);
        assert!(matches!(download(&kit, &family.stranger, family.record).await, Err(Error::NotFound)));
    });
}

#[test]
fn whoever_follows_changes_nothing() {
    both(async |kit| {
        let family = people(&kit).await;
        let change = |_: &mut Access<'_, Manage>| Ok(());
        let tried = kit.store.with_patient(&family.carla, family.record, Purpose::Settings, change).await;
        assert!(matches!(tried, Err(Error::Forbidden(Refusal::NotYours))));
    });
}

#[test]
fn a_removed_care_partner_is_out_at_once_and_listeners_hear_of_it() {
    both(async |kit| {
        let family = people(&kit).await;
        let ben = family.ben.account().unwrap();
        assert!(look(&kit, &family.ben, family.record).await.is_ok());
        let mut news = kit.store.news();
        let remove = move |patient: &mut Access<'_, Manage>| patient.remove_care_partner(ben);
        kit.store.with_patient(&family.anna, family.record, Purpose::Settings, remove).await.unwrap();
        let heard = news.try_recv().unwrap();
        assert_eq!((heard.record, heard.what), (family.record, What::Access));
        assert!(matches!(look(&kit, &family.ben, family.record).await, Err(Error::NotFound)));
        assert!(kit.store.overview(&family.ben).await.unwrap().following.is_empty());
        let again = kit.store.with_patient(&family.anna, family.record, Purpose::Settings, remove).await;
        assert!(matches!(again, Err(Error::NotFound)));
    });
}

#[test]
fn a_grant_ends_to_the_second() {
    both(async |kit| {
        let family = people(&kit).await;
        kit.clock.set(family.carla_until - SignedDuration::from_millis(1));
        assert!(look(&kit, &family.carla, family.record).await.is_ok());
        assert_eq!(kit.store.overview(&family.carla).await.unwrap().following.len(), 1);
        kit.clock.set(family.carla_until);
        let refused = look(&kit, &family.carla, family.record).await;
        assert!(matches!(refused, Err(Error::Forbidden(Refusal::Expired))));
        assert!(kit.store.overview(&family.carla).await.unwrap().following.is_empty());
    });
}

#[test]
fn every_refusal_is_a_line_of_the_audit() {
    both(async |kit| {
        let family = people(&kit).await;
        let before = lines_of(&kit).await;
        for _ in 0..3 {
            let _ = look(&kit, &family.stranger, family.record).await;
            let _ = download(&kit, &family.ben, family.record).await;
        }
        assert_eq!(lines_of(&kit).await, before + 6);
        // About a record that does not exist the line stands in the chain of whoever asked.
        let nothing = RecordId(sharing::Id(7));
        assert!(matches!(look(&kit, &family.stranger, nothing).await, Err(Error::NotFound)));
        assert_eq!(lines_of(&kit).await, before + 7);
        let activity = kit.store.with_account(&family.stranger, |own| own.activity(1)).await.unwrap();
        assert_eq!(activity[0].what, "refused a look");
    });
}

#[test]
fn looks_of_one_visit_are_one_line_and_a_count() {
    both(async |kit| {
        let family = people(&kit).await;
        let before = lines_of(&kit).await;
        for _ in 0..40 {
            look(&kit, &family.ben, family.record).await.unwrap();
            kit.clock.advance(SignedDuration::from_secs(20));
        }
        assert_eq!(lines_of(&kit).await, before + 1, "the first look, at once");
        let duty = kit.roster.on(sharing::Duty::Expire);
        kit.clock.advance(SignedDuration::from_mins(14));
        kit.store.flush_visits(&duty).await.unwrap();
        assert_eq!(lines_of(&kit).await, before + 1, "a visit goes on for a quarter of an hour after its last look");
        kit.clock.advance(SignedDuration::from_mins(1));
        kit.store.flush_visits(&duty).await.unwrap();
        assert_eq!(lines_of(&kit).await, before + 2, "and the other 39, when the visit was over");
        look(&kit, &family.ben, family.record).await.unwrap();
        look(&kit, &family.ben, family.record).await.unwrap();
        assert_eq!(lines_of(&kit).await, before + 3, "a new visit");
        kit.store.close().await.unwrap();
        assert_eq!(lines_of(&kit).await, before + 4, "nothing counted is lost at close");
    });
}

#[test]
fn the_last_value_in_a_list_is_a_look_like_any_other() {
    both(async |kit| {
        let family = people(&kit).await;
        kit.store.following(&family.ben).await.unwrap();
        let before = lines_of(&kit).await;
        kit.store.following(&family.ben).await.unwrap();
        assert_eq!(lines_of(&kit).await, before, "there was nothing to see");
        let value = NewReading::cgm(kit.clock.now(), 60, Glucose::mg_dl(104));
        let add = move |device: &mut Access<'_, Upload>| device.add_readings(std::slice::from_ref(&value));
        kit.store
            .with_patient(&family.devices[&family.record], family.record, Purpose::DeviceUpload, add)
            .await
            .unwrap();
        let before = lines_of(&kit).await;
        kit.store.following(&family.ben).await.unwrap();
        kit.store.following(&family.ben).await.unwrap();
        look(&kit, &family.ben, family.record).await.unwrap();
        assert_eq!(lines_of(&kit).await, before + 1, "one visit");
    });
}

#[test]
fn the_owners_own_looks_are_a_line_a_day() {
    both(async |kit| {
        let family = people(&kit).await;
        let before = lines_of(&kit).await;
        for _ in 0..23 {
            look(&kit, &family.anna, family.record).await.unwrap();
            kit.clock.advance(SignedDuration::from_hours(1));
        }
        assert_eq!(lines_of(&kit).await, before + 1);
    });
}

#[test]
fn every_download_is_a_line_and_the_patient_is_told_of_others() {
    both(async |kit| {
        let family = people(&kit).await;
        let duty = kit.roster.on(sharing::Duty::Deliver);
        download(&kit, &family.anna, family.record).await.unwrap();
        assert!(kit.store.claim_messages(&duty, 10).await.unwrap().is_empty(), "nobody is told of their own");
        let before = lines_of(&kit).await;
        let prepared = download(&kit, &family.carla, family.record).await.unwrap();
        assert_eq!(lines_of(&kit).await, before + 2);
        let told = kit.store.claim_messages(&duty, 10).await.unwrap();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].to, "anna@example.org");
        assert!(told[0].text.contains(&prepared.receipt.number));
    });
}

#[test]
fn a_device_uploads_to_its_own_record_and_is_a_line_a_day() {
    both(async |kit| {
        let family = people(&kit).await;
        let device = family.devices[&family.record].clone();
        let before = lines_of(&kit).await;
        for minute in 0..5 {
            let at = kit.clock.now();
            let reading = NewReading::cgm(at, 60, glucose::Glucose::mg_dl(100 + minute));
            let add = move |patient: &mut Access<'_, Upload>| patient.add_readings(std::slice::from_ref(&reading));
            kit.store.with_patient(&device, family.record, Purpose::DeviceUpload, add).await.unwrap();
            kit.clock.advance(SignedDuration::from_mins(5));
        }
        assert_eq!(lines_of(&kit).await, before + 1);
        let latest = |patient: &mut Access<'_, View>| patient.latest();
        let latest = kit.store.with_patient(&family.anna, family.record, Purpose::Home, latest).await.unwrap().unwrap();
        assert_eq!(latest.reading.unwrap().glucose, glucose::Glucose::mg_dl(104));
    });
}

#[test]
fn a_failed_job_says_nothing() {
    both(async |kit| {
        let family = people(&kit).await;
        let before = lines_of(&kit).await;
        let mut news = kit.store.news();
        let ben = family.ben.account().unwrap();
        let job = move |patient: &mut Access<'_, Manage>| {
            patient.remove_care_partner(ben)?;
            Err::<(), _>(Error::Unavailable)
        };
        assert!(kit.store.with_patient(&family.anna, family.record, Purpose::Settings, job).await.is_err());
        assert!(news.try_recv().is_err());
        assert_eq!(lines_of(&kit).await, before);
        assert!(look(&kit, &family.ben, family.record).await.is_ok());
    });
}

#[test]
fn lists_show_what_each_may_see() {
    both(async |kit| {
        let family = people(&kit).await;
        let names = |lines: &[store::RecordLine]| lines.iter().map(|line| line.name.clone()).collect::<Vec<_>>();
        let anna = kit.store.overview(&family.anna).await.unwrap();
        assert_eq!((names(&anna.own), anna.following.len()), (vec!["anna".into(), "Mia".into()], 0));
        let ben = kit.store.overview(&family.ben).await.unwrap();
        assert_eq!((ben.own.len(), names(&ben.following)), (0, vec!["anna".into()]));
        let chen = kit.store.overview(&family.dr_chen).await.unwrap();
        assert_eq!(chen.clinics, [(family.northside, "Northside".to_owned())]);
    });
}

#[test]
fn a_token_that_is_known_by_heart_ends_at_once() {
    both(async |kit| {
        let family = people(&kit).await;
        let record = family.record;
        // Another node, which hears no news.
        let (other, _) = Store::open(kit.settings.clone()).unwrap();
        let make = |patient: &mut Access<'_, Manage>| patient.add_token(&NewAppToken::new("Phone", TokenScope::Both));
        let token = kit.store.with_patient(&family.anna, record, Purpose::Tokens, make).await.unwrap();
        let app = async |store: &Store| store.app(AppSecret::Token(&token), Origin::default()).await;
        let look = async |store: &Store, app: &Actor| {
            store.with_patient(app, record, Purpose::App, |patient: &mut Access<'_, View>| patient.latest()).await
        };
        for store in [&kit.store, &other, &kit.store, &other] {
            let app = app(store).await.unwrap();
            look(store, &app).await.unwrap();
        }
        let end = |patient: &mut Access<'_, Manage>| {
            let id = patient.tokens()?.iter().find(|token| token.name == "Phone").unwrap().id;
            patient.revoke_token(id)
        };
        kit.store.with_patient(&family.anna, record, Purpose::Tokens, end).await.unwrap();
        assert!(matches!(app(&kit.store).await, Err(Error::NotSignedIn)), "forgotten by whoever ended it");
        let remembered = app(&other).await.unwrap();
        assert!(matches!(look(&other, &remembered).await, Err(Error::NotFound)), "and the gate remembers nobody");
        assert!(matches!(app(&other).await, Err(Error::NotSignedIn)));
    });
}

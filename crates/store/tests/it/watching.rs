//! Watching a record: told of news, asked again, and over when it is over.

use glucose::{Glucose, NewReading, Unit};
use jiff::SignedDuration;
use sharing::Purpose;
use store::{Access, Ending, Entrance, Manage, Origin, Seen, Session, Upload};
use testkit::{
    both::{TestStore, both},
    cast::{PASSWORD, People, email, people},
};

/// Somebody's session, with its token.
async fn session(kit: &TestStore, name: &str) -> (Session, String) {
    let entrance = kit.store.sign_in(email(name).as_str(), PASSWORD, false, Origin::default()).await;
    let token = entrance.and_then(Entrance::opened).unwrap().session.as_str().to_owned();
    (kit.store.session(&token).await.unwrap(), token)
}

async fn a_reading_comes(kit: &TestStore, family: &People) {
    let new = NewReading::cgm(kit.clock.now(), 60, Glucose::new(100.0, Unit::MgDl).unwrap());
    let add = move |patient: &mut Access<'_, Upload>| patient.add_readings(std::slice::from_ref(&new));
    let device = &family.devices[&family.record];
    kit.store.with_patient(device, family.record, Purpose::DeviceUpload, add).await.unwrap();
    kit.clock.advance(SignedDuration::from_secs(1));
}

#[test]
fn whoever_watches_is_told_of_readings_and_of_the_end() {
    both(async |kit| {
        let family = people(&kit).await;
        let (ben, _) = session(&kit, "ben").await;
        let mut watch = kit.store.watch(&ben, family.record).await.unwrap();
        for _ in 0..3 {
            a_reading_comes(&kit, &family).await;
            assert_eq!(watch.next().await.unwrap(), Seen::Readings);
        }
        let partner = ben.account;
        let remove = move |patient: &mut Access<'_, Manage>| patient.remove_care_partner(partner);
        kit.store.with_patient(&family.anna, family.record, Purpose::Settings, remove).await.unwrap();
        assert_eq!(watch.next().await.unwrap(), Seen::Ended(Ending::Removed));
    });
}

#[test]
fn a_grant_that_runs_out_ends_it_without_news() {
    both(async |kit| {
        let family = people(&kit).await;
        let (carla, _) = session(&kit, "carla").await;
        let mut watch = kit.store.watch(&carla, family.mia).await.unwrap();
        assert_eq!(watch.next().await.unwrap(), Seen::Ended(Ending::Removed), "who was never let in is out at once");
        let mut watch = kit.store.watch(&carla, family.record).await.unwrap();
        kit.clock.set(family.carla_until - SignedDuration::from_millis(1));
        // The first session is long unused by then: watching is no use of it.
        let (carla, _) = session(&kit, "carla").await;
        let mut other = kit.store.watch(&carla, family.record).await.unwrap();
        let (over, ()) = tokio::join!(other.next(), async { kit.clock.set(family.carla_until) });
        assert_eq!(over.unwrap(), Seen::Ended(Ending::Expired));
        assert_eq!(watch.next().await.unwrap(), Seen::Ended(Ending::SignedOut));
    });
}

#[test]
fn what_another_server_changed_is_found_by_asking_again() {
    both(async |kit| {
        let family = people(&kit).await;
        let (ben, _) = session(&kit, "ben").await;
        let mut watch = kit.store.watch(&ben, family.record).await.unwrap();
        a_reading_comes(&kit, &family).await;
        assert_eq!(watch.next().await.unwrap(), Seen::Readings);

        // The same database, opened by a second server: it knows nothing of who listens at the first.
        let (other, _) = store::Store::open(kit.settings.clone()).unwrap();
        let partner = ben.account;
        let remove = move |patient: &mut Access<'_, Manage>| patient.remove_care_partner(partner);
        other.with_patient(&family.anna, family.record, Purpose::Settings, remove).await.unwrap();
        kit.clock.advance(SignedDuration::from_secs(17));
        assert_eq!(watch.next().await.unwrap(), Seen::Ended(Ending::Removed));
    });
}

#[test]
fn a_session_that_ends_ends_what_it_watches_and_a_new_token_does_not() {
    both(async |kit| {
        let family = people(&kit).await;
        let (ben, token) = session(&kit, "ben").await;
        let mut watch = kit.store.watch(&ben, family.record).await.unwrap();
        let new = kit.store.prove_password(&token, PASSWORD, Origin::default()).await.unwrap();
        a_reading_comes(&kit, &family).await;
        assert_eq!(watch.next().await.unwrap(), Seen::Readings);
        kit.store.sign_out(new.as_str()).await.unwrap();
        assert_eq!(watch.next().await.unwrap(), Seen::Ended(Ending::SignedOut));
    });
}

#[test]
fn asking_again_is_no_look() {
    both(async |kit| {
        let family = people(&kit).await;
        let (zoe, _) = session(&kit, "zoe").await;
        let before = kit.store.verify_audit().await.unwrap().lines;
        let mut watch = kit.store.watch(&zoe, family.record).await.unwrap();
        assert_eq!(watch.next().await.unwrap(), Seen::Ended(Ending::Removed));
        assert_eq!(kit.store.verify_audit().await.unwrap().lines, before);
    });
}

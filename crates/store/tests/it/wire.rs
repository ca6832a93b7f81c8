//! News between nodes: what goes over the wire, who can read it, and what a node does with what it hears.

use jiff::SignedDuration;
use sharing::{Duty, Purpose, RecordId};
use std::time::Duration;
use store::{Access, Actor, Heard, MasterKeySource, Origin, Said, Store, Upload};
use testkit::{
    both::{TestStore, both},
    cast::{PASSWORD, email, people},
};

/// The same house, opened by another program.
fn another_node(kit: &TestStore) -> (Store, Actor) {
    let (store, roster) = Store::open(kit.settings.clone()).unwrap();
    (store, roster.on(Duty::Deliver))
}

async fn session(store: &Store, name: &str) -> store::Session {
    let entrance = store.sign_in(email(name).as_str(), PASSWORD, false, Origin::default()).await.unwrap();
    store.session(entrance.opened().unwrap().session.as_str()).await.unwrap()
}

async fn packet(said: &mut Said) -> Vec<u8> {
    tokio::time::timeout(Duration::from_secs(5), said.next()).await.unwrap().unwrap()
}

/// A reading comes in on the first node.
async fn uploads(kit: &TestStore, owner: &Actor, record: RecordId) {
    let at = kit.clock.now();
    kit.clock.advance(SignedDuration::from_mins(5));
    let new = vec![glucose::NewReading::cgm(at, 0, glucose::Glucose::new(100.0, glucose::Unit::MgDl).unwrap())];
    let add = move |patient: &mut Access<'_, Upload>| patient.add_readings(&new).map(drop);
    kit.store.with_patient(owner, record, Purpose::Import, add).await.unwrap();
}

#[test]
fn what_one_node_says_rings_the_bells_of_another_once() {
    both(async |kit| {
        let cast = people(&kit).await;
        let (two, duty) = another_node(&kit);
        let mut said = kit.store.said(&kit.roster.on(Duty::Deliver)).unwrap();
        let anna = session(&two, "anna").await;
        let mut watch = two.watch(&anna, cast.record).await.unwrap();
        uploads(&kit, &anna.actor, cast.record).await;
        let news = packet(&mut said).await;
        assert_eq!(two.hear(&duty, &news).unwrap(), Heard::News);
        assert_eq!(watch.next().await.unwrap(), store::Seen::Readings);
        assert_eq!(two.hear(&duty, &news).unwrap(), Heard::Nothing, "repeated by a stranger");
        assert_eq!(kit.store.hear(&kit.roster.on(Duty::Deliver), &news).unwrap(), Heard::Nothing, "its own");
    });
}

#[test]
fn nobody_else_can_read_what_is_said_or_say_anything() {
    both(async |kit| {
        let cast = people(&kit).await;
        let (two, duty) = another_node(&kit);
        let mut said = kit.store.said(&kit.roster.on(Duty::Deliver)).unwrap();
        let anna = session(&two, "anna").await;
        uploads(&kit, &anna.actor, cast.record).await;
        let news = packet(&mut said).await;
        let id = cast.record.0.0.to_be_bytes();
        assert!(!news.windows(16).any(|part| part == id), "no id in the clear");
        for at in 0..news.len() {
            let mut other = news.clone();
            other[at] ^= 1;
            assert_eq!(two.hear(&duty, &other).unwrap(), Heard::Nothing, "byte {at}");
        }
        let stranger = TestStore::sqlite();
        assert!(matches!(stranger.settings.keys.master, MasterKeySource::Bytes(_)));
        let theirs = stranger.roster.on(Duty::Deliver);
        assert_eq!(stranger.store.hear(&theirs, &news).unwrap(), Heard::Nothing, "another house");
        assert_ne!(stranger.store.house(), kit.store.house());
        assert_eq!(two.house(), kit.store.house());
        for strange in [&b""[..], b"x", &[0; 64], &vec![7; 100_000]] {
            assert_eq!(two.hear(&duty, strange).unwrap(), Heard::Nothing);
        }
        assert!(
            two.said(&anna.actor).is_err() && two.hello(&anna.actor).is_err() && two.hear(&anna.actor, &news).is_err()
        );
    });
}

#[test]
fn a_hello_is_known_by_whoever_said_it_and_by_the_others() {
    both(async |kit| {
        let cast = people(&kit).await;
        let (two, duty) = another_node(&kit);
        let hello = two.hello(&duty).unwrap();
        assert_eq!(two.hear(&duty, &hello).unwrap(), Heard::Itself);
        assert_eq!(kit.store.hear(&kit.roster.on(Duty::Deliver), &hello).unwrap(), Heard::Hello);
        let anna = session(&two, "anna").await;
        let mut watch = two.watch(&anna, cast.record).await.unwrap();
        two.ring_all(&duty).unwrap();
        assert_eq!(watch.next().await.unwrap(), store::Seen::Readings);
    });
}

#[test]
fn a_key_that_one_node_destroyed_stays_open_on_no_other() {
    both(async |kit| {
        let cast = people(&kit).await;
        let (two, duty) = another_node(&kit);
        let mut said = kit.store.said(&kit.roster.on(Duty::Deliver)).unwrap();
        let anna = session(&two, "anna").await;
        uploads(&kit, &anna.actor, cast.record).await;
        packet(&mut said).await;
        let record = cast.record;
        let look = async |store: &Store| {
            let job = |patient: &mut Access<'_, store::View>| patient.latest().map(drop);
            store.with_patient(&anna.actor, record, Purpose::Home, job).await
        };
        look(&two).await.unwrap();
        kit.store.destroy_record_key(&kit.roster.on(Duty::Expire), record).await.unwrap();
        look(&two).await.expect("the other node has the key open still");
        two.hear(&duty, &packet(&mut said).await).unwrap();
        assert!(look(&two).await.is_err());
    });
}

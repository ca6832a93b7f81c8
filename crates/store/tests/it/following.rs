//! Whom a care partner follows: what is shown of each, and what of those who are shut.

use jiff::{SignedDuration, Timestamp};
use sharing::{Purpose, RecordId, Refusal, Terms, Visibility};
use store::{Access, Actor, Error, Followed, Manage, Shut};
use testkit::{
    both::{TestStore, both},
    cast::people,
};

async fn one(kit: &TestStore, who: &Actor) -> Followed {
    let mut all = kit.store.following(who).await.unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

async fn manage<F>(kit: &TestStore, anna: &Actor, record: RecordId, job: F)
where
    F: for<'a> FnMut(&mut Access<'a, Manage>) -> Result<(), Error> + Send + 'static,
{
    kit.store.with_patient(anna, record, Purpose::Sharing, job).await.unwrap();
}

fn shut(why: Refusal, at: Option<Timestamp>) -> Result<store::RecordLine, Shut> {
    Err(Shut { why, at })
}

#[test]
fn whoever_is_shut_out_sees_a_name_and_the_reason() {
    both(async |kit| {
        let people = people(&kit).await;
        let (anna, record, partner) = (people.anna.clone(), people.record, people.ben.account().unwrap());
        let seen = one(&kit, &people.ben).await;
        assert_eq!((seen.record, seen.visibility), (record, Visibility::GLUCOSE_ONLY));
        assert!(seen.seen.is_ok_and(|line| line.id == record && line.name == "anna"));

        let until = kit.clock.now() + SignedDuration::from_mins(5);
        manage(&kit, &anna, record, move |anna| anna.pause_care_partner(partner, until)).await;
        let paused = one(&kit, &people.ben).await;
        assert_eq!((paused.name.as_str(), paused.seen), ("anna", shut(Refusal::Paused, Some(until))));
        assert!(kit.store.overview(&people.ben).await.unwrap().following.is_empty());
        kit.clock.set(until);
        assert!(one(&kit, &people.ben).await.seen.is_ok(), "it comes back by itself");

        let terms = Terms { needs_second_step: true, ..Terms::LEAST };
        manage(&kit, &anna, record, move |anna| anna.edit_care_partner(partner, &terms)).await;
        assert_eq!(one(&kit, &people.ben).await.seen, shut(Refusal::SecondStep, None));

        kit.clock.set(people.carla_until);
        assert_eq!(one(&kit, &people.carla).await.seen, shut(Refusal::Expired, Some(people.carla_until)));
        manage(&kit, &anna, record, move |anna| anna.remove_care_partner(partner)).await;
        assert_eq!(kit.store.following(&people.ben).await.unwrap(), []);
        assert_eq!(kit.store.following(&people.stranger).await.unwrap(), []);
    });
}

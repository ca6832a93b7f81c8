//! Stories of sharing: who is invited, who asks, and what each change does at once.

use jiff::{SignedDuration, Timestamp};
use sharing::{Duty, Id, Permission, Purpose, RecordId, Refusal, Terms, Visibility, WeeklyPause};
use store::{Access, Actor, Conflict, Error, Invalid, Manage, Message, NewInvitation, Own, Store, View};
use testkit::{
    both::{TestStore, both},
    cast::{People, email, people},
};

async fn manage<T, F>(kit: &TestStore, who: &Actor, record: RecordId, job: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: for<'a> FnMut(&mut Access<'a, Manage>) -> Result<T, Error> + Send + 'static,
{
    kit.store.with_patient(who, record, Purpose::Sharing, job).await
}

async fn own<T, F>(kit: &TestStore, who: &Actor, job: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: for<'a> FnMut(&mut Own<'a>) -> Result<T, Error> + Send + 'static,
{
    kit.store.with_account(who, job).await
}

async fn readings(store: &Store, who: &Actor, record: RecordId) -> Result<usize, Error> {
    let look = |patient: &mut Access<'_, View>| Ok(patient.readings_within(Timestamp::MIN, Timestamp::MAX)?.len());
    store.with_patient(who, record, Purpose::Home, look).await
}

fn invitation(to: &str, terms: Terms) -> NewInvitation {
    NewInvitation { email: email(to), terms, message: "Please look after me at night.".to_owned() }
}

async fn invite(kit: &TestStore, people: &People, to: &str, terms: Terms) -> Result<Id, Error> {
    let new = invitation(to, terms);
    manage(kit, &people.anna, people.record, move |anna| anna.invite(&new)).await
}

fn link(mails: &[Message], to: &str) -> String {
    let mail = mails.iter().find(|mail| mail.to.starts_with(to) && mail.text.contains("/invitations/"));
    let text = &mail.expect("an invitation went out").text;
    text.split("/invitations/").nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
}

fn later(kit: &TestStore, hours: i64) -> Timestamp {
    kit.clock.now() + SignedDuration::from_hours(hours)
}

#[test]
fn an_invitation_is_accepted_once_by_the_address_it_went_to() {
    both(async |kit| {
        let people = people(&kit).await;
        let terms = Terms { visibility: Visibility::ALL, ..Terms::LEAST };
        let id = invite(&kit, &people, "zoe", terms).await.unwrap();
        let mails = kit.mails().await;
        let offer = kit.store.offer(&link(&mails, "zoe@")).await.unwrap();
        assert_eq!((offer.id, offer.from.as_str(), offer.terms), (id, "anna", terms));
        let told = mails.iter().any(|mail| mail.to.starts_with("anna@") && mail.text.contains("zoe@example.org"));
        assert!(told, "the owner is told of what was done in her name");

        let others = own(&kit, &people.ben, move |ben| ben.accept(id)).await;
        assert!(matches!(others, Err(Error::NotFound)), "it went to Zoe: {others:?}");
        assert!(own(&kit, &people.ben, |ben| ben.offers()).await.unwrap().is_empty());
        assert_eq!(own(&kit, &people.stranger, |zoe| zoe.offers()).await.unwrap().len(), 1);
        assert!(readings(&kit.store, &people.stranger, people.record).await.is_err(), "nothing before it is accepted");

        let record = own(&kit, &people.stranger, move |zoe| zoe.accept(id)).await.unwrap();
        assert_eq!(record, people.record);
        readings(&kit.store, &people.stranger, people.record).await.unwrap();
        let again = own(&kit, &people.stranger, move |zoe| zoe.accept(id)).await;
        assert!(matches!(again, Err(Error::NotFound)), "{again:?}");
        assert!(matches!(kit.store.offer(&link(&mails, "zoe@")).await, Err(Error::Invalid(Invalid::Invitation))));
        let told: Vec<_> = kit.mails().await.into_iter().map(|mail| mail.to).collect();
        assert!(
            told.iter().any(|to| to.starts_with("anna@")) && told.iter().any(|to| to.starts_with("zoe@")),
            "{told:?}"
        );
    });
}

#[test]
fn an_invitation_ends_when_it_is_withdrawn_declined_sent_again_or_over() {
    both(async |kit| {
        let people = people(&kit).await;
        let id = invite(&kit, &people, "zoe", Terms::LEAST).await.unwrap();
        let first = link(&kit.mails().await, "zoe@");
        manage(&kit, &people.anna, people.record, move |anna| anna.invite_again(id)).await.unwrap();
        let second = link(&kit.mails().await, "zoe@");
        assert!(kit.store.offer(&first).await.is_err() && kit.store.offer(&second).await.is_ok());
        manage(&kit, &people.anna, people.record, move |anna| anna.withdraw_invitation(id)).await.unwrap();
        assert!(kit.store.offer(&second).await.is_err());
        assert!(own(&kit, &people.stranger, move |zoe| zoe.accept(id)).await.is_err());

        let id = invite(&kit, &people, "zoe", Terms::LEAST).await.unwrap();
        own(&kit, &people.stranger, move |zoe| zoe.decline(id)).await.unwrap();
        assert!(own(&kit, &people.stranger, move |zoe| zoe.accept(id)).await.is_err());
        kit.mails().await;

        let until = later(&kit, 1);
        let id = invite(&kit, &people, "zoe", Terms { until_at: Some(until), ..Terms::LEAST }).await.unwrap();
        kit.clock.set(until);
        let over = own(&kit, &people.stranger, move |zoe| zoe.accept(id)).await;
        assert!(matches!(over, Err(Error::Invalid(Invalid::Invitation))), "what was offered has ended: {over:?}");
    });
}

#[test]
fn inviting_asks_for_a_proof_and_a_confirmed_address_and_has_bounds() {
    both(async |kit| {
        let people = people(&kit).await;
        for (to, why) in [("anna", Error::Invalid(Invalid::OwnAddress)), ("ben", Error::Conflict(Conflict::Follows))] {
            let refused = invite(&kit, &people, to, Terms::LEAST).await.unwrap_err();
            assert_eq!(format!("{refused:?}"), format!("{why:?}"));
        }
        invite(&kit, &people, "zoe", Terms::LEAST).await.unwrap();
        let twice = invite(&kit, &people, "zoe", Terms::LEAST).await;
        assert!(matches!(twice, Err(Error::Conflict(Conflict::Invited))), "{twice:?}");
        let past = Terms { until_at: Some(kit.clock.now()), ..Terms::LEAST };
        assert!(matches!(invite(&kit, &people, "max", past).await, Err(Error::Invalid(Invalid::Until))));
        for by in [&people.ben, &people.carla, &people.dr_chen] {
            let new = invitation("max", Terms::LEAST);
            let refused = manage(&kit, by, people.record, move |access| access.invite(&new)).await;
            assert!(matches!(refused, Err(Error::Forbidden(_) | Error::NotFound)), "{refused:?}");
        }
        for number in 0..19 {
            invite(&kit, &people, &format!("nobody{number}"), Terms::LEAST).await.unwrap();
        }
        let many = invite(&kit, &people, "one.more", Terms::LEAST).await;
        assert!(matches!(many, Err(Error::TooMany { .. })), "{many:?}");
        kit.clock.advance(SignedDuration::from_mins(11));
        let old = invite(&kit, &people, "one.more", Terms::LEAST).await;
        assert!(matches!(old, Err(Error::ProofNeeded)), "{old:?}");
    });
}

#[test]
fn a_request_is_asked_answered_and_tells_nothing() {
    both(async |kit| {
        let people = people(&kit).await;
        own(&kit, &people.stranger, |zoe| zoe.ask_to_follow(&email("anna"))).await.unwrap();
        own(&kit, &people.stranger, |zoe| zoe.ask_to_follow(&email("nobody"))).await.unwrap();
        let told: Vec<_> = kit.mails().await.into_iter().map(|mail| mail.to).collect();
        assert_eq!(told, ["anna@example.org"], "whoever is there is told");
        let mine = own(&kit, &people.stranger, |zoe| zoe.own_requests()).await.unwrap();
        let mine: Vec<_> = mine.iter().map(|request| request.email.as_str()).collect();
        assert_eq!(mine, ["anna@example.org", "nobody@example.org"], "both wait");

        let asked = own(&kit, &people.anna, |anna| anna.follow_requests()).await.unwrap();
        assert_eq!((asked.len(), asked[0].name.as_str()), (1, "zoe"));
        let request = asked[0].id;
        for other in [&people.ben, &people.stranger] {
            assert!(own(&kit, other, move |other| other.decline_request(request)).await.is_err());
        }
        own(&kit, &people.anna, move |anna| anna.decline_request(request)).await.unwrap();
        assert!(own(&kit, &people.anna, |anna| anna.follow_requests()).await.unwrap().is_empty());
        let still = own(&kit, &people.stranger, |zoe| zoe.own_requests()).await.unwrap();
        assert_eq!(still.len(), 2, "a declined request looks like one that waits");
        let again = own(&kit, &people.stranger, |zoe| zoe.ask_to_follow(&email("anna"))).await;
        assert!(matches!(again, Err(Error::Conflict(Conflict::Asked))));
        let late =
            manage(&kit, &people.anna, people.record, move |anna| anna.approve_request(request, &Terms::LEAST)).await;
        assert!(matches!(late, Err(Error::NotFound)), "{late:?}");

        kit.clock.advance(SignedDuration::from_hours(24));
        let (anna, zoe) = (testkit::cast::signed_in(&kit, "anna").await, testkit::cast::signed_in(&kit, "zoe").await);
        assert!(own(&kit, &zoe, |zoe| zoe.own_requests()).await.unwrap().is_empty(), "a day is over");
        own(&kit, &zoe, |zoe| zoe.ask_to_follow(&email("anna"))).await.unwrap();
        let request = own(&kit, &anna, |anna| anna.follow_requests()).await.unwrap()[0].id;
        manage(&kit, &anna, people.record, move |anna| anna.approve_request(request, &Terms::LEAST)).await.unwrap();
        readings(&kit.store, &zoe, people.record).await.unwrap();
    });
}

#[test]
fn a_change_works_at_the_next_request() {
    both(async |kit| {
        let people = people(&kit).await;
        let (ben, record) = (people.ben.account().unwrap(), people.record);
        let look = async || readings(&kit.store, &people.ben, record).await.map(drop);
        let refused = async |why: Refusal| {
            let looked = look().await;
            assert!(matches!(&looked, Err(Error::Forbidden(refusal)) if *refusal == why), "{why:?}: {looked:?}");
        };
        look().await.unwrap();
        let until = later(&kit, 2);
        manage(&kit, &people.anna, record, move |anna| anna.pause_care_partner(ben, until)).await.unwrap();
        refused(Refusal::Paused).await;
        manage(&kit, &people.anna, record, move |anna| anna.resume_care_partner(ben)).await.unwrap();
        look().await.unwrap();

        let step = Terms { needs_second_step: true, ..Terms::LEAST };
        manage(&kit, &people.anna, record, move |anna| anna.edit_care_partner(ben, &step)).await.unwrap();
        refused(Refusal::SecondStep).await;
        // 21 November 2026 is a Saturday; it is ten in the morning in Berlin.
        let pause = WeeklyPause::new(0b010_0000, 9 * 60, 11 * 60).unwrap();
        let hours = Terms { weekly_pause: Some(pause), ..Terms::LEAST };
        manage(&kit, &people.anna, record, move |anna| anna.edit_care_partner(ben, &hours)).await.unwrap();
        refused(Refusal::Paused).await;
        kit.clock.advance(SignedDuration::from_hours(1));
        look().await.unwrap();

        let more = Terms { permission: Permission::ViewAndDownload, ..hours };
        let widened = manage(&kit, &people.anna, record, move |anna| anna.edit_care_partner(ben, &more)).await;
        assert!(matches!(widened, Err(Error::ProofNeeded)), "the proof is an hour old: {widened:?}");
        let less = Terms { until_at: Some(later(&kit, 1)), ..hours };
        manage(&kit, &people.anna, record, move |anna| anna.edit_care_partner(ben, &less)).await.unwrap();
        own(&kit, &people.ben, move |ben| ben.stop_following(record)).await.unwrap();
        assert!(matches!(look().await, Err(Error::NotFound)));
    });
}

#[test]
fn both_sides_hear_of_the_end_three_days_before_and_at_the_end() {
    both(async |kit| {
        let people = people(&kit).await;
        let (ben, record) = (people.ben.account().unwrap(), people.record);
        let terms = Terms { until_at: Some(later(&kit, 24 * 10)), ..Terms::LEAST };
        manage(&kit, &people.anna, record, move |anna| anna.edit_care_partner(ben, &terms)).await.unwrap();
        kit.clock.advance(SignedDuration::from_hours(2));
        let duty = kit.roster.on(Duty::Expire);
        assert_eq!(kit.store.tell_of_ends(&duty).await.unwrap(), 1, "Carla's hour is over");
        kit.mails().await;
        for (hours, told) in [(24 * 7 - 3, 0), (1, 2), (24 * 3 - 1, 0), (1, 2), (24, 0)] {
            kit.clock.advance(SignedDuration::from_hours(hours));
            kit.store.tell_of_ends(&duty).await.unwrap();
            kit.store.tell_of_ends(&duty).await.unwrap();
            let mails = kit.mails().await;
            assert_eq!(
                mails.len(),
                told,
                "after {hours} h: {:?}",
                mails.iter().map(|mail| &mail.text).collect::<Vec<_>>()
            );
        }
    });
}

#[test]
fn lockdown_withdraws_and_drops_what_was_offered_and_asked() {
    both(async |kit| {
        let people = people(&kit).await;
        let id = invite(&kit, &people, "zoe", Terms::LEAST).await.unwrap();
        own(&kit, &people.carla, |carla| carla.ask_to_follow(&email("anna"))).await.unwrap();
        kit.store.lock_down(&people.anna, store::Origin::default()).await.unwrap();
        assert!(own(&kit, &people.stranger, |zoe| zoe.offers()).await.unwrap().is_empty());
        assert!(own(&kit, &people.stranger, move |zoe| zoe.accept(id)).await.is_err());
        let waits = own(&kit, &people.carla, |carla| carla.own_requests()).await.unwrap();
        assert_eq!(waits.len(), 1, "whoever asked is not told that there is somebody who locked");
        assert!(!kit.mails().await.iter().any(|mail| mail.text.contains("asks to see")), "nor is anybody told of it");
    });
}

#[test]
fn a_region_may_limit_how_many_care_partners_there_are() {
    both(async |mut kit| {
        kit.settings.most_care_partners = Some(3);
        let kit = kit.reopen();
        let people = people(&kit).await;
        let id = invite(&kit, &people, "zoe", Terms::LEAST).await.unwrap();
        let fourth = invite(&kit, &people, "fred", Terms::LEAST).await;
        assert!(
            matches!(fourth, Err(Error::Conflict(Conflict::CarePartners))),
            "an invitation takes a place: {fourth:?}"
        );
        own(&kit, &people.stranger, move |zoe| zoe.accept(id)).await.unwrap();
        own(&kit, &people.front_desk, |fred| fred.ask_to_follow(&email("anna"))).await.unwrap();
        let request = own(&kit, &people.anna, |anna| anna.follow_requests()).await.unwrap()[0].id;
        let full =
            manage(&kit, &people.anna, people.record, move |anna| anna.approve_request(request, &Terms::LEAST)).await;
        assert!(matches!(full, Err(Error::Conflict(Conflict::CarePartners))), "{full:?}");
        let ben = people.ben.account().unwrap();
        manage(&kit, &people.anna, people.record, move |anna| anna.remove_care_partner(ben)).await.unwrap();
        let request = own(&kit, &people.anna, |anna| anna.follow_requests()).await.unwrap()[0].id;
        manage(&kit, &people.anna, people.record, move |anna| anna.approve_request(request, &Terms::LEAST))
            .await
            .unwrap();

        kit.clock.set(people.carla_until);
        let carla = people.carla.account().unwrap();
        let anna = testkit::cast::signed_in(&kit, "anna").await;
        own(&kit, &people.ben, |ben| ben.ask_to_follow(&email("anna"))).await.unwrap();
        let request = own(&kit, &anna, |anna| anna.follow_requests()).await.unwrap()[0].id;
        manage(&kit, &anna, people.record, move |anna| anna.approve_request(request, &Terms::LEAST)).await.unwrap();
        let back = manage(&kit, &anna, people.record, move |anna| anna.edit_care_partner(carla, &Terms::LEAST)).await;
        assert!(matches!(back, Err(Error::Conflict(Conflict::CarePartners))), "her place is taken: {back:?}");
    });
}

#[test]
fn the_owner_sees_just_what_a_care_partner_sees_and_nobody_else_does() {
    both(async |kit| {
        let people = people(&kit).await;
        let (ben, carla, record) = (people.ben.account().unwrap(), people.carla.account().unwrap(), people.record);
        let seen = async |who: &Actor, partner| {
            kit.store.see_as(who, record, partner, |access| Ok(access.record()?.visibility)).await
        };
        assert_eq!(seen(&people.anna, ben).await.unwrap(), Visibility::GLUCOSE_ONLY);
        assert_eq!(seen(&people.anna, carla).await.unwrap(), Visibility::ALL);
        kit.clock.set(people.carla_until);
        assert!(matches!(seen(&people.anna, carla).await, Err(Error::Forbidden(Refusal::Expired))));
        for (who, partner) in [
            (&people.ben, carla),
            (&people.ben, ben),
            (&people.stranger, ben),
            (&people.anna, people.stranger.account().unwrap()),
            (&people.anna, people.anna.account().unwrap()),
        ] {
            assert!(matches!(seen(who, partner).await, Err(Error::NotFound)));
        }
    });
}

//! What a thief brought in before the button was pressed does not outlive it.

use crate::lockdown::{NEW, token};
use crate::second_step::with_app;
use jiff::SignedDuration;
use store::{Entrance, Message, Origin, Own};
use testkit::{
    both::{TestStore, both},
    cast::{PASSWORD, email, people, signed_in},
};

async fn moves_to(kit: &TestStore, from: &store::Actor, name: &'static str) -> Vec<Message> {
    let ask = move |own: &mut Own<'_>| own.ask_new_email(&email(name));
    kit.store.with_account(from, ask).await.unwrap();
    let link = token(&kit.mails().await, name, "/new-addresses/");
    kit.store.confirm_new_email(&link).await.unwrap();
    kit.mails().await
}

async fn enters(kit: &TestStore, name: &str) -> bool {
    kit.store.sign_in(email(name).as_str(), NEW, false, Origin::default()).await.is_ok()
}

#[test]
fn an_address_and_a_second_step_of_a_thief_go_when_the_owner_unlocks() {
    both(async |kit| {
        let family = people(&kit).await;
        kit.clock.advance(SignedDuration::from_mins(5));
        let (seat, ..) = with_app(&kit).await;
        let told = moves_to(&kit, &seat.actor, "thief").await;
        let lock = token(&told, "anna", "/lockdown/mail/");
        kit.store.lock_by_mail(&lock, Origin::default()).await.unwrap();
        // However long the thief waits, theirs does not become the address that is trusted.
        kit.clock.advance(SignedDuration::from_hours(100));
        kit.store.ask_password_reset(email("thief").as_str(), Origin::default()).await.unwrap();
        let sent = kit.mails().await;
        assert!(!sent.iter().any(|mail| mail.to.starts_with("thief") && mail.text.contains("/unlock/")));
        let link = token(&sent, "anna", "/lockdown/unlock/");
        let entrance = kit.store.unlock(&link, NEW, Origin::default()).await.unwrap();
        assert!(matches!(entrance, Entrance::Open(_)), "the thief's second step is not asked");
        assert!(enters(&kit, "anna").await && !enters(&kit, "thief").await);
        drop(kit.mails().await);
        kit.store.ask_password_reset(email("thief").as_str(), Origin::default()).await.unwrap();
        assert!(kit.mails().await.is_empty(), "no link leads back through the thief's address");
        drop(family);
    });
}

#[test]
fn a_second_step_of_longer_ago_is_still_asked() {
    both(async |kit| {
        people(&kit).await;
        kit.clock.advance(SignedDuration::from_mins(5));
        let (seat, ..) = with_app(&kit).await;
        kit.clock.advance(SignedDuration::from_hours(73));
        kit.store.lock_down(&seat.actor, Origin::default()).await.unwrap();
        let link = token(&kit.mails().await, "anna", "/lockdown/unlock/");
        let entrance = kit.store.unlock(&link, NEW, Origin::default()).await.unwrap();
        assert!(matches!(entrance, Entrance::SecondStep(_)));
    });
}

#[test]
fn whoever_takes_their_own_address_back_gives_the_other_one_no_way() {
    both(async |kit| {
        let family = people(&kit).await;
        drop(kit.mails().await);
        let told = moves_to(&kit, &family.anna, "thief").await;
        let undo = token(&told, "anna", "/changes/undo/");
        let told = moves_to(&kit, &family.anna, "anna").await;
        assert!(!told.iter().any(|mail| mail.text.contains("/changes/undo/")), "there is nothing to undo");
        assert!(kit.store.contact_change(&undo).await.is_err(), "the first change is undone already");
        let anna = signed_in(&kit, "anna").await;
        kit.store.lock_down(&anna, Origin::default()).await.unwrap();
        let sent = kit.mails().await;
        assert!(sent.iter().all(|mail| mail.to == "anna@example.org"), "nothing goes to the thief any more");
        assert!(kit.store.sign_in("thief@example.org", PASSWORD, false, Origin::default()).await.is_err());
    });
}

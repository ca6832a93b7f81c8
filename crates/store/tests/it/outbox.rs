//! The outbox: claimed by one, given back by the dead, tried again later, kept when sent.

use jiff::SignedDuration;
use sharing::Duty;
use store::{Error, Origin};
use testkit::{
    both::both,
    cast::{PASSWORD, new_account, people, signed_in},
};

#[test]
fn a_message_is_claimed_by_one_and_given_back_by_a_worker_that_died() {
    both(async |kit| {
        kit.store.sign_up(new_account("dora", false), Origin::default()).await.unwrap();
        let duty = kit.roster.on(Duty::Deliver);
        let (one, two) = tokio::join!(kit.store.claim_messages(&duty, 10), kit.store.claim_messages(&duty, 10));
        assert_eq!(one.unwrap().len() + two.unwrap().len(), 1);
        kit.clock.advance(SignedDuration::from_mins(10));
        let again = kit.store.claim_messages(&duty, 10).await.unwrap();
        assert_eq!(again[0].attempts, 2);
    });
}

#[test]
fn a_message_that_failed_comes_back_when_it_is_due() {
    both(async |kit| {
        kit.store.sign_up(new_account("dora", false), Origin::default()).await.unwrap();
        let duty = kit.roster.on(Duty::Deliver);
        let id = kit.store.claim_messages(&duty, 10).await.unwrap()[0].id;
        let later = kit.clock.now() + SignedDuration::from_mins(10);
        kit.store.message_failed(&duty, id, later).await.unwrap();
        kit.clock.advance(SignedDuration::from_mins(9));
        assert!(kit.store.claim_messages(&duty, 10).await.unwrap().is_empty());
        kit.clock.set(later);
        assert_eq!(kit.store.claim_messages(&duty, 10).await.unwrap()[0].id, id);
        kit.store.message_sent(&duty, id).await.unwrap();
        kit.clock.advance(SignedDuration::from_hours(1));
        assert!(kit.store.claim_messages(&duty, 10).await.unwrap().is_empty());
    });
}

#[test]
fn what_was_sent_can_be_looked_up_by_whom_it_was_sent_to() {
    both(async |kit| {
        kit.store.sign_up(new_account("dora", false), Origin::default()).await.unwrap();
        let dora = signed_in(&kit, "dora").await;
        let messages = kit.store.with_account(&dora, |own| own.messages(10)).await.unwrap();
        assert_eq!(messages[0].subject, "Confirm your e-mail address");
        assert_eq!(messages[0].sent_at, None);
    });
}

#[test]
fn only_the_worker_on_that_duty_sees_messages() {
    both(async |kit| {
        let family = people(&kit).await;
        for who in [&family.anna, &kit.roster.on(Duty::Expire)] {
            assert!(matches!(kit.store.claim_messages(who, 10).await, Err(Error::NotFound)));
        }
    });
}

#[test]
fn only_whoever_follows_somebody_is_told_what_phishing_looks_like() {
    both(async |kit| {
        people(&kit).await;
        kit.clock.advance(SignedDuration::from_hours(2));
        for (name, follows) in [("ben", true), ("anna", false)] {
            let browser = Origin { browser: "Firefox".into(), ..Origin::default() };
            kit.store.sign_in(&format!("{name}@example.org"), PASSWORD, false, browser).await.unwrap();
            let mail = kit.mails().await.pop().unwrap();
            assert_eq!(mail.subject, "A new device signed in");
            assert_eq!(mail.text.contains("If you are in doubt, follow no link"), follows, "{}", mail.text);
        }
    });
}

#[test]
fn a_message_that_was_given_up_is_listed_as_not_delivered_and_opens_nothing() {
    both(async |kit| {
        kit.store.sign_up(new_account("dora", false), Origin::default()).await.unwrap();
        let duty = kit.roster.on(Duty::Deliver);
        let id = kit.store.claim_messages(&duty, 10).await.unwrap()[0].id;
        kit.store.message_given_up(&duty, id).await.unwrap();
        kit.clock.advance(SignedDuration::from_hours(48));
        assert!(kit.store.claim_messages(&duty, 10).await.unwrap().is_empty(), "it is not tried for ever");
        let dora = signed_in(&kit, "dora").await;
        let messages = kit.store.with_account(&dora, |own| own.messages(10)).await.unwrap();
        assert_eq!((messages[0].sent_at, messages[0].refused_at.is_some()), (None, true));
        assert!(messages[0].text.contains("/confirmations/…"), "{}", messages[0].text);
    });
}

//! Ways back in, and the reminder of who can see what: on both databases.

use jiff::SignedDuration;
use sharing::{Duty, check_up::check_up};
use store::{Conflict, Error, Invalid, Message, Origin, Own};
use testkit::{
    both::{TestStore, both},
    cast::{PASSWORD, email, new_account, people},
};

const NEW: &str = "eight loud geese cross the road";

fn token(mail: &Message, before: &str) -> String {
    let link = mail.text.split(before).nth(1).expect("the mail has such a link");
    link.split_whitespace().next().unwrap().to_owned()
}

fn token_to(mails: &[Message], to: &str, before: &str) -> String {
    let mail = mails.iter().find(|mail| mail.to == to && mail.text.contains(before)).expect("a mail with such a link");
    token(mail, before)
}

async fn ask_reset(kit: &TestStore, name: &str) -> Vec<String> {
    kit.store.ask_password_reset(email(name).as_str(), Origin::default()).await.unwrap();
    let mails = kit.mails().await;
    mails
        .iter()
        .filter(|mail| mail.text.contains("/password-reset/"))
        .map(|mail| token(mail, "/password-reset/"))
        .collect()
}

async fn enters(kit: &TestStore, address: &str, password: &str) -> bool {
    kit.store.sign_in(address, password, false, Origin::default()).await.is_ok()
}

fn is_void<T>(answer: Result<T, Error>) -> bool {
    matches!(answer, Err(Error::Invalid(Invalid::Token)))
}

#[test]
fn only_the_newest_link_to_a_new_password_works_once_for_an_hour() {
    both(async |kit| {
        people(&kit).await;
        drop(kit.mails().await);
        let first = ask_reset(&kit, "anna").await.pop().unwrap();
        let second = ask_reset(&kit, "anna").await.pop().unwrap();
        assert_eq!(second.len(), 43, "256 bits");
        assert!(is_void(kit.store.password_reset(&first).await));
        assert!(is_void(kit.store.reset_password(&first, NEW, Origin::default()).await));
        let weak = kit.store.reset_password(&second, "anna1988", Origin::default()).await;
        assert!(matches!(weak, Err(Error::Invalid(Invalid::Password(_)))), "the same rule as at sign-up");
        kit.store.reset_password(&second, NEW, Origin::default()).await.unwrap();
        assert!(is_void(kit.store.reset_password(&second, NEW, Origin::default()).await));
        assert!(enters(&kit, "anna@example.org", NEW).await && !enters(&kit, "anna@example.org", PASSWORD).await);
        let late = ask_reset(&kit, "ben").await.pop().unwrap();
        kit.clock.advance(SignedDuration::from_mins(60));
        assert!(is_void(kit.store.password_reset(&late).await));
        assert!(is_void(kit.store.reset_password(&late, NEW, Origin::default()).await));
    });
}

#[test]
fn an_account_gets_five_such_mails_an_hour_and_strangers_none() {
    both(async |kit| {
        people(&kit).await;
        drop(kit.mails().await);
        let mut sent = 0;
        for _ in 0..7 {
            sent += ask_reset(&kit, "anna").await.len();
        }
        assert_eq!(sent, 5);
        assert_eq!(ask_reset(&kit, "nobody").await.len(), 0);
        kit.store.ask_password_reset("no address at all", Origin::default()).await.unwrap();
        kit.clock.advance(SignedDuration::from_mins(61));
        assert_eq!(ask_reset(&kit, "anna").await.len(), 1);
        for _ in 0..10 {
            kit.store.ask_password_reset("somebody@example.org", Origin::default()).await.unwrap();
        }
        let slowed = kit.store.ask_password_reset("anna@example.org", Origin::default()).await;
        assert!(matches!(slowed, Err(Error::TooMany { .. })), "one network asks twenty times, whomever it asks for");
    });
}

#[test]
fn two_workers_write_one_mail() {
    both(async |kit| {
        people(&kit).await;
        drop(kit.mails().await);
        kit.store.ask_password_reset("anna@example.org", Origin::default()).await.unwrap();
        let (one, two) = tokio::join!(kit.mails(), kit.mails());
        assert_eq!(one.len() + two.len(), 1);
    });
}

#[test]
fn a_change_of_password_ends_links_that_were_asked_for_before() {
    both(async |kit| {
        people(&kit).await;
        drop(kit.mails().await);
        let link = ask_reset(&kit, "anna").await.pop().unwrap();
        let opened = kit.store.sign_in("anna@example.org", PASSWORD, false, Origin::default()).await.unwrap();
        let session = opened.opened().unwrap().session;
        kit.store.change_password(session.as_str(), PASSWORD, NEW, Origin::default()).await.unwrap();
        assert!(is_void(kit.store.reset_password(&link, "nine small boats on a lake", Origin::default()).await));
    });
}

#[test]
fn an_account_moves_to_another_address_and_back_from_the_old_one() {
    both(async |kit| {
        let family = people(&kit).await;
        drop(kit.mails().await);
        let ask = |own: &mut Own<'_>| own.ask_new_email(&email("anna.new"));
        kit.store.with_account(&family.anna, ask).await.unwrap();
        let asked = kit.mails().await;
        assert_eq!(asked.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["anna.new@example.org"]);
        assert!(enters(&kit, "anna@example.org", PASSWORD).await, "nothing has changed yet");
        let link = token(&asked[0], "/new-addresses/");
        kit.store.confirm_new_email(&link).await.unwrap();
        assert!(is_void(kit.store.confirm_new_email(&link).await));
        assert!(enters(&kit, "anna.new@example.org", PASSWORD).await);
        assert!(!enters(&kit, "anna@example.org", PASSWORD).await);
        let told = kit.mails().await;
        let undo = token_to(&told, "anna@example.org", "/changes/undo/");
        let at_new = told.iter().find(|mail| mail.to == "anna.new@example.org").unwrap();
        assert!(!at_new.text.contains("/changes/undo/"), "whoever has the new address cannot undo");

        kit.clock.advance(SignedDuration::from_hours(71));
        assert!(kit.store.contact_change(&undo).await.is_ok(), "looking changes nothing");
        let session = kit.store.sign_in("anna.new@example.org", PASSWORD, true, Origin::default()).await.unwrap();
        let session = session.opened().unwrap().session;
        kit.store.undo_contact_change(&undo, Origin::default()).await.unwrap();
        assert!(kit.store.session(session.as_str()).await.is_err(), "every session ends");
        assert!(enters(&kit, "anna@example.org", PASSWORD).await);
        assert!(!enters(&kit, "anna.new@example.org", PASSWORD).await);
        assert!(is_void(kit.store.undo_contact_change(&undo, Origin::default()).await));
    });
}

#[test]
fn after_72_hours_a_change_stands() {
    both(async |kit| {
        let family = people(&kit).await;
        drop(kit.mails().await);
        kit.store.with_account(&family.anna, |own| own.ask_new_email(&email("anna.new"))).await.unwrap();
        let link = token(&kit.mails().await[0], "/new-addresses/");
        kit.store.confirm_new_email(&link).await.unwrap();
        let undo = token_to(&kit.mails().await, "anna@example.org", "/changes/undo/");
        let free = async || {
            kit.store.sign_up(new_account("anna", false), Origin::default()).await.unwrap();
            kit.mails().await.iter().any(|mail| mail.text.contains("/confirmations/"))
        };
        kit.clock.advance(SignedDuration::from_hours(71));
        assert!(!free().await, "nobody takes the old address while it can come back");
        kit.clock.advance(SignedDuration::from_hours(2));
        assert!(is_void(kit.store.contact_change(&undo).await));
        assert!(is_void(kit.store.undo_contact_change(&undo, Origin::default()).await));
        assert!(free().await);
    });
}

#[test]
fn undoing_the_first_of_two_changes_undoes_both() {
    both(async |kit| {
        let family = people(&kit).await;
        drop(kit.mails().await);
        let mut undo = Vec::new();
        for (from, to) in [("anna", "anna.two"), ("anna.two", "anna.three")] {
            kit.store.with_account(&family.anna, move |own| own.ask_new_email(&email(to))).await.unwrap();
            let link = token_to(&kit.mails().await, email(to).as_str(), "/new-addresses/");
            kit.store.confirm_new_email(&link).await.unwrap();
            undo.push(token_to(&kit.mails().await, email(from).as_str(), "/changes/undo/"));
        }
        kit.store.undo_contact_change(&undo[0], Origin::default()).await.unwrap();
        assert!(enters(&kit, "anna@example.org", PASSWORD).await);
        assert!(is_void(kit.store.undo_contact_change(&undo[1], Origin::default()).await));
    });
}

#[test]
fn an_address_that_is_taken_is_not_told_and_its_owner_is() {
    both(async |kit| {
        let family = people(&kit).await;
        drop(kit.mails().await);
        let before = kit.store.with_account(&family.anna, |own| own.messages(50)).await.unwrap().len();
        for to in ["ben", "nobody"] {
            kit.store.with_account(&family.anna, move |own| own.ask_new_email(&email(to))).await.unwrap();
            let mail = kit.mails().await.pop().unwrap();
            assert_eq!(mail.to, email(to).as_str());
            assert_eq!(mail.text.contains("/new-addresses/"), to == "nobody");
            let listed = kit.store.with_account(&family.anna, |own| own.messages(50)).await.unwrap().len();
            assert_eq!(listed, before, "the list of messages does not tell either");
        }
        let own = kit.store.with_account(&family.anna, |own| own.ask_new_email(&email("Anna"))).await;
        assert!(matches!(own, Err(Error::Conflict(Conflict::Taken))));
        for _ in 0..3 {
            kit.store.with_account(&family.anna, |own| own.ask_new_email(&email("nobody"))).await.unwrap();
        }
        let many = kit.store.with_account(&family.anna, |own| own.ask_new_email(&email("nobody"))).await;
        assert!(matches!(many, Err(Error::TooMany { .. })), "nobody's mailbox is filled by us");
        kit.clock.advance(SignedDuration::from_mins(11));
        let stale = kit.store.with_account(&family.anna, |own| own.ask_new_email(&email("nobody"))).await;
        assert!(matches!(stale, Err(Error::ProofNeeded)));
    });
}

#[test]
fn an_address_taken_in_between_is_not_taken_twice() {
    both(async |kit| {
        let family = people(&kit).await;
        drop(kit.mails().await);
        kit.store.with_account(&family.anna, |own| own.ask_new_email(&email("dora"))).await.unwrap();
        let link = token(&kit.mails().await[0], "/new-addresses/");
        kit.store.sign_up(new_account("dora", false), Origin::default()).await.unwrap();
        let late = kit.store.confirm_new_email(&link).await;
        assert!(matches!(late, Err(Error::Conflict(Conflict::Taken))));
        assert!(enters(&kit, "anna@example.org", PASSWORD).await);
    });
}

#[test]
fn the_phrase_stands_in_every_mail_and_never_at_an_address_of_somebody_unknown() {
    both(async |kit| {
        let family = people(&kit).await;
        drop(kit.mails().await);
        for wrong in ["ab", "a\nb c", &"x".repeat(61)] {
            let wrong = wrong.to_owned();
            let refused = kit.store.with_account(&family.anna, move |own| own.set_phrase(&wrong)).await;
            assert!(matches!(refused, Err(Error::Invalid(Invalid::Phrase))));
        }
        kit.store.with_account(&family.anna, |own| own.set_phrase("a blue heron {secret}")).await.unwrap();
        let told = kit.mails().await.pop().unwrap();
        assert!(told.text.contains("Your phrase: a blue heron ."), "{}", told.text);
        kit.store.with_account(&family.anna, |own| own.ask_new_email(&email("nobody"))).await.unwrap();
        assert!(!kit.mails().await[0].text.contains("heron"));
        let listed = kit.store.with_account(&family.anna, |own| own.messages(5)).await.unwrap();
        assert!(
            listed[0].text.contains("/lockdown/mail/…"),
            "the words are kept, the secret is not: {}",
            listed[0].text
        );
        kit.store.with_account(&family.anna, |own| own.set_phrase(" ")).await.unwrap();
        assert_eq!(kit.store.with_account(&family.anna, |own| own.phrase()).await.unwrap(), None);
    });
}

#[test]
fn the_reminder_comes_once_a_quarter_from_two_workers() {
    both(async |kit| {
        let family = people(&kit).await;
        drop(kit.mails().await);
        let duty = kit.roster.on(Duty::Expire);
        let remind = async || {
            let (one, two) = tokio::join!(kit.store.remind_of_reviews(&duty), kit.store.remind_of_reviews(&duty));
            one.unwrap() + two.unwrap()
        };
        let is_due = async || kit.store.overview(&family.anna).await.unwrap().review_due;
        let days = |days: i64| kit.clock.advance(SignedDuration::from_hours(24 * days));
        days(89);
        assert_eq!((remind().await, is_due().await), (0, false));
        days(1);
        assert_eq!((remind().await, is_due().await), (1, true));
        let told = kit.mails().await;
        assert_eq!((told.len(), told[0].to.as_str()), (1, "anna@example.org"), "only whoever has care partners");
        assert!(told[0].text.contains("/security/review.ics"), "{}", told[0].text);
        assert_eq!(remind().await, 0);
        days(90);
        assert_eq!(remind().await, 1, "once a quarter until it is done");
        kit.store.with_account(&family.anna, |own| own.review()).await.unwrap();
        assert!(!is_due().await);
        days(89);
        assert_eq!((remind().await, is_due().await), (0, false));
        days(1);
        assert_eq!(remind().await, 1);
    });
}

#[test]
fn the_check_up_reads_what_is_there() {
    both(async |kit| {
        let family = people(&kit).await;
        let facts = kit.store.with_account(&family.anna, |own| own.check_up()).await.unwrap();
        assert!(facts.email_verified && !facts.second_step && !facts.phrase && !facts.lockdown);
        assert_eq!((facts.partners.len(), facts.devices.len(), facts.recovery_codes), (2, 1, 0));
        let before = check_up(&facts, kit.clock.now()).score;
        kit.store.with_account(&family.anna, |own| own.set_phrase("a blue heron")).await.unwrap();
        let facts = kit.store.with_account(&family.anna, |own| own.check_up()).await.unwrap();
        assert!(check_up(&facts, kit.clock.now()).score > before);
        let unused = facts.tokens_used_at.len();
        kit.clock.advance(SignedDuration::from_hours(24 * 89));
        assert_eq!(kit.store.with_account(&family.anna, |own| own.end_unused_tokens()).await.unwrap(), 0);
        kit.clock.advance(SignedDuration::from_hours(24));
        let ended = kit.store.with_account(&family.anna, |own| own.end_unused_tokens()).await.unwrap();
        assert_eq!(ended, unused as u64);
    });
}

#[test]
fn the_list_of_care_partners_tells_who_sees_what() {
    both(async |kit| {
        let family = people(&kit).await;
        let lines = kit.store.with_account(&family.anna, |own| own.care_partners()).await.unwrap();
        let told: Vec<_> =
            lines.iter().map(|line| (line.name.as_str(), line.terms.until_at, line.second_step)).collect();
        assert_eq!(told, [("ben", None, false), ("carla", Some(family.carla_until), false)]);
        assert!(lines.iter().all(|line| line.record == family.record && line.looked_at.is_none()));
        let look = |patient: &mut store::Access<'_, store::View>| patient.record().map(drop);
        kit.store.with_patient(&family.ben, family.record, sharing::Purpose::Home, look).await.unwrap();
        let lines = kit.store.with_account(&family.anna, |own| own.care_partners()).await.unwrap();
        assert_eq!(lines[0].looked_at, Some(kit.clock.now()));
        let nobody = kit.store.with_account(&family.stranger, |own| own.care_partners()).await.unwrap();
        assert!(nobody.is_empty());
    });
}

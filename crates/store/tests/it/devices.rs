//! Sessions and known devices: who is told of a new one, how to be rid of one, and what a thief of the database has.

use jiff::SignedDuration;
use std::{collections::HashSet, fs, path::Path};
use store::{Error, Invalid, Message, Opened, Origin, Own, Store};
use testkit::{
    both::{TestStore, both},
    cast::{PASSWORD, email, new_account, people},
};

fn from(address: &str, device: Option<&str>) -> Origin {
    let address = Some(address.parse().unwrap());
    Origin { address, browser: "Firefox".to_owned(), device: device.map(str::to_owned) }
}

async fn enter(kit: &TestStore, origin: Origin) -> Opened {
    kit.store.sign_in(email("dora").as_str(), PASSWORD, false, origin).await.unwrap().opened().unwrap()
}

/// Dora, who has signed up and not signed in yet.
async fn dora(kit: &TestStore) {
    kit.store.sign_up(new_account("dora", false), Origin::default()).await.unwrap();
    kit.mails().await;
}

async fn own<T: Send + 'static>(
    store: &Store,
    session: &Opened,
    job: impl for<'a> FnMut(&mut Own<'a>) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let actor = store.session(session.session.as_str()).await?.actor;
    store.with_account(&actor, job).await
}

async fn is_open(kit: &TestStore, session: &Opened) -> bool {
    kit.store.session_quietly(session.session.as_str()).await.is_ok()
}

#[test]
fn a_second_device_is_told_by_mail_and_the_very_first_is_not() {
    both(async |kit| {
        dora(&kit).await;
        let first = enter(&kit, from("192.0.2.1", None)).await;
        let device = first.device.as_ref().unwrap().as_str();
        assert!(kit.mails().await.is_empty(), "nobody is told of their own first sign-in");
        assert!(enter(&kit, from("192.0.2.9", Some(device))).await.device.is_none(), "the browser keeps what it has");
        assert!(kit.mails().await.is_empty(), "nor of a device that is known, wherever it is");
        let second = enter(&kit, from("198.51.100.7", None)).await;
        let told = kit.mails().await;
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].to.as_str(), told[0].subject.as_str()), ("dora@example.org", "A new device signed in"));
        assert!(told[0].text.contains("198.51.100.7 Firefox"), "{}", told[0].text);
        for secret in [PASSWORD, second.session.as_str(), second.device.as_ref().unwrap().as_str()] {
            assert!(!told[0].text.contains(secret) && !told[0].html.contains(secret));
        }
    });
}

#[test]
fn a_cookie_that_we_did_not_give_is_never_taken_over() {
    both(async |kit| {
        dora(&kit).await;
        let planted = "A".repeat(43);
        let opened = enter(&kit, from("192.0.2.1", Some(&planted))).await;
        assert_ne!(opened.device.unwrap().as_str(), planted);
        for _ in 0..5 {
            let wrong = kit.store.sign_in("dora@example.org", "wrong", false, from("192.0.2.66", Some(&planted))).await;
            assert!(matches!(wrong, Err(Error::NotSignedIn)));
        }
        let slowed = kit.store.sign_in("dora@example.org", PASSWORD, false, from("192.0.2.66", Some(&planted))).await;
        assert!(matches!(slowed, Err(Error::TooMany { .. })), "it counts as any new device");
    });
}

#[test]
fn a_forgotten_device_is_signed_out_and_new_again() {
    both(async |kit| {
        dora(&kit).await;
        let home = enter(&kit, from("192.0.2.1", None)).await;
        let phone = enter(&kit, from("192.0.2.2", None)).await;
        let again = from("192.0.2.2", phone.device.as_ref().map(store::DeviceToken::as_str));
        let (asking, phone_again) = (again.clone(), enter(&kit, again.clone()).await);
        kit.mails().await;
        let list = own(&kit.store, &home, move |own| own.known_devices(&asking)).await.unwrap();
        assert_eq!(list.len(), 2);
        let line = list.into_iter().find(|line| line.this).unwrap();
        assert_eq!((line.origin.as_str(), line.remembered_until_at), ("192.0.2.2 Firefox", None));
        assert!(line.first_at.is_some());
        let id = line.id.clone();
        own(&kit.store, &home, move |own| own.forget_device(&id)).await.unwrap();
        assert!(!is_open(&kit, &phone).await && !is_open(&kit, &phone_again).await, "both sessions of the device");
        assert!(is_open(&kit, &home).await);
        let twice = own(&kit.store, &home, move |own| own.forget_device(&line.id)).await;
        assert!(matches!(twice, Err(Error::NotFound)));
        let back = enter(&kit, again).await;
        assert!(back.device.is_some(), "another cookie, because the old one is nobody's");
        assert_eq!(kit.mails().await[0].subject, "A new device signed in");
    });
}

#[test]
fn whoever_forgets_all_devices_is_told_of_the_next_one() {
    both(async |kit| {
        dora(&kit).await;
        let home = enter(&kit, from("192.0.2.1", None)).await;
        let phone = enter(&kit, from("192.0.2.2", None)).await;
        kit.mails().await;
        let id = kit.store.session(home.session.as_str()).await.unwrap().id;
        own(&kit.store, &home, move |own| own.forget_all_devices(&id)).await.unwrap();
        assert!(is_open(&kit, &home).await && !is_open(&kit, &phone).await);
        let list = own(&kit.store, &home, |own| own.known_devices(&Origin::default())).await.unwrap();
        assert!(list.is_empty());
        enter(&kit, from("203.0.113.9", None)).await;
        assert_eq!(kit.mails().await[0].subject, "A new device signed in", "a thief is not the first device");
    });
}

#[test]
fn sessions_end_one_by_one_and_all_others_at_once() {
    both(async |kit| {
        let family = people(&kit).await;
        dora(&kit).await;
        let opened = [enter(&kit, from("192.0.2.1", None)).await, enter(&kit, from("192.0.2.2", None)).await];
        let third = enter(&kit, from("192.0.2.3", None)).await;
        let list = own(&kit.store, &third, |own| own.sessions()).await.unwrap();
        assert_eq!(list.len(), 3);
        assert!(list.iter().all(|line| line.method == "password" && !line.own_device));
        let this = kit.store.session(third.session.as_str()).await.unwrap().id;
        let first = list.iter().find(|line| line.origin.starts_with("192.0.2.1 ")).unwrap().id.clone();
        let (theirs, hers) = (first.clone(), first.clone());
        let stranger = kit.store.with_account(&family.anna, move |own| own.end_session(&theirs)).await;
        assert!(matches!(stranger, Err(Error::NotFound)), "nobody ends anybody else's");
        assert!(kit.store.session(&first).await.is_err(), "what is shown does not sign in");
        own(&kit.store, &third, move |own| own.end_session(&hers)).await.unwrap();
        assert!(!is_open(&kit, &opened[0]).await && is_open(&kit, &opened[1]).await && is_open(&kit, &third).await);
        let ended = own(&kit.store, &third, move |own| own.end_other_sessions(&this)).await.unwrap();
        assert_eq!(ended, 1);
        assert!(!is_open(&kit, &opened[1]).await && is_open(&kit, &third).await);
        let activity = own(&kit.store, &third, |own| own.changes(9)).await.unwrap();
        let what: Vec<_> = activity.iter().map(|line| line.what.as_str()).collect();
        assert_eq!(what, ["ended all other sessions", "ended a session", "signed up"]);
    });
}

#[test]
fn a_proof_changes_the_token_and_not_the_name_of_the_session() {
    both(async |kit| {
        dora(&kit).await;
        let opened = enter(&kit, from("192.0.2.1", None)).await;
        let before = kit.store.session(opened.session.as_str()).await.unwrap();
        let proved = kit.store.prove_password(opened.session.as_str(), PASSWORD, Origin::default()).await.unwrap();
        assert!(!is_open(&kit, &opened).await, "the old token is void");
        let after = kit.store.session(proved.as_str()).await.unwrap();
        assert_eq!((&before.id, &before.tag), (&after.id, &after.tag));
        let other = enter(&kit, from("192.0.2.2", None)).await;
        let other = kit.store.session(other.session.as_str()).await.unwrap();
        assert_eq!(other.tag, after.tag, "one account, one tag");
        assert_ne!(other.id, after.id);
        assert!(kit.store.session(&after.tag).await.is_err() && !after.tag.contains(&after.account.to_string()));
    });
}

#[test]
fn looking_quietly_keeps_no_session_open_and_staying_does() {
    both(async |kit| {
        dora(&kit).await;
        let (idle, used) = (enter(&kit, from("192.0.2.1", None)).await, enter(&kit, from("192.0.2.2", None)).await);
        for _ in 0..14 {
            kit.clock.advance(SignedDuration::from_mins(1));
            kit.store.session_quietly(idle.session.as_str()).await.unwrap();
            kit.store.session(used.session.as_str()).await.unwrap();
        }
        let seen = kit.store.session(used.session.as_str()).await.unwrap();
        assert_eq!(seen.idle_ends_at.duration_since(kit.clock.now()), SignedDuration::from_mins(15));
        kit.clock.advance(SignedDuration::from_mins(1));
        assert!(!is_open(&kit, &idle).await && is_open(&kit, &used).await);
    });
}

#[test]
fn an_operator_may_end_unused_sessions_sooner_and_never_later() {
    let kit = TestStore::sqlite();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        dora(&kit).await;
        for (chosen_min, ends_min) in [(1, 1), (5, 5), (60, 15)] {
            let mut settings = kit.settings.clone();
            settings.session_idle = Some(SignedDuration::from_mins(chosen_min));
            let (store, _) = Store::open(settings).unwrap();
            let shared = store.sign_in("dora@example.org", PASSWORD, false, Origin::default()).await.unwrap();
            let own = store.sign_in("dora@example.org", PASSWORD, true, Origin::default()).await.unwrap();
            let (shared, own) = (shared.opened().unwrap().session, own.opened().unwrap().session);
            kit.clock.advance(SignedDuration::from_mins(ends_min) - SignedDuration::from_secs(1));
            assert!(store.session_quietly(shared.as_str()).await.is_ok(), "{chosen_min}");
            kit.clock.advance(SignedDuration::from_secs(1));
            assert!(store.session_quietly(shared.as_str()).await.is_err(), "{chosen_min}");
            assert!(store.session_quietly(own.as_str()).await.is_ok(), "one's own device is one's own choice");
        }
    });
}

#[test]
fn a_way_by_mail_is_asked_for_five_times_an_hour_and_works_once_within_one() {
    both(async |kit| {
        dora(&kit).await;
        let ask = |who: &'static str| kit.store.ask_for_way(who, from("192.0.2.1", None));
        for _ in 0..7 {
            ask("dora@example.org").await.unwrap();
            ask("nobody@example.org").await.unwrap();
            ask("no address").await.unwrap();
        }
        let sent = kit.mails().await;
        assert_eq!(sent.len(), 5);
        assert!(sent.iter().all(|mail| mail.to == "dora@example.org"), "nobody else hears of it");
        let token = |mail: &Message| {
            mail.text.split("/sign-in/way/").nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
        };
        let device = kit.store.take_way(&token(&sent[0]), from("192.0.2.5", None)).await.unwrap().unwrap();
        let again = kit.store.take_way(&token(&sent[0]), from("192.0.2.5", None)).await;
        assert!(matches!(again, Err(Error::Invalid(Invalid::Token))));
        let home = enter(&kit, from("192.0.2.1", None)).await;
        let list = own(&kit.store, &home, |own| own.known_devices(&Origin::default())).await.unwrap();
        assert!(list.iter().any(|line| line.first_at.is_none()), "let in, and nobody has signed in there yet");
        enter(&kit, from("192.0.2.5", Some(device.as_str()))).await;
        assert_eq!(kit.mails().await[0].subject, "A new device signed in", "a mailed link does not make it silent");
        kit.clock.advance(SignedDuration::from_hours(1));
        let late = kit.store.take_way(&token(&sent[1]), from("192.0.2.6", None)).await;
        assert!(matches!(late, Err(Error::Invalid(Invalid::Token))));
        ask("dora@example.org").await.unwrap();
        assert_eq!(kit.mails().await.len(), 1, "an hour later there is another one");
    });
}

#[test]
fn sign_ups_and_mails_are_limited_for_each_network() {
    both(async |kit| {
        let home = || from("192.0.2.1", None);
        for at in 0..30 {
            kit.store.sign_up(new_account(&format!("n{at}"), false), home()).await.unwrap();
            kit.store.ask_for_way("nobody@example.org", home()).await.unwrap();
        }
        let late = kit.store.sign_up(new_account("late", false), home()).await;
        assert!(matches!(late, Err(Error::TooMany { retry_after_s: 1..=31 })));
        let asked = kit.store.ask_for_way("nobody@example.org", home()).await;
        assert!(matches!(asked, Err(Error::TooMany { .. })));
        kit.store.sign_up(new_account("late", false), from("192.0.2.2", None)).await.unwrap();
        for _ in 0..7 {
            kit.store.sign_up(new_account("n1", false), from("192.0.2.3", None)).await.unwrap();
        }
        let to_one = kit.mails().await.iter().filter(|mail| mail.to == "n1@example.org").count();
        assert_eq!(to_one, 5, "nobody's box is filled by strangers");
    });
}

#[test]
fn ids_of_sessions_never_repeat_and_look_random() {
    const SIGN_INS: usize = 10_000;
    let kit = TestStore::sqlite();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let tokens = runtime.block_on(async {
        dora(&kit).await;
        let device = enter(&kit, Origin::default()).await.device.unwrap();
        let mut tokens = HashSet::new();
        for _ in 0..SIGN_INS {
            let opened = enter(&kit, from("192.0.2.1", Some(device.as_str()))).await;
            tokens.insert(opened.session.as_str().to_owned());
        }
        tokens
    });
    assert_eq!(tokens.len(), SIGN_INS);
    assert!(tokens.iter().all(|token| token.len() == 43), "256 bits");
    // Each of the 64 letters of base64 comes as often as the others, within five standard deviations.
    let letters: Vec<u8> = tokens.iter().flat_map(|token| token.bytes().take(42)).collect();
    let expected = letters.len() as f64 / 64.0;
    for letter in b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" {
        let found = letters.iter().filter(|found| *found == letter).count() as f64;
        assert!((found - expected).abs() < 5.0 * expected.sqrt(), "{}: {found}", char::from(*letter));
    }
}

/// Whether any file below the folder holds these bytes.
fn holds(folder: &Path, wanted: &str) -> bool {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).any(|path| {
        let bytes = fs::read(&path).unwrap();
        bytes.windows(wanted.len()).any(|part| part == wanted.as_bytes())
    })
}

#[test]
fn a_copy_of_the_database_holds_nothing_that_signs_in() {
    let kit = TestStore::sqlite();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        dora(&kit).await;
        let opened = enter(&kit, from("192.0.2.1", None)).await;
        kit.store.ask_for_way("dora@example.org", from("192.0.2.1", None)).await.unwrap();
        let way = kit.mails().await.pop().unwrap().text;
        let way = way.split("/sign-in/way/").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        kit.store.close().await.unwrap();
        let id = kit.store.session(opened.session.as_str()).await.unwrap().id;
        assert!(holds(kit.folder(), &id), "the search finds what is there");
        for secret in [opened.session.as_str(), opened.device.as_ref().unwrap().as_str(), &way, PASSWORD] {
            assert!(!holds(kit.folder(), secret));
        }
    });
}

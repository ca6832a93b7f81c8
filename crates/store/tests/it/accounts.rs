//! Signing up, confirming, signing in and out, and what strangers learn: nothing.

use jiff::{SignedDuration, civil::date};
use sharing::{Duty, TokenScope};
use store::{Access, AccountSettings, Error, Invalid, Manage, Message, Origin, WeakPassword};
use testkit::{
    both::{TestStore, both},
    cast::{PASSWORD, email, new_account, new_record, people},
};

fn token(mail: &Message) -> String {
    let link = mail.text.split("/confirmations/").nth(1).unwrap();
    link.split_whitespace().next().unwrap().to_owned()
}

fn from(address: &str) -> Origin {
    Origin { address: Some(address.parse().unwrap()), browser: "Firefox\r\nforged".to_owned(), device: None }
}

async fn try_in(kit: &TestStore, name: &str, password: &str, address: &str) -> Result<store::SessionToken, Error> {
    Ok(kit.store.sign_in(email(name).as_str(), password, false, from(address)).await?.opened()?.session)
}

#[test]
fn a_link_in_a_mail_confirms_the_address_once_within_a_day() {
    both(async |kit| {
        kit.store.sign_up(new_account("dora", true), Origin::default()).await.unwrap();
        let mail = kit.mails().await.pop().unwrap();
        assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("dora@example.org", "Confirm your e-mail address"));
        let session = try_in(&kit, "dora", PASSWORD, "192.0.2.1").await.unwrap();
        assert!(!kit.store.session(session.as_str()).await.unwrap().verified);
        kit.store.confirm_email(&token(&mail)).await.unwrap();
        let session = kit.store.session(session.as_str()).await.unwrap();
        assert!(session.verified);
        assert_eq!((session.name.as_str(), session.email.as_str()), ("dora", "dora@example.org"));
        let again = kit.store.confirm_email(&token(&mail)).await;
        assert!(matches!(again, Err(Error::Invalid(Invalid::Token))));
        let records = kit.store.with_account(&session.actor, |own| own.records()).await.unwrap();
        assert_eq!(records[0].1, "dora");
    });
}

#[test]
fn a_link_is_over_after_a_day_and_a_new_one_ends_the_old() {
    both(async |kit| {
        kit.store.sign_up(new_account("dora", false), Origin::default()).await.unwrap();
        let first = token(&kit.mails().await.pop().unwrap());
        kit.store.sign_up(new_account("dora", false), Origin::default()).await.unwrap();
        let second = token(&kit.mails().await.pop().unwrap());
        assert!(matches!(kit.store.confirm_email(&first).await, Err(Error::Invalid(Invalid::Token))));
        kit.clock.advance(SignedDuration::from_hours(24));
        assert!(matches!(kit.store.confirm_email(&second).await, Err(Error::Invalid(Invalid::Token))));
    });
}

#[test]
fn signing_up_with_a_known_address_answers_the_same_and_mails_its_owner() {
    both(async |kit| {
        people(&kit).await;
        let mut again = new_account("ANNA", true);
        again.password = "another long passphrase".to_owned();
        kit.store.sign_up(again, Origin::default()).await.unwrap();
        let mail = kit.mails().await.pop().unwrap();
        assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("anna@example.org", "You already have an account"));
        assert!(try_in(&kit, "anna", PASSWORD, "192.0.2.1").await.is_ok());
        assert!(try_in(&kit, "anna", "another long passphrase", "192.0.2.1").await.is_err());
    });
}

#[test]
fn weak_passwords_are_refused_with_the_reason() {
    both(async |kit| {
        let cases = [
            ("short", Some(WeakPassword::TooShort)),
            ("fourteen chars", Some(WeakPassword::TooShort)),
            ("Fourteen-char5", None),
            ("aaaaaaaaaaaaaaaaaa", Some(WeakPassword::Breached)),
            ("abababcdcdcdababab", Some(WeakPassword::Simple)),
            ("abcdefgh-ijklmnop-qrst", Some(WeakPassword::Simple)),
            ("dora@example.org 1988", Some(WeakPassword::Personal)),
            ("Dora.Example.17041988", Some(WeakPassword::Personal)),
            ("dora likes long walks at night", None),
            ("пароль из пяти слов", None),
        ];
        for (number, (password, why)) in cases.into_iter().enumerate() {
            let mut new = new_account("dora", true);
            new.born_on = Some(date(1988, 4, 17));
            new.email = if why.is_none() { email(&format!("d{number}")) } else { new.email };
            new.password = password.to_owned();
            match (kit.store.sign_up(new, Origin::default()).await, why) {
                (Ok(()), None) => {}
                (Err(Error::Invalid(Invalid::Password(said))), Some(why)) if said == why => {}
                (said, _) => panic!("{password}: {said:?}"),
            }
        }
        let mut long = new_account("dora", true);
        long.password = "ab cd ".repeat(20_000);
        let long = kit.store.sign_up(long, Origin::default()).await;
        assert!(matches!(long, Err(Error::Invalid(Invalid::Password(WeakPassword::TooLong)))));
    });
}

#[test]
fn an_accent_is_the_same_however_the_keyboard_writes_it() {
    both(async |kit| {
        let mut new = new_account("dora", false);
        new.password = "cafe\u{301} con leche por favor".to_owned();
        kit.store.sign_up(new, Origin::default()).await.unwrap();
        assert!(try_in(&kit, "dora", "caf\u{e9} con leche por favor", "192.0.2.1").await.is_ok());
        assert!(try_in(&kit, "dora", "cafe con leche por favor", "192.0.2.1").await.is_err());
        assert!(try_in(&kit, "dora", "caf\u{e9} con leche por favor ", "192.0.2.1").await.is_err(), "blanks count");
    });
}

#[test]
fn two_who_sign_up_at_once_with_one_address_are_one() {
    both(async |kit| {
        let sign_up = || kit.store.sign_up(new_account("dora", true), Origin::default());
        let (one, two) = tokio::join!(sign_up(), sign_up());
        one.unwrap();
        two.unwrap();
        assert!(try_in(&kit, "dora", PASSWORD, "192.0.2.1").await.is_ok());
        assert_eq!(kit.mails().await.len(), 2, "each with a link, the later of which works");
    });
}

#[test]
fn what_cannot_be_is_refused() {
    both(async |kit| {
        type Twist = fn(&mut store::NewAccount);
        let twists: [(Twist, Invalid); 6] = [
            (|new| new.name = "  ".to_owned(), Invalid::Name),
            (|new| new.name = "Dora\u{7}".to_owned(), Invalid::Name),
            (|new| new.born_on = Some(date(2027, 1, 1)), Invalid::BornOn),
            (|new| new.zone = "Mars/Olympus".to_owned(), Invalid::Zone),
            (|new| new.country = "Germany".to_owned(), Invalid::Country),
            (|new| new.language = "x".to_owned(), Invalid::Language),
        ];
        for (twist, why) in twists {
            let mut new = new_account("dora", true);
            twist(&mut new);
            let said = kit.store.sign_up(new, Origin::default()).await;
            assert!(matches!(said, Err(Error::Invalid(said)) if said == why), "{why:?}");
        }
    });
}

#[test]
fn guessing_gets_slower_and_the_owner_elsewhere_is_not_locked_out() {
    both(async |kit| {
        people(&kit).await;
        for _ in 0..5 {
            assert!(matches!(try_in(&kit, "anna", "wrong", "192.0.2.66").await, Err(Error::NotSignedIn)));
        }
        let slowed = try_in(&kit, "anna", PASSWORD, "192.0.2.66").await;
        assert!(matches!(slowed, Err(Error::TooMany { retry_after_s: 1..=31 })), "the right one neither works");
        assert!(try_in(&kit, "anna", PASSWORD, "198.51.100.7").await.is_ok(), "from elsewhere it does");
        kit.clock.advance(SignedDuration::from_secs(31));
        assert!(matches!(try_in(&kit, "anna", "wrong", "192.0.2.66").await, Err(Error::NotSignedIn)));
        kit.clock.advance(SignedDuration::from_secs(31));
        assert!(matches!(try_in(&kit, "anna", PASSWORD, "192.0.2.66").await, Err(Error::TooMany { .. })), "a minute");
        kit.clock.advance(SignedDuration::from_secs(31));
        assert!(try_in(&kit, "anna", PASSWORD, "192.0.2.66").await.is_ok());
        assert!(matches!(try_in(&kit, "anna", "wrong", "192.0.2.66").await, Err(Error::NotSignedIn)), "all forgiven");
    });
}

#[test]
fn many_people_behind_one_address_do_not_slow_each_other_down() {
    both(async |kit| {
        people(&kit).await;
        for at in 0..60 {
            let name = ["anna", "ben"][at % 2];
            assert!(try_in(&kit, name, PASSWORD, "192.0.2.9").await.is_ok(), "sign-in {at}");
        }
        for at in 0..50 {
            let stranger = format!("stranger{at}");
            assert!(matches!(try_in(&kit, &stranger, "wrong", "192.0.2.9").await, Err(Error::NotSignedIn)), "{at}");
        }
        let slowed = try_in(&kit, "stranger", "wrong", "192.0.2.9").await;
        assert!(matches!(slowed, Err(Error::TooMany { .. })), "who guesses at everybody's is slowed all the same");
    });
}

#[test]
fn unknown_addresses_answer_like_wrong_passwords() {
    both(async |kit| {
        people(&kit).await;
        for name in ["anna", "nobody"] {
            for _ in 0..5 {
                assert!(matches!(try_in(&kit, name, "wrong", "192.0.2.66").await, Err(Error::NotSignedIn)));
            }
            assert!(matches!(try_in(&kit, name, "wrong", "192.0.2.66").await, Err(Error::TooMany { .. })));
        }
        let nonsense = kit.store.sign_in("not an address", PASSWORD, false, Origin::default()).await;
        assert!(matches!(nonsense, Err(Error::NotSignedIn)));
    });
}

#[test]
fn sessions_end_idle_and_in_all() {
    both(async |kit| {
        people(&kit).await;
        let session = try_in(&kit, "anna", PASSWORD, "192.0.2.1").await.unwrap();
        for _ in 0..51 {
            kit.clock.advance(SignedDuration::from_mins(14));
            assert!(kit.store.session(session.as_str()).await.is_ok());
        }
        kit.clock.advance(SignedDuration::from_mins(6));
        assert!(matches!(kit.store.session(session.as_str()).await, Err(Error::NotSignedIn)), "twelve hours in all");
        let session = try_in(&kit, "anna", PASSWORD, "192.0.2.1").await.unwrap();
        kit.clock.advance(SignedDuration::from_mins(15));
        assert!(matches!(kit.store.session(session.as_str()).await, Err(Error::NotSignedIn)), "fifteen minutes idle");
        let own = kit.store.sign_in("anna@example.org", PASSWORD, true, Origin::default()).await.unwrap();
        let own = own.opened().unwrap().session;
        for _ in 0..6 {
            kit.clock.advance(SignedDuration::from_hours(13 * 24));
            assert!(kit.store.session(own.as_str()).await.is_ok());
        }
        kit.clock.advance(SignedDuration::from_hours(12 * 24));
        assert!(matches!(kit.store.session(own.as_str()).await, Err(Error::NotSignedIn)), "ninety days in all");
        assert!(kit.store.tidy(&kit.roster.on(Duty::Expire)).await.unwrap() >= 3);
    });
}

#[test]
fn signing_out_here_and_everywhere() {
    both(async |kit| {
        let family = people(&kit).await;
        let one = try_in(&kit, "ben", PASSWORD, "192.0.2.1").await.unwrap();
        let two = try_in(&kit, "ben", PASSWORD, "192.0.2.2").await.unwrap();
        kit.store.sign_out(one.as_str()).await.unwrap();
        assert!(matches!(kit.store.session(one.as_str()).await, Err(Error::NotSignedIn)));
        assert!(kit.store.session(two.as_str()).await.is_ok());
        let open = kit.store.with_account(&family.ben, |own| own.sessions()).await.unwrap();
        assert_eq!(open.len(), 2);
        assert!(open.iter().any(|line| line.origin == "192.0.2.2 Firefoxforged"), "without control characters");
        assert_eq!(kit.store.sign_out_everywhere(&family.ben).await.unwrap(), 2);
        assert!(matches!(kit.store.session(two.as_str()).await, Err(Error::NotSignedIn)));
        kit.store.sign_out("no such session").await.unwrap();
    });
}

#[test]
fn ones_own_account_can_be_read_and_changed() {
    both(async |kit| {
        let family = people(&kit).await;
        let new = AccountSettings {
            name: "Anna B.".to_owned(),
            country: "SE".to_owned(),
            language: "sv".to_owned(),
            unit: glucose::Unit::MmolL,
            zone: "Europe/Stockholm".to_owned(),
        };
        let change = move |own: &mut store::Own<'_>| own.change_settings(&new);
        kit.store.with_account(&family.anna, change).await.unwrap();
        let account = kit.store.with_account(&family.anna, |own| own.account()).await.unwrap();
        assert_eq!((account.name.as_str(), account.zone.as_str()), ("Anna B.", "Europe/Stockholm"));
        assert_eq!((account.email.as_str(), account.unit), ("anna@example.org", glucose::Unit::MmolL));
        let add = |own: &mut store::Own<'_>| own.add_record(&new_record("Max"));
        kit.store.with_account(&family.anna, add).await.unwrap();
        let records = kit.store.with_account(&family.anna, |own| own.records()).await.unwrap();
        assert_eq!(records.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), ["anna", "Mia", "Max"]);
        let activity = kit.store.with_account(&family.anna, |own| own.activity(10)).await.unwrap();
        let what: Vec<_> = activity.iter().map(|line| line.what.as_str()).collect();
        assert_eq!(what, ["made a record", "changed settings", "signed in"]);
        let device = family.devices[&family.record].clone();
        let none = kit.store.with_account(&device, |own| own.account()).await;
        assert!(matches!(none, Err(Error::NotSignedIn)));
    });
}

#[test]
fn an_apps_token_is_shown_once_and_can_be_ended() {
    both(async |kit| {
        let family = people(&kit).await;
        let make =
            |patient: &mut Access<'_, Manage>| patient.add_token(&store::NewAppToken::new("Phone", TokenScope::Upload));
        let purpose = sharing::Purpose::Tokens;
        let token = kit.store.with_patient(&family.anna, family.record, purpose, make).await.unwrap();
        assert!(token.starts_with("phone-") && token.len() == 38);
        let app = kit.store.app(store::AppSecret::Token(&token), Origin::default()).await.unwrap();
        assert_eq!(app.record(), Some(family.record));
        let list = |patient: &mut Access<'_, Manage>| patient.tokens();
        let tokens = kit.store.with_patient(&family.anna, family.record, purpose, list).await.unwrap();
        let phone = tokens.iter().find(|token| token.name == "Phone").unwrap().clone();
        assert_eq!(phone.used_at, Some(kit.clock.now()));
        let end = move |patient: &mut Access<'_, Manage>| patient.revoke_token(phone.id);
        kit.store.with_patient(&family.anna, family.record, purpose, end).await.unwrap();
        assert!(matches!(
            kit.store.app(store::AppSecret::Token(&token), Origin::default()).await,
            Err(Error::NotSignedIn)
        ));
        let upload = |_: &mut Access<'_, store::Upload>| Ok(());
        let late = kit.store.with_patient(&app, family.record, sharing::Purpose::DeviceUpload, upload).await;
        assert!(matches!(late, Err(Error::NotFound)), "an app that was let in a moment ago is out as well");
    });
}

#[test]
fn a_database_with_somebody_in_it_is_not_seeded() {
    both(async |kit| {
        people(&kit).await;
        let again = kit.store.seed(store::SeedPlan::default()).await;
        assert!(matches!(again, Err(Error::Conflict(store::Conflict::NotEmpty))));
    });
}

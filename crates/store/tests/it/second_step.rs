//! The second step: asked on every new browser, each code once, and ten codes for the day the phone is lost.

use jiff::SignedDuration;
use std::fs;
use store::{Actor, AddedStep, Entrance, Error, Given, Invalid, Method, Opened, Origin, RecoveryCodes};
use testkit::{
    authenticator_app::code,
    both::{TestStore, both},
    cast::{PASSWORD, email, people},
};

/// Somebody in one browser.
pub struct Seat {
    pub actor: Actor,
    pub session: String,
}

impl Seat {
    pub async fn of(kit: &TestStore, session: &str) -> Self {
        Self { actor: kit.store.session(session).await.unwrap().actor, session: session.to_owned() }
    }

    /// Anna, signed in with her password alone.
    pub async fn anna(kit: &TestStore) -> Self {
        let entrance = enter(kit, Origin::default()).await;
        Self::of(kit, entrance.opened().unwrap().session.as_str()).await
    }
}

async fn enter(kit: &TestStore, origin: Origin) -> Entrance {
    kit.store.sign_in(email("anna").as_str(), PASSWORD, false, origin).await.unwrap()
}

/// A half sign-in of Anna's.
pub async fn half(kit: &TestStore) -> String {
    match enter(kit, Origin::default()).await {
        Entrance::SecondStep(half) => half.as_str().to_owned(),
        Entrance::Open(_) => panic!("the second step was not asked"),
    }
}

pub async fn finish(kit: &TestStore, half: &str, given: Given) -> Result<Opened, Error> {
    kit.store.give_second_step(half, given, false, Origin::default()).await
}

async fn finish_with(kit: &TestStore, code: &str) -> Result<Opened, Error> {
    let half = half(kit).await;
    finish(kit, &half, Given::Code(code.to_owned())).await
}

async fn subjects(kit: &TestStore) -> Vec<String> {
    kit.mails().await.into_iter().map(|message| message.subject).collect()
}

/// Anna adds an app: her seat under its new token, the seed and the recovery codes.
pub async fn with_app(kit: &TestStore) -> (Seat, String, RecoveryCodes) {
    let seat = Seat::anna(kit).await;
    kit.store.with_account(&seat.actor, |own| own.begin_totp("Phone")).await.unwrap();
    let waiting = kit.store.with_account(&seat.actor, |own| own.waiting_totp()).await.unwrap().unwrap();
    let typed = code(&waiting.seed, kit.clock.now());
    let session = seat.session.clone();
    let confirm = move |own: &mut store::Own<'_>| own.confirm_totp(&session, &typed);
    let AddedStep { session, codes } = kit.store.with_account(&seat.actor, confirm).await.unwrap();
    kit.clock.advance(SignedDuration::from_secs(30));
    (Seat::of(kit, session.as_str()).await, waiting.seed, codes.unwrap())
}

#[test]
fn an_app_counts_from_its_first_code_on() {
    both(async |kit| {
        people(&kit).await;
        let (seat, elsewhere) = (Seat::anna(&kit).await, Seat::anna(&kit).await);
        kit.store.with_account(&seat.actor, |own| own.begin_totp(" Phone ")).await.unwrap();
        let waiting = kit.store.with_account(&seat.actor, |own| own.waiting_totp()).await.unwrap().unwrap();
        assert_eq!((waiting.name.as_str(), waiting.seed.len()), ("Phone", 32));
        assert!(waiting.link.starts_with("otpauth://totp/Kinsight:anna%40example.org?secret="), "{}", waiting.link);
        Seat::anna(&kit).await;
        kit.mails().await;

        let confirm = |typed: String| {
            let session = seat.session.clone();
            kit.store.with_account(&seat.actor, move |own| own.confirm_totp(&session, &typed))
        };
        let wrong = confirm("000000".to_owned()).await;
        assert!(matches!(wrong, Err(Error::Invalid(Invalid::Code))));
        let typed = code(&waiting.seed, kit.clock.now());
        let added = confirm(format!("{} {}", &typed[..3], &typed[3..])).await.unwrap();
        let codes = added.codes.unwrap().0;
        assert_eq!(codes.len(), 10);
        assert!(codes.iter().all(|code| code.len() == 19 && code.matches('-').count() == 3), "{codes:?}");
        assert_eq!(subjects(&kit).await, ["A second step was added to your account"]);

        // Another token here, no session elsewhere; the code that confirmed is used up.
        assert!(kit.store.session(&seat.session).await.is_err());
        assert!(kit.store.session(&elsewhere.session).await.is_err());
        let seat = Seat::of(&kit, added.session.as_str()).await;
        let steps = kit.store.with_account(&seat.actor, |own| own.second_steps()).await.unwrap();
        assert_eq!((steps.steps.len(), steps.steps[0].method, steps.codes_left), (1, Method::Totp, 10));
        assert!(matches!(finish_with(&kit, &typed).await, Err(Error::WrongProof)));
    });
}

#[test]
fn a_code_is_taken_once_from_any_browser_and_after_a_restart() {
    both(async |kit| {
        people(&kit).await;
        let (_, seed, _) = with_app(&kit).await;
        let typed = code(&seed, kit.clock.now());
        let first = half(&kit).await;
        assert_eq!(kit.store.second_steps(&first).await.unwrap(), [Method::Totp]);
        let opened = finish(&kit, &first, Given::Code(typed.clone())).await.unwrap();
        assert!(kit.store.session(opened.session.as_str()).await.is_ok());
        assert!(
            matches!(finish(&kit, &first, Given::Code(typed.clone())).await, Err(Error::NotSignedIn)),
            "one half, one session"
        );
        assert!(matches!(finish_with(&kit, &typed).await, Err(Error::WrongProof)), "another browser");
        let kit = kit.reopen();
        assert!(matches!(finish_with(&kit, &typed).await, Err(Error::WrongProof)), "after a restart");
        kit.clock.advance(SignedDuration::from_secs(30));
        assert!(finish_with(&kit, &code(&seed, kit.clock.now())).await.is_ok());
    });
}

#[test]
fn a_clock_may_be_wrong_by_one_step() {
    both(async |kit| {
        people(&kit).await;
        let (_, seed, _) = with_app(&kit).await;
        for (seconds, taken) in [(-90, false), (60, false), (-30, true), (0, true), (30, true)] {
            kit.clock.advance(SignedDuration::from_mins(10));
            let shown = code(&seed, kit.clock.now() + SignedDuration::from_secs(seconds));
            assert_eq!(finish_with(&kit, &shown).await.is_ok(), taken, "{seconds} s");
        }
    });
}

#[test]
fn guessing_is_slow_however_often_the_password_is_given() {
    both(async |kit| {
        people(&kit).await;
        let (_, seed, _) = with_app(&kit).await;
        for _ in 0..5 {
            assert!(matches!(finish_with(&kit, "000000").await, Err(Error::WrongProof)));
        }
        let right = code(&seed, kit.clock.now());
        assert!(matches!(finish_with(&kit, &right).await, Err(Error::TooMany { .. })), "the right one neither");
        let kit = kit.reopen();
        assert!(matches!(finish_with(&kit, &right).await, Err(Error::TooMany { .. })));
        kit.clock.advance(SignedDuration::from_secs(31));
        assert!(finish_with(&kit, &code(&seed, kit.clock.now())).await.is_ok());
    });
}

#[test]
fn a_half_sign_in_ends_after_ten_minutes_and_is_no_session() {
    both(async |kit| {
        people(&kit).await;
        let (_, seed, _) = with_app(&kit).await;
        let half = half(&kit).await;
        assert!(matches!(kit.store.session(&half).await, Err(Error::NotSignedIn)));
        kit.clock.advance(SignedDuration::from_mins(10));
        let late = finish(&kit, &half, Given::Code(code(&seed, kit.clock.now()))).await;
        assert!(matches!(late, Err(Error::NotSignedIn)));
    });
}

#[test]
fn a_recovery_code_opens_once() {
    both(async |kit| {
        people(&kit).await;
        let (_, _, codes) = with_app(&kit).await;
        kit.mails().await;
        let first = &codes.0[0];
        let opened = finish_with(&kit, &first.to_lowercase().replace('-', " ")).await.unwrap();
        assert_eq!(subjects(&kit).await, ["A recovery code was used", "A new device signed in"]);
        assert!(matches!(finish_with(&kit, first).await, Err(Error::WrongProof)));

        let seat = Seat::of(&kit, opened.session.as_str()).await;
        let steps = kit.store.with_account(&seat.actor, |own| own.second_steps()).await.unwrap();
        assert_eq!(steps.codes_left, 9);
        let new = kit.store.with_account(&seat.actor, |own| own.renew_recovery_codes()).await.unwrap();
        assert_eq!(subjects(&kit).await, ["New recovery codes were made"]);
        assert!(new.0.iter().all(|code| !codes.0.contains(code)));
        assert!(matches!(finish_with(&kit, &codes.0[1]).await, Err(Error::WrongProof)), "old ones die");
        assert!(finish_with(&kit, &new.0[1]).await.is_ok());
    });
}

#[test]
fn changes_want_a_fresh_proof_which_an_app_gives() {
    both(async |kit| {
        people(&kit).await;
        let (seat, seed, _) = with_app(&kit).await;
        kit.clock.advance(SignedDuration::from_mins(11));
        let seat = Seat::of(&kit, &seat.session).await;
        let id = kit.store.with_account(&seat.actor, |own| own.second_steps()).await.unwrap().steps[0].id;
        let session = seat.session.clone();
        let stale = [
            kit.store.with_account(&seat.actor, |own| own.begin_totp("x")).await.err(),
            kit.store.with_account(&seat.actor, |own| own.renew_recovery_codes()).await.err(),
            kit.store.with_account(&seat.actor, |own| own.new_passkey_question()).await.err(),
            kit.store.with_account(&seat.actor, |own| own.begin_phone("+491512345678")).await.err(),
            kit.store.with_account(&seat.actor, move |own| own.remove_second_step(&session, id)).await.err(),
        ];
        assert!(stale.iter().all(|error| matches!(error, Some(Error::ProofNeeded))), "{stale:?}");

        let prove = |typed: String| kit.store.prove(&seat.session, Given::Code(typed), Origin::default());
        assert!(matches!(prove("000000".to_owned()).await, Err(Error::WrongProof)));
        let token = prove(code(&seed, kit.clock.now())).await.unwrap();
        let seat = Seat::of(&kit, token.as_str()).await;
        assert!(kit.store.with_account(&seat.actor, |own| own.begin_totp("x")).await.is_ok());
    });
}

#[test]
fn without_the_last_one_the_password_is_all_again() {
    both(async |kit| {
        people(&kit).await;
        let (seat, _, codes) = with_app(&kit).await;
        let elsewhere = finish_with(&kit, &codes.0[0]).await.unwrap();
        kit.mails().await;
        let id = kit.store.with_account(&seat.actor, |own| own.second_steps()).await.unwrap().steps[0].id;
        let session = seat.session.clone();
        let remove = move |own: &mut store::Own<'_>| own.remove_second_step(&session, id);
        let token = kit.store.with_account(&seat.actor, remove).await.unwrap();
        let letter = kit.mails().await.pop().unwrap();
        assert!(letter.text.contains("the password alone opens your account now"), "{}", letter.text);
        assert!(kit.store.session(elsewhere.session.as_str()).await.is_err());
        assert!(kit.store.session(token.as_str()).await.is_ok());
        let seat = Seat::anna(&kit).await;
        assert_eq!(kit.store.with_account(&seat.actor, |own| own.second_steps()).await.unwrap().codes_left, 0);
    });
}

#[test]
fn a_remembered_browser_is_not_asked_for_thirty_days() {
    both(async |kit| {
        people(&kit).await;
        let (_, seed, _) = with_app(&kit).await;
        let half = half(&kit).await;
        let given = Given::Code(code(&seed, kit.clock.now()));
        let opened = kit.store.give_second_step(&half, given, true, Origin::default()).await.unwrap();
        let device = opened.device.unwrap().as_str().to_owned();
        let from_there = || Origin { device: Some(device.clone()), ..Origin::default() };
        kit.clock.advance(SignedDuration::from_hours(29 * 24));
        assert!(matches!(enter(&kit, from_there()).await, Entrance::Open(_)));
        kit.clock.advance(SignedDuration::from_hours(2 * 24));
        assert!(matches!(enter(&kit, from_there()).await, Entrance::SecondStep(_)));
    });
}

#[test]
fn no_seed_and_no_code_stands_in_the_files() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let kit = TestStore::sqlite();
        people(&kit).await;
        let (seat, seed, codes) = with_app(&kit).await;
        kit.store.with_account(&seat.actor, |own| own.begin_phone("+491512345678")).await.unwrap();
        kit.mails().await;
        kit.store.close().await.unwrap();
        let mut markers = vec![seed, "+491512345678".to_owned(), "Phone".to_owned()];
        markers.extend(codes.0.iter().flat_map(|code| [code.clone(), code.replace('-', "")]));
        for file in fs::read_dir(kit.folder()).unwrap().map(Result::unwrap) {
            let bytes = fs::read(file.path()).unwrap();
            for marker in &markers {
                let found = bytes.windows(marker.len()).any(|window| window == marker.as_bytes());
                assert!(!found, "{marker} in {:?}", file.file_name());
            }
        }
    });
}

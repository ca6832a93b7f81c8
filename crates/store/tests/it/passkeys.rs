//! Passkeys, made and used by a device in software: the second step, alone, a fresh proof, and everything that is refused.

use crate::second_step::{Seat, finish, half};
use store::{Conflict, Error, Given, Invalid, Method, Origin};
use testkit::{
    authenticator::{Algorithm, Authenticator, BACKED_UP, BACKUP_ELIGIBLE, PRESENT, VERIFIED},
    both::{TestStore, both},
    cast::{PASSWORD, email, people},
};

/// Where the tests' server is.
const HERE: &str = "http://localhost:8080";

async fn question(kit: &TestStore, seat: &Seat) -> String {
    kit.store.with_account(&seat.actor, |own| own.new_passkey_question()).await.unwrap()
}

async fn add(kit: &TestStore, seat: &mut Seat, answer: &str) -> Result<Option<store::RecoveryCodes>, Error> {
    let (session, answer) = (seat.session.clone(), answer.to_owned());
    let added = kit.store.with_account(&seat.actor, move |own| own.add_passkey(&session, "Laptop", &answer)).await?;
    *seat = Seat::of(kit, added.session.as_str()).await;
    Ok(added.codes)
}

/// Anna, and the device with her passkey.
async fn with_passkey(kit: &TestStore) -> (Seat, Authenticator) {
    let mut seat = Seat::anna(kit).await;
    let (device, answer) = Authenticator::make(&question(kit, &seat).await, HERE);
    assert!(add(kit, &mut seat, &answer).await.unwrap().is_some(), "recovery codes come with the first second step");
    (seat, device)
}

async fn alone(kit: &TestStore, answer: &str) -> Result<store::Opened, Error> {
    kit.store.sign_in_with_passkey(answer, false, Origin::default()).await
}

#[test]
fn a_passkey_opens_alone_as_the_second_step_and_as_a_proof() {
    both(async |kit| {
        people(&kit).await;
        let (seat, mut device) = with_passkey(&kit).await;
        let subject = kit.mails().await.pop().unwrap().subject;
        assert_eq!(subject, "A second step was added to your account");

        let question = kit.store.passkey_question().unwrap();
        assert!(!question.contains("example.org") && question.contains("\"allowCredentials\":[]"), "{question}");
        let opened = alone(&kit, &device.sign(&question)).await.unwrap();
        let session = kit.store.session(opened.session.as_str()).await.unwrap();
        assert_eq!(session.email, "anna@example.org");

        let half = half(&kit).await;
        assert_eq!(kit.store.second_steps(&half).await.unwrap(), [Method::Passkey]);
        let question = kit.store.second_step_question(&half).await.unwrap();
        let answer = device.sign(&question);
        assert!(finish(&kit, &half, Given::Passkey(answer)).await.is_ok());

        let question = kit.store.with_account(&seat.actor, |own| own.proof_question()).await.unwrap();
        let given = Given::Passkey(device.sign(&question));
        let token = kit.store.prove(&seat.session, given, Origin::default()).await.unwrap();
        assert!(kit.store.session(token.as_str()).await.is_ok());
        assert!(kit.store.session(&seat.session).await.is_err(), "under another token");
    });
}

#[test]
fn all_three_kinds_of_keys_and_several_devices() {
    both(async |kit| {
        people(&kit).await;
        let mut seat = Seat::anna(&kit).await;
        let flags = VERIFIED | BACKUP_ELIGIBLE | BACKED_UP;
        let mut devices = Vec::new();
        for algorithm in [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256] {
            let (device, answer) = Authenticator::make_as(&question(&kit, &seat).await, HERE, algorithm, flags);
            add(&kit, &mut seat, &answer).await.unwrap();
            devices.push(device);
        }
        for device in &mut devices {
            let question = kit.store.passkey_question().unwrap();
            assert!(alone(&kit, &device.sign(&question)).await.is_ok());
        }
        let steps = kit.store.with_account(&seat.actor, |own| own.second_steps()).await.unwrap().steps;
        assert_eq!(steps.len(), 3);
        assert!(steps.iter().all(|step| step.backed_up == Some(true) && step.used_at.is_some()));
        let excluded = question(&kit, &seat).await;
        assert_eq!(excluded.matches("\"transports\":[\"internal\"]").count(), 3, "none is made twice on one device");
    });
}

/// What a test twists, and in which words it is told.
type Twist = (&'static str, fn(&mut Authenticator));

#[test]
fn a_signature_that_is_not_in_order_opens_nothing() {
    let twists: [Twist; 9] = [
        ("another site", |device| device.origin = "https://kinsight.example.evil".to_owned()),
        ("another port", |device| device.origin = "http://localhost:8081".to_owned()),
        ("for another name", |device| device.rp_id = "evil.example".to_owned()),
        ("inside another page", |device| device.cross_origin = true),
        ("another ceremony", |device| device.kind = "webauthn.create"),
        ("without the person", |device| device.flags = VERIFIED & !PRESENT),
        ("without showing who it is", |device| device.flags = PRESENT),
        ("suddenly kept in several places", |device| device.flags = VERIFIED | BACKUP_ELIGIBLE),
        ("somebody else's handle", |device| device.user = vec![7; 32]),
    ];
    both(async |kit| {
        people(&kit).await;
        let (_, mut device) = with_passkey(&kit).await;
        for (words, twist) in twists {
            let Authenticator { origin, rp_id, cross_origin, kind, flags, user, .. } = &device;
            let before = (origin.clone(), rp_id.clone(), *cross_origin, *kind, *flags, user.clone());
            twist(&mut device);
            let question = kit.store.passkey_question().unwrap();
            assert!(matches!(alone(&kit, &device.sign(&question)).await, Err(Error::WrongProof)), "{words}");
            (device.origin, device.rp_id, device.cross_origin, device.kind, device.flags, device.user) = before;
        }
        let question = kit.store.passkey_question().unwrap();
        let answer = device.sign(&question);
        for damaged in ["", "{}", "null", &answer.replace("public-key", "password"), &flipped(&answer)] {
            assert!(matches!(alone(&kit, damaged).await, Err(Error::WrongProof)), "{damaged}");
        }
        let (stranger, _) = Authenticator::make(&question_of_nobody(), HERE);
        assert!(matches!(alone(&kit, &stranger.sign_challenge(&challenge(&question))).await, Err(Error::WrongProof)));
        let question = kit.store.passkey_question().unwrap();
        assert!(alone(&kit, &device.sign(&question)).await.is_ok(), "and the same device in order");
    });
}

/// The last letter of the signature is another one.
fn flipped(answer: &str) -> String {
    let (before, after) = answer.split_once("\"signature\":\"").unwrap();
    let other = if after.as_bytes()[20] == b'A' { "B" } else { "A" };
    format!("{before}\"signature\":\"{}{other}{}", &after[..20], &after[21..])
}

fn challenge(question: &str) -> String {
    let question: serde_json::Value = serde_json::from_str(question).unwrap();
    question["challenge"].as_str().unwrap().to_owned()
}

fn question_of_nobody() -> String {
    r#"{"challenge":"AAAA","rp":{"id":"localhost"},"user":{"id":"AAAA"}}"#.to_owned()
}

#[test]
fn a_question_is_answered_once_in_time_by_whom_it_was_asked_and_for_what() {
    both(async |kit| {
        people(&kit).await;
        let (seat, mut device) = with_passkey(&kit).await;
        let question = kit.store.passkey_question().unwrap();
        let answer = device.sign(&question);
        assert!(alone(&kit, &answer).await.is_ok());
        assert!(matches!(alone(&kit, &answer).await, Err(Error::WrongProof)), "replayed");
        let kit = kit.reopen();
        assert!(matches!(alone(&kit, &answer).await, Err(Error::WrongProof)), "replayed after a restart");

        let question = kit.store.passkey_question().unwrap();
        kit.clock.advance(jiff::SignedDuration::from_mins(5));
        assert!(matches!(alone(&kit, &device.sign(&question)).await, Err(Error::WrongProof)), "too late");
        for made_up in ["AAAA".to_owned(), challenge(&question).replace(|c: char| c.is_ascii_digit(), "0")] {
            assert!(matches!(alone(&kit, &device.sign_challenge(&made_up)).await, Err(Error::WrongProof)));
        }

        // A question for a proof is none for a sign-in, and the other way round.
        let proof = kit.store.with_account(&seat.actor, |own| own.proof_question()).await.unwrap();
        assert!(matches!(alone(&kit, &device.sign(&proof)).await, Err(Error::WrongProof)));
        let half = half(&kit).await;
        let open = kit.store.passkey_question().unwrap();
        let crossed = finish(&kit, &half, Given::Passkey(device.sign(&open))).await;
        assert!(matches!(crossed, Err(Error::WrongProof)));
    });
}

#[test]
fn a_copied_device_is_found_by_its_counter() {
    both(async |kit| {
        people(&kit).await;
        let (seat, mut device) = with_passkey(&kit).await;
        device.counter = 5;
        let question = kit.store.passkey_question().unwrap();
        assert!(alone(&kit, &device.sign(&question)).await.is_ok(), "the counter is at 6");
        let refused = |line: &store::ActivityLine| line.what == "passkey refused" && line.detail == "Laptop";
        for (counter, opens) in [(5, false), (6, false), (0, false), (7, true)] {
            device.counter = counter;
            let answer = device.sign_challenge(&challenge(&kit.store.passkey_question().unwrap()));
            assert_eq!(alone(&kit, &answer).await.is_ok(), opens, "at {counter}");
        }
        let lines = kit.store.with_account(&seat.actor, |own| own.activity(20)).await.unwrap();
        assert_eq!(lines.iter().filter(|line| refused(line)).count(), 3, "{lines:?}");
    });
}

#[test]
fn a_passkey_that_was_not_made_as_asked_is_not_kept() {
    both(async |kit| {
        people(&kit).await;
        let mut seat = Seat::anna(&kit).await;
        let refused =
            |made: &Result<Option<store::RecoveryCodes>, Error>| matches!(made, Err(Error::Invalid(Invalid::Passkey)));
        for (origin, flags) in [("https://evil.example", VERIFIED), (HERE, PRESENT), (HERE, VERIFIED | BACKED_UP)] {
            let asked = question(&kit, &seat).await;
            let (_, answer) = Authenticator::make_as(&asked, origin, Algorithm::Es256, flags);
            assert!(refused(&add(&kit, &mut seat, &answer).await), "{origin} {flags}");
        }
        let asked = question(&kit, &seat).await;
        let (mut device, answer) = Authenticator::make(&asked, HERE);
        add(&kit, &mut seat, &answer).await.unwrap();
        assert!(refused(&add(&kit, &mut seat, &answer).await), "the same answer again");
        let again = challenge(&question(&kit, &seat).await);
        assert!(matches!(add(&kit, &mut seat, &device.attest(&again)).await, Err(Error::Conflict(Conflict::Taken))));
        device.rp_id = "evil.example".to_owned();
        let again = challenge(&question(&kit, &seat).await);
        assert!(refused(&add(&kit, &mut seat, &device.attest(&again)).await));
    });
}

#[test]
fn one_persons_passkey_is_no_second_step_of_another() {
    both(async |kit| {
        people(&kit).await;
        let (_, annas) = with_passkey(&kit).await;
        let zoe = kit.store.sign_in(email("zoe").as_str(), PASSWORD, false, Origin::default()).await.unwrap();
        let mut zoe = Seat::of(&kit, zoe.opened().unwrap().session.as_str()).await;
        let (mut zoes, answer) = Authenticator::make(&question(&kit, &zoe).await, HERE);
        add(&kit, &mut zoe, &answer).await.unwrap();
        let half = half(&kit).await;
        let question = kit.store.second_step_question(&half).await.unwrap();
        let crossed = finish(&kit, &half, Given::Passkey(zoes.sign(&question))).await;
        assert!(matches!(crossed, Err(Error::WrongProof)));
        // Nor does her own, with the other's handle, open the other's account.
        zoes.user = annas.user;
        let question = kit.store.passkey_question().unwrap();
        assert!(matches!(alone(&kit, &zoes.sign(&question)).await, Err(Error::WrongProof)));
    });
}

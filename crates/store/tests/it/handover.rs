//! Here and now: a link comes of it, for whoever proved who they are, and nothing else stays behind.

use crate::{
    phone::{texted, with_phone},
    second_step::with_app,
};
use jiff::SignedDuration;
use sharing::{LinkTerms, Purpose, RecordId, Visibility};
use store::{Access, Actor, Conflict, Desk, Error, HandoverStep, Invalid, Link, Method, NextStep, Origin, View};
use testkit::{
    authenticator_app::code,
    both::{TestStore, both},
    cast::{PASSWORD, People, email, people},
};

const TERMS: LinkTerms = LinkTerms { visibility: Visibility::GLUCOSE_ONLY, until_at: None };

fn clinics_screen() -> Origin {
    Origin { device: Some("the clinic's computer".to_owned()), ..Origin::default() }
}

async fn hand_over(kit: &TestStore, people: &People, by: &Actor, terms: LinkTerms) -> Result<String, Error> {
    let profile = people.patient;
    let begin = move |desk: &mut Desk<'_, Link>| desk.hand_over(profile, &terms);
    kit.store.with_clinic(by, people.northside, begin).await
}

async fn prove(kit: &TestStore, token: &str, name: &str, password: &str) -> Result<HandoverStep, Error> {
    kit.store.prove_at_handover(token, email(name).as_str(), password, clinics_screen()).await
}

fn records(step: &HandoverStep) -> Vec<RecordId> {
    match &step.next {
        NextStep::Choose(records) => records.iter().map(|(record, _)| *record).collect(),
        NextStep::SecondStep(methods) => panic!("a second step was asked: {methods:?}"),
    }
}

async fn sees(kit: &TestStore, who: &Actor, record: RecordId) -> Option<Visibility> {
    let look = |patient: &mut Access<'_, View>| Ok(patient.record()?.visibility);
    kit.store.with_patient(who, record, Purpose::Home, look).await.ok()
}

/// Sessions and devices of an account.
async fn kept(kit: &TestStore, who: &Actor) -> (usize, usize) {
    let count = |own: &mut store::Own<'_>| Ok((own.sessions()?.len(), own.known_devices(&Origin::default())?.len()));
    kit.store.with_account(who, count).await.unwrap()
}

#[test]
fn a_patient_links_on_the_clinics_screen_and_leaves_nothing_there() {
    both(async |kit| {
        let people = people(&kit).await;
        let before = kept(&kit, &people.stranger).await;
        let token = hand_over(&kit, &people, &people.front_desk, TERMS).await.unwrap();
        let asks = kit.store.handover(&token).await.unwrap();
        assert_eq!((asks.clinic.as_str(), asks.terms), ("Northside", TERMS));
        let step = prove(&kit, &token, "zoe", PASSWORD).await.unwrap();
        let record = records(&step)[0];
        assert_eq!(sees(&kit, &people.dr_chen, record).await, None, "not before they say so");
        kit.store.accept_at_handover(&token, &step.secret, record).await.unwrap();

        assert_eq!(sees(&kit, &people.dr_chen, record).await, Some(Visibility::GLUCOSE_ONLY));
        assert_eq!(kept(&kit, &people.stranger).await, before, "no session and no device");
        let mails: Vec<_> = kit.mails().await.into_iter().map(|mail| (mail.to, mail.subject)).collect();
        assert!(mails.contains(&("zoe@example.org".to_owned(), "A clinic can see your data".to_owned())), "{mails:?}");
        assert!(matches!(kit.store.handover(&token).await, Err(Error::NotFound)), "one use");
        let twice = kit.store.accept_at_handover(&token, &step.secret, record).await;
        assert!(matches!(twice, Err(Error::NotFound)));
        let again = hand_over(&kit, &people, &people.dr_chen, TERMS).await;
        assert!(matches!(again, Err(Error::Conflict(Conflict::Linked))));
    });
}

#[test]
fn the_second_step_is_asked_where_there_is_one() {
    both(async |kit| {
        let people = people(&kit).await;
        let (anna, seed, codes) = with_app(&kit).await;
        let before = kept(&kit, &anna.actor).await;
        let token = hand_over(&kit, &people, &people.dr_chen, TERMS).await.unwrap();
        let half = prove(&kit, &token, "anna", PASSWORD).await.unwrap();
        assert!(matches!(&half.next, NextStep::SecondStep(methods) if methods == &[Method::Totp]));
        let early = kit.store.accept_at_handover(&token, &half.secret, people.record).await;
        assert!(matches!(early, Err(Error::NotFound)), "the password alone links nothing");
        let second = |secret: String, typed: String| {
            let (store, token) = (kit.store.clone(), token.clone());
            async move { store.second_step_at_handover(&token, &secret, &typed, clinics_screen()).await }
        };
        assert!(matches!(second(half.secret.clone(), "000000".to_owned()).await, Err(Error::WrongProof)));
        let typed = code(&seed, kit.clock.now());
        assert!(
            matches!(second("another".to_owned(), typed.clone()).await, Err(Error::NotFound)),
            "not from another page"
        );
        let step = second(half.secret.clone(), typed).await.unwrap();
        assert_eq!(records(&step), [people.record, people.mia], "her own records, and Ben's are none");
        let old = kit.store.accept_at_handover(&token, &half.secret, people.record).await;
        assert!(matches!(old, Err(Error::NotFound)), "each page has a secret of its own");
        let of_others = kit.store.accept_at_handover(&token, &step.secret, people.patient).await;
        assert!(matches!(of_others, Err(Error::NotFound)));
        let linked_already = kit.store.accept_at_handover(&token, &step.secret, people.mia).await;
        assert!(
            matches!(linked_already, Err(Error::Conflict(Conflict::Linked))),
            "Mia's is, with another of the clinic's"
        );
        kit.store.accept_at_handover(&token, &step.secret, people.record).await.unwrap();
        assert_eq!(kept(&kit, &anna.actor).await, before);
        assert_eq!(codes.0.len(), 10);
    });
}

#[test]
fn a_code_by_sms_does_as_well() {
    both(async |kit| {
        let people = people(&kit).await;
        with_phone(&kit).await;
        let token = hand_over(&kit, &people, &people.dr_chen, TERMS).await.unwrap();
        let half = prove(&kit, &token, "anna", PASSWORD).await.unwrap();
        assert!(matches!(kit.store.send_code_at_handover(&token, "another").await, Err(Error::NotFound)));
        kit.store.send_code_at_handover(&token, &half.secret).await.unwrap();
        let typed = texted(&kit).await;
        let step = kit.store.second_step_at_handover(&token, &half.secret, &typed, clinics_screen()).await.unwrap();
        assert_eq!(records(&step).len(), 2);
    });
}

#[test]
fn a_recovery_code_does_as_well_and_whoever_begins_again_voids_what_was_further() {
    both(async |kit| {
        let people = people(&kit).await;
        let (_, _, codes) = with_app(&kit).await;
        let token = hand_over(&kit, &people, &people.dr_chen, TERMS).await.unwrap();
        let half = prove(&kit, &token, "anna", PASSWORD).await.unwrap();
        let step =
            kit.store.second_step_at_handover(&token, &half.secret, &codes.0[0], clinics_screen()).await.unwrap();
        let half = prove(&kit, &token, "anna", PASSWORD).await.unwrap();
        let gone = kit.store.accept_at_handover(&token, &step.secret, people.record).await;
        assert!(matches!(gone, Err(Error::NotFound)));
        let used = kit.store.second_step_at_handover(&token, &half.secret, &codes.0[0], clinics_screen()).await;
        assert!(matches!(used, Err(Error::WrongProof)));
    });
}

#[test]
fn it_is_over_after_ten_minutes_ten_tries_or_when_it_is_given_back() {
    both(async |kit| {
        let people = people(&kit).await;
        let token = hand_over(&kit, &people, &people.dr_chen, TERMS).await.unwrap();
        let newer = hand_over(&kit, &people, &people.dr_chen, TERMS).await.unwrap();
        assert!(matches!(kit.store.handover(&token).await, Err(Error::NotFound)), "an earlier one is void");
        kit.clock.advance(SignedDuration::from_secs(599));
        let step = prove(&kit, &newer, "zoe", PASSWORD).await.unwrap();
        kit.clock.advance(SignedDuration::from_secs(1));
        let late = kit.store.accept_at_handover(&newer, &step.secret, records(&step)[0]).await;
        assert!(matches!(late, Err(Error::NotFound)), "over to the second");

        let token = hand_over(&kit, &people, &people.dr_chen, TERMS).await.unwrap();
        for wrong in 0..10 {
            // Each at another address, so that no other limit comes first.
            let refused = prove(&kit, &token, &format!("nobody{wrong}"), "wrong").await;
            assert!(matches!(refused, Err(Error::WrongProof)), "{refused:?}");
        }
        assert!(matches!(prove(&kit, &token, "zoe", PASSWORD).await, Err(Error::NotFound)));

        let token = hand_over(&kit, &people, &people.dr_chen, TERMS).await.unwrap();
        kit.store.end_handover(&token).await.unwrap();
        assert!(matches!(kit.store.handover(&token).await, Err(Error::NotFound)));
    });
}

#[test]
fn wrong_unknown_and_locked_answer_the_same() {
    both(async |kit| {
        let people = people(&kit).await;
        let token = hand_over(&kit, &people, &people.dr_chen, TERMS).await.unwrap();
        kit.store.lock_down(&people.stranger, Origin::default()).await.unwrap();
        for (name, password) in [("anna", "wrong"), ("nobody", PASSWORD), ("zoe", PASSWORD)] {
            assert!(matches!(prove(&kit, &token, name, password).await, Err(Error::WrongProof)), "{name}");
        }
    });
}

#[test]
fn only_members_of_the_clinic_hand_over_and_only_for_its_own_patients() {
    both(async |kit| {
        let people = people(&kit).await;
        for who in [&people.anna, &people.ben, &people.stranger, &people.devices[&people.patient]] {
            assert!(matches!(hand_over(&kit, &people, who, TERMS).await, Err(Error::NotFound)));
        }
        let of_others = people.record;
        let begin = move |desk: &mut Desk<'_, Link>| desk.hand_over(of_others, &TERMS);
        assert!(matches!(kit.store.with_clinic(&people.dr_chen, people.northside, begin).await, Err(Error::NotFound)));
        let past = LinkTerms { until_at: Some(kit.clock.now()), ..TERMS };
        let ended = hand_over(&kit, &people, &people.dr_chen, past).await;
        assert!(matches!(ended, Err(Error::Invalid(Invalid::Until))));
    });
}

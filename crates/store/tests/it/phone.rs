//! Codes by SMS: few, short-lived, tried a few times, and nowhere to be read afterwards.

use crate::second_step::{Seat, finish, half};
use jiff::SignedDuration;
use store::{Channel, Error, Given, Invalid, Method, SiteSettings, Store};
use testkit::{
    both::{TestStore, both},
    cast::people,
};

const NUMBER: &str = "+491512345678";

/// The code in the message that went to the phone.
pub async fn texted(kit: &TestStore) -> String {
    let messages = kit.mails().await;
    let message = messages.into_iter().rfind(|message| message.channel == Channel::Sms).expect("a code was sent");
    assert_eq!(message.to, NUMBER);
    let code = message.text.get(..6).unwrap().to_owned();
    assert!(code.bytes().all(|byte| byte.is_ascii_digit()), "{}", message.text);
    assert!(message.text.ends_with(&format!("@localhost #{code}")), "tied to our page: {}", message.text);
    assert!(message.text.len() <= 160, "one message: {}", message.text);
    code
}

async fn begin(kit: &TestStore, seat: &Seat) -> Result<(), Error> {
    kit.store.with_account(&seat.actor, |own| own.begin_phone("0049 151 2345678")).await
}

async fn confirm(kit: &TestStore, seat: &Seat, typed: &str) -> Result<Option<store::AddedStep>, Error> {
    let (session, typed) = (seat.session.clone(), typed.to_owned());
    kit.store.with_account(&seat.actor, move |own| own.confirm_phone(&session, &typed)).await
}

/// Anna, with her phone as the second step.
pub async fn with_phone(kit: &TestStore) -> Seat {
    let seat = Seat::anna(kit).await;
    begin(kit, &seat).await.unwrap();
    let code = texted(kit).await;
    let added = confirm(kit, &seat, &code).await.unwrap().unwrap();
    Seat::of(kit, added.session.as_str()).await
}

/// Another code, so that it is wrong.
fn other(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

#[test]
fn a_phone_is_confirmed_by_a_code_and_asked_for_one() {
    both(async |kit| {
        people(&kit).await;
        let seat = Seat::anna(&kit).await;
        let typo = kit.store.with_account(&seat.actor, |own| own.begin_phone("0151 2345678")).await;
        assert!(matches!(typo, Err(Error::Invalid(Invalid::Phone))));
        begin(&kit, &seat).await.unwrap();
        let code = texted(&kit).await;
        assert!(confirm(&kit, &seat, &other(&code)).await.unwrap().is_none());
        let added = confirm(&kit, &seat, &code).await.unwrap().unwrap();
        assert!(added.codes.is_some());
        let seat = Seat::of(&kit, added.session.as_str()).await;
        let steps = kit.store.with_account(&seat.actor, |own| own.second_steps()).await.unwrap().steps;
        assert_eq!((steps[0].method, steps[0].name.as_str()), (Method::Phone, "+49 … 678"));

        let waiting = half(&kit).await;
        kit.store.send_second_step_code(&waiting).await.unwrap();
        let code = texted(&kit).await;
        assert!(matches!(finish(&kit, &waiting, Given::Code(other(&code))).await, Err(Error::WrongProof)));
        assert!(finish(&kit, &waiting, Given::Code(code.clone())).await.is_ok());
        let again = half(&kit).await;
        assert!(matches!(finish(&kit, &again, Given::Code(code)).await, Err(Error::WrongProof)), "used up");
    });
}

#[test]
fn a_code_dies_after_five_tries_ten_minutes_or_with_the_next() {
    both(async |kit| {
        people(&kit).await;
        let seat = Seat::anna(&kit).await;
        begin(&kit, &seat).await.unwrap();
        let code = texted(&kit).await;
        for _ in 0..5 {
            assert!(confirm(&kit, &seat, &other(&code)).await.unwrap().is_none());
        }
        assert!(confirm(&kit, &seat, &code).await.unwrap().is_none(), "the sixth try is not looked at");

        begin(&kit, &seat).await.unwrap();
        let older = texted(&kit).await;
        begin(&kit, &seat).await.unwrap();
        let newer = texted(&kit).await;
        assert!(older == newer || confirm(&kit, &seat, &older).await.unwrap().is_none());
        assert!(confirm(&kit, &seat, &newer).await.unwrap().is_some());

        kit.clock.advance(SignedDuration::from_hours(1));
        let waiting = half(&kit).await;
        kit.store.send_second_step_code(&waiting).await.unwrap();
        let code = texted(&kit).await;
        kit.clock.advance(SignedDuration::from_mins(10));
        let late = half(&kit).await;
        assert!(matches!(finish(&kit, &late, Given::Code(code)).await, Err(Error::WrongProof)));
    });
}

#[test]
fn three_messages_an_hour_and_the_phone_is_quiet() {
    both(async |kit| {
        people(&kit).await;
        with_phone(&kit).await;
        kit.clock.advance(SignedDuration::from_mins(20));
        for _ in 0..2 {
            kit.store.send_second_step_code(&half(&kit).await).await.unwrap();
        }
        let fourth = kit.store.send_second_step_code(&half(&kit).await).await;
        let Err(Error::TooMany { retry_after_s }) = fourth else { panic!("{fourth:?}") };
        assert!((2390..=2401).contains(&retry_after_s), "when the first is an hour old: {retry_after_s}");
        kit.clock.advance(SignedDuration::from_secs(retry_after_s as i64));
        kit.store.send_second_step_code(&half(&kit).await).await.unwrap();
    });
}

#[test]
fn what_is_kept_of_a_message_has_no_code_in_it() {
    both(async |kit| {
        people(&kit).await;
        let seat = with_phone(&kit).await;
        let kept = kit.store.with_account(&seat.actor, |own| own.messages(10)).await.unwrap();
        let text = &kept.iter().find(|message| message.subject == "A code by SMS").unwrap().text;
        assert!(text.starts_with("… is your Kinsight code"), "{text}");
    });
}

#[test]
fn without_a_gateway_no_code_is_sent() {
    both(async |kit| {
        people(&kit).await;
        let mut settings = kit.settings.clone();
        settings.site = SiteSettings::at("http://localhost:8080");
        let (store, _) = Store::open(settings).unwrap();
        assert!(!store.sends_sms());
        let seat = Seat::anna(&kit).await;
        let refused = store.with_account(&seat.actor, |own| own.begin_phone(NUMBER)).await;
        assert!(matches!(refused, Err(Error::NotFound)));
    });
}

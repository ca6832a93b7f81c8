//! Ways to be told: what each is sent, tests, failures that are seen, and what adding one asks for.

use crate::alerts::{by_mail, choose, page, raise, rules, said, value};
use glucose::AlertKind;
use jiff::SignedDuration;
use sharing::Duty;
use store::{Channel, Error, Invalid, NewChannel};
use testkit::{both::both, cast::people};

fn way(kind: Channel, url: &str) -> NewChannel {
    NewChannel { kind, url: url.to_owned(), token: String::new(), urgent_only: false }
}

#[test]
fn a_webhook_is_signed_and_ntfy_gets_what_it_shows() {
    both(async |kit| {
        let people = people(&kit).await;
        let hook = way(Channel::Webhook, "https://example.org/hook");
        let secret =
            kit.store.with_account(&people.ben, move |own| own.add_alert_channel(&hook)).await.unwrap().unwrap();
        assert!(secret.starts_with("whsec_"));
        let topic = NewChannel { token: "tk_abc".to_owned(), ..way(Channel::Ntfy, "https://ntfy.example.org/family") };
        assert_eq!(kit.store.with_account(&people.ben, move |own| own.add_alert_channel(&topic)).await.unwrap(), None);
        let told = kit.mails().await;
        let told: Vec<_> = told.iter().filter(|mail| mail.to == "ben@example.org").map(|mail| &mail.subject).collect();
        assert_eq!(told, ["Alerts are now sent to another address"; 2]);

        choose(&kit.store, &people.ben, people.record, rules(&[(AlertKind::UrgentLow, 0, None)])).await;
        value(&kit, &people, 50).await;
        raise(&kit).await;
        let mut sent = kit.mails().await;
        sent.sort_by_key(|message| message.channel == Channel::Webhook);
        let [ntfy, hook] = &sent[..] else { panic!("two messages: {sent:?}") };
        assert_eq!((hook.to.as_str(), hook.secret.as_deref()), ("https://example.org/hook", Some(secret.as_str())));
        for part in [
            r#""kind":"urgent low""#,
            r#""state":"begins""#,
            r#""value":50.0"#,
            r#""measured_at":"2026-11-21T09:00:00Z""#,
        ] {
            assert!(hook.text.contains(part), "{part} in {}", hook.text);
        }
        assert_eq!((ntfy.to.as_str(), ntfy.secret.as_deref()), ("https://ntfy.example.org/family", Some("tk_abc")));
        for part in
            [r#""priority":5"#, r#""title":"anna: urgent low, 50 mg/dL""#, "just now", r#""click":"{site}/alerts/"#]
        {
            assert!(ntfy.text.contains(part), "{part} in {}", ntfy.text);
        }
    });
}

#[test]
fn a_dead_way_is_shown_until_it_works_again() {
    both(async |kit| {
        let people = people(&kit).await;
        by_mail(&kit.store, &people.ben).await;
        choose(&kit.store, &people.ben, people.record, rules(&[(AlertKind::Low, 0, None)])).await;
        value(&kit, &people, 60).await;
        raise(&kit).await;
        let duty = kit.roster.on(Duty::Deliver);
        let message = kit.store.claim_messages(&duty, 9).await.unwrap().remove(0);
        kit.store.alert_undelivered(&duty, message.id, "the server is away").await.unwrap();
        let later = kit.clock.now() + SignedDuration::from_mins(1);
        kit.store.message_failed(&duty, message.id, later).await.unwrap();
        let ways = kit.store.with_account(&people.ben, |own| own.alert_channels()).await.unwrap();
        assert_eq!(ways.channels[0].failing, Some((kit.clock.now(), "the server is away".to_owned())));
        let alert = page(&kit.store, &people.anna, people.record).await.unwrap().alerts.remove(0);
        let shown = &alert.told[0].messages[0];
        assert_eq!((shown.sent_at, shown.why.as_deref()), (None, Some("the server is away")));
        kit.clock.set(later);
        assert_eq!(said(&kit).await, ["09:01 ben: anna: low, 60 mg/dL"]);
        let ways = kit.store.with_account(&people.ben, |own| own.alert_channels()).await.unwrap();
        assert_eq!((ways.channels[0].failing.clone(), ways.channels[0].worked_at), (None, Some(later)));
    });
}

#[test]
fn a_test_goes_out_by_every_way_and_tells_what_became_of_it() {
    both(async |kit| {
        let people = people(&kit).await;
        by_mail(&kit.store, &people.ben).await;
        let hook = way(Channel::Webhook, "https://example.org/hook");
        kit.store.with_account(&people.ben, move |own| own.add_alert_channel(&hook)).await.unwrap();
        kit.mails().await;
        assert_eq!(kit.store.with_account(&people.ben, |own| own.test_alerts()).await.unwrap(), 2);
        let ways = kit.store.with_account(&people.ben, |own| own.alert_channels()).await.unwrap();
        assert!(ways.channels.iter().all(|way| way.last_test.as_ref().is_some_and(|test| test.sent_at.is_none())));
        assert_eq!(kit.mails().await.iter().filter(|message| message.is_alert()).count(), 2);
        let ways = kit.store.with_account(&people.ben, |own| own.alert_channels()).await.unwrap();
        assert!(ways.channels.iter().all(|way| way.last_test.as_ref().is_some_and(|test| test.sent_at.is_some())));
        for _ in 0..19 {
            kit.store.with_account(&people.ben, |own| own.test_alerts()).await.unwrap();
        }
        let more = kit.store.with_account(&people.ben, |own| own.test_alerts()).await;
        assert!(matches!(more, Err(Error::TooMany { .. })));
        // Waiting messages go with the way.
        let id = ways.channels[0].id;
        kit.store.with_account(&people.ben, move |own| own.remove_alert_channel(id)).await.unwrap();
        let stranger = kit.store.with_account(&people.anna, move |own| own.remove_alert_channel(id)).await;
        assert!(matches!(stranger, Err(Error::NotFound)));
        assert!(kit.mails().await.iter().all(|message| message.channel == Channel::Webhook));
    });
}

#[test]
fn an_address_elsewhere_asks_for_a_proof_and_a_phone_for_a_number() {
    both(async |kit| {
        let people = people(&kit).await;
        let sms = way(Channel::Sms, "");
        let without = kit.store.with_account(&people.ben, move |own| own.add_alert_channel(&sms)).await;
        assert!(matches!(without, Err(Error::Invalid(Invalid::Phone))));
        let bad = way(Channel::Ntfy, "https://ntfy.example.org/");
        let bad = kit.store.with_account(&people.ben, move |own| own.add_alert_channel(&bad)).await;
        assert!(matches!(bad, Err(Error::Invalid(Invalid::AlertAddress))));
        kit.clock.advance(SignedDuration::from_mins(11));
        let hook = way(Channel::Webhook, "https://example.org/hook");
        let late = kit.store.with_account(&people.ben, move |own| own.add_alert_channel(&hook)).await;
        assert!(matches!(late, Err(Error::ProofNeeded)));
        by_mail(&kit.store, &people.ben).await;
        let twice = way(Channel::Mail, "");
        let twice = kit.store.with_account(&people.ben, move |own| own.add_alert_channel(&twice)).await;
        assert!(matches!(twice, Err(Error::Invalid(Invalid::AlertChannels))));
    });
}

//! Notices to browsers: whom they go to, and with what they end.

use sharing::Id;
use store::{
    AskForUpload, Channel, Desk, DownloadNotices, Error, Invalid, Message, NewPushSubscription, Opened, Origin, Own,
    PushLine,
};
use testkit::{
    both::{TestStore, both},
    cast::{PASSWORD, email, new_account, people},
};

/// The public keys of the examples of RFC 8291.
const KEYS: [&str; 2] = [
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
];

fn subscription(path: &str) -> NewPushSubscription {
    NewPushSubscription {
        endpoint: format!("https://push.example.net/{path}"),
        p256dh: KEYS[0].to_owned(),
        auth: "BTBZMqHH6r4Tts7J_aSIgg".to_owned(),
        before: String::new(),
    }
}

/// Somebody signed in in a browser of their own.
struct Browser {
    opened: Opened,
    origin: Origin,
}

impl Browser {
    async fn of(kit: &TestStore, name: &str) -> Self {
        let origin = Origin { browser: "Firefox".to_owned(), ..Origin::default() };
        let entrance = kit.store.sign_in(email(name).as_str(), PASSWORD, false, origin.clone()).await.unwrap();
        let opened = entrance.opened().unwrap();
        let device = opened.device.as_ref().map(|device| device.as_str().to_owned());
        Self { opened, origin: Origin { device, ..origin } }
    }

    async fn own<T: Send + 'static>(
        &self,
        kit: &TestStore,
        mut job: impl for<'a> FnMut(&mut Own<'a>, &Origin) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let actor = kit.store.session(self.opened.session.as_str()).await?.actor;
        let origin = self.origin.clone();
        kit.store.with_account(&actor, move |own| job(own, &origin)).await
    }

    async fn turns_on(&self, kit: &TestStore, path: &str) -> Result<(), Error> {
        let new = subscription(path);
        self.own(kit, move |own, origin| own.turn_push_on(&new, origin)).await
    }

    async fn list(&self, kit: &TestStore) -> Vec<PushLine> {
        self.own(kit, |own, origin| own.push_subscriptions(origin)).await.unwrap()
    }
}

async fn dora(kit: &TestStore) {
    kit.store.sign_up(new_account("dora", false), Origin::default()).await.unwrap();
    kit.mails().await;
}

/// The addresses that a test notice of this browser goes to just now.
async fn tested(kit: &TestStore, browser: &Browser) -> Vec<String> {
    browser.own(kit, |own, origin| own.test_push(origin)).await.unwrap();
    pushes(kit.mails().await).into_iter().map(|message| message.push.unwrap().endpoint).collect()
}

fn pushes(messages: Vec<Message>) -> Vec<Message> {
    messages.into_iter().filter(|message| message.channel == Channel::Push).collect()
}

#[test]
fn each_browser_has_its_own_and_a_second_time_changes_nothing() {
    both(async |kit| {
        dora(&kit).await;
        let (phone, laptop) = (Browser::of(&kit, "dora").await, Browser::of(&kit, "dora").await);
        phone.turns_on(&kit, "phone").await.unwrap();
        laptop.turns_on(&kit, "laptop").await.unwrap();
        phone.turns_on(&kit, "phone").await.unwrap();
        let list = phone.list(&kit).await;
        assert_eq!(
            list.iter().map(|line| (line.origin.as_str(), line.this)).collect::<Vec<_>>(),
            [("Firefox", false), ("Firefox", true)]
        );
        assert_eq!(tested(&kit, &phone).await, ["https://push.example.net/phone"]);
        phone.turns_on(&kit, "phone-again").await.unwrap();
        assert_eq!(phone.list(&kit).await.len(), 2, "a browser that was given another address has that one");
        let id = phone.list(&kit).await.into_iter().find(|line| !line.this).unwrap().id;
        phone.own(&kit, move |own, _| own.remove_push(id)).await.unwrap();
        phone.own(&kit, |own, origin| own.turn_push_off(origin)).await.unwrap();
        assert!(phone.list(&kit).await.is_empty());
        let none = phone.own(&kit, |own, _| own.remove_push(Id(7))).await;
        assert!(matches!(none, Err(Error::NotFound)));
    });
}

#[test]
fn only_who_proved_lately_who_they_are_turns_them_on() {
    both(async |kit| {
        dora(&kit).await;
        let phone = Browser::of(&kit, "dora").await;
        kit.clock.advance(jiff::SignedDuration::from_mins(11));
        assert!(matches!(phone.turns_on(&kit, "phone").await, Err(Error::ProofNeeded)));
        let moved =
            NewPushSubscription { before: "https://push.example.net/phone".to_owned(), ..subscription("moved") };
        let refused = moved.clone();
        let refused = phone.own(&kit, move |own, origin| own.turn_push_on(&refused, origin)).await;
        assert!(matches!(refused, Err(Error::ProofNeeded)), "an address that is not known proves nothing");
        let again = Browser::of(&kit, "dora").await;
        again.turns_on(&kit, "phone").await.unwrap();
        kit.clock.advance(jiff::SignedDuration::from_mins(11));
        again.own(&kit, move |own, origin| own.turn_push_on(&moved, origin)).await.unwrap();
        assert_eq!(tested(&kit, &again).await, ["https://push.example.net/moved"]);
        let strange = Browser { origin: Origin::default(), ..Browser::of(&kit, "dora").await };
        assert!(matches!(strange.turns_on(&kit, "phone").await, Err(Error::NotSignedIn)));
    });
}

#[test]
fn what_is_no_address_of_a_push_service_is_refused() {
    both(async |kit| {
        dora(&kit).await;
        let phone = Browser::of(&kit, "dora").await;
        let good = subscription("x");
        let wrong = [
            NewPushSubscription { endpoint: "http://push.example.net/x".to_owned(), ..good.clone() },
            NewPushSubscription { endpoint: "file:///etc/passwd".to_owned(), ..good.clone() },
            NewPushSubscription { endpoint: format!("https://push.example.net/{}", "x".repeat(1000)), ..good.clone() },
            NewPushSubscription { endpoint: "https://push.example.net/x\r\nhost: y".to_owned(), ..good.clone() },
            NewPushSubscription { p256dh: KEYS[0].replace('x', "y"), ..good.clone() },
            NewPushSubscription { p256dh: String::new(), ..good.clone() },
            NewPushSubscription { auth: "AAAA".to_owned(), ..good },
        ];
        for new in wrong {
            let told = format!("{new:?}");
            let refused = phone.own(&kit, move |own, origin| own.turn_push_on(&new, origin)).await;
            assert!(matches!(refused, Err(Error::Invalid(Invalid::PushSubscription))), "{told}");
        }
    });
}

#[test]
fn a_browser_that_changed_hands_shows_nothing_of_whoever_had_it() {
    both(async |kit| {
        dora(&kit).await;
        kit.store.sign_up(new_account("emil", false), Origin::default()).await.unwrap();
        kit.mails().await;
        let (hers, his) = (Browser::of(&kit, "dora").await, Browser::of(&kit, "emil").await);
        hers.turns_on(&kit, "shared").await.unwrap();
        his.turns_on(&kit, "shared").await.unwrap();
        assert!(hers.list(&kit).await.is_empty());
        assert_eq!(his.list(&kit).await.len(), 1);
    });
}

#[test]
fn signing_out_ends_them_there_and_nowhere_else() {
    both(async |kit| {
        dora(&kit).await;
        let (phone, laptop) = (Browser::of(&kit, "dora").await, Browser::of(&kit, "dora").await);
        phone.turns_on(&kit, "phone").await.unwrap();
        laptop.turns_on(&kit, "laptop").await.unwrap();
        phone.own(&kit, |own, origin| own.test_push(origin)).await.unwrap();
        kit.store.sign_out(phone.opened.session.as_str()).await.unwrap();
        assert!(pushes(kit.mails().await).is_empty(), "what waited for it goes nowhere");
        assert_eq!(laptop.list(&kit).await.len(), 1);
        assert_eq!(tested(&kit, &laptop).await, ["https://push.example.net/laptop"]);
    });
}

#[test]
fn a_session_that_ran_out_keeps_them_and_ending_the_others_does_not() {
    both(async |kit| {
        dora(&kit).await;
        Browser::of(&kit, "dora").await.turns_on(&kit, "phone").await.unwrap();
        kit.clock.advance(jiff::SignedDuration::from_hours(13));
        kit.store.tidy(&kit.roster.on(sharing::Duty::Expire)).await.unwrap();
        let laptop = Browser::of(&kit, "dora").await;
        laptop.turns_on(&kit, "laptop").await.unwrap();
        assert_eq!(laptop.list(&kit).await.len(), 2);
        let kept = kit.store.session(laptop.opened.session.as_str()).await.unwrap().id;
        laptop.own(&kit, move |own, _| own.end_other_sessions(&kept)).await.unwrap();
        assert_eq!(laptop.list(&kit).await.iter().map(|line| line.this).collect::<Vec<_>>(), [true]);
    });
}

#[test]
fn lockdown_and_leaving_end_all_of_them() {
    both(async |kit| {
        for name in ["dora", "emil"] {
            kit.store.sign_up(new_account(name, false), Origin::default()).await.unwrap();
            let browser = Browser::of(&kit, name).await;
            browser.turns_on(&kit, name).await.unwrap();
            browser.own(&kit, |own, origin| own.test_push(origin)).await.unwrap();
            let actor = kit.store.session(browser.opened.session.as_str()).await.unwrap().actor;
            if name == "dora" {
                kit.store.lock_down(&actor, Origin::default()).await.unwrap();
            } else {
                kit.store.leave(&actor, browser.opened.session.as_str(), email(name).as_str()).await.unwrap();
            }
            assert!(pushes(kit.mails().await).is_empty(), "{name}");
        }
    });
}

#[test]
fn a_clinics_request_to_upload_is_on_the_patients_phone_without_the_name_of_whose_data() {
    both(async |kit| {
        let people = people(&kit).await;
        let phone = Browser::of(&kit, "anna").await;
        phone.turns_on(&kit, "phone").await.unwrap();
        kit.mails().await;
        let profile = people.mia_profile;
        let ask = move |desk: &mut Desk<'_, AskForUpload>| desk.ask_for_upload(profile);
        kit.store.with_clinic(&people.front_desk, people.northside, ask).await.unwrap();
        let notice = pushes(kit.mails().await).pop().unwrap();
        assert_eq!(notice.subject, "Northside asks you to upload");
        assert!(!notice.text.contains("Mia"), "{}", notice.text);
        let push = notice.push.unwrap();
        assert_eq!((push.path.as_str(), push.urgent), ("/upload-now", false));
        assert!(!push.topic.contains(&people.mia.to_string()) && push.topic.len() == 32, "{}", push.topic);
    });
}

#[test]
fn a_download_by_somebody_else_is_noticed_where_that_was_chosen_and_mailed_while_no_browser_shows_it() {
    both(async |kit| {
        let family = people(&kit).await;
        kit.store.with_account(&family.anna, |own| own.choose_download_notices(DownloadNotices::Push)).await.unwrap();
        kit.mails().await;
        crate::downloads::agp_by(&kit, &family.carla, family.record).await;
        let mailed = kit.mails().await;
        assert_eq!((mailed.len(), mailed[0].channel), (1, Channel::Mail), "no browser shows notices yet");

        Browser::of(&kit, "anna").await.turns_on(&kit, "phone").await.unwrap();
        kit.mails().await;
        crate::downloads::agp_by(&kit, &family.anna, family.record).await;
        assert!(kit.mails().await.is_empty(), "nobody is told of their own");
        crate::downloads::agp_by(&kit, &family.carla, family.record).await;
        crate::downloads::agp_by(&kit, &family.carla, family.record).await;
        let noticed = kit.mails().await;
        assert!(noticed.iter().all(|message| message.channel == Channel::Push), "{noticed:?}");
        let [one, two] = noticed.try_into().unwrap();
        assert_eq!(one.text, "carla downloaded the AGP report for 7 November 2026 to 20 November 2026 of anna.");
        let (one, two) = (one.push.unwrap(), two.push.unwrap());
        assert_eq!(one.path, format!("/records/{}/view-history", family.record));
        assert_ne!(one.tag, two.tag, "no download takes another's place on the screen");
        assert!(!one.urgent);
    });
}

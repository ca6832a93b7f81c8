//! A store with a clock that is moved by hand, and a worker over it.

use jiff::Timestamp;
use sharing::{Duty, Email};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use store::{
    Actor, Clock, Database, KeySettings, MasterKeySource, NewAccount, NewPushSubscription, Origin, Own, PasswordCost,
    PushLine, SiteSettings, Store, StoreSettings,
};
use worker::{Duties, Hosts, Mailer, Outbound, Pusher, Work, deliver_due};

const PASSWORD: &str = "a long walk by the lake at dawn";

pub struct Server {
    pub work: Work,
    seconds: Arc<AtomicI64>,
}

impl Server {
    pub fn start(mailer: Mailer) -> Self {
        let seconds = Arc::new(AtomicI64::new(1_780_000_000));
        let told = Arc::clone(&seconds);
        let now = move || Timestamp::from_second(told.load(Ordering::SeqCst)).unwrap();
        let keys = KeySettings { master: MasterKeySource::Bytes([7; 32]), key_store: None, anchors: None };
        let settings = StoreSettings {
            database: Database::SqliteInMemory,
            keys,
            clock: Clock::new(now.clone()),
            password_cost: PasswordCost::CheapForTests,
            breached: None,
            keep_deleted_days: 90,
            most_care_partners: None,
            readers: 1,
            site: SiteSettings { sends_sms: true, ..SiteSettings::at("https://kinsight.example") },
            session_idle: None,
        };
        let (store, roster) = Store::open(settings).unwrap();
        let duties = Duties {
            deliver: roster.on(Duty::Deliver),
            expire: roster.on(Duty::Expire),
            raise_alerts: roster.on(Duty::RaiseAlerts),
            pull: roster.on(Duty::Pull),
        };
        let outbound = Outbound::new(true);
        let base_url = "https://kinsight.example/".to_owned();
        let every = Duration::from_secs(1);
        let pusher = Pusher::new(true).unwrap();
        Self {
            work: Work {
                store,
                duties,
                mailer,
                texter: None,
                outbound,
                hosts: Hosts::default(),
                pusher,
                nats: None,
                base_url,
                clock: Arc::new(now),
                every,
            },
            seconds,
        }
    }

    pub fn minutes_pass(&self, minutes: i64) {
        self.seconds.fetch_add(60 * minutes, Ordering::SeqCst);
    }

    pub async fn anna_signs_up(&self) {
        self.signs_up("anna@example.org", "Änne 🦊 Berg").await;
    }

    pub async fn signs_up(&self, email: &str, name: &str) {
        let new = NewAccount {
            email: Email::parse(email).unwrap(),
            password: PASSWORD.into(),
            name: name.into(),
            born_on: None,
            country: "SE".into(),
            language: "en".into(),
            unit: glucose::Unit::MmolL,
            zone: "Europe/Stockholm".into(),
            with_record: true,
        };
        self.work.store.sign_up(new, Origin::default()).await.unwrap();
    }

    pub async fn anna(&self) -> Actor {
        self.signed_in("anna@example.org").await
    }

    /// All that is due just now.
    pub async fn deliver(&self) {
        while deliver_due(&self.work).await.unwrap() > 0 {}
    }

    /// In a browser with this address she turns notifications on and asks for one.
    pub async fn anna_tests_push(&self, new: &NewPushSubscription) {
        let entrance = self.work.store.sign_in("anna@example.org", PASSWORD, false, Origin::default()).await.unwrap();
        let opened = entrance.opened().unwrap();
        let anna = self.work.store.session(opened.session.as_str()).await.unwrap().actor;
        let device = opened.device.map(|device| device.as_str().to_owned());
        let (new, origin) = (new.clone(), Origin { device, ..Origin::default() });
        let test = move |own: &mut Own<'_>| {
            own.turn_push_on(&new, &origin)?;
            own.test_push(&origin)
        };
        self.work.store.with_account(&anna, test).await.unwrap();
    }

    pub async fn annas_browsers(&self) -> Vec<PushLine> {
        let anna = self.signed_in("anna@example.org").await;
        self.work.store.with_account(&anna, |own| own.push_subscriptions(&Origin::default())).await.unwrap()
    }

    async fn signed_in(&self, email: &str) -> Actor {
        let entrance = self.work.store.sign_in(email, PASSWORD, false, Origin::default()).await.unwrap();
        let session = entrance.opened().unwrap().session;
        self.work.store.session(session.as_str()).await.unwrap().actor
    }

    /// As the person sees it in the list of messages.
    pub async fn how_many_refused_and_sent(&self, email: &str) -> (usize, usize) {
        let who = self.signed_in(email).await;
        let messages = self.work.store.with_account(&who, |own| own.messages(10)).await.unwrap();
        let refused = messages.iter().filter(|message| message.refused_at.is_some()).count();
        (refused, messages.iter().filter(|message| message.sent_at.is_some()).count())
    }

    pub async fn anna_asks_for_a_code(&self) {
        let anna = self.signed_in("anna@example.org").await;
        self.work.store.with_account(&anna, |own| own.begin_phone("+49 151 2345678")).await.unwrap();
    }
}

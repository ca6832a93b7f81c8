//! What needs a second step, a phone or a lockdown to begin with; they are put there by hand.

use super::{contact_changes, factor_loss};
use crate::{
    Clock, Contact, Database, Entrance, Error, HalfToken, KeySettings, MasterKeySource, Message, NewAccount, Origin,
    PasswordCost, Roster, SiteSettings, Store, StoreSettings,
    db::{Sql, Tx, Value, params, statements},
    inside::new_id,
    second_step,
};
use jiff::Timestamp;
use sharing::{AccountId, Duty, Email};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

statements! {
    FACTOR = "insert into factors (id, account, kind, name, secret, credential, last_step, made_at, confirmed_at, used_at) \
        values ($1, $2, $3, $4, $4, null, -1, 0, 0, null)";
    CODE = "insert into recovery_codes (account, hash, made_at, used_at) values ($1, $2, 0, null)";
    LOCK = "insert into lockdowns (account, began_at, how, done) values ($1, 0, 'page', '')";
    UNLOCK = "update lockdowns set ended_at = 1 where account = $1";
    ANNA = "select id from accounts limit 1";
}

const PASSWORD: &str = "seven quiet owls count stars";
const ANNA_AT: &str = "anna@example.org";

/// Anna's account, with an authenticator app and one recovery code.
struct Anna {
    store: Store,
    roster: Roster,
    now: Arc<AtomicI64>,
    id: AccountId,
}

impl Anna {
    async fn start() -> Self {
        assert!(STATEMENTS.len() == 5);
        let now = Arc::new(AtomicI64::new(1_790_000_000));
        let told = Arc::clone(&now);
        let clock = Clock::new(move || Timestamp::from_second(told.load(Ordering::SeqCst)).expect("a near year"));
        let keys = KeySettings { master: MasterKeySource::Bytes([7; 32]), key_store: None, anchors: None };
        let password_cost = PasswordCost::CheapForTests;
        let settings = StoreSettings {
            database: Database::SqliteInMemory,
            keys,
            clock,
            password_cost,
            breached: None,
            keep_deleted_days: 90,
            most_care_partners: None,
            readers: 1,
            site: SiteSettings::at("http://localhost:8080"),
            session_idle: None,
        };
        let (store, roster) = Store::open(settings).expect("a new store opens");
        let new = NewAccount {
            email: Email::parse(ANNA_AT).expect("a constant that is an address"),
            password: PASSWORD.to_owned(),
            name: "Anna".to_owned(),
            born_on: None,
            country: "SE".to_owned(),
            language: "en".to_owned(),
            unit: glucose::Unit::MgDl,
            zone: "Europe/Stockholm".to_owned(),
            with_record: false,
        };
        store.sign_up(new, Origin::default()).await.expect("nobody is there yet");
        let row = store.0.db.read(|tx| tx.query_one(ANNA, params![])).await.expect("one account");
        let id = AccountId(row.expect("one account").id(0).expect("an id"));
        let anna = Self { store, roster, now, id };
        anna.put(FACTOR, vec![new_id().into(), id.into(), "totp".into(), vec![1].into()]).await;
        anna.put(CODE, vec![id.into(), vec![1].into()]).await;
        anna.mails().await;
        anna
    }

    async fn put(&self, sql: Sql, values: Vec<Value>) {
        self.store.0.db.write(move |tx| tx.execute(sql, &values).map(drop), |()| ()).await.expect("a row");
    }

    async fn inside<T: Send + 'static>(
        &self,
        mut job: impl FnMut(&mut Tx, &crate::inside::Inside, AccountId, Timestamp) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (inside, id, now) = (Arc::clone(&self.store.0), self.id, self.store.0.clock.now());
        self.store.0.db.write(move |tx| job(tx, &inside, id, now), |_| ()).await
    }

    fn hours_pass(&self, hours: i64) {
        self.now.fetch_add(hours * 3600, Ordering::SeqCst);
    }

    async fn mails(&self) -> Vec<Message> {
        let duty = self.roster.on(Duty::Deliver);
        let mails = self.store.claim_messages(&duty, 100).await.expect("the outbox answers");
        for mail in &mails {
            self.store.message_sent(&duty, mail.id).await.expect("it was claimed");
        }
        mails
    }

    async fn enter(&self) -> Entrance {
        self.store.sign_in(ANNA_AT, PASSWORD, false, Origin::default()).await.expect("the password is right")
    }

    async fn half(&self) -> HalfToken {
        match self.enter().await {
            Entrance::SecondStep(half) => half,
            Entrance::Open(_) => panic!("the second step was not asked"),
        }
    }

    async fn work(&self) -> u64 {
        self.store.end_lost_factors(&self.roster.on(Duty::Expire)).await.expect("the worker works")
    }
}

fn token(mail: &Message, before: &str) -> String {
    let rest = mail.text.split(before).nth(1).expect("the mail has such a link");
    rest.split_whitespace().next().expect("a token").to_owned()
}

#[tokio::test]
async fn a_lost_second_step_goes_after_72_hours_and_not_before() {
    let anna = Anna::start().await;
    let half = anna.half().await;
    let due_at = anna.store.ask_factor_loss(half.as_str(), Origin::default()).await.unwrap();
    let told = anna.mails().await;
    assert_eq!(told[0].subject, "Your second step is going to be removed");
    assert!(told[0].text.contains("/lockdown/mail/") && told[0].text.contains("/second-step-loss/"));
    anna.hours_pass(71);
    assert_eq!(anna.work().await, 0);
    let half = anna.half().await;
    let again = anna.store.ask_factor_loss(half.as_str(), Origin::default()).await.unwrap();
    assert_eq!(again, due_at, "asking again does not begin anew");
    anna.hours_pass(1);
    assert_eq!(anna.work().await, 1);
    assert_eq!(anna.work().await, 0);
    assert!(matches!(anna.enter().await, Entrance::Open(_)), "the password alone signs in");
    assert!(anna.mails().await.iter().any(|mail| mail.subject == "Your second step was removed"));
    let half = anna.store.ask_factor_loss(half.as_str(), Origin::default()).await;
    assert!(half.is_err(), "there is nothing left to lose");
}

#[tokio::test]
async fn whoever_signs_in_after_the_wait_does_not_depend_on_the_worker() {
    let anna = Anna::start().await;
    anna.store.ask_factor_loss(anna.half().await.as_str(), Origin::default()).await.unwrap();
    anna.hours_pass(72);
    assert!(matches!(anna.enter().await, Entrance::Open(_)));
    assert_eq!(anna.work().await, 0, "it is done already");
}

#[tokio::test]
async fn a_link_from_any_address_stops_the_removal() {
    let anna = Anna::start().await;
    anna.store.ask_factor_loss(anna.half().await.as_str(), Origin::default()).await.unwrap();
    let stop = token(&anna.mails().await[0], "/second-step-loss/");
    anna.hours_pass(71);
    anna.store.factor_loss(&stop).await.unwrap();
    anna.store.keep_second_step(&stop, Origin::default()).await.unwrap();
    assert!(anna.store.keep_second_step(&stop, Origin::default()).await.is_err(), "the link works once");
    anna.hours_pass(100);
    assert_eq!(anna.work().await, 0);
    anna.half().await;
}

#[tokio::test]
async fn signing_in_with_the_second_step_stops_the_removal() {
    let anna = Anna::start().await;
    anna.store.ask_factor_loss(anna.half().await.as_str(), Origin::default()).await.unwrap();
    let half = anna.half().await;
    let check = |_: &mut Tx, _: &crate::inside::Inside, _, _| Ok(Some("password and authenticator app"));
    anna.store.finish(half.as_str(), false, Origin::default(), check).await.unwrap();
    assert!(anna.mails().await.iter().any(|mail| mail.subject == "Your second step stays"));
    anna.hours_pass(100);
    assert_eq!(anna.work().await, 0);
}

#[tokio::test]
async fn the_operator_can_begin_it_and_waits_as_long() {
    let anna = Anna::start().await;
    let (duty, email) = (anna.roster.on(Duty::Expire), Email::parse(ANNA_AT).unwrap());
    anna.store.begin_factor_loss(&duty, &email).await.unwrap();
    assert!(anna.mails().await.iter().any(|mail| mail.text.contains("/second-step-loss/")), "the owner is told");
    anna.half().await;
    let nobody = Email::parse("nobody@example.org").unwrap();
    assert!(matches!(anna.store.begin_factor_loss(&duty, &nobody).await, Err(Error::NotFound)));
    let deliver = anna.roster.on(Duty::Deliver);
    assert!(anna.store.begin_factor_loss(&deliver, &email).await.is_err());
    anna.hours_pass(72);
    assert_eq!(anna.work().await, 1);
    assert!(anna.store.begin_factor_loss(&duty, &email).await.is_err(), "there is none left");
}

#[tokio::test]
async fn a_new_password_by_a_link_does_not_skip_the_second_step() {
    let anna = Anna::start().await;
    anna.store.ask_password_reset(ANNA_AT, Origin::default()).await.unwrap();
    let link = token(&anna.mails().await[0], "/password-reset/");
    let new = "eight loud geese cross the road";
    let device = anna.store.reset_password(&link, new, Origin::default()).await.unwrap();
    let origin = Origin { device: device.map(|device| device.as_str().to_owned()), ..Origin::default() };
    let entrance = anna.store.sign_in(ANNA_AT, new, false, origin).await.unwrap();
    assert!(matches!(entrance, Entrance::SecondStep(_)), "not even in the browser that followed the link");
}

#[tokio::test]
async fn addresses_are_frozen_during_a_lockdown_and_not_after() {
    let anna = Anna::start().await;
    anna.put(LOCK, vec![anna.id.into()]).await;
    let frozen = anna.inside(|tx, _, id, _| contact_changes::frozen(tx, id)).await;
    assert!(matches!(frozen, Err(Error::Frozen)));
    anna.put(UNLOCK, vec![anna.id.into()]).await;
    anna.inside(|tx, _, id, _| contact_changes::frozen(tx, id)).await.unwrap();
}

#[tokio::test]
async fn another_phone_is_told_to_the_old_one_and_can_be_undone() {
    let anna = Anna::start().await;
    anna.put(FACTOR, vec![new_id().into(), anna.id.into(), "phone".into(), vec![1].into()]).await;
    let old = Some("+46700000001");
    anna.inside(move |tx, inside, id, now| contact_changes::phone_changed(tx, inside, id, old, now)).await.unwrap();
    let mails = anna.mails().await;
    let sms = mails.iter().find(|mail| mail.to == "+46700000001").expect("the old phone is told");
    assert!(mails.iter().any(|mail| mail.to == ANNA_AT && mail.subject == "Your phone number was changed"));
    let link = token(sms, "/changes/undo/");
    anna.hours_pass(71);
    assert_eq!(anna.store.contact_change(&link).await.unwrap(), Contact::Phone);
    let undone = anna.store.undo_contact_change(&link, Origin::default()).await.unwrap();
    assert_eq!((undone.contact, undone.lockdown.len()), (Contact::Phone, 43));
    let methods = anna.inside(|tx, _, id, _| second_step::methods(tx, id)).await.unwrap();
    assert!(methods.contains(&second_step::Method::Phone), "the old number counts again");
}

#[tokio::test]
async fn a_first_phone_that_is_undone_is_gone() {
    let anna = Anna::start().await;
    anna.put(FACTOR, vec![new_id().into(), anna.id.into(), "phone".into(), vec![1].into()]).await;
    anna.inside(|tx, inside, id, now| contact_changes::phone_changed(tx, inside, id, None, now)).await.unwrap();
    let link = token(&anna.mails().await[0], "/changes/undo/");
    anna.hours_pass(72);
    assert!(anna.store.undo_contact_change(&link, Origin::default()).await.is_err(), "too late");
    anna.inside(|tx, inside, id, now| contact_changes::phone_changed(tx, inside, id, None, now)).await.unwrap();
    let link = token(&anna.mails().await[0], "/changes/undo/");
    anna.store.undo_contact_change(&link, Origin::default()).await.unwrap();
    let methods = anna.inside(|tx, _, id, _| second_step::methods(tx, id)).await.unwrap();
    assert_eq!(methods, [second_step::Method::Totp]);
    assert!(!anna.inside(factor_loss_stop).await.unwrap(), "nothing was being lost");
}

fn factor_loss_stop(tx: &mut Tx, inside: &crate::inside::Inside, id: AccountId, now: Timestamp) -> Result<bool, Error> {
    factor_loss::stop(tx, inside, id, String::new(), now)
}

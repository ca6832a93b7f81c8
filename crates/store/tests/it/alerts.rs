//! Alerts find somebody: after their delay, again, in turn, across restarts, once on several servers; and never with old data.

use glucose::{AlertKind, AlertRule, Glucose, NewReading};
use jiff::SignedDuration;
use sharing::{AccountId, CallOrder, Duty, Purpose, QuietHours, RecordId, WeeklyPause};
use store::{
    Access, Actor, AlertOrder, AlertPage, AlertSettings, Channel, Error, Manage, Message, NewChannel, Origin, Same,
    Store, Upload, View,
};
use testkit::{
    both::{TestStore, both},
    cast::{PASSWORD, People, email, people},
};

pub(crate) fn rules(chosen: &[(AlertKind, u16, Option<u16>)]) -> AlertSettings {
    let rule = |kind| {
        let found = chosen.iter().find(|rule| rule.0 == kind);
        let usual = AlertRule::usual(kind);
        found.map_or(AlertRule { on: false, ..usual }, |&(_, delay_min, repeat_min)| AlertRule {
            on: true,
            delay_min,
            repeat_min,
            ..usual
        })
    };
    AlertSettings { rules: AlertKind::ALL.map(rule).to_vec(), ..AlertSettings::usual() }
}

pub(crate) async fn choose(store: &Store, who: &Actor, record: RecordId, settings: AlertSettings) {
    store.with_account(who, move |own| own.choose_alerts(record, &settings)).await.unwrap();
}

pub(crate) async fn by_mail(store: &Store, who: &Actor) {
    let mail = NewChannel { kind: Channel::Mail, url: String::new(), token: String::new(), urgent_only: false };
    store.with_account(who, move |own| own.add_alert_channel(&mail)).await.unwrap();
}

/// One value of just now, as a phone sends it.
pub(crate) async fn value(kit: &TestStore, people: &People, mg_dl: i32) {
    value_of(kit, people, mg_dl, 0).await;
}

async fn value_of(kit: &TestStore, people: &People, mg_dl: i32, minutes_ago: i64) {
    let at = kit.clock.now() - SignedDuration::from_mins(minutes_ago);
    let new = [NewReading::cgm(at, 60, Glucose::mg_dl(mg_dl))];
    let add = move |patient: &mut Access<'_, Upload>| patient.add_readings(&new);
    let device = &people.devices[&people.record];
    kit.store.with_patient(device, people.record, Purpose::DeviceUpload, add).await.unwrap();
}

pub(crate) async fn raise(kit: &TestStore) -> usize {
    kit.store.raise_alerts(&kit.roster.on(Duty::RaiseAlerts)).await.unwrap()
}

/// Values every five minutes; what goes out in between, with the minute and to whom.
async fn night(kit: &TestStore, people: &People, values: &[i32]) -> Vec<String> {
    let mut told = Vec::new();
    for mg_dl in values {
        value(kit, people, *mg_dl).await;
        raise(kit).await;
        told.extend(said(kit).await);
        kit.clock.advance(SignedDuration::from_mins(5));
    }
    told
}

/// What goes out now: `09:10 ben: Anna: low, 66 mg/dL`.
pub(crate) async fn said(kit: &TestStore) -> Vec<String> {
    let at = kit.clock.now().strftime("%H:%M").to_string();
    let line = |mail: &Message| format!("{at} {}: {}", mail.to.split('@').next().unwrap(), mail.subject);
    let mut lines: Vec<String> = kit.mails().await.iter().filter(|mail| mail.is_alert()).map(line).collect();
    lines.sort();
    lines
}

pub(crate) async fn page(store: &Store, who: &Actor, record: RecordId) -> Result<AlertPage, Error> {
    store.with_patient(who, record, Purpose::Alerts, |patient: &mut Access<'_, View>| patient.alerts()).await
}

async fn order(kit: &TestStore, people: &People, step_min: u16, order: Vec<AccountId>) {
    let order = CallOrder { people: order, step_min, owner_first: false };
    let order = AlertOrder { order, ..AlertOrder::empty() };
    let set = move |patient: &mut Access<'_, Manage>| patient.set_alert_order(&order);
    kit.store.with_patient(&people.anna, people.record, Purpose::Alerts, set).await.unwrap();
}

async fn family(kit: &TestStore) -> People {
    let people = people(kit).await;
    for who in [&people.anna, &people.ben, &people.carla] {
        by_mail(&kit.store, who).await;
    }
    people
}

#[test]
fn a_night_low_is_told_after_its_delay_again_and_taken_by_name() {
    both(async |kit| {
        let people = family(&kit).await;
        let low = rules(&[(AlertKind::Low, 10, Some(15))]);
        choose(&kit.store, &people.anna, people.record, low.clone()).await;
        choose(&kit.store, &people.ben, people.record, low).await;
        let told = night(&kit, &people, &[90, 69, 66, 64, 63, 62, 61]).await;
        assert_eq!(
            told,
            [
                "09:15 anna: anna: low, 64 mg/dL",
                "09:15 ben: anna: low, 64 mg/dL",
                "09:30 anna: anna: still low, 61 mg/dL",
                "09:30 ben: anna: still low, 61 mg/dL",
            ]
        );
        let alert = page(&kit.store, &people.ben, people.record).await.unwrap().alerts.remove(0);
        let taken = kit.store.take_alert(&people.ben, alert.id).await.unwrap();
        assert_eq!((taken.by.as_deref(), taken.by_you), (Some("ben"), true));
        assert_eq!(said(&kit).await, ["09:35 anna: ben took it. anna: low"]);
        let second = kit.store.take_alert(&people.anna, alert.id).await.unwrap();
        assert_eq!(
            (second.by.as_deref(), second.by_you),
            (Some("ben"), false),
            "whoever is second learns who was first"
        );
        assert_eq!(night(&kit, &people, &[60, 60, 60, 60, 80, 80, 80, 80]).await, [""; 0], "nobody is told again");
        let owners = page(&kit.store, &people.anna, people.record).await.unwrap();
        let past = &owners.alerts[0];
        assert!(past.ended_at.is_some() && owners.alerts.len() == 1);
        let names: Vec<_> = past.told.iter().map(|told| (told.name.as_deref().unwrap(), told.messages.len())).collect();
        assert_eq!(names, [("anna", 2), ("ben", 2)]);
        assert!(past.told.iter().flat_map(|told| &told.messages).all(|message| message.sent_at.is_some()));
        let partners = page(&kit.store, &people.ben, people.record).await.unwrap();
        assert_eq!(partners.alerts[0].told.len(), 1, "a care partner sees what they got themselves");
        assert!(matches!(page(&kit.store, &people.stranger, people.record).await, Err(Error::NotFound)));
    });
}

#[test]
fn what_a_phone_app_puts_is_looked_at_at_once() {
    both(async |kit| {
        let people = family(&kit).await;
        choose(&kit.store, &people.anna, people.record, rules(&[(AlertKind::UrgentLow, 0, None)])).await;
        value(&kit, &people, 90).await;
        raise(&kit).await;
        kit.clock.advance(SignedDuration::from_mins(1));
        assert_eq!(raise(&kit).await, 0, "nothing came, and nothing is due");
        let new = [NewReading::cgm(kit.clock.now(), 60, Glucose::mg_dl(50))];
        let put = move |patient: &mut Access<'_, Upload>| patient.put_entries(&new, Same::TimeAndKind);
        let device = &people.devices[&people.record];
        kit.store.with_patient(device, people.record, Purpose::DeviceUpload, put).await.unwrap();
        assert_eq!(raise(&kit).await, 1);
        assert_eq!(said(&kit).await, ["09:01 anna: anna: urgent low, 50 mg/dL"]);
    });
}

#[test]
fn quiet_hours_wait_and_an_urgent_low_gets_through() {
    both(async |kit| {
        let people = family(&kit).await;
        // It is ten in the morning in Berlin, a Saturday.
        let hours = vec![WeeklyPause::new(0b010_0000, 9 * 60, 10 * 60 + 30).unwrap()];
        let quiet = |urgent_waits| AlertSettings {
            quiet: QuietHours { hours: hours.clone(), urgent_waits },
            ..rules(&[(AlertKind::Low, 0, None), (AlertKind::UrgentLow, 0, None)])
        };
        choose(&kit.store, &people.ben, people.record, quiet(false)).await;
        choose(&kit.store, &people.anna, people.record, quiet(true)).await;
        let told = night(&kit, &people, &[69, 60, 53, 52, 56, 57, 58, 59]).await;
        assert_eq!(
            told,
            [
                "09:10 ben: anna: urgent low, 53 mg/dL",
                "09:35 anna: anna: low, 59 mg/dL",
                "09:35 ben: anna: low, 59 mg/dL",
            ],
            "after half past ten the low of then is told, not the one that has gone"
        );
    });
}

#[test]
fn the_next_one_is_called_until_somebody_takes_it() {
    both(async |kit| {
        let people = family(&kit).await;
        let (ben, carla) = (people.ben.account().unwrap(), people.carla.account().unwrap());
        order(&kit, &people, 10, vec![carla, ben]).await;
        choose(&kit.store, &people.anna, people.record, rules(&[(AlertKind::UrgentLow, 0, None)])).await;
        let told = night(&kit, &people, &[90, 53, 52, 51, 50]).await;
        assert_eq!(
            told,
            [
                "09:05 anna: anna: urgent low, 53 mg/dL",
                "09:05 carla: anna: urgent low, 53 mg/dL",
                "09:15 ben: You are called. anna: urgent low, 51 mg/dL",
            ]
        );
        let alert = page(&kit.store, &people.ben, people.record).await.unwrap().alerts.remove(0);
        kit.store.take_alert(&people.ben, alert.id).await.unwrap();
        let others = ["09:25 anna: ben took it. anna: urgent low", "09:25 carla: ben took it. anna: urgent low"];
        assert_eq!(said(&kit).await, others);
        let told = page(&kit.store, &people.anna, people.record).await.unwrap().alerts.remove(0).told;
        assert_eq!(told.iter().filter(|told| told.in_order).count(), 2);
    });
}

#[test]
fn nobody_is_called_once_it_is_taken_and_nobody_waits_for_somebody_who_is_paused() {
    both(async |kit| {
        let people = family(&kit).await;
        let (ben, carla) = (people.ben.account().unwrap(), people.carla.account().unwrap());
        order(&kit, &people, 10, vec![carla, ben]).await;
        choose(&kit.store, &people.anna, people.record, rules(&[(AlertKind::UrgentLow, 0, None)])).await;
        let until = kit.clock.now() + SignedDuration::from_hours(1);
        let pause = move |patient: &mut Access<'_, Manage>| patient.pause_care_partner(carla, until);
        kit.store.with_patient(&people.anna, people.record, Purpose::Sharing, pause).await.unwrap();
        kit.mails().await;
        let told = night(&kit, &people, &[53]).await;
        assert_eq!(
            told,
            ["09:00 anna: anna: urgent low, 53 mg/dL", "09:00 ben: You are called. anna: urgent low, 53 mg/dL"]
        );
        let alert = page(&kit.store, &people.anna, people.record).await.unwrap().alerts.remove(0);
        kit.store.take_alert(&people.anna, alert.id).await.unwrap();
        assert_eq!(said(&kit).await, ["09:05 ben: anna took it. anna: urgent low"]);
        assert_eq!(night(&kit, &people, &[52, 52, 52, 52]).await, [""; 0]);
    });
}

#[test]
fn silence_is_told_by_the_clock_alone_and_says_no_old_value() {
    both(async |kit| {
        let people = family(&kit).await;
        choose(
            &kit.store,
            &people.ben,
            people.record,
            rules(&[(AlertKind::NoData, 0, None), (AlertKind::Low, 0, None)]),
        )
        .await;
        value(&kit, &people, 100).await;
        raise(&kit).await;
        let duty = kit.roster.on(Duty::RaiseAlerts);
        let due = kit.store.next_alerts_at(&duty).await.unwrap().unwrap();
        assert_eq!(due, kit.clock.now() + SignedDuration::from_mins(30));
        kit.clock.set(due);
        raise(&kit).await;
        let mail = kit.mails().await.pop().unwrap();
        assert_eq!(mail.subject, "anna: no data");
        assert!(mail.text.contains("since 21 November at 10:00") && !mail.text.contains("mg/dL"), "{}", mail.text);
        value(&kit, &people, 101).await;
        raise(&kit).await;
        assert!(page(&kit.store, &people.ben, people.record).await.unwrap().alerts[0].ended_at.is_some());
    });
}

#[test]
fn old_data_alert_nobody() {
    both(async |kit| {
        let people = family(&kit).await;
        choose(&kit.store, &people.ben, people.record, rules(&AlertKind::ALL.map(|kind| (kind, 0, Some(5))))).await;
        for minutes_ago in [200, 195, 190, 21, 16] {
            value_of(&kit, &people, 45, minutes_ago).await;
            raise(&kit).await;
        }
        assert!(!said(&kit).await.iter().any(|line| line.contains("low")));
        value(&kit, &people, 120).await;
        raise(&kit).await;
        assert!(!said(&kit).await.iter().any(|line| line.contains("low")), "what it was then is not what it is now");
        let future = NewReading::cgm(kit.clock.now() + SignedDuration::from_hours(2), 60, Glucose::mg_dl(40));
        let add = move |patient: &mut Access<'_, Upload>| patient.add_readings(std::slice::from_ref(&future));
        kit.store
            .with_patient(&people.devices[&people.record], people.record, Purpose::DeviceUpload, add)
            .await
            .unwrap();
        raise(&kit).await;
        assert!(!said(&kit).await.iter().any(|line| line.contains("low")), "nor what a wrong clock puts ahead");
    });
}

#[test]
fn a_restart_in_the_middle_loses_nothing_and_doubles_nothing() {
    both(async |kit| {
        let people = family(&kit).await;
        let (ben, carla) = (people.ben.account().unwrap(), people.carla.account().unwrap());
        order(&kit, &people, 10, vec![carla, ben]).await;
        choose(&kit.store, &people.anna, people.record, rules(&[(AlertKind::UrgentLow, 0, Some(10))])).await;
        value(&kit, &people, 53).await;
        // The process dies before anybody looked.
        let kit = kit.reopen();
        raise(&kit).await;
        // … and once more, before anything was sent.
        let kit = kit.reopen();
        assert_eq!(raise(&kit).await, 0, "nothing is due");
        assert_eq!(
            said(&kit).await,
            ["09:00 anna: anna: urgent low, 53 mg/dL", "09:00 carla: anna: urgent low, 53 mg/dL"]
        );
        let kit = kit.reopen();
        kit.clock.advance(SignedDuration::from_mins(10));
        raise(&kit).await;
        assert_eq!(
            said(&kit).await,
            [
                "09:10 anna: anna: still urgent low, 53 mg/dL",
                "09:10 ben: You are called. anna: urgent low, 53 mg/dL",
                "09:10 carla: anna: still urgent low, 53 mg/dL",
            ]
        );
    });
}

#[test]
fn two_servers_at_once_make_one_episode_and_one_message() {
    let Some(kit) = TestStore::postgres() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    runtime.block_on(async {
        let people = family(&kit).await;
        let (other, roster) = Store::open(kit.settings.clone()).unwrap();
        for who in [&people.anna, &people.ben, &people.carla] {
            choose(
                &kit.store,
                who,
                people.record,
                rules(&[(AlertKind::Low, 0, Some(5)), (AlertKind::UrgentLow, 0, Some(5))]),
            )
            .await;
        }
        for round in 0..12 {
            let mg_dl = if round < 6 { 65 } else { 50 };
            value(&kit, &people, mg_dl).await;
            let (one, two) = (kit.roster.on(Duty::RaiseAlerts), roster.on(Duty::RaiseAlerts));
            let (one, two, three) =
                tokio::join!(kit.store.raise_alerts(&one), other.raise_alerts(&two), kit.store.raise_alerts(&one));
            one.unwrap();
            two.unwrap();
            three.unwrap();
            let lines = said(&kit).await;
            assert_eq!(lines.len(), 3, "one message for each person, in round {round}: {lines:?}");
            kit.clock.advance(SignedDuration::from_mins(5));
        }
        assert_eq!(page(&kit.store, &people.anna, people.record).await.unwrap().alerts.len(), 2);
    });
}

#[test]
fn whoever_was_removed_gets_nothing_not_even_what_waits() {
    both(async |kit| {
        let people = family(&kit).await;
        for who in [&people.ben, &people.carla] {
            choose(&kit.store, who, people.record, rules(&[(AlertKind::Low, 0, Some(5))])).await;
        }
        value(&kit, &people, 60).await;
        raise(&kit).await;
        // Ben is removed and Carla's time runs out before anything was sent.
        let ben = people.ben.account().unwrap();
        let remove = move |patient: &mut Access<'_, Manage>| patient.remove_care_partner(ben);
        kit.store.with_patient(&people.anna, people.record, Purpose::Sharing, remove).await.unwrap();
        kit.clock.set(people.carla_until);
        assert_eq!(said(&kit).await, [""; 0]);
        value(&kit, &people, 58).await;
        raise(&kit).await;
        assert_eq!(said(&kit).await, [""; 0]);
        let alert = page(&kit.store, &people.anna, people.record).await.unwrap().alerts.remove(0);
        assert!(matches!(kit.store.take_alert(&people.ben, alert.id).await, Err(Error::NotFound)));
        assert!(matches!(kit.store.record_of_alert(&people.carla, alert.id).await, Err(Error::NotFound)));
        let choose = kit.store.with_account(&people.ben, move |own| own.alert_settings(people.record)).await;
        assert!(matches!(choose, Err(Error::NotFound)));
    });
}

#[test]
fn a_link_in_a_mail_takes_the_alert_once_and_opens_nothing() {
    both(async |kit| {
        let people = family(&kit).await;
        choose(&kit.store, &people.ben, people.record, rules(&[(AlertKind::Low, 0, None)])).await;
        value(&kit, &people, 60).await;
        raise(&kit).await;
        let mail = kit.mails().await.into_iter().find(Message::is_alert).unwrap();
        let token = mail.text.split("/alerts/links/").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        assert_eq!(token.len(), 43);
        assert_eq!(kit.store.alert_link(&token).await.unwrap(), store::AlertLink::Good);
        assert!(kit.store.session(&token).await.is_err(), "it is no session");
        kit.store.take_alert_by_link(&token).await.unwrap();
        assert!(kit.store.take_alert_by_link(&token).await.is_err());
        assert_eq!(kit.store.alert_link(&token).await.unwrap(), store::AlertLink::Over);
        let alert = page(&kit.store, &people.anna, people.record).await.unwrap().alerts.remove(0);
        assert_eq!(alert.taken.unwrap().by.as_deref(), Some("ben"));
        // What is kept of the mail has no link in it any more.
        let kept = kit.store.with_account(&people.ben, |own| own.messages(10)).await.unwrap();
        assert!(kept.iter().all(|message| !message.text.contains(&token) && !message.text.contains("{age}")));
        let history = kit.store.verify_audit().await.unwrap();
        assert_eq!(history.broken, []);
    });
}

#[test]
fn a_mail_that_comes_late_says_so() {
    both(async |kit| {
        let people = family(&kit).await;
        choose(&kit.store, &people.ben, people.record, rules(&[(AlertKind::Low, 0, None)])).await;
        value(&kit, &people, 60).await;
        raise(&kit).await;
        kit.clock.advance(SignedDuration::from_mins(40));
        let mail = kit.mails().await.into_iter().find(Message::is_alert).unwrap();
        assert!(mail.text.contains("40 minutes ago, so this message comes late"), "{}", mail.text);
    });
}

#[test]
fn nothing_of_rules_or_alerts_is_readable_on_disk_and_lockdown_silences() {
    both(async |kit| {
        let people = family(&kit).await;
        choose(&kit.store, &people.ben, people.record, rules(&[(AlertKind::UrgentLow, 0, None)])).await;
        value(&kit, &people, 50).await;
        raise(&kit).await;
        kit.mails().await;
        let opened =
            kit.store.sign_in(email("anna").as_str(), PASSWORD, false, Origin::default()).await.unwrap().opened();
        let session = kit.store.session(opened.unwrap().session.as_str()).await.unwrap();
        kit.store.lock_down(&session.actor, Origin::default()).await.unwrap();
        kit.mails().await;
        kit.clock.advance(SignedDuration::from_mins(5));
        raise(&kit).await;
        assert_eq!(said(&kit).await, [""; 0]);
        if let store::Database::Sqlite { path } = &kit.settings.database {
            let bytes = std::fs::read(path).unwrap();
            let wal = std::fs::read(path.with_extension("sqlite-wal")).unwrap_or_default();
            for word in ["urgent low", "mg/dL ↓"] {
                let found = |bytes: &[u8]| bytes.windows(word.len()).any(|part| part == word.as_bytes());
                assert!(!found(&bytes) && !found(&wal), "{word} is readable");
            }
        }
    });
}

//! How a patient hears that somebody took a report away: at once, each morning, or in the app alone.

use glucose::Period;
use jiff::{SignedDuration, Timestamp, civil::date};
use sharing::{Duty, Purpose, RecordId};
use store::{Access, Actor, Download, DownloadNotices, Message, Report};
use testkit::{
    both::{TestStore, both},
    cast::{People, email, people, signed_in},
};

async fn download(kit: &TestStore, who: &Actor, record: RecordId, report: Report) -> String {
    let job = move |patient: &mut Access<'_, Download>| patient.prepare_report(report);
    kit.store.with_patient(who, record, Purpose::AgpReport, job).await.unwrap().receipt.number
}

fn agp() -> Report {
    Report::Agp(Period::ending(date(2026, 11, 20), 14))
}

/// Somebody takes the AGP report away.
pub async fn agp_by(kit: &TestStore, who: &Actor, record: RecordId) {
    download(kit, who, record, agp()).await;
}

async fn choose(kit: &TestStore, who: &Actor, chosen: DownloadNotices) {
    kit.store.with_account(who, move |own| own.choose_download_notices(chosen)).await.unwrap();
}

async fn digests(kit: &TestStore) -> u64 {
    kit.store.write_digests(&kit.roster.on(Duty::Expire)).await.unwrap()
}

/// Carla keeps her grant all week, and Anna gets what she chose about downloads; mails until then are away.
async fn with(kit: &TestStore, chosen: DownloadNotices) -> People {
    let family = people(kit).await;
    choose(kit, &family.anna, chosen).await;
    kit.mails().await;
    family
}

/// As it reads without its line breaks.
fn words(mail: &Message) -> String {
    mail.text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn at_once_it_says_who_took_what_and_where_the_history_is() {
    both(async |kit| {
        let family = people(&kit).await;
        let own = kit.store.with_account(&family.anna, |own| own.download_notices()).await.unwrap();
        assert_eq!(own, DownloadNotices::AtOnce, "unless it was chosen otherwise");
        download(&kit, &family.anna, family.record, agp()).await;
        assert!(kit.mails().await.is_empty(), "nobody is told of their own");
        let receipt = download(&kit, &family.carla, family.record, agp()).await;
        let mails = kit.mails().await;
        assert_eq!((mails.len(), mails[0].to.as_str()), (1, "anna@example.org"));
        let line = format!(
            "carla downloaded the AGP report for 7 November 2026 to 20 November 2026 of anna, on 21 November 2026 at 10:00 (CET). \
             Receipt number {receipt}."
        );
        assert!(words(&mails[0]).contains(&line), "{}", mails[0].text);
        assert!(mails[0].text.contains(&format!("/records/{}/view-history\n", family.record)), "{}", mails[0].text);
        assert_eq!(mails[0].choice_at(), Some("/settings/notices"));
    });
}

#[test]
fn each_morning_one_mail_has_a_line_for_each() {
    both(async |kit| {
        let family = with(&kit, DownloadNotices::Daily).await;
        let daily = Report::Daily(Period::ending(date(2026, 11, 20), 7));
        let first = download(&kit, &family.carla, family.record, agp()).await;
        kit.clock.advance(SignedDuration::from_mins(5));
        let second = download(&kit, &family.carla, family.record, daily).await;
        assert!(kit.mails().await.is_empty());
        let morning: Timestamp = "2026-11-22T07:00:00Z".parse().unwrap();
        kit.clock.set(morning - SignedDuration::from_millis(1));
        assert_eq!(digests(&kit).await, 0, "not before eight o'clock where Anna lives");
        kit.clock.set(morning);
        assert_eq!(digests(&kit).await, 1);
        let mails = kit.mails().await;
        assert_eq!((mails.len(), mails[0].subject.as_str()), (1, "2 reports of yours were downloaded"));
        let text = words(&mails[0]);
        let (one, two) = (text.find(&first).unwrap(), text.find(&second).unwrap());
        assert!(one < two && text.contains("the daily report for 14 November 2026 to 20 November 2026"), "{text}");
        assert!(text.contains(&format!("/records/{}/view-history", family.record)), "{text}");
        kit.clock.advance(SignedDuration::from_hours(24));
        assert_eq!((digests(&kit).await, kit.mails().await.len()), (0, 0), "a day without a download has no mail");
    });
}

#[test]
fn several_workers_write_one_mail_of_the_morning() {
    both(async |kit| {
        let family = with(&kit, DownloadNotices::Daily).await;
        download(&kit, &family.carla, family.record, agp()).await;
        kit.clock.advance(SignedDuration::from_hours(24));
        let duty = kit.roster.on(Duty::Expire);
        let (one, two, three) = tokio::join!(
            kit.store.write_digests(&duty),
            kit.store.write_digests(&duty),
            kit.store.write_digests(&duty)
        );
        assert_eq!(one.unwrap() + two.unwrap() + three.unwrap(), 1);
        let kit = kit.reopen();
        assert_eq!(kit.mails().await.len(), 1, "also after a restart");
    });
}

#[test]
fn in_the_app_alone_nothing_is_mailed_and_what_waited_is_dropped() {
    both(async |kit| {
        let family = with(&kit, DownloadNotices::Daily).await;
        download(&kit, &family.carla, family.record, agp()).await;
        choose(&kit, &family.anna, DownloadNotices::InApp).await;
        let told = kit.mails().await;
        assert_eq!(told[0].subject, "Your notices were changed");
        assert!(told[0].text.contains("/lockdown/mail/"), "whoever did not choose it can lock the account");
        assert_eq!(told[0].choice_at(), None, "what tells of it cannot be turned off");
        download(&kit, &family.carla, family.record, agp()).await;
        kit.clock.advance(SignedDuration::from_hours(48));
        assert_eq!((digests(&kit).await, kit.mails().await.len()), (0, 0));
        let activity = kit.store.with_account(&family.anna, |own| own.activity(1)).await.unwrap();
        assert_eq!(
            (activity[0].what.as_str(), activity[0].detail.as_str()),
            ("chose how to hear of downloads", "in the app")
        );
        choose(&kit, &family.anna, DownloadNotices::InApp).await;
        assert!(kit.mails().await.is_empty(), "the same choice again is no change");
    });
}

#[test]
fn whoever_leaves_gets_no_mail_of_the_morning() {
    both(async |kit| {
        let family = with(&kit, DownloadNotices::Daily).await;
        download(&kit, &family.carla, family.record, agp()).await;
        let entrance = kit.store.sign_in("anna@example.org", testkit::cast::PASSWORD, false, store::Origin::default());
        let session = entrance.await.unwrap().opened().unwrap().session;
        let anna = signed_in(&kit, "anna").await;
        kit.store.leave(&anna, session.as_str(), email("anna").as_str()).await.unwrap();
        kit.mails().await;
        kit.clock.advance(SignedDuration::from_hours(24));
        assert_eq!((digests(&kit).await, kit.mails().await.len()), (0, 0));
    });
}

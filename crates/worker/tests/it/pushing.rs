//! Notices to browsers: what a push service gets, and what comes of its answers.

use crate::push_service::{PushService, Subscriber};
use crate::server::Server;
use worker::{Mailer, Pusher, deliver_due};

/// Anna turned notifications on in a browser and asks for one to see whether it comes.
async fn anna_with(service: &PushService, folder: &std::path::Path) -> (Server, Subscriber) {
    let server = Server::start(Mailer::folder(folder).unwrap());
    server.anna_signs_up().await;
    while deliver_due(&server.work).await.unwrap() > 0 {}
    let browser = Subscriber::at(service, "/wpush/v2/anna");
    server.anna_tests_push(&browser.new).await;
    (server, browser)
}

#[tokio::test]
async fn a_notice_is_read_by_the_browser_alone_and_signed_for_its_push_service() {
    let (folder, service) = (tempfile::tempdir().unwrap(), PushService::open(&["201 Created"]).await);
    let (server, browser) = anna_with(&service, folder.path()).await;
    server.deliver().await;
    let delivery = service.next().await;
    assert_eq!(delivery.path, "/wpush/v2/anna");
    let header = |name: &str| delivery.headers.get(name).map_or("", String::as_str);
    assert_eq!((header("content-encoding"), header("urgency"), header("ttl")), ("aes128gcm", "high", "1800"));
    assert_eq!(header("topic").len(), 32);
    let claims = service.signed_for(&delivery);
    assert_eq!(claims["sub"], "https://kinsight.example");
    assert_eq!(claims["exp"], 1_780_000_000 + 12 * 3600);
    insta::assert_snapshot!(format!("{:#}", browser.reads(&delivery.body)), @r#"
    {
      "web_push": 8030,
      "notification": {
        "title": "It works",
        "body": "Notifications of Kinsight come to this device.",
        "navigate": "https://kinsight.example/settings/notifications",
        "tag": "test",
        "timestamp": 1780000000000,
        "requireInteraction": true
      }
    }
    "#);
    server.deliver().await;
    assert!(service.is_unasked().await, "once");
    let line = server.annas_browsers().await.remove(0);
    assert!(line.worked_at.is_some() && line.failing_since_at.is_none());
}

#[tokio::test]
async fn a_busy_push_service_is_asked_again_when_it_says_and_its_owner_sees_since_when() {
    let answers = &["429 Too Many\r\nretry-after: 300", "503 Away", "201 Created"];
    let (folder, service) = (tempfile::tempdir().unwrap(), PushService::open(answers).await);
    let (server, _) = anna_with(&service, folder.path()).await;
    server.deliver().await;
    service.next().await;
    let failing = server.annas_browsers().await.remove(0).failing_since_at;
    assert!(failing.is_some());
    server.minutes_pass(4);
    server.deliver().await;
    assert!(service.is_unasked().await, "not before the five minutes that it asked for");
    server.minutes_pass(1);
    server.deliver().await;
    service.next().await;
    assert_eq!(server.annas_browsers().await.remove(0).failing_since_at, failing, "since the first failure");
    server.minutes_pass(2);
    server.deliver().await;
    assert_eq!(service.next().await.headers["ttl"], (30 * 60 - 7 * 60).to_string());
    assert_eq!(server.annas_browsers().await.remove(0).failing_since_at, None);
}

#[tokio::test]
async fn what_would_come_too_late_is_not_sent_at_all() {
    let (folder, service) = (tempfile::tempdir().unwrap(), PushService::open(&["503 Away", "201 Created"]).await);
    let (server, _) = anna_with(&service, folder.path()).await;
    server.deliver().await;
    service.next().await;
    server.minutes_pass(30);
    server.deliver().await;
    assert!(service.is_unasked().await);
}

#[tokio::test]
async fn a_browser_that_is_gone_is_forgotten() {
    for answer in [&["410 Gone"], &["404 Not Found"]] {
        let (folder, service) = (tempfile::tempdir().unwrap(), PushService::open(answer).await);
        let (server, _) = anna_with(&service, folder.path()).await;
        server.deliver().await;
        service.next().await;
        assert!(server.annas_browsers().await.is_empty(), "{answer:?}");
        server.minutes_pass(10);
        server.deliver().await;
        assert!(service.is_unasked().await, "not tried again");
    }
}

#[tokio::test]
async fn without_the_operators_word_nothing_private_is_reached() {
    let (folder, service) = (tempfile::tempdir().unwrap(), PushService::open(&["201 Created"]).await);
    let (mut server, _) = anna_with(&service, folder.path()).await;
    server.work.pusher = Pusher::new(false).unwrap();
    server.deliver().await;
    assert!(service.is_unasked().await);
    assert!(server.annas_browsers().await.remove(0).failing_since_at.is_some());
}

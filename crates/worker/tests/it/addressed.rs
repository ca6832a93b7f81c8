//! Alerts to addresses of people's own: signed, tried again, and seen to fail.

use crate::gateway::Gateway;
use crate::server::Server;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use store::{Actor, AlertChannel, Channel, NewChannel};
use worker::{Mailer, Outbound, deliver_due};

async fn begin(url: &str, kind: Channel, token: &str) -> (Server, tempfile::TempDir, Actor, Option<String>) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(Mailer::folder(folder.path()).unwrap());
    server.anna_signs_up().await;
    let anna = server.anna().await;
    let new = NewChannel { kind, url: url.to_owned(), token: token.to_owned(), urgent_only: false };
    let secret = server.work.store.with_account(&anna, move |own| own.add_alert_channel(&new)).await.unwrap();
    deliver_due(&server.work).await.unwrap();
    (server, folder, anna, secret)
}

async fn tested(server: &Server, anna: &Actor) -> AlertChannel {
    server.work.store.with_account(anna, |own| own.alert_channels()).await.unwrap().channels.remove(0)
}

fn header<'a>(request: &'a str, name: &str) -> &'a str {
    let line = request.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("no {name} in {request}"))
}

#[tokio::test]
async fn a_receiver_can_check_that_a_webhook_is_ours() {
    let gateway = Gateway::open(&["204 No Content"]).await;
    let (server, _folder, anna, secret) = begin(&gateway.url, Channel::Webhook, "").await;
    server.work.store.with_account(&anna, |own| own.test_alerts()).await.unwrap();
    deliver_due(&server.work).await.unwrap();
    let request = gateway.next().await;
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let signed = format!("{}.{}.{body}", header(head, "webhook-id"), header(head, "webhook-timestamp"));
    let signature = STANDARD.decode(header(head, "webhook-signature").strip_prefix("v1,").unwrap()).unwrap();
    let key = STANDARD.decode(secret.unwrap().strip_prefix("whsec_").unwrap()).unwrap();
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes(), &signature)
        .expect("the signature is right");
    assert!(body.contains(r#""type":"alert.test""#), "{body}");
    assert!(tested(&server, &anna).await.last_test.unwrap().sent_at.is_some());
}

#[tokio::test]
async fn ntfy_gets_its_topic_and_its_token() {
    let gateway = Gateway::open(&["200 OK"]).await;
    let (server, _folder, anna, _) = begin(&format!("{}/mia-alerts", gateway.url), Channel::Ntfy, "tk_1").await;
    server.work.store.with_account(&anna, |own| own.test_alerts()).await.unwrap();
    deliver_due(&server.work).await.unwrap();
    let request = gateway.next().await;
    assert!(request.starts_with("POST /send/ HTTP/1.1"), "{request}");
    assert_eq!(header(&request, "authorization"), "Bearer tk_1");
    assert!(
        request.contains(r#""topic":"mia-alerts""#) && request.contains("https://kinsight.example/alerts"),
        "{request}"
    );
}

#[tokio::test]
async fn a_dead_address_is_tried_again_and_shown() {
    let gateway = Gateway::open(&["500 Oh", "200 OK"]).await;
    let (server, _folder, anna, _) = begin(&gateway.url, Channel::Webhook, "").await;
    server.work.store.with_account(&anna, |own| own.test_alerts()).await.unwrap();
    deliver_due(&server.work).await.unwrap();
    gateway.next().await;
    let shown = tested(&server, &anna).await;
    assert_eq!(shown.failing.unwrap().1, "the server there did not take it");
    assert_eq!(deliver_due(&server.work).await.unwrap(), 0, "not at once");
    server.minutes_pass(1);
    deliver_due(&server.work).await.unwrap();
    gateway.next().await;
    let shown = tested(&server, &anna).await;
    assert!(shown.failing.is_none() && shown.last_test.unwrap().sent_at.is_some());
}

#[tokio::test]
async fn what_may_not_be_reached_is_given_up_and_says_why() {
    let gateway = Gateway::open(&["200 OK"]).await;
    let (mut server, _folder, anna, _) = begin(&gateway.url, Channel::Webhook, "").await;
    server.work.outbound = Outbound::new(false);
    server.work.store.with_account(&anna, |own| own.test_alerts()).await.unwrap();
    deliver_due(&server.work).await.unwrap();
    let shown = tested(&server, &anna).await;
    assert_eq!(shown.failing.unwrap().1, "this server may not reach that address");
    assert!(shown.last_test.unwrap().given_up_at.is_some());
    assert!(gateway.is_unasked().await);
}

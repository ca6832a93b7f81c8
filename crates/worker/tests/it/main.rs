//! Messages leave as they should: told through a real SMTP conversation and a real folder.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod addressed;
mod authority;
mod conversations;
mod gateway;
mod post_office;
mod pulling;
mod pulling_services;
mod push_service;
mod pushing;
mod server;
mod site;

use gateway::Gateway;
use server::Server;
use worker::{Mailer, SmsSettings, Texter, deliver_due};

#[tokio::test]
async fn without_a_mail_server_the_mail_waits_in_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(Mailer::folder(folder.path()).unwrap());
    server.anna_signs_up().await;
    assert_eq!(deliver_due(&server.work).await.unwrap(), 1);

    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    assert_eq!(files[0].extension().unwrap(), "eml");
    let mail = std::fs::read_to_string(&files[0]).unwrap();
    assert!(unfolded(&mail).contains("https://kinsight.example/confirmations/"), "{mail}");
}

fn by_gateway(url: &str) -> Option<Texter> {
    let settings = SmsSettings::parse(url, "Kinsight", "a secret of the gateway").unwrap();
    Some(Texter::new(settings).unwrap())
}

/// Anna asks for a code; mails of hers go into a folder.
async fn with_code_due(folder: &std::path::Path, url: &str) -> Server {
    let mut server = Server::start(Mailer::folder(folder).unwrap());
    server.work.texter = by_gateway(url);
    server.anna_signs_up().await;
    server.anna_asks_for_a_code().await;
    server
}

#[tokio::test]
async fn a_code_goes_to_the_phone_through_the_gateway_once() {
    let (folder, gateway) = (tempfile::tempdir().unwrap(), Gateway::open(&["202 Accepted"]).await);
    let server = with_code_due(folder.path(), &gateway.url).await;
    assert_eq!(deliver_due(&server.work).await.unwrap(), 2, "a mail and a code");
    let request = gateway.next().await;
    assert!(request.starts_with("POST /send HTTP/1.1"), "{request}");
    assert!(request.contains("authorization: Bearer a secret of the gateway"), "{request}");
    assert!(request.contains("\"to\":\"+491512345678\",\"from\":\"Kinsight\",\"text\":\""), "{request}");
    assert!(request.contains(" is your Kinsight code"), "{request}");
    assert!(request.contains("@kinsight.example #"), "{request}");
    assert_eq!(deliver_due(&server.work).await.unwrap(), 0);
}

#[tokio::test]
async fn a_gateway_that_refuses_is_tried_again_until_the_code_has_run_out() {
    let answers = &["500 Broken", "401 Who are you", "202 Accepted"];
    let (folder, gateway) = (tempfile::tempdir().unwrap(), Gateway::open(answers).await);
    let server = with_code_due(folder.path(), &gateway.url).await;
    assert_eq!(deliver_due(&server.work).await.unwrap(), 2);
    for minutes in [1, 2] {
        assert_eq!(deliver_due(&server.work).await.unwrap(), 0, "not before {minutes} minutes have passed");
        server.minutes_pass(minutes);
        assert_eq!(deliver_due(&server.work).await.unwrap(), 1);
    }
    server.minutes_pass(600);
    assert_eq!(deliver_due(&server.work).await.unwrap(), 0, "taken at the third try");

    let broken = Gateway::open(&["500 Broken"]).await;
    let server = with_code_due(folder.path(), &broken.url).await;
    for _ in 0..4 {
        assert!(deliver_due(&server.work).await.unwrap() > 0);
        server.minutes_pass(10);
    }
    assert_eq!(deliver_due(&server.work).await.unwrap(), 0, "of no use any more");
}

#[tokio::test]
async fn a_gateway_that_sends_elsewhere_is_not_followed() {
    let other = Gateway::open(&["202 Accepted"]).await;
    let answer = format!("307 Elsewhere\r\nlocation: {}", other.url).leak();
    let gateway = Gateway::open(vec![&*answer].leak()).await;
    let folder = tempfile::tempdir().unwrap();
    let server = with_code_due(folder.path(), &gateway.url).await;
    deliver_due(&server.work).await.unwrap();
    server.minutes_pass(1);
    assert_eq!(deliver_due(&server.work).await.unwrap(), 1, "it did not go out");
    assert!(other.is_unasked().await, "the secret went nowhere else");
}

#[tokio::test]
async fn the_worker_ends_when_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(Mailer::folder(folder.path()).unwrap());
    let (end, ended) = tokio::sync::watch::channel(false);
    tokio::join!(worker::run(server.work, ended), async move { end.send(true).unwrap() });
}

/// Quoted-printable breaks long lines with `=`.
fn unfolded(mail: &str) -> String {
    mail.replace("=\r\n", "").replace("=3D", "=")
}

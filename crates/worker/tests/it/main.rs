//! Messages leave as they should: told through a real SMTP conversation and a real folder.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod post_office;
mod server;

use post_office::PostOffice;
use server::Server;
use worker::{Mailer, SmtpSettings, SmtpTls, deliver_due};

fn by_smtp(port: u16) -> Mailer {
    let from = "Kinsight <kinsight@example.org>".to_owned();
    let settings = SmtpSettings { host: "127.0.0.1".into(), port, tls: SmtpTls::None, user: None, from };
    Mailer::smtp(&settings).unwrap()
}

#[tokio::test]
async fn a_new_account_gets_its_mail_through_a_mail_server_once() {
    let post_office = PostOffice::open().await;
    let server = Server::start(by_smtp(post_office.port));
    server.anna_signs_up().await;

    assert_eq!(deliver_due(&server.work).await.unwrap(), 1);
    let mail = post_office.next().await;
    assert!(mail.contains("RCPT TO:<anna@example.org>"), "{mail}");
    assert!(mail.contains("From: Kinsight <kinsight@example.org>"), "{mail}");
    assert!(mail.contains("Content-Type: multipart/alternative"), "{mail}");
    assert!(mail.contains("Content-Type: text/plain") && mail.contains("Content-Type: text/html"), "{mail}");
    assert!(unfolded(&mail).contains("https://kinsight.example/confirmations/"), "{mail}");
    assert!(!mail.contains(store::SITE), "{mail}");

    assert_eq!(deliver_due(&server.work).await.unwrap(), 0, "what was sent is not sent again");
}

#[tokio::test]
async fn a_dead_mail_server_is_tried_again_later() {
    let dead = PostOffice::open().await.close();
    let mut server = Server::start(by_smtp(dead));
    server.anna_signs_up().await;
    assert_eq!(deliver_due(&server.work).await.unwrap(), 1);
    assert_eq!(deliver_due(&server.work).await.unwrap(), 0, "not before a minute has passed");

    let post_office = PostOffice::open().await;
    server.work.mailer = by_smtp(post_office.port);
    server.minutes_pass(2);
    assert_eq!(deliver_due(&server.work).await.unwrap(), 1);
    assert!(post_office.next().await.contains("RCPT TO:<anna@example.org>"));
}

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

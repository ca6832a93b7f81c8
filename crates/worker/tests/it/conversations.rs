//! Whole conversations with a mail server: what is said, what arrives, and what comes of each refusal.

use crate::authority::Authority;
use crate::post_office::{Act, PostOffice, Script};
use crate::server::Server;
use mail_parser::{Message, MessageParser, MimeHeaders};
use std::time::Duration;
use worker::{Mailer, SmtpSettings, SmtpTls, deliver_due};

fn settings(port: u16) -> SmtpSettings {
    SmtpSettings {
        host: "localhost".into(),
        port,
        tls: SmtpTls::None,
        user: None,
        from: "Grüße von Kinsight <post@mail.example.org>".into(),
        authority: None,
        patience: SmtpSettings::PATIENCE,
    }
}

fn to(post_office: &PostOffice) -> Mailer {
    Mailer::smtp(&settings(post_office.port)).unwrap()
}

async fn with(script: Script) -> (PostOffice, Server) {
    let post_office = PostOffice::with(script).await;
    let server = Server::start(to(&post_office));
    server.anna_signs_up().await;
    (post_office, server)
}

async fn deliver(server: &Server) -> usize {
    deliver_due(&server.work).await.unwrap()
}

fn parsed(mail: &[u8]) -> Message<'_> {
    MessageParser::default().parse(mail).unwrap()
}

fn raw<'a>(mail: &'a Message<'_>, name: &'a str) -> &'a str {
    mail.header_raw(name).map_or("", str::trim)
}

#[tokio::test]
async fn the_whole_dialogue_is_as_it_should_be() {
    let (post_office, server) = with(Script::default()).await;
    assert_eq!(deliver(&server).await, 1);
    let dialogue = post_office.dialogue();
    assert!(dialogue[1].starts_with("EHLO "), "{dialogue:?}");
    let rest: Vec<&str> = dialogue[2..].iter().map(String::as_str).collect();
    assert_eq!(rest, ["MAIL FROM:<post@mail.example.org>", "RCPT TO:<anna@example.org>", "DATA", "QUIT"]);
    assert_eq!(deliver(&server).await, 0, "what was sent is not sent again");
}

#[tokio::test]
async fn what_arrives_is_a_message_with_two_parts_and_every_header() {
    let (post_office, server) = with(Script::default()).await;
    deliver(&server).await;
    let mails = post_office.mails();
    let mail = parsed(&mails[0]);
    let from = mail.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some("Grüße von Kinsight"), Some("post@mail.example.org")));
    assert_eq!(mail.to().unwrap().first().unwrap().address(), Some("anna@example.org"));
    assert_eq!(mail.subject(), Some("Confirm your e-mail address"));
    assert_eq!(mail.date().unwrap().to_timestamp(), 1_780_000_000);
    assert!(mail.message_id().unwrap().ends_with("@mail.example.org"), "{:?}", mail.message_id());
    assert_eq!((raw(&mail, "MIME-Version"), raw(&mail, "Auto-Submitted")), ("1.0", "auto-generated"));
    assert_eq!((raw(&mail, "X-Auto-Response-Suppress"), raw(&mail, "List-Unsubscribe")), ("All", ""));
    let kind = mail.content_type().unwrap();
    assert_eq!((kind.ctype(), kind.subtype()), ("multipart", Some("alternative")));
    assert_eq!((mail.text_body_count(), mail.html_body_count(), mail.attachment_count()), (1, 1, 0));
    let (text, html) = (mail.body_text(0).unwrap(), mail.body_html(0).unwrap());
    for part in [&text, &html] {
        assert!(part.contains("Änne 🦊 Berg"), "{part}");
        assert!(part.contains("https://kinsight.example/confirmations/"), "{part}");
        assert!(!part.contains(store::SITE) && !part.contains("{secret}") && !part.contains("{same secret}"), "{part}");
    }
    assert!(html.starts_with("<!doctype html>") && html.contains("Confirm this address</a>"), "{html}");
    // The same token opens both, the button and the address beneath it.
    let token = text.split("/confirmations/").nth(1).unwrap().split_whitespace().next().unwrap();
    assert_eq!(html.matches(&format!("/confirmations/{token}")).count(), 3, "{html}");
    for line in post_office.wire() {
        assert!(line.is_ascii(), "{line} needs no more than seven bits");
    }
}

#[tokio::test]
async fn a_line_that_begins_with_a_dot_arrives_with_one() {
    let post_office = PostOffice::open().await;
    let server = Server::start(to(&post_office));
    let long = "a".repeat(70);
    server.signs_up("anna@example.org", &format!("{long} .dot")).await;
    server.signs_up("ben@example.org", &"🦊".repeat(120)).await;
    deliver(&server).await;
    assert!(post_office.wire().contains(&"..dot,".to_owned()), "{:?}", post_office.wire());
    let mails = post_office.mails();
    let text = parsed(&mails[0]).body_text(0).unwrap().into_owned();
    assert!(
        text.contains(&format!("Hello {long}\n.dot,\n")) || text.contains(&format!("Hello {long}\r\n.dot,\r\n")),
        "{text}"
    );
    assert!(parsed(&mails[1]).body_text(0).unwrap().contains(&"🦊".repeat(120)), "a long line arrives whole");
}

#[tokio::test]
async fn a_name_and_password_are_given_by_either_way() {
    for (mechanism, said) in [("PLAIN", "(kinsight ein Päßwort)"), ("LOGIN", "(kinsight ein Päßwort)")] {
        let post_office = PostOffice::with(Script::default().asks_by(mechanism)).await;
        let user = Some(("kinsight".to_owned(), "ein Päßwort".to_owned()));
        let server = Server::start(Mailer::smtp(&SmtpSettings { user, ..settings(post_office.port) }).unwrap());
        server.anna_signs_up().await;
        deliver(&server).await;
        assert!(post_office.dialogue().iter().any(|line| line == said), "{:?}", post_office.dialogue());
        assert_eq!(post_office.mails().len(), 1);
    }
}

#[tokio::test]
async fn a_password_that_is_refused_loses_no_message() {
    let post_office =
        PostOffice::with(Script::default().asks_by("PLAIN").at("AUTH", Act::Say("535 who are you"))).await;
    let user = Some(("kinsight".to_owned(), "wrong".to_owned()));
    let server = Server::start(Mailer::smtp(&SmtpSettings { user, ..settings(post_office.port) }).unwrap());
    server.anna_signs_up().await;
    server.signs_up("ben@example.org", "Ben").await;
    assert_eq!(deliver(&server).await, 2);
    let tries = post_office.dialogue().iter().filter(|line| line.starts_with("AUTH")).count();
    assert_eq!((tries, post_office.mails().len()), (1, 0), "the second message does not knock again");
    server.minutes_pass(1);
    assert_eq!(deliver(&server).await, 2);
    assert_eq!(post_office.mails().len(), 2, "after the operator mended it");
}

#[tokio::test]
async fn whoever_is_busy_is_asked_again_later_and_gets_it_once() {
    for (step, refusal) in [
        ("greeting", "421 too busy"),
        ("MAIL", "451 later"),
        ("MAIL", "550 this sender not today"),
        ("RCPT", "451 grey list"),
        ("RCPT", "421 going down"),
        ("DATA", "452 no room"),
        (".", "451 later"),
    ] {
        let (post_office, server) = with(Script::default().at(step, Act::Say(refusal))).await;
        assert_eq!((deliver(&server).await, post_office.mails().len()), (1, 0), "{step} {refusal}");
        assert_eq!(deliver(&server).await, 0, "{step}: not before a minute has passed");
        server.minutes_pass(1);
        assert_eq!((deliver(&server).await, post_office.mails().len()), (1, 1), "{step} {refusal}");
        server.minutes_pass(600);
        assert_eq!(deliver(&server).await, 0, "{step}: once");
    }
}

#[tokio::test]
async fn an_address_that_is_refused_for_good_is_given_up_and_shown() {
    for (step, refusal) in [("RCPT", "550 5.1.1 <anna@example.org> nobody here"), (".", "554 not wanted")] {
        let (post_office, server) = with(Script::default().at(step, Act::Say(refusal))).await;
        server.signs_up("ben@example.org", "Ben").await;
        assert_eq!(deliver(&server).await, 2);
        assert_eq!(post_office.mails().len(), 1, "the next message goes out in the same conversation");
        let dialogue = post_office.dialogue();
        assert_eq!(dialogue.iter().filter(|line| *line == "(connected)").count(), 1, "{dialogue:?}");
        assert!(dialogue.contains(&"RSET".to_owned()), "{dialogue:?}");
        server.minutes_pass(60 * 24 * 30);
        assert_eq!(deliver(&server).await, 0, "{step}: it is not tried for ever");
        let (refused, sent) = server.how_many_refused_and_sent("anna@example.org").await;
        assert_eq!((refused, sent), (1, 0), "{step}: not delivered, in her list");
    }
}

#[tokio::test]
async fn a_server_that_is_never_there_is_given_up_after_five_days() {
    let port = PostOffice::open().await.close();
    let server = Server::start(Mailer::smtp(&settings(port)).unwrap());
    server.anna_signs_up().await;
    let mut tries = 0;
    for _ in 0..100 {
        tries += deliver(&server).await;
        server.minutes_pass(360);
    }
    assert_eq!(tries, 28);
    assert_eq!(server.how_many_refused_and_sent("anna@example.org").await, (1, 0));
}

#[tokio::test]
async fn hung_up_on_before_the_answer_it_comes_again_as_the_same_message() {
    let (post_office, server) = with(Script::default().at(".", Act::Drop)).await;
    deliver(&server).await;
    server.minutes_pass(1);
    deliver(&server).await;
    let mails = post_office.mails();
    assert_eq!(mails.len(), 2, "at least once");
    let ids: Vec<_> = mails.iter().map(|mail| parsed(mail).message_id().unwrap().to_owned()).collect();
    assert_eq!(ids[0], ids[1], "and whoever got both sees that they are one");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_not_waited_for() {
    for step in ["greeting", "EHLO", "RCPT", "."] {
        let post_office = PostOffice::with(Script::default().at(step, Act::Silence)).await;
        let patience = Duration::from_millis(300);
        let server = Server::start(Mailer::smtp(&SmtpSettings { patience, ..settings(post_office.port) }).unwrap());
        server.anna_signs_up().await;
        assert_eq!(deliver(&server).await, 1, "{step}: it comes back");
        server.minutes_pass(1);
        assert_eq!(deliver(&server).await, 1, "{step}: and it is tried again");
        assert_eq!(deliver(&server).await, 0);
    }
}

#[tokio::test]
async fn many_messages_go_over_one_conversation() {
    let post_office = PostOffice::open().await;
    let server = Server::start(to(&post_office));
    for number in 0..15 {
        server.signs_up(&format!("p{number}@example.org"), "Per").await;
    }
    assert_eq!(deliver(&server).await, 15);
    assert_eq!(post_office.mails().len(), 15);
    let dialogue = post_office.dialogue();
    let said = |words: &str| dialogue.iter().filter(|line| line.starts_with(words)).count();
    assert_eq!((said("(connected)"), said("EHLO"), said("DATA"), said("QUIT")), (1, 1, 15, 1), "{dialogue:?}");
}

#[tokio::test]
async fn tls_from_the_first_byte_or_by_starttls_with_an_authority_of_ones_own() {
    let authority = Authority::new("localhost");
    for (tls, starttls) in [(SmtpTls::Implicit, false), (SmtpTls::StartTls, true)] {
        let script = Script::default().with_tls(authority.acceptor(), starttls).asks_by("PLAIN");
        let post_office = PostOffice::with(script).await;
        let user = Some(("kinsight".to_owned(), "secret".to_owned()));
        let plain = SmtpSettings { tls, user, ..settings(post_office.port) };
        let strict = Server::start(Mailer::smtp(&plain).unwrap());
        strict.anna_signs_up().await;
        deliver(&strict).await;
        assert_eq!(post_office.mails().len(), 0, "{tls:?}: nobody vouches for this server");
        assert!(!post_office.dialogue().iter().any(|line| line.starts_with("AUTH")), "{tls:?}: nor gets the password");
        let known = SmtpSettings { authority: Some(authority.pem()), ..plain };
        let server = Server::start(Mailer::smtp(&known).unwrap());
        server.anna_signs_up().await;
        deliver(&server).await;
        assert_eq!(post_office.mails().len(), 1, "{tls:?}: {:?}", post_office.dialogue());
    }
}

#[tokio::test]
async fn a_server_that_takes_starttls_away_gets_neither_password_nor_message() {
    let post_office = PostOffice::with(Script::default().asks_by("PLAIN")).await;
    let user = Some(("kinsight".to_owned(), "secret".to_owned()));
    let settings = SmtpSettings { tls: SmtpTls::StartTls, user, ..settings(post_office.port) };
    let server = Server::start(Mailer::smtp(&settings).unwrap());
    server.anna_signs_up().await;
    deliver(&server).await;
    let dialogue = post_office.dialogue();
    assert!(!dialogue.iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")), "{dialogue:?}");
}

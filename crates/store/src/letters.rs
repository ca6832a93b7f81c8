//! Every letter as its reader gets it, word for word, as text and as HTML.

use crate::{
    clinic::mails as clinics,
    downloads::DownloadNotices,
    link::mails as links,
    lockdown::mails as lockdown,
    mails::{self, Download, Letter, Reader},
    outbox::Mail,
    passes::mails as passes,
    pulls::PullTrouble,
    recovery::contact_changes::Contact,
    share::mails::{self as share, Change},
};
use jiff::{Timestamp, tz::TimeZone};
use sharing::{ClinicRole, Id, LinkTerms, Permission, RecordId, Terms, Visibility, WeeklyPause};
use std::{collections::HashMap, fs, path::Path};

fn all() -> Vec<Letter> {
    let token = || "a token that nobody sees".to_owned();
    let from = "192.0.2.1 Firefox <b>\"forged\" {secret} {site}";
    let due_at = "2026-11-24T09:00:00Z".parse().expect("a constant that is an instant");
    vec![
        mails::confirm(token()),
        mails::known_address(),
        mails::new_device(from),
        mails::password_changed(from),
        mails::reset_password(token()),
        mails::confirm_new_address(token()),
        mails::address_wanted(),
        mails::address_changed(),
        mails::address_left(token()),
        mails::phone_changed(token()),
        mails::change_undone(Contact::Email),
        mails::change_undone(Contact::Phone),
        mails::second_step_loss(token(), due_at),
        mails::second_step_kept(),
        mails::second_step_lost(),
        mails::phrase_changed(),
        mails::review(),
        mails::way(token(), from),
        mails::leaving("24 November 2026"),
        mails::restored(),
        mails::purged(),
        mails::second_step_added("authenticator app", "{site} my phone"),
        mails::second_step_removed("passkey", "my key", true),
        mails::recovery_codes_renewed(),
        mails::recovery_code_used(3),
        mails::downloaded(&download("Carla O'Neil <b>", 1)),
        mails::digest(&[vec![download("Carla", 1)]]),
        mails::digest(&[
            vec![download("Carla", 1), download("Dr Chen, of a clinic that you are linked to,", 1)],
            vec![download("Zoë", 2)],
        ]),
        mails::pull_stopped("Nightscout {site}", "Mia <b>", PullTrouble::Refused, RecordId(Id(1))),
        mails::notices_changed(DownloadNotices::AtOnce),
        mails::notices_changed(DownloadNotices::Push),
        mails::notices_changed(DownloadNotices::Daily),
        mails::notices_changed(DownloadNotices::InApp),
        lockdown::locked(from),
        lockdown::unlock(token()),
        lockdown::ended(2),
        lockdown::to_clinic("Northside", "0199"),
        passes::opened(30, from),
        mails::alert(
            "Mia: urgent low, 52 mg/dL".to_owned(),
            "Glucose 52 mg/dL ↘, falling, {age}.".to_owned(),
            "/alerts/0190aaaa-0000-7000-8000-00000000000a".to_owned(),
            Some(token()),
        ),
        mails::alert_taken(
            "Ben took it. Mia: urgent low".to_owned(),
            "Ben has seen the alert and looks after Mia.".to_owned(),
            "/alerts/0190aaaa-0000-7000-8000-00000000000a".to_owned(),
        ),
        mails::alert_test(),
        mails::alert_address_added("ntfy.example.org"),
    ]
    .into_iter()
    .chain(of_sharing())
    .chain(of_clinics())
    .collect()
}

fn of_sharing() -> Vec<Letter> {
    let zone = TimeZone::get("Europe/Berlin").expect("a zone of the list");
    let until: Timestamp = "2026-11-24T09:00:00Z".parse().expect("a constant that is an instant");
    let pause = WeeklyPause::new(0b001_1111, 8 * 60, 13 * 60).expect("school hours");
    let old = Terms { permission: Permission::ViewAndDownload, visibility: Visibility::ALL, ..Terms::LEAST };
    let (until_at, weekly_pause) = (Some(until), Some(pause));
    let new = Terms { until_at, needs_second_step: true, weekly_pause, ..Terms::LEAST };
    let changes = [
        Change::Accepted(old),
        Change::Declined,
        Change::Approved(new),
        Change::Terms { old, new },
        Change::Paused { until },
        Change::Resumed,
        Change::Restored,
        Change::Removed,
        Change::Stopped,
        Change::EndsSoon { until },
        Change::Ended,
    ];
    let mut letters = vec![
        share::invitation("Anna <b>", "a token that nobody sees".to_owned()),
        share::invited("ben@example.org", "Anna"),
        share::request("Ben", "ben@example.org"),
    ];
    letters.extend(changes.iter().map(|change| share::to_partner(change, "Anna", &zone)));
    letters.extend(changes.iter().map(|change| share::to_owner(change, "Anna", "Ben", &zone)));
    letters
}

fn of_clinics() -> Vec<Letter> {
    let zone = TimeZone::get("Europe/Berlin").expect("a zone of the list");
    let until: Timestamp = "2026-11-24T09:00:00Z".parse().expect("a constant that is an instant");
    let terms = LinkTerms { visibility: Visibility { notes: false, ..Visibility::ALL }, until_at: Some(until) };
    let clinic = "Northside <b>";
    let member = ClinicRole::Clinician;
    let changes = [
        clinics::Change::Invited(member),
        clinics::Change::Joined(member),
        clinics::Change::Declined,
        clinics::Change::Role(ClinicRole::FrontDesk),
        clinics::Change::Removed,
        clinics::Change::Left,
    ];
    let mut letters = vec![
        links::linked(clinic, "Anna", &terms, &zone),
        links::changed(clinic, "Anna", &terms, &zone),
        links::restored(clinic, "Anna"),
        links::removed(clinic, "Anna"),
        links::ended_by_clinic(clinic, "Anna"),
        links::ends_soon(clinic, "Anna", until, &zone),
        links::time_over(clinic, "Anna"),
        links::code(clinic, "a token that nobody sees".to_owned()),
        links::upload_wanted("Northside", "Anna"),
        clinics::registered("Northside <b>"),
        clinics::invitation("Northside <b>", "Adam", ClinicRole::FrontDesk, "a token that nobody sees".to_owned()),
        clinics::closed("Northside", "Anna"),
        clinics::closed_to_member("Northside", "Adam", "24 November 2026 at 10:00 (UTC)"),
        clinics::reopened("Northside", "Adam"),
    ];
    letters.extend(changes.map(|change| clinics::to_admin(change, "Northside", "Ben", "Adam")));
    letters.extend(changes.map(|change| clinics::to_member(change, "Northside")));
    letters
}

fn download(who: &str, record: u128) -> Download {
    Download {
        who: who.to_owned(),
        what: "the AGP report for 7 November 2026 to 20 November 2026".to_owned(),
        of: format!("record {record}"),
        at: "21 November 2026 at 10:00 (CET)".to_owned(),
        receipt: "ABCD-EFGH-JKLM".to_owned(),
        record: RecordId(Id(record)),
    }
}

/// A letter as Anna gets it, with its places for secrets.
fn to_anna(letter: &Letter) -> Mail {
    let lock = letter.security.then(|| "another token".to_owned());
    let reader = Reader { name: "Anna <Berg>", address: "anna@example.org", phrase: Some("a blue heron"), lock };
    letter.to(&reader)
}

/// Each letter has a file of its own; without one, or with another word in it, this fails.
#[test]
fn every_letter_word_for_word() {
    let mut met = HashMap::new();
    for letter in all() {
        let mail = to_anna(&letter);
        let times = met.entry(letter.kind).and_modify(|times| *times += 1).or_insert(1);
        let name = format!("{}-{times}", letter.kind.replace(' ', "-"));
        compare(&name, &format!("Subject: {}\n\n{}\n{}", mail.subject, mail.text, mail.html));
    }
    let sms = mails::phone_left("+4670000000", "a token that nobody sees".to_owned());
    compare("phone-left-by-sms", &sms.text);
    let sms = links::code_by_sms("{site} Northside", "Kinsight", "+4670000000", "a token that nobody sees".to_owned());
    compare("link-code-by-sms", &sms.text);
}

fn compare(name: &str, written: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots/letters");
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!(name, written));
}

#[test]
fn secrets_stand_apart_and_each_has_its_places() {
    for letter in all() {
        let (mail, kind) = (to_anna(&letter), letter.kind);
        let places = |text: &str, mark| text.matches(mark).count();
        assert!(!format!("{}{}", mail.text, mail.html).contains("token"), "{kind}");
        assert_eq!(places(&mail.text, "{secret}"), mail.secrets.len(), "{kind}");
        assert_eq!(places(&mail.html, "{secret}"), mail.secrets.len(), "{kind}: behind the button");
        assert_eq!(places(&mail.html, "{same secret}"), 2 * mail.secrets.len(), "{kind}: the address beneath it");
    }
}

#[test]
fn every_letter_says_the_same_in_both_parts_and_brings_nothing_from_elsewhere() {
    for letter in all() {
        let (mail, kind) = (to_anna(&letter), letter.kind);
        let shown = shown(&mail.html);
        for words in mail.text.split_whitespace().filter(|word| !word.contains("{site}")) {
            assert!(shown.contains(words.trim_start_matches('-')), "{kind}: {words}");
        }
        assert!(mail.text.lines().all(|line| line.chars().count() <= 76 || line.starts_with("{site}")), "{kind}");
        for outside in ["http:", "https:", "src=", "url(", "@import", "<img", "<script", "<link"] {
            assert!(!mail.html.contains(outside), "{kind}: {outside}");
        }
        assert!(mail.html.contains("<html lang=\"en\"") && mail.html.matches("<h1").count() == 1, "{kind}");
        let paths = mail.html.matches("href=\"").count();
        assert_eq!(paths, mail.html.matches("href=\"{site}").count(), "{kind}: every link is ours");
    }
}

/// What a reader of the HTML sees: without tags, style sheet and title.
fn shown(html: &str) -> String {
    let body = html.split_once("</head>").expect("a letter has a head").1;
    let text: String = body.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
    let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    plain.replace("&amp;", "&")
}

#[test]
fn a_name_in_a_subject_begins_no_header() {
    let forged = "A\r\nBcc: mallory@example.org\r\n\r\n{site}{secret}{same secret}B\u{85}C";
    let mail = to_anna(&Letter::plain("confirm address", forged, "x", "y"));
    assert_eq!(mail.subject, "A Bcc: mallory@example.org B C");
}

#[test]
fn care_partners_are_told_what_phishing_looks_like() {
    let letter = mails::review();
    let phishing = "reach somebody's health data through you";
    assert!(!to_anna(&letter).text.contains(phishing));
    let mail = to_anna(&letter.for_care_partner());
    assert!(
        mail.text.replace('\n', " ").contains(phishing) && mail.html.contains("reach somebody&#39;s"),
        "{}",
        mail.text
    );
}

/// What is written in every file of this room but this one.
fn sources(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the sources are there while tests run");
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    let files = paths.filter(|path| !path.ends_with("letters.rs"));
    let read = |path: &Path| fs::read_to_string(path).expect("a readable file");
    files
        .flat_map(|path| match path.extension() {
            None => sources(&path),
            Some(end) if end == "rs" => vec![read(&path)],
            Some(_) => Vec::new(),
        })
        .collect()
}

#[test]
fn no_letter_is_left_out_and_none_has_the_name_of_another() {
    let written: usize = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
        .iter()
        .map(|file| file.matches(") -> Letter {").count())
        .sum();
    let mut kinds: Vec<_> = all().iter().map(|letter| letter.kind).collect();
    kinds.dedup();
    assert_eq!(kinds.len(), written, "a new letter gets its line in this file");
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds.len(), written, "each letter has a name of its own");
}

#[test]
fn without_a_phrase_the_letter_speaks_of_none() {
    let reader = Reader { name: "Anna", address: "anna@example.org", phrase: None, lock: None };
    let mail = mails::known_address().to(&reader);
    assert!(!mail.text.contains("Your phrase"), "{}", mail.text);
    assert!(mail.text.contains("never asks for your password"), "{}", mail.text);
}

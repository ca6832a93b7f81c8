//! Every letter as its reader gets it, word for word, as text and as HTML.

use crate::{
    lockdown::mails as lockdown,
    mails::{self, Letter, Reader},
    recovery::contact_changes::Contact,
    share::mails::{self as share, Change},
};
use jiff::{Timestamp, tz::TimeZone};
use sharing::{Permission, Terms, Visibility, WeeklyPause};
use std::{fmt::Write as _, fs, path::Path};

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
        mails::downloaded("A receipt"),
        lockdown::locked(from),
        lockdown::unlock(token()),
        lockdown::ended(2),
        lockdown::to_clinic("Northside", "0199"),
    ]
    .into_iter()
    .chain(of_sharing())
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
        Change::Removed,
        Change::Stopped,
        Change::EndsSoon { until },
        Change::Ended,
    ];
    let mut letters = vec![
        share::invitation("Anna <b>", "Please look after me {secret} at night.", "a token that nobody sees".to_owned()),
        share::invited("ben@example.org", "Anna"),
        share::request("Ben", "ben@example.org"),
    ];
    letters.extend(changes.iter().map(|change| share::to_partner(change, "Anna", &zone)));
    letters.extend(changes.iter().map(|change| share::to_owner(change, "Anna", "Ben", &zone)));
    letters
}

#[test]
fn every_letter_word_for_word() {
    let mut book = String::new();
    for letter in all() {
        let lock = letter.security.then(|| "another token".to_owned());
        let reader = Reader { name: "Anna <Berg>", address: "anna@example.org", phrase: Some("a blue heron"), lock };
        let mail = letter.to(&reader);
        assert!(!format!("{}{}", mail.text, mail.html).contains("token"), "{}", letter.kind);
        assert_eq!(mail.text.matches("{secret}").count(), mail.secrets.len(), "{}: a place for each", letter.kind);
        assert_eq!(mail.html.matches("{secret}").count(), mail.secrets.len(), "{}: a place for each", letter.kind);
        let title = format!("# {}: {}", letter.kind, mail.subject);
        writeln!(book, "{title}\n\n{}\n{}", mail.text, mail.html).expect("a string takes everything");
    }
    let sms = mails::phone_left("+4670000000", "a token that nobody sees".to_owned());
    writeln!(book, "# phone left, by SMS\n\n{}", sms.text).expect("a string takes everything");
    insta::assert_snapshot!(book);
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

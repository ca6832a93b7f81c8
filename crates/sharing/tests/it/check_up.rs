//! The check-up as a table: what each trouble costs, and what is asked of whom.

use jiff::{SignedDuration, Timestamp};
use sharing::check_up::{Facts, KnownDevice, Partner, Topic, check_up};
use std::fmt::Write as _;

fn now() -> Timestamp {
    "2026-11-21T09:00:00Z".parse().unwrap()
}

fn days_ago(days: i64) -> Timestamp {
    now() - SignedDuration::from_hours(24 * days)
}

/// An account with everything in order.
fn good() -> Facts {
    Facts {
        second_step: true,
        recovery_codes: 10,
        password_at: days_ago(364),
        email_verified: true,
        phone_verified: Some(true),
        partners: vec![Partner { since_at: days_ago(200), second_step: true }],
        reviewed_at: Some(days_ago(89)),
        devices: vec![KnownDevice { first_at: days_ago(200), seen_at: days_ago(89) }],
        phrase: true,
        tokens_used_at: vec![days_ago(89)],
        lockdown: false,
        loses_second_step_at: None,
    }
}

type Twist = fn(&mut Facts);

const TWISTS: &[(&str, Twist)] = &[
    ("all in order", |_| ()),
    ("no second step", |facts| facts.second_step = false),
    ("two recovery codes left", |facts| facts.recovery_codes = 2),
    ("three recovery codes left", |facts| facts.recovery_codes = 3),
    ("password of a year", |facts| facts.password_at = days_ago(365)),
    ("address not confirmed", |facts| facts.email_verified = false),
    ("no phone", |facts| facts.phone_verified = Some(false)),
    ("no phone, none possible", |facts| facts.phone_verified = None),
    ("not reviewed for 90 days", |facts| facts.reviewed_at = Some(days_ago(90))),
    ("never reviewed", |facts| facts.reviewed_at = None),
    ("a new list, never reviewed", |facts| {
        facts.reviewed_at = None;
        facts.partners[0].since_at = days_ago(89);
    }),
    ("nobody can look", |facts| {
        facts.reviewed_at = None;
        facts.partners.clear();
    }),
    ("a partner without second step", |facts| {
        facts.partners.push(Partner { since_at: days_ago(1), second_step: false });
    }),
    ("the first device is new", |facts| {
        facts.devices = vec![KnownDevice { first_at: days_ago(0), seen_at: days_ago(0) }];
    }),
    ("a second device is new", |facts| {
        facts.devices.push(KnownDevice { first_at: days_ago(6), seen_at: days_ago(0) });
    }),
    ("a second device of a week", |facts| {
        facts.devices.push(KnownDevice { first_at: days_ago(7), seen_at: days_ago(0) });
    }),
    ("a device not seen for 90 days", |facts| facts.devices[0].seen_at = days_ago(90)),
    ("no phrase", |facts| facts.phrase = false),
    ("a token of 90 days", |facts| facts.tokens_used_at.push(days_ago(90))),
    ("no token", |facts| facts.tokens_used_at.clear()),
    ("lockdown", |facts| facts.lockdown = true),
    ("second step going", |facts| facts.loses_second_step_at = Some(now())),
];

#[test]
fn every_trouble_and_its_price() {
    let mut table = String::new();
    for (name, twist) in TWISTS {
        let mut facts = good();
        twist(&mut facts);
        let found = check_up(&facts, now());
        let bad: Vec<_> = found.findings.iter().filter(|finding| !finding.is_good).collect();
        let said: Vec<_> = bad.iter().map(|finding| format!("{:?} {}", finding.topic, finding.count)).collect();
        writeln!(table, "{name:<32}{:>4}  {}", found.score, said.join(", ")).unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn the_points_of_all_topics_stand_in_their_order() {
    let found = check_up(&good(), now());
    let points: Vec<_> = found.findings.iter().map(|finding| (finding.topic, finding.points)).collect();
    let wanted = [
        (Topic::SecondStep, 30),
        (Topic::RecoveryCodes, 10),
        (Topic::Email, 15),
        (Topic::Phone, 5),
        (Topic::Password, 5),
        (Topic::Review, 10),
        (Topic::PartnersSecondStep, 10),
        (Topic::NewDevices, 5),
        (Topic::OldDevices, 5),
        (Topic::Phrase, 5),
        (Topic::Tokens, 5),
    ];
    assert_eq!(points, wanted);
    assert!(found.findings.is_sorted_by_key(|finding| finding.topic));
}

#[test]
fn mending_something_never_lowers_the_score() {
    for (name, twist) in TWISTS {
        let mut facts = good();
        twist(&mut facts);
        let before = check_up(&facts, now()).score;
        let mended = Facts { second_step: true, phrase: true, email_verified: true, ..facts };
        assert!(check_up(&mended, now()).score >= before, "{name}");
    }
}

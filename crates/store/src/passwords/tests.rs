//! The shipped list is what its README says, and the cost of a hash is chosen and honoured.

use super::{
    Hashing, Passwords,
    breached::{BreachedList, Filter, SHIPPED, is_known},
    cost::Cost,
};
use crate::settings::PasswordCost;
use aws_lc_rs::digest::{SHA256, digest};
use std::{sync::atomic::Ordering, time::Duration};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_shipped_list_is_what_its_readme_says() {
    let readme = include_str!("README.md");
    let filter = Filter::read(SHIPPED).expect("the shipped filter can be read");
    assert!(SHIPPED.len() <= 2 << 20, "about two megabytes at most");
    let facts = [
        filter.source.clone(),
        format!("{} entries", filter.entries),
        format!("{} bytes", SHIPPED.len()),
        hex(digest(&SHA256, SHIPPED).as_ref()),
    ];
    for fact in facts {
        assert!(readme.contains(&fact), "the README does not say: {fact}");
    }
}

#[test]
fn a_password_that_is_not_on_the_list_is_seldom_taken_for_one() {
    const TRIES: u32 = 500_000;
    let random = |number: u32| hex(&digest(&SHA256, &number.to_le_bytes()).as_ref()[..12]);
    let taken = (0..TRIES).filter(|number| is_known(&random(*number))).count();
    // One in 65,536 would be 7.6; three times as many would be a broken filter.
    assert!(taken <= 23, "{taken} of {TRIES}");
}

#[test]
fn a_list_of_ones_own_knows_all_of_its_entries_and_notices_every_change() {
    let mut list = BreachedList::default();
    for number in 0..2000 {
        list.add(&format!("Something number {number}"));
    }
    list.add("short");
    let (mut bytes, entries) = list.finish("two\nlines").unwrap();
    let filter = Filter::read(&bytes).expect("what was written can be read");
    assert_eq!((filter.source.as_str(), filter.entries), ("two lines", entries));
    assert!((0..2000).all(|number| filter.contains(&format!("something NUMBER {number}"))));
    assert!(filter.contains("qwertyuiopasdfgh") && !filter.contains("short"));
    assert!(Filter::read(&bytes[..bytes.len() - 1]).is_none() && Filter::read(b"").is_none());
    for at in [0, 30, 60, bytes.len() / 2, bytes.len() - 1] {
        bytes[at] ^= 1;
        assert!(Filter::read(&bytes).is_none(), "byte {at}");
        bytes[at] ^= 1;
    }
}

#[test]
fn a_list_whose_numbers_do_not_fit_its_length_is_refused_though_its_sum_is_right() {
    let (bytes, _) = BreachedList::default().finish("test").unwrap();
    let mut body = bytes[..bytes.len() - 34].to_vec();
    body.extend_from_slice(digest(&SHA256, &body.clone()).as_ref());
    assert!(Filter::read(&body).is_none());
}

#[test]
fn the_cost_is_the_dearest_that_fits_into_a_quarter_of_a_second() {
    let cases = [(1, 65_536, 8), (10, 65_536, 6), (20, 65_536, 3), (24, 65_536, 3), (40, 49_152, 2), (62, 32_768, 2)];
    let slow = [(120, 19_456, 2), (5_000, 19_456, 2)];
    for (probe_ms, memory_kib, rounds) in cases.into_iter().chain(slow) {
        let chosen = Cost::for_probe(Duration::from_millis(probe_ms));
        assert_eq!(chosen, Cost { memory_kib, rounds }, "{probe_ms} ms");
    }
    assert_eq!(Cost::for_probe(Duration::MAX), Cost { memory_kib: 19_456, rounds: 2 });
}

#[test]
fn a_cost_is_read_from_a_hash_and_only_a_sane_one() {
    let cost = Cost { memory_kib: 19_456, rounds: 2 };
    assert_eq!(Cost::of(&format!("{}salt$sum", cost.prefix())).unwrap(), cost);
    let damaged = ["", "$2b$12$abc", "$argon2id$v=19$m=99999999,t=2,p=1$a$b", "$argon2id$v=19$m=8,t=99,p=1$a$b"];
    for text in damaged {
        assert!(Cost::of(text).is_err(), "{text}");
    }
    let (dearer, other) = (Cost { memory_kib: 32_768, ..cost }, Cost { memory_kib: 8, rounds: 9 });
    assert!(dearer.is_above(cost) && !cost.is_above(dearer) && !cost.is_above(cost));
    assert!(!other.is_above(cost) && !cost.is_above(other), "less of one thing is no rise");
}

/// What a failed try costs, told by what was filled up: the kept hash's own work and the rest come to the same sum.
#[test]
fn a_wrong_password_costs_the_same_whatever_its_hash_was_made_with() {
    let fixed = |memory_kib, rounds| Hashing::new(PasswordCost::Fixed { memory_kib, rounds }, b"pepper");
    let (old, new, dearest) = (fixed(16, 1), fixed(64, 2), fixed(128, 3));
    let kept = [old.hash("one"), new.hash("two"), dearest.hash("three")].map(Result::unwrap);
    assert!(!new.belongs("wrong", Some(&kept[2])).unwrap());
    assert_eq!(new.dearest.load(Ordering::Relaxed), 128 * 3, "seen once, it sets what all are filled up to");
    for kept in [Some(&kept[0]), Some(&kept[1]), Some(&kept[2]), None] {
        let spent = kept.map_or(new.cost(), |kept| Cost::of(kept).unwrap()).work();
        let rest = new.cost().rest(128 * 3 - spent).map_or(0, Cost::work);
        assert!((128 * 3 - 8..=128 * 3).contains(&(spent + rest)), "{spent} and {rest}");
        assert!(!new.belongs("wrong", kept.map(String::as_str)).unwrap());
    }
    for (password, kept) in ["one", "two", "three"].iter().zip(&kept) {
        assert!(new.belongs(password, Some(kept)).unwrap(), "{password}");
    }
}

#[test]
fn the_measured_cost_is_within_its_bounds() {
    let passwords = Passwords::new(PasswordCost::Full, b"pepper", None).unwrap();
    let cost = passwords.hashing.cost();
    assert!((19 * 1024..=64 * 1024).contains(&cost.memory_kib) && (2..=8).contains(&cost.rounds), "{cost:?}");
}

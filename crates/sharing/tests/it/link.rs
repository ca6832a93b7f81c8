//! Link codes: read as people type them, and without look-alikes.

use sharing::{LinkCode, LinkTerms, Visibility};

#[test]
fn a_code_is_read_however_it_is_typed() {
    let code = LinkCode::of_random(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 30]).expect("ten bytes in range");
    assert_eq!(code.to_string(), "23456-789AZ");
    for typed in ["23456789AZ", "23456-789az", " 234 56 789 AZ ", "2-3-4-5-6-7-8-9-a-z"] {
        assert_eq!(LinkCode::parse(typed).as_ref(), Some(&code), "{typed}");
    }
    for wrong in ["", "23456789A", "23456789AZZ", "23456789A0", "2345678OIL", "23456789Aé", "<script>"] {
        assert_eq!(LinkCode::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn every_character_is_as_likely_as_another() {
    let all: Vec<u8> = (0..=255).collect();
    let mut counts = std::collections::BTreeMap::new();
    for byte in all {
        if let Some(code) = LinkCode::of_random(&[byte; 10]) {
            *counts.entry(code.plain()).or_insert(0) += 1;
        }
    }
    assert_eq!(counts.len(), 31);
    assert!(counts.values().all(|count| *count == 8), "{counts:?}");
    assert!(LinkCode::of_random(&[255; 40]).is_none());
}

#[test]
fn longer_or_more_is_wider() {
    let at = |second| jiff::Timestamp::from_second(second).ok();
    let terms = |visibility, until_at| LinkTerms { visibility, until_at };
    let some = terms(Visibility::GLUCOSE_ONLY, at(10));
    assert!(some.are_widened_by(&terms(Visibility::ALL, at(10))));
    assert!(some.are_widened_by(&terms(Visibility::GLUCOSE_ONLY, at(11))));
    assert!(some.are_widened_by(&terms(Visibility::GLUCOSE_ONLY, None)));
    assert!(!some.are_widened_by(&some));
    assert!(!terms(Visibility::ALL, None).are_widened_by(&some));
}

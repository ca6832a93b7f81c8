//! Addresses and ids: what is taken and what is not.

use sharing::{AccountId, Email, Id};

#[test]
fn addresses_that_are_taken() {
    for text in ["anna@example.org", " ben@mail.example.co.uk ", "o'neil+cgm@exämple.de", "a@b.c"] {
        assert_eq!(Email::parse(text).unwrap().as_str(), text.trim());
    }
}

#[test]
fn addresses_that_are_not() {
    let long = format!("{}@example.org", "a".repeat(65));
    let very_long = format!("a@{}.org", "b".repeat(254));
    for text in [
        "",
        "anna",
        "@example.org",
        "anna@",
        "anna@example",
        "an na@example.org",
        "a@b@example.org",
        "anna@-x.org",
        "anna@example..org",
        "anna@example.org\r\nBcc: x@y.z",
        "<anna@example.org>",
        "a,b@example.org",
        &long,
        &very_long,
    ] {
        assert!(Email::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn two_spellings_of_one_address_compare_equal() {
    assert_eq!(Email::parse("Anna@Example.org").unwrap().key(), Email::parse("anna@example.ORG").unwrap().key());
}

#[test]
fn an_id_reads_back_as_it_was_written() {
    let id = AccountId(Id(0x0192_f0c1_7a3b_7c4d_8e5f_0123_4567_89ab));
    assert_eq!(id.to_string(), "0192f0c1-7a3b-7c4d-8e5f-0123456789ab");
    assert_eq!(AccountId::parse(&id.to_string()), Some(id));
    for text in [
        "",
        "0192f0c17a3b7c4d8e5f0123456789ab",
        "0192f0c1-7a3b-7c4d-8e5f-0123456789ag",
        "é192f0c1-7a3b-7c4d-8e5f-0123456789a",
    ] {
        assert_eq!(AccountId::parse(text), None, "{text:?}");
    }
}

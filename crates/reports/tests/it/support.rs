//! The report of a lockdown on paper.

use crate::paper::{assert_tells, holds, page_count};
use jiff::civil::date;
use reports::{Paper, SupportReport, SupportSection, support_report};

fn report(lines: usize) -> SupportReport {
    let line = |number: usize| {
        vec![format!("{number} Mar 2026, 03:14"), "Signed in".to_owned(), "Chrome on Android".to_owned()]
    };
    let columns = &[("When", 25), ("What", 30), ("From", 45)];
    let section = |title, rows, none| SupportSection { title, columns, rows, none };
    SupportReport {
        title: "Report of a lockdown".to_owned(),
        about: "For support, about a suspected breach of an account. It holds no health data.".to_owned(),
        language: "en",
        made_on: date(2026, 3, 18),
        facts: vec![("Account", "anna@example.org".to_owned()), ("Locked", "18 Mar 2026, 03:20".to_owned())],
        sections: vec![
            section("Suspended access", vec![], "Nobody is suspended."),
            section("The account", (1..=lines).map(line).collect(), "Nothing."),
        ],
    }
}

#[test]
fn it_says_what_happened_and_can_be_read_aloud() {
    let pdf = support_report(&report(3), Paper::A4).unwrap();
    assert_eq!(page_count(&pdf), 1);
    assert_tells(
        &pdf,
        &["Report of a lockdown", "anna@example.org", "Nobody is suspended.", "2 Mar 2026, 03:14", "Page 1 of 1"],
    );
    for part in ["pdfuaid:part", "/S/H1", "/S/H2", "/S/Table", "/S/TH", "/Lang(en)", "/Type/Outlines"] {
        assert!(holds(&pdf, part), "{part}");
    }
}

#[test]
fn long_tables_go_on_over_pages_and_lose_no_line() {
    let pdf = support_report(&report(150), Paper::A4).unwrap();
    assert_eq!(page_count(&pdf), 4);
    assert_tells(&pdf, &["150 Mar 2026, 03:14", "The account (continued)", "Page 4 of 4"]);
    assert_eq!(pdf, support_report(&report(150), Paper::A4).unwrap(), "the same gives the same bytes");
}

//! What people read: numbers, dates and spans in their language.

use jiff::{Timestamp, civil::date};
use words::Language::{self, English};

#[test]
fn numbers_are_rounded_half_to_even_and_grouped() {
    let shown =
        [(0.25, 1), (0.35, 1), (2.5, 0), (3.5, 0), (2.675, 2), (4032.0, 0), (1_234_567.8, 0), (-0.04, 1), (-3.0, 0)]
            .map(|(value, decimals)| English.number(value, decimals));
    assert_eq!(shown, ["0.2", "0.4", "2", "4", "2.68", "4,032", "1,234,568", "0.0", "−3"]);
    assert_eq!(English.number(f64::NAN, 1), "–");
    assert_eq!(English.number_or_none(None, 1), "–");
    assert_eq!(English.percent(70.4, 0), "70%");
}

#[test]
fn glucose_is_whole_in_mg_dl_and_has_one_decimal_in_mmol_l() {
    assert_eq!(English.mg_dl(104.4), "104");
    assert_eq!(English.mmol_l(10.0), "10.0");
}

#[test]
fn insulin_shows_the_decimals_it_has() {
    assert_eq!([0.5, 12.0, 0.025, 1.25].map(|units| English.insulin(units)), ["0.5", "12.0", "0.025", "1.25"]);
}

#[test]
fn dates_are_named() {
    let day = date(2026, 3, 12);
    assert_eq!(English.long_date(day), "Thursday, 12 March 2026");
    assert_eq!(English.day_and_month(day), "12 Mar");
    assert_eq!(English.short_weekday(day), "Thu");
    assert_eq!(English.days(date(2026, 3, 1), date(2026, 3, 14)), "1–14 March 2026");
    assert_eq!(English.days(date(2026, 2, 20), date(2026, 3, 5)), "20 February – 5 March 2026");
    assert_eq!(English.days(date(2025, 12, 25), date(2026, 1, 7)), "25 December 2025 – 7 January 2026");
    assert_eq!(English.days(day, day), "12 March 2026");
}

#[test]
fn spans_say_how_long_ago() {
    let now: Timestamp = "2026-03-12T12:00:00Z".parse().expect("a timestamp");
    let ago = |seconds: i64| English.ago(now - jiff::Span::new().seconds(seconds), now);
    assert_eq!(ago(20), "just now");
    assert_eq!(ago(60), "1 minute ago");
    assert_eq!(ago(5 * 60 + 59), "5 minutes ago");
    assert_eq!(ago(3 * 3600), "3 hours ago");
    assert_eq!(ago(3 * 86_400), "3 days ago");
    assert_eq!(ago(-600), "in 10 minutes");
    assert_eq!(English.duration(125 * 60_000), "2 h 5 min");
    assert_eq!(English.duration(45 * 60_000), "45 min");
    assert_eq!(English.duration(3 * 3_600_000), "3 h");
}

#[test]
fn the_reader_is_understood_and_else_spoken_to_in_english() {
    assert_eq!(Language::of_accept("xx-YY,en-GB;q=0.8"), English);
    assert_eq!(Language::of_accept("xx"), English);
    assert_eq!(Language::of_tag("en_US"), Some(English));
    assert_eq!(Language::of_tag(""), None);
}

#[test]
fn the_safety_notice_says_what_it_has_to() {
    for language in Language::ALL {
        let texts = language.texts();
        assert!(texts.notice_long.len() > texts.notice_short.len());
        assert!(!texts.notice_short.contains("  ") && !texts.notice_long.contains("  "));
    }
}

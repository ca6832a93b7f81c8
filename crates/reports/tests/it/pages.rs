//! The reports on paper.

use crate::{
    life::{event, life},
    paper::{assert_tells, berlin, holds, order, page_count},
};
use glucose::{EventKind, Period, Unit};
use jiff::{ToSpan, civil::date};
use reports::{AgpPage, DailyPages, Order, Paper, Pdf, Person, Stack, agp_page, daily_pages};

fn profile(order: Order, unit: Unit) -> Pdf {
    let life = life(order.period.first, u16::try_from(order.period.days()).unwrap(), &berlin(), unit);
    agp_page(&AgpPage::of(order, &life.readings, &life.events)).unwrap()
}

#[test]
fn the_profile_is_one_page_that_says_who_when_and_how() {
    let pdf = profile(order(Unit::MgDl, Paper::A4), Unit::MgDl);
    assert_eq!(page_count(&pdf), 1);
    assert_tells(
        &pdf,
        &[
            "Anna Kowalska",
            "14 May 1987",
            "2–15 Mar 2026",
            "97.8%",
            "138 mg/dL",
            "Glucose management indicator (GMI)",
            "6.6%",
            "Made on 16 March 2026",
            "no reason by themselves",
        ],
    );
}

#[test]
fn it_can_be_read_aloud() {
    let pdf = profile(order(Unit::MgDl, Paper::A4), Unit::MgDl);
    let parts =
        ["pdfuaid:part", "/S/H1", "/S/H2", "/S/Table", "/S/TH", "/S/Figure", "/Alt(", "/Lang(en)", "/Type/Outlines"];
    for part in parts {
        assert!(holds(&pdf, part), "{part}");
    }
    assert!(holds(&pdf, "The median is lowest with 116 mg/dL about 03:00"));
}

#[test]
fn the_same_order_gives_the_same_bytes_but_for_the_receipt() {
    let plain = order(Unit::MgDl, Paper::A4);
    assert_eq!(profile(plain.clone(), Unit::MgDl), profile(plain.clone(), Unit::MgDl));
    let received = Order { receipt: Some("for Dr Chen, Northside".to_owned()), ..plain.clone() };
    let with_receipt = profile(received, Unit::MgDl);
    assert_ne!(profile(plain, Unit::MgDl), with_receipt);
    assert_tells(&with_receipt, &["Made on 16 March 2026 · for Dr Chen, Northside"]);
}

#[test]
fn the_order_of_readings_and_events_makes_no_difference() {
    let order = order(Unit::MgDl, Paper::A4);
    let life = life(order.period.first, 14, &berlin(), Unit::MgDl);
    let (mut readings, mut events) = (life.readings.clone(), life.events.clone());
    readings.reverse();
    events.reverse();
    events.sort_by_key(|event| std::cmp::Reverse(event.at));
    let straight = agp_page(&AgpPage::of(order.clone(), &life.readings, &life.events)).unwrap();
    assert_eq!(agp_page(&AgpPage::of(order, &readings, &events)).unwrap(), straight);
}

#[test]
fn it_comes_on_a4_and_on_letter_in_both_units() {
    let a4 = profile(order(Unit::MgDl, Paper::A4), Unit::MgDl);
    let letter = profile(order(Unit::MmolL, Paper::Letter), Unit::MmolL);
    assert!(holds(&a4, "MediaBox[0 0 595.28 841.89]"));
    assert!(holds(&letter, "MediaBox[0 0 612 792]"));
    assert_tells(&letter, &["7.7 mmol/L", "3.9–10.0 mmol/L", "10.1–13.9 mmol/L"]);
}

#[test]
fn without_readings_it_says_so() {
    for readings in [0, 1] {
        let order = order(Unit::MgDl, Paper::A4);
        let life = life(order.period.first, 1, &berlin(), Unit::MgDl);
        let page = AgpPage::of(order.clone(), &life.readings[..readings], &[]);
        let pdf = agp_page(&page).unwrap();
        assert_eq!(page_count(&pdf), 1);
        assert_tells(&pdf, &["Too few readings for curves"]);
        let daily = daily_pages(&DailyPages::of(order, &life.readings[..readings], &[])).unwrap();
        assert_tells(&daily, &["No readings"]);
    }
}

#[test]
fn ninety_days_are_one_profile_and_many_pages_of_days() {
    let order = Order { period: Period::ending(date(2026, 3, 15), 90), ..order(Unit::MgDl, Paper::A4) };
    let life = life(order.period.first, 90, &berlin(), Unit::MgDl);
    let page = AgpPage::of(order.clone(), &life.readings, &life.events);
    assert_eq!(page.days_drawn().len(), 14);
    assert_eq!(page_count(&agp_page(&page).unwrap()), 1);
    let daily = daily_pages(&DailyPages::of(order, &life.readings, &life.events)).unwrap();
    assert_eq!(page_count(&daily), 47);
    assert_tells(&daily, &["Tuesday, 16 December 2025", "Sunday, 15 March 2026", "Page 47 of 47"]);
}

#[test]
fn the_daily_review_tells_what_happened() {
    let order = order(Unit::MgDl, Paper::A4);
    let life = life(order.period.first, 14, &berlin(), Unit::MgDl);
    let pdf = daily_pages(&DailyPages::of(order, &life.readings, &life.events)).unwrap();
    assert_tells(
        &pdf,
        &["Monday, 2 March 2026", "7.85 U, 2.0 U of it over 1 h 30 min", "19.4 U", "190 g", "cannula, 0.3 U"],
    );
}

#[test]
fn two_usual_days_go_on_a_page_of_either_paper() {
    for paper in [Paper::A4, Paper::Letter] {
        let order = order(Unit::MgDl, paper);
        let life = life(order.period.first, 14, &berlin(), Unit::MgDl);
        assert_eq!(
            page_count(&daily_pages(&DailyPages::of(order, &life.readings, &life.events)).unwrap()),
            8,
            "{paper:?}"
        );
    }
}

#[test]
fn a_day_with_more_events_than_a_page_goes_on_on_the_next() {
    let first = date(2026, 3, 2);
    let order = Order { period: Period { first, last: first }, ..order(Unit::MgDl, Paper::Letter) };
    let mut life = life(first, 1, &berlin(), Unit::MgDl);
    let start = life.readings[0].at;
    for minute in 0..260_i64 {
        let text = format!("Note {minute}, with some more words so that it needs a second line in its narrow column");
        life.events.push(event(start + (minute * 5).minutes(), EventKind::Note { text }));
    }
    let pdf = daily_pages(&DailyPages::of(order, &life.readings, &life.events)).unwrap();
    assert!(page_count(&pdf) > 3, "{}", page_count(&pdf));
    assert_tells(&pdf, &["Note 0,", "Note 130,", "Note 259,", "Monday, 2 March 2026, continued"]);
}

#[test]
fn any_name_can_be_printed() {
    let long = "Wolfeschlegelsteinhausenbergerdorff".repeat(9);
    let names = [
        "",
        " ",
        "Łucja Ångström-Ñandú",
        "Ελένη Παπαδοπούλου",
        "Дмитрий Шостакович",
        "فاطمة الزهراء",
        "יעל Cohen בן־דוד",
        "王小明",
        "अनन्या शर्मा",
        "👩‍👩‍👧 Zoë 🏳️‍🌈",
        "\u{0}\u{1}\n\t\u{7f}\u{feff}\u{fffe}\u{ffff}",
        "\u{202e}evil\u{202c} \u{200b}\u{200d}\u{fe0f}",
        "a\u{301}\u{327}\u{35c}\u{489}",
        "\u{e000}\u{10ffff}\u{fffd}",
        "<script>alert(1)</script> & \"co\" '\\(",
        &long,
    ];
    for name in names {
        let mut order = order(Unit::MgDl, Paper::A4);
        order.person.name = name.to_owned();
        order.receipt = Some(name.to_owned());
        let life = life(order.period.first, 1, &berlin(), Unit::MgDl);
        let note = event(life.readings[3].at, EventKind::Note { text: name.to_owned() });
        let profile = agp_page(&AgpPage::of(order.clone(), &life.readings, &[])).unwrap();
        let daily = daily_pages(&DailyPages::of(order, &life.readings, &[note])).unwrap();
        assert_eq!(page_count(&profile), 1, "{name:?}");
        assert!(page_count(&daily) >= 1, "{name:?}");
    }
}

#[test]
fn a_name_that_no_font_has_is_still_itself_when_it_is_read() {
    for name in ["王小明", "Дмитрий Шостакович", "Ελένη"] {
        let mut order = order(Unit::MgDl, Paper::A4);
        order.person.name = name.to_owned();
        let pdf = agp_page(&AgpPage::of(order, &[], &[])).unwrap();
        assert_tells(&pdf, &[name]);
    }
}

fn stack(names: &[&str]) -> Pdf {
    let mut stack = Stack::new(Paper::Letter, "Reports of a day".to_owned(), "en", date(2026, 3, 16));
    for name in names {
        let person = Person { name: (*name).to_owned(), ..Person::default() };
        let order = Order { person, receipt: Some(format!("Receipt {name}")), ..order(Unit::MgDl, Paper::A4) };
        let life = life(order.period.first, 14, &berlin(), Unit::MgDl);
        stack.person(name);
        stack.agp(AgpPage::of(order.clone(), &life.readings, &life.events));
        stack.daily(DailyPages::of(order, &life.readings, &life.events));
    }
    stack.finish().unwrap()
}

#[test]
fn reports_of_many_are_one_file_each_under_its_name() {
    let pdf = stack(&["Paul Winter", "Ida Summer", "Paul Winter"]);
    assert_eq!(page_count(&pdf), 3 * (1 + 8));
    assert!(holds(&pdf, "MediaBox[0 0 612 792]") && !holds(&pdf, "595.28"), "all on the paper of the file");
    assert_tells(&pdf, &["Receipt Ida Summer", "Page 1 of 1", "Page 8 of 8"]);
    for entry in ["/Title(Paul Winter)", "/Title(Ida Summer)", "/Title(Reports of a day)"] {
        assert!(holds(&pdf, entry), "{entry}");
    }
    assert_eq!(pdf, stack(&["Paul Winter", "Ida Summer", "Paul Winter"]));
}

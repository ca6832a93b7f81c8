//! A day is what the wall clock says, and a gap is a gap.

use crate::{life::life, paper::berlin};
use glucose::Unit;
use jiff::civil::date;
use reports::{DayView, Show, Size, day_chart, day_facts, describe_day, event_rows};

const SHOW: Show = Show::in_unit(Unit::MgDl);

#[test]
fn a_day_on_which_the_clocks_change_has_as_many_hours_as_it_has() {
    for (on, hours) in [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 3, 2), 24)] {
        let life = life(on, 1, &berlin(), Unit::MgDl);
        let day = DayView::of_day(on, &life.readings, &life.events, &berlin());
        assert_eq!((day.to.as_second() - day.from.as_second()) / 3600, hours);
        let chart = day_chart(&day, &SHOW, Size::WIDE);
        assert_eq!(chart.as_str().matches(">06:00<").count(), 1, "{on}");
        assert!(chart.as_str().contains(">24:00<"));
    }
}

#[test]
fn basal_of_the_day_before_reaches_in_and_that_of_the_day_after_ends_the_last() {
    let (first, on) = (date(2026, 3, 2), date(2026, 3, 3));
    let mut life = life(first, 3, &berlin(), Unit::MgDl);
    let midnight = DayView::of_day(on, &[], &[], &berlin()).from;
    life.events.retain(|event| event.at != midnight);
    let day = DayView::of_day(on, &life.readings, &life.events, &berlin());
    let basal = day_facts(&day, &SHOW).into_iter().find(|fact| fact.key == "basal").unwrap();
    assert_eq!(basal.value, "17.4 U", "4 h at 0.65 from the evening before, 5 at 0.95, 7 at 0.6, 6 at 0.75, 2 at 0.65");
    assert_eq!((day.basal[0].0, day.basal.last().unwrap().1), (day.from, day.to));
}

#[test]
fn what_happened_is_told_in_order() {
    let on = date(2026, 3, 2);
    let life = life(on, 1, &berlin(), Unit::MgDl);
    let day = DayView::of_day(on, &life.readings, &life.events, &berlin());
    let told: Vec<String> = event_rows(&day, &SHOW)
        .iter()
        .map(|row| format!("{} {} {}: {}", row.time, row.sign.unwrap_or(" "), row.name, row.details))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    07:12   Meter: 128 mg/dL
    07:30   Carbohydrate: 45 g
    07:30   Bolus: 5.2 U
    09:20 C Set change: cannula, 0.3 U
    12:40   Carbohydrate: 60 g
    12:40   Bolus: 6.4 U
    16:10   Carbohydrate: 15 g
    18:50   Carbohydrate: 70 g
    18:50   Bolus: 7.85 U, 2.0 U of it over 1 h 30 min
    20:15 N Note: Long walk after dinner, <b>felt</b> fine
    ");
    insta::assert_snapshot!(describe_day(&day, &SHOW), @"289 readings. Lowest 78 mg/dL at 16:40, highest 151 mg/dL at 12:50. Last 116 mg/dL at 23:55.");
}

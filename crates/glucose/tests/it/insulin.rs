//! Insulin by hand: what is basal, what is bolus, what is counted once.

use crate::synth::{START, is_close};
use glucose::{Event, EventKind, InsulinTotals, NewEvent, event::*};
use jiff::{Timestamp, tz::TimeZone};

const HOUR: i64 = 3_600_000;

fn at(hours: f64, kind: EventKind) -> Event {
    let at = Timestamp::from_millisecond(START * 1000 + (hours * HOUR as f64) as i64).unwrap();
    Event::unstored(&NewEvent::new(at, 0, kind))
}

fn basal(hours: f64, rate: f64, lasts: Option<f64>, delivery: BasalDelivery) -> Event {
    let duration_ms = lasts.map(|hours| (hours * HOUR as f64) as i64);
    at(hours, EventKind::Basal { rate, duration_ms, delivery })
}

fn scheduled(hours: f64, rate: f64, lasts: Option<f64>) -> Event {
    basal(hours, rate, lasts, BasalDelivery::Scheduled)
}

fn bolus(hours: f64, normal: f64, extended: f64, origin: BolusOrigin) -> Event {
    at(hours, EventKind::Bolus { normal, extended, duration_ms: 0, programmed: Some(99.0), origin })
}

fn mode(hours: f64, automated: bool) -> Event {
    at(hours, EventKind::Mode { name: "loop".into(), automated: Some(automated) })
}

/// Of `days` days of UTC.
fn totals(events: &[Event], days: i64) -> InsulinTotals {
    let instant = |second: i64| Timestamp::from_second(second).unwrap();
    InsulinTotals::of(events, instant(START), instant(START + days * 86_400), &TimeZone::UTC)
}

#[test]
fn a_day_of_a_pump() {
    let events = [
        scheduled(0.0, 1.0, Some(24.0)),
        bolus(8.0, 4.0, 1.5, BolusOrigin::Calculator),
        bolus(12.0, 0.5, 0.0, BolusOrigin::Automatic),
        at(8.0, EventKind::Carbs { grams: 60.0, fat: None, protein: None }),
        at(23.9, EventKind::DailyTotal { units: 31.0 }),
    ];
    let totals = totals(&events, 1);
    assert_eq!((totals.tdd(), totals.basal_per_day(), totals.bolus_per_day()), (Some(30.0), Some(24.0), Some(6.0)));
    assert_eq!((totals.basal_percent(), totals.bolus_percent()), (Some(80.0), Some(20.0)));
    assert_eq!((totals.boluses_per_day(), totals.carbs_per_day()), (Some(2.0), Some(60.0)));
    assert_eq!(totals.device_tdd(), Some(31.0), "beside the sum, never in it");
}

#[test]
fn a_segment_is_clipped_to_the_window_and_split_at_midnight() {
    let events = [scheduled(-6.0, 1.0, Some(36.0))];
    let totals = totals(&events, 2);
    let basal: Vec<f64> = totals.days.iter().map(|day| day.basal).collect();
    assert_eq!(basal, [24.0, 6.0]);
}

#[test]
fn an_open_segment_lasts_until_the_next_one_and_the_last_until_the_data_end() {
    let events = [scheduled(0.0, 1.0, None), scheduled(6.0, 2.0, None), bolus(10.0, 1.0, 0.0, BolusOrigin::Manual)];
    assert_eq!(totals(&events, 1).basal_per_day(), Some(6.0 + 8.0));
}

#[test]
fn the_schedule_goes_on_after_a_temporary_rate() {
    let temporary = basal(2.0, 0.0, Some(1.0), BasalDelivery::Temporary);
    let events = [scheduled(0.0, 1.0, None), temporary, scheduled(6.0, 2.0, Some(1.0))];
    assert_eq!(totals(&events, 1).basal_per_day(), Some(5.0 + 2.0));
}

#[test]
fn a_suspended_pump_gives_nothing() {
    let events = [
        scheduled(0.0, 1.0, Some(12.0)),
        at(3.0, EventKind::Suspend { reason: "by hand".into() }),
        at(5.0, EventKind::Resume),
        basal(12.0, 5.0, Some(12.0), BasalDelivery::Suspended),
    ];
    assert_eq!(totals(&events, 1).basal_per_day(), Some(10.0));
}

#[test]
fn the_sum_of_a_day_replaces_what_the_loop_gave_piece_by_piece() {
    let events = [
        scheduled(0.0, 1.0, Some(24.0)),
        bolus(9.0, 0.7, 0.0, BolusOrigin::Automatic),
        bolus(12.0, 5.0, 0.0, BolusOrigin::Calculator),
        at(12.0, EventKind::AutoInsulinDay { units: 18.0 }),
    ];
    let totals = totals(&events, 1);
    assert_eq!((totals.tdd(), totals.automated_basal_per_day()), (Some(23.0), Some(18.0)));
    assert_eq!(totals.bolus_per_day(), Some(5.0));
}

#[test]
fn the_programmed_rate_counts_while_the_loop_was_off() {
    let events = [
        mode(0.0, true),
        mode(18.0, false),
        scheduled(0.0, 1.0, Some(24.0)),
        at(12.0, EventKind::AutoInsulinDay { units: 15.0 }),
        mode(24.0, true),
    ];
    let totals = totals(&events, 1);
    assert_eq!((totals.tdd(), totals.time_in_auto), (Some(21.0), Some(75.0)));
}

#[test]
fn time_in_auto_is_by_segments_where_no_mode_tells_it() {
    let events = [basal(0.0, 0.8, Some(9.0), BasalDelivery::Automated), scheduled(9.0, 1.0, Some(3.0))];
    assert_eq!(totals(&events, 1).time_in_auto, Some(75.0));
}

#[test]
fn pens_count_by_their_kind() {
    let pen = |hours, units, insulin| at(hours, EventKind::Injection { units, insulin });
    let events =
        [pen(7.0, 20.0, InsulinKind::Long), pen(8.0, 6.0, InsulinKind::Rapid), pen(9.0, 4.0, InsulinKind::Other)];
    let totals = totals(&events, 1);
    assert_eq!((totals.tdd(), totals.basal_per_day(), totals.bolus_per_day()), (Some(30.0), Some(20.0), Some(6.0)));
}

#[test]
fn means_are_over_the_days_with_insulin() {
    let events = [bolus(1.0, 6.0, 0.0, BolusOrigin::Manual), bolus(73.0, 4.0, 0.0, BolusOrigin::Manual)];
    let totals = totals(&events, 14);
    assert_eq!((totals.insulin_days, totals.tdd()), (2, Some(5.0)));
}

#[test]
fn a_window_from_noon_to_noon_counts_its_two_halves_as_one_day() {
    let events = [bolus(13.0, 6.0, 0.0, BolusOrigin::Manual), bolus(30.0, 4.0, 0.0, BolusOrigin::Manual)];
    let instant = |hours: i64| Timestamp::from_second(START + hours * 3600).unwrap();
    let totals = InsulinTotals::of(&events, instant(12), instant(36), &TimeZone::UTC);
    assert_eq!((totals.insulin_days, totals.tdd()), (1, Some(10.0)));
}

#[test]
fn a_day_of_twenty_three_hours_has_twenty_three_hours_of_basal() {
    let zone = TimeZone::get("America/Chicago").unwrap();
    let day = jiff::civil::date(2015, 3, 8);
    let (from, to) = glucose::Period { first: day, last: day }.instants(&zone);
    let before = Timestamp::from_second(from.as_second() - 7200).unwrap();
    let kind = EventKind::Basal { rate: 1.0, duration_ms: Some(48 * HOUR), delivery: BasalDelivery::Scheduled };
    let totals = InsulinTotals::of(&[Event::unstored(&NewEvent::new(before, 0, kind))], from, to, &zone);
    assert_eq!(totals.days.len(), 1);
    assert!(is_close(totals.tdd().unwrap(), 23.0, 1e-12));
}

#[test]
fn nothing_gives_no_figures() {
    let totals = totals(&[], 14);
    assert_eq!(
        (totals.tdd(), totals.basal_percent(), totals.carbs_per_day(), totals.time_in_auto),
        (None, None, None, None)
    );
}

#[test]
fn wrong_amounts_add_nothing() {
    let events = [
        bolus(1.0, f64::NAN, 0.0, BolusOrigin::Manual),
        bolus(2.0, -3.0, 0.0, BolusOrigin::Manual),
        scheduled(3.0, f64::INFINITY, Some(1.0)),
        scheduled(4.0, 1.0, Some(-1.0)),
    ];
    assert_eq!(totals(&events, 1).tdd(), Some(0.0));
}

#[test]
fn boluses_alone_are_no_total_where_the_device_tells_of_more() {
    let device = |hours, units| at(hours, EventKind::DailyTotal { units });
    let boluses = [bolus(8.0, 12.0, 0.0, BolusOrigin::Calculator), bolus(32.0, 13.0, 0.0, BolusOrigin::Calculator)];
    let old_pump = [boluses.as_slice(), &[device(12.0, 30.0), device(36.0, 33.0)]].concat();
    let found = totals(&old_pump, 2);
    assert_eq!((found.tdd(), found.basal_percent(), found.bolus_percent()), (None, None, None));
    assert_eq!((found.bolus_per_day(), found.device_tdd()), (Some(12.5), Some(31.5)));
    assert!(totals(&boluses, 2).tdd().is_some(), "with nothing to check against, what there is counts");
}

#[test]
fn a_day_that_is_only_partly_in_the_window_is_no_check() {
    let events = [scheduled(0.0, 1.0, Some(24.0)), at(12.0, EventKind::DailyTotal { units: 24.0 })];
    let instant = |hours: i64| Timestamp::from_second(START + hours * 3600).unwrap();
    assert_eq!(InsulinTotals::of(&events, instant(6), instant(18), &TimeZone::UTC).tdd(), Some(12.0));
}

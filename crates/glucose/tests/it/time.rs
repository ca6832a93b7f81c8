//! Time: mixed rhythms, gaps, days on which the clock is set, and wear.

use crate::synth::{START, every, fourteen_days, is_close, reading};
use glucose::{Agp, Figure, Figures, Glucose, NewReading, Period, Ranges, Reading, TimeInRange, Window};
use jiff::{Timestamp, civil::date, tz::TimeZone};

fn chicago() -> TimeZone {
    TimeZone::get("America/Chicago").unwrap()
}

/// A reading every five minutes of elapsed time on the local days given, with a value of its wall clock.
fn by_wall_clock(period: Period, zone: &TimeZone, value: impl Fn(i32) -> i32) -> Vec<Reading> {
    let (from, to) = period.instants(zone);
    let steps = (to.as_second() - from.as_second()) / 300;
    let at = |step| Timestamp::from_second(from.as_second() + step * 300).unwrap();
    let hour = |at| i32::from(zone.to_datetime(at).hour());
    (0..steps)
        .map(|step| Reading::unstored(&NewReading::cgm(at(step), 0, Glucose::mg_dl(value(hour(at(step)))))))
        .collect()
}

fn window_of(period: Period, zone: TimeZone) -> Window {
    Window::of_days(&period, zone, Ranges::ADULT)
}

#[test]
fn an_hour_of_a_slow_sensor_weighs_as_much_as_one_of_a_fast_one() {
    let slow = (0..4).map(|index| reading(15.0 * f64::from(index), 60));
    let fast = (0..12).map(|index| reading(60.0 + 5.0 * f64::from(index), 100));
    let readings: Vec<Reading> = slow.chain(fast).collect();
    let times = TimeInRange::of(&readings, &Ranges::ADULT).unwrap();
    assert_eq!((times.low.readings, times.in_range.readings), (4, 12));
    assert_eq!((times.low.percent, times.in_range.percent), (50.0, 50.0));
}

#[test]
fn a_gap_does_not_lend_its_time_to_the_reading_before_it() {
    let mut readings = every(5.0, [100; 12]);
    readings.push(reading(300.0, 200));
    readings.push(reading(305.0, 200));
    let times = TimeInRange::of(&readings, &Ranges::ADULT).unwrap();
    assert!(is_close(times.high.percent, 100.0 * 2.0 / 14.0, 1e-12));
}

#[test]
fn missing_readings_are_no_other_rhythm() {
    // Every other reading of a low hour is missing, as happens when the transmitter is covered.
    let low = (0..6).map(|index| reading(10.0 * f64::from(index), 60));
    let rest = (0..60).map(|index| reading(60.0 + 5.0 * f64::from(index), 100));
    let readings: Vec<Reading> = low.chain(rest).collect();
    let times = TimeInRange::of(&readings, &Ranges::ADULT).unwrap();
    assert!(is_close(times.low.percent, 100.0 * 6.0 / 66.0, 1e-12), "readings, as every package counts");
}

#[test]
fn jitter_of_twenty_seconds_is_one_rhythm() {
    let jitter = [0.3, -0.3, 0.1, 0.0, -0.2];
    let at = |index: usize| 5.0 * index as f64 + jitter[index % 5] + 1.0;
    let readings: Vec<Reading> = (0..288).map(|index| reading(at(index), if index < 72 { 60 } else { 100 })).collect();
    let times = TimeInRange::of(&readings, &Ranges::ADULT).unwrap();
    assert_eq!(times.low.percent, 25.0);
}

#[test]
fn a_day_apart_is_twenty_four_hours_when_the_clock_is_set() {
    // 8 March 2015: the clock goes from 2 to 3. The value follows the wall clock, so pairs 24 h apart differ after it.
    let period = Period { first: date(2015, 3, 7), last: date(2015, 3, 8) };
    let readings = by_wall_clock(period, &chicago(), |hour| 100 + hour);
    let figures = Figures::of(&readings, &[], &window_of(period, chicago()));
    assert_eq!(figures.readings, 288 + 276);
    // Hours 0 and 1 are alike; the 21 hours from 3 on are one more than a day before.
    assert!(is_close(figures.variability.modd.unwrap(), 21.0 / 23.0, 1e-12));
}

#[test]
fn a_repeated_hour_has_more_readings_and_a_skipped_one_none() {
    let profile = |day| {
        let period = Period { first: day, last: day };
        Agp::of(&by_wall_clock(period, &chicago(), |hour| 100 + hour), &period, &chicago())
    };
    let spring = profile(date(2015, 3, 8));
    assert!(spring.hours_raw[2].is_none() && spring.hours[2].is_none());
    assert_eq!(spring.days[0].points.len(), 276);
    let middle = spring.hours[1].unwrap().p50;
    assert!(is_close(middle, (4.0 * 101.0 + 100.0) / 5.0, 1e-12), "one neighbour is empty: weights 4-1 over 5");
    let autumn = profile(date(2015, 11, 1));
    assert_eq!(autumn.days[0].points.iter().filter(|(minute, _)| (60..120).contains(minute)).count(), 24);
    assert_eq!(autumn.hours_raw[1].unwrap().p50, 101.0);
}

#[test]
fn a_local_day_ends_at_local_midnight() {
    // Midnight in Chicago is 6:00 UTC in January.
    let readings: Vec<Reading> = (0..288).map(|step| reading(5.0 * f64::from(step), 100)).collect();
    let window = Window {
        from: Timestamp::from_second(START).unwrap(),
        to: Timestamp::from_second(START + 86_400).unwrap(),
        zone: chicago(),
        ranges: Ranges::ADULT,
    };
    assert_eq!(Figures::of(&readings, &[], &window).figure("days"), Figure::Count(2));
}

#[test]
fn wear_has_its_forms() {
    // Two days, the second one only until noon, within a window of fourteen.
    let figures = crate::synth::figures(&every(5.0, vec![100; 288 + 144]));
    let number = |key| figures.number(key).unwrap();
    assert_eq!(number("active_percent"), 100.0);
    assert!(is_close(number("active_percent_window"), 100.0 * 1.5 / 14.0, 1e-12));
    assert!(is_close(number("active_percent_days"), 75.0, 1e-12));
    assert_eq!(number("hours"), 36.0);
    assert_eq!(figures.figure("sufficient"), Figure::Flag(false));
    assert_eq!(crate::synth::figures(&fourteen_days()).figure("sufficient"), Figure::Flag(true));
}

#[test]
fn four_of_fourteen_days_may_be_missing_but_not_five() {
    let days = |missing: usize| {
        let readings = fourteen_days();
        let kept =
            readings.into_iter().enumerate().filter(move |(index, _)| !(288..288 * (1 + missing)).contains(index));
        let readings: Vec<Reading> = kept.map(|(_, reading)| reading).collect();
        crate::synth::figures(&readings).figure("sufficient")
    };
    assert_eq!((days(4), days(5)), (Figure::Flag(true), Figure::Flag(false)));
}

#[test]
fn curves_need_a_day_of_data() {
    let period = Period { first: date(2025, 1, 6), last: date(2025, 1, 19) };
    let enough = |count| Agp::of(&every(5.0, vec![100; count]), &period, &TimeZone::UTC).sufficiency.curves;
    assert_eq!((enough(287), enough(288)), (false, true));
}

#[test]
fn end_values_of_the_device_count_as_what_they_show() {
    let figures = crate::synth::figures(&every(5.0, [39, 39, 401, 401]));
    assert_eq!((figures.number("mean"), figures.number("below_54")), (Some(220.0), Some(50.0)));
    assert_eq!(figures.number("above_250"), Some(50.0));
}

#[test]
fn values_in_mmol_l_are_compared_in_their_own_table() {
    let at = |step: i64| Timestamp::from_second(START + step * 300).unwrap();
    let tenth = |step: i64, tenths: i32| {
        Reading::unstored(&NewReading::cgm(at(step), 0, Glucose::of_thousandths(tenths * 100, glucose::Unit::MmolL)))
    };
    let readings = [tenth(0, 78), tenth(1, 39), tenth(2, 100), tenth(3, 30)];
    let figures = crate::synth::figures(&readings);
    assert_eq!(figures.number("in_70_140"), Some(50.0));
    assert_eq!(figures.number("in_70_180"), Some(75.0));
    assert_eq!(figures.number("below_54"), Some(0.0));
    assert_eq!(figures.number("mean"), Some((141.0 + 70.0 + 180.0 + 54.0) / 4.0));
}

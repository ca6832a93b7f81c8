//! Episodes by hand: what begins one, what ends one, and what is one and the same.

use crate::synth::{START, every, figures, reading};
use glucose::{Episode, EpisodeCounts, Level, Reading};

fn counts(values: &[i32]) -> EpisodeCounts {
    figures(&every(5.0, values.iter().copied())).episode_counts.unwrap()
}

fn minutes_after_start(at: jiff::Timestamp) -> i64 {
    (at.as_second() - START) / 60
}

fn join(parts: &[(usize, i32)]) -> Vec<i32> {
    parts.iter().flat_map(|(count, mg_dl)| vec![*mg_dl; *count]).collect()
}

#[test]
fn three_readings_of_five_minutes_are_fifteen_minutes() {
    assert_eq!(counts(&join(&[(5, 100), (2, 65), (5, 100)])).hypo_lv1, 0);
    assert_eq!(counts(&join(&[(5, 100), (3, 65), (5, 100)])).hypo_lv1, 1);
}

#[test]
fn one_reading_of_fifteen_minutes_is_enough() {
    assert_eq!(figures(&every(15.0, [100, 65, 100, 100])).episode_counts.unwrap().hypo_lv1, 1);
}

#[test]
fn ten_minutes_of_recovery_do_not_end_an_episode() {
    assert_eq!(counts(&join(&[(3, 100), (4, 65), (2, 75), (4, 65), (3, 100)])).hypo_lv1, 1);
    assert_eq!(counts(&join(&[(3, 100), (4, 65), (3, 75), (4, 65), (3, 100)])).hypo_lv1, 2);
}

#[test]
fn the_limits_themselves_are_within() {
    let at_limits = counts(&join(&[(6, 70), (6, 180)]));
    assert_eq!((at_limits.hypo_lv1, at_limits.hyper_lv1), (0, 0));
}

#[test]
fn up_and_down_through_very_high_is_one_high_episode() {
    let figures = figures(&every(5.0, join(&[(6, 150), (6, 200), (4, 260), (6, 190), (6, 150)])));
    let counts = figures.episode_counts.unwrap();
    assert_eq!((counts.hyper_lv1, counts.hyper_lv2, counts.hyper_lv1_excl), (1, 1, 0));
    let [Episode { level, reached, start, end, extreme, extreme_at, .. }] = figures.episodes[..] else {
        panic!("one episode")
    };
    assert_eq!((level, reached, extreme), (Level::High, Level::VeryHigh, 260.0));
    assert_eq!([start, extreme_at, end].map(minutes_after_start), [30, 60, 110]);
}

#[test]
fn more_than_two_hours_are_prolonged_and_two_hours_are_not() {
    assert_eq!(counts(&join(&[(3, 100), (24, 65), (3, 100)])).hypo_extended, 0);
    assert_eq!(counts(&join(&[(3, 100), (25, 65), (3, 100)])).hypo_extended, 1);
}

#[test]
fn ninety_minutes_within_two_hours_are_a_prolonged_high() {
    let split = [(3, 150), (9, 260), (6, 240), (9, 260), (3, 150)];
    assert_eq!(counts(&join(&split)).hyper_extended, 1);
    let spread = [(3, 150), (9, 260), (7, 240), (9, 260), (3, 150)];
    assert_eq!(counts(&join(&spread)).hyper_extended, 0);
}

#[test]
fn an_episode_that_is_open_at_the_end_counts_and_ends_there() {
    let figures = figures(&every(5.0, join(&[(3, 100), (4, 65)])));
    assert_eq!(figures.episodes.len(), 1);
    assert_eq!(minutes_after_start(figures.episodes[0].end), 35);
    assert_eq!(figures.episodes[0].minutes(), 20.0);
}

#[test]
fn a_short_gap_is_bridged_and_a_long_one_parts() {
    let with_gap = |minutes: f64| {
        let before = every(5.0, join(&[(3, 100), (4, 60)]));
        let after = (0..4).map(|index| reading(30.0 + minutes + 5.0 * f64::from(index), 60));
        let readings: Vec<Reading> = before.into_iter().chain(after).collect();
        figures(&readings).episode_counts.unwrap().hypo_lv1
    };
    assert_eq!((with_gap(45.0), with_gap(50.0)), (1, 2));
}

#[test]
fn what_was_put_in_is_never_the_lowest_value() {
    let readings: Vec<Reading> =
        [(0.0, 100), (5.0, 62), (10.0, 60), (30.0, 58), (35.0, 64), (40.0, 100), (45.0, 100), (50.0, 100)]
            .into_iter()
            .map(|(minutes, mg_dl)| reading(minutes, mg_dl))
            .collect();
    let episodes = figures(&readings).episodes;
    assert_eq!(episodes.len(), 1);
    assert_eq!((episodes[0].extreme, minutes_after_start(episodes[0].extreme_at)), (58.0, 30));
}

#[test]
fn rates_are_a_recorded_day() {
    let values = join(&[(3, 100), (4, 65), (137, 100)]);
    assert_eq!(figures(&every(5.0, values)).number("ep_hypo_lv1_per_day"), Some(2.0));
}

#[test]
fn in_mixed_rhythms_each_reading_stands_for_its_own_interval() {
    let slow = (0..8).map(|index| reading(15.0 * f64::from(index), if index == 3 { 60 } else { 100 }));
    let fast = (0..24).map(|index| reading(120.0 + 5.0 * f64::from(index), if index == 9 { 60 } else { 100 }));
    let readings: Vec<Reading> = slow.chain(fast).collect();
    assert_eq!(figures(&readings).episode_counts.unwrap().hypo_lv1, 1, "the one of fifteen minutes");
}

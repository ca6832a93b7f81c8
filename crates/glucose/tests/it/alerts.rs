//! Alert rules: one table of what is said when, and what holds for any readings whatever.

use glucose::{
    AlertKind::{self, *},
    AlertRule, Glucose, NewReading, Reading, Threshold, Unit,
    alert::{AlertChange, OpenAlert, STALE, evaluate, next_at},
};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

fn start() -> Timestamp {
    "2026-11-21T02:00:00Z".parse().unwrap()
}

fn minute(minute: i64) -> Timestamp {
    start() + SignedDuration::from_mins(minute)
}

fn reading(at: i64, mg_dl: i32) -> Reading {
    Reading::unstored(&NewReading::cgm(minute(at), 0, Glucose::mg_dl(mg_dl)))
}

fn every(step: i64, values: &[i32]) -> Vec<Reading> {
    values.iter().zip(0..).map(|(value, index)| reading(index * step, *value)).collect()
}

fn rule(kind: AlertKind, delay_min: u16, repeat_min: Option<u16>) -> AlertRule {
    AlertRule { on: true, delay_min, repeat_min, ..AlertRule::usual(kind) }
}

/// Lives through readings as they come in and says what happened, minute by minute: `!` begins, `+` again, `.` ends.
fn told(rules: &[AlertRule], readings: &[Reading], until_min: i64) -> String {
    let (mut open, mut told): (Vec<OpenAlert>, Vec<String>) = (Vec::new(), Vec::new());
    for now in 0..=until_min {
        let known: Vec<Reading> = readings.iter().filter(|reading| reading.at <= minute(now)).copied().collect();
        for change in evaluate(rules, &known, &open, minute(now)) {
            let said_at = Some(minute(now));
            match change {
                AlertChange::Begin { kind, .. } => {
                    told.push(format!("{now}!{kind:?}"));
                    open.push(OpenAlert { kind, said_at, taken: false });
                }
                AlertChange::Again { kind, .. } => {
                    told.push(format!("{now}+{kind:?}"));
                    open.iter_mut().filter(|alert| alert.kind == kind).for_each(|alert| alert.said_at = said_at);
                }
                AlertChange::End { kind } => {
                    told.push(format!("{now}.{kind:?}"));
                    open.retain(|alert| alert.kind != kind);
                }
            }
        }
    }
    told.join(" ")
}

#[test]
fn what_is_said_when() {
    let low = |delay, repeat| vec![rule(Low, delay, repeat)];
    let both = vec![rule(UrgentLow, 0, None), rule(Low, 0, None), rule(PredictedLow, 0, None)];
    type Row = (&'static str, Vec<AlertRule>, Vec<Reading>, i64, &'static str);
    let table: Vec<Row> = vec![
        ("the limit itself is in range", low(0, None), every(5, &[75, 70, 70]), 12, ""),
        ("at once", low(0, None), every(5, &[75, 69]), 12, "5!Low"),
        ("after its delay", low(10, None), every(5, &[75, 69, 66, 65, 64]), 22, "15!Low"),
        ("a dip shorter than the delay", low(10, None), every(5, &[75, 69, 66, 71, 72]), 22, ""),
        (
            "again and again",
            low(0, Some(10)),
            every(5, &[69, 68, 67, 66, 65, 64, 63]),
            32,
            "0!Low 10+Low 20+Low 30+Low",
        ),
        (
            "dithering at the limit is one alert",
            low(0, None),
            every(5, &[69, 71, 69, 72, 68, 71, 69, 71, 72, 73, 74, 75]),
            60,
            "0!Low 50.Low",
        ),
        ("not said again while it is better", low(0, Some(5)), every(5, &[69, 71, 72]), 12, "0!Low"),
        (
            "one voice: an urgent low ends the low",
            both.clone(),
            every(5, &[69, 60, 53, 52]),
            17,
            "0!Low 10!UrgentLow 10.Low",
        ),
        (
            "after the urgent low the low speaks once more",
            both,
            every(5, &[53, 60, 61, 62, 63, 80, 90, 95, 99]),
            45,
            "0!UrgentLow 20.UrgentLow 20!Low 40.Low",
        ),
        (
            "a value that stays alone is lost after an hour",
            low(0, Some(10)),
            every(5, &[69]),
            70,
            "0!Low 10+Low 60.Low",
        ),
        ("high, after its delay", vec![rule(High, 15, None)], every(5, &[240, 250, 251, 260, 270, 280]), 30, "25!High"),
        (
            "falling fast",
            vec![rule(FallingFast, 0, None)],
            every(5, &[200, 198, 185, 170, 150, 149, 149, 149, 149, 149, 149]),
            50,
            "20!FallingFast 40.FallingFast",
        ),
        (
            "rising fast",
            vec![rule(RisingFast, 0, None)],
            every(5, &[100, 110, 128, 146, 150, 152]),
            26,
            "15!RisingFast",
        ),
        (
            "a low that is 20 minutes away",
            vec![rule(PredictedLow, 0, None)],
            every(5, &[110, 104, 98, 90, 80]),
            21,
            "20!PredictedLow",
        ),
        ("two readings foretell nothing", vec![rule(PredictedLow, 0, None)], every(5, &[110, 80]), 6, ""),
        (
            "no data, said again, and back",
            vec![rule(NoData, 0, Some(15))],
            vec![reading(0, 100), reading(50, 100)],
            55,
            "30!NoData 45+NoData 50.NoData",
        ),
        ("old data say nothing", low(0, None), vec![], 30, ""),
    ];
    for (story, rules, readings, until, expected) in table {
        assert_eq!(told(&rules, &readings, until), expected, "{story}");
    }
}

#[test]
fn what_comes_in_late_says_nothing() {
    let rules = AlertKind::ALL.map(|kind| rule(kind, 0, Some(5)));
    // Found an hour later, with nothing newer.
    let night = every(5, &[90, 66, 52, 50, 49, 66, 80]);
    let without_silence: Vec<AlertRule> = rules.iter().filter(|rule| rule.kind != NoData).copied().collect();
    assert_eq!(evaluate(&without_silence, &night, &[], minute(90)), []);
    // Brought along by a value of just now: that one is what counts.
    let mut with_newest = night;
    with_newest.push(reading(90, 120));
    assert_eq!(evaluate(&rules, &with_newest, &[], minute(91)), []);
    // An old record that somebody begins to follow.
    assert_eq!(evaluate(&rules, &every(5, &[100, 100]), &[], minute(3 * 24 * 60)), []);
}

#[test]
fn whoever_was_held_back_is_told_as_soon_as_they_may_and_nobody_once_it_is_taken() {
    let rules = [rule(Low, 0, Some(10))];
    let readings = every(5, &[69, 68, 67, 66]);
    let open = |said_at, taken| [OpenAlert { kind: Low, said_at, taken }];
    assert!(matches!(evaluate(&rules, &readings, &open(None, false), minute(16))[..], [AlertChange::Again { .. }]));
    assert_eq!(evaluate(&rules, &readings, &open(None, true), minute(16)), []);
    assert_eq!(evaluate(&rules, &readings, &open(Some(minute(1)), true), minute(16)), []);
    // Switched off: it ends.
    assert_eq!(evaluate(&[], &readings, &open(None, false), minute(16)), [AlertChange::End { kind: Low }]);
}

#[test]
fn values_are_compared_in_their_own_unit() {
    let limit = |tenths| Threshold::Glucose(Glucose::of_thousandths(tenths * 100, Unit::MmolL));
    let at = |thousandths| {
        let glucose = Glucose::of_thousandths(thousandths, Unit::MmolL);
        [Reading::unstored(&NewReading::cgm(minute(0), 0, glucose))]
    };
    let begins = |rule: AlertRule, readings: &[Reading]| !evaluate(&[rule], readings, &[], minute(1)).is_empty();
    let low = AlertRule { threshold: limit(39), ..rule(Low, 0, None) };
    assert!(begins(low, &at(3800)));
    assert!(!begins(low, &at(3900)));
    // 70 mg/dL as some devices write it in mmol/L is not below 3.9.
    assert!(!begins(low, &at(3886)));
    assert!(!begins(low, &every(5, &[70])));
    assert!(begins(low, &every(5, &[69])));
    let high = AlertRule { threshold: limit(139), ..rule(High, 0, None) };
    assert!(!begins(high, &at(13_900)));
    assert!(begins(high, &every(5, &[251])));
}

#[test]
fn the_usual_rules_are_sensible_and_nonsense_is_not() {
    for kind in AlertKind::ALL {
        let usual = AlertRule::usual(kind);
        assert!(usual.is_sensible(), "{kind:?}");
        assert!(!AlertRule { threshold: Threshold::Rate(999), ..usual }.is_sensible());
        assert!(!AlertRule { delay_min: 999, ..usual }.is_sensible());
        assert!(!AlertRule { repeat_min: Some(1), ..usual }.is_sensible());
    }
    let swapped = AlertRule { threshold: Threshold::Minutes(30), ..AlertRule::usual(Low) };
    assert!(!swapped.is_sensible());
}

#[test]
fn the_next_look_is_for_silence_repeats_and_what_is_lost() {
    let rules = AlertKind::ALL.map(AlertRule::usual);
    let open = |kind, said, taken| [OpenAlert { kind, said_at: Some(minute(said)), taken }];
    let next = |open: &[OpenAlert], now| {
        next_at(&rules, Some(minute(0)), open, minute(now)).map(|at| at.duration_since(start()).as_secs() / 60)
    };
    assert_eq!(next(&[], 1), Some(30));
    assert_eq!(next(&open(UrgentLow, 0, false), 1), Some(10));
    assert_eq!(next(&open(UrgentLow, 0, true), 1), Some(30));
    assert_eq!(next(&open(NoData, 30, false), 31), Some(60));
    assert_eq!(next_at(&rules, None, &[], minute(0)), None);
}

fn rules() -> impl Strategy<Value = Vec<AlertRule>> {
    let one = (any::<bool>(), 0..40_u16, proptest::option::of(5..60_u16));
    proptest::collection::vec(one, 7).prop_map(|choices| {
        let with =
            |((on, delay_min, repeat_min), kind)| AlertRule { on, delay_min, repeat_min, ..AlertRule::usual(kind) };
        choices.into_iter().zip(AlertKind::ALL).map(with).collect()
    })
}

fn run() -> impl Strategy<Value = Vec<Reading>> {
    proptest::collection::vec(proptest::option::weighted(0.85, 40..300_i32), 1..60).prop_map(|values| {
        values.into_iter().zip(0..).filter_map(|(value, index)| value.map(|value| reading(index * 5, value))).collect()
    })
}

proptest! {
    #[test]
    fn nothing_old_is_announced_and_order_makes_no_difference(rules in rules(), mut readings in run(), now in 0..600_i64) {
        let changes = evaluate(&rules, &readings, &[], minute(now));
        for change in &changes {
            let AlertChange::Begin { kind, seen } = change else { panic!("nothing was open: {change:?}") };
            let age = minute(now).duration_since(seen.at);
            prop_assert!(age >= SignedDuration::ZERO);
            prop_assert!(!kind.has_value() || age <= STALE);
            prop_assert!(rules.iter().any(|rule| rule.kind == *kind && rule.on));
        }
        readings.reverse();
        prop_assert_eq!(evaluate(&rules, &readings, &[], minute(now)), changes);
    }

    #[test]
    fn each_alert_begins_and_ends_in_turn_and_one_voice_speaks(rules in rules(), readings in run()) {
        let mut open: Vec<AlertKind> = Vec::new();
        for word in told(&rules, &readings, 400).split_whitespace() {
            let kind = *AlertKind::ALL.iter().find(|kind| word.ends_with(&format!("{kind:?}")) && !(word.ends_with("UrgentLow") && **kind == Low) && !(word.ends_with("PredictedLow") && **kind == Low)).unwrap();
            match word.trim_start_matches(|c: char| c.is_ascii_digit()).chars().next().unwrap() {
                '!' => {
                    prop_assert!(!open.contains(&kind), "{word} twice");
                    open.push(kind);
                }
                '+' => prop_assert!(open.contains(&kind)),
                _ => {
                    prop_assert!(open.contains(&kind));
                    open.retain(|other| *other != kind);
                }
            }
        }
    }

    #[test]
    fn looking_twice_at_once_changes_nothing_more(rules in rules(), readings in run(), now in 0..400_i64) {
        let begun = evaluate(&rules, &readings, &[], minute(now));
        let open: Vec<OpenAlert> = begun.iter().filter_map(|change| match change {
            AlertChange::Begin { kind, .. } => Some(OpenAlert { kind: *kind, said_at: Some(minute(now)), taken: false }),
            _ => None,
        }).collect();
        prop_assert_eq!(evaluate(&rules, &readings, &open, minute(now)), []);
    }
}

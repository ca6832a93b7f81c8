//! What holds for any readings and events whatever.

use crate::synth::{START, window};
use glucose::{
    Agp, Event, EventKind, Figure, Figures, Glucose, NewEvent, NewReading, Period, Ranges, Reading, ReadingKind,
    TimeInRange, Unit, Window, event::*,
};
use jiff::{Timestamp, civil::date, tz::TimeZone};
use proptest::prelude::*;

fn glucose() -> impl Strategy<Value = Glucose> {
    prop_oneof![
        6 => (1..=600).prop_map(Glucose::mg_dl),
        2 => (1..=333).prop_map(|tenths| Glucose::of_thousandths(tenths * 100, Unit::MmolL)),
        1 => (1..=33_000).prop_map(|thousandths| Glucose::of_thousandths(thousandths, Unit::MmolL)),
        1 => (1..=600_000).prop_map(|thousandths| Glucose::of_thousandths(thousandths, Unit::MgDl)),
    ]
}

fn reading() -> impl Strategy<Value = Reading> {
    let kind = prop_oneof![8 => Just(ReadingKind::Cgm), 1 => Just(ReadingKind::Scan), 1 => Just(ReadingKind::Meter)];
    let second = prop_oneof![4 => (0..4032_i64).prop_map(|step| step * 300), 1 => -100_000..1_300_000_i64];
    (second, glucose(), kind).prop_map(|(second, glucose, kind)| {
        let at = Timestamp::from_second(START + second).unwrap();
        Reading { kind, ..Reading::unstored(&NewReading::cgm(at, 0, glucose)) }
    })
}

/// Scattered ones, and runs of five, one and fifteen minutes with holes.
fn readings() -> impl Strategy<Value = Vec<Reading>> {
    let scattered = proptest::collection::vec(reading(), 0..60);
    let steps = prop_oneof![Just(1_i64), Just(5), Just(15)];
    let run = (steps, 0..13_i64, proptest::collection::vec(proptest::option::weighted(0.9, 20..500_i32), 0..400));
    (scattered, proptest::collection::vec(run, 0..3)).prop_map(|(mut list, runs)| {
        for (step, day, values) in runs {
            for (index, mg_dl) in values.into_iter().enumerate() {
                let second = START + day * 86_400 + step * 60 * index as i64;
                let at = Timestamp::from_second(second).unwrap();
                list.extend(mg_dl.map(|mg_dl| Reading::unstored(&NewReading::cgm(at, 0, Glucose::mg_dl(mg_dl)))));
            }
        }
        list
    })
}

fn kind() -> impl Strategy<Value = EventKind> {
    let units = prop_oneof![8 => 0.0..20.0_f64, 1 => any::<f64>()];
    let lasts = proptest::option::of(prop_oneof![4 => 0..90_000_000_i64, 1 => any::<i64>()]);
    let delivery = prop_oneof![
        Just(BasalDelivery::Scheduled),
        Just(BasalDelivery::Temporary),
        Just(BasalDelivery::Automated),
        Just(BasalDelivery::Suspended)
    ];
    prop_oneof![
        (units.clone(), lasts, delivery).prop_map(|(rate, duration_ms, delivery)| EventKind::Basal {
            rate,
            duration_ms,
            delivery
        }),
        (units.clone(), units.clone()).prop_map(|(normal, extended)| EventKind::Bolus {
            normal,
            extended,
            duration_ms: 0,
            programmed: None,
            origin: BolusOrigin::Automatic
        }),
        units.clone().prop_map(|units| EventKind::AutoInsulinDay { units }),
        units.clone().prop_map(|units| EventKind::DailyTotal { units }),
        units.prop_map(|grams| EventKind::Carbs { grams, fat: None, protein: None }),
        any::<bool>().prop_map(|automated| EventKind::Mode { name: String::new(), automated: Some(automated) }),
        Just(EventKind::Suspend { reason: String::new() }),
        Just(EventKind::Resume),
    ]
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = (-100_000..1_300_000_i64, kind()).prop_map(|(second, kind)| {
        Event::unstored(&NewEvent::new(Timestamp::from_second(START + second).unwrap(), 0, kind))
    });
    proptest::collection::vec(event, 0..40)
}

fn zone() -> impl Strategy<Value = TimeZone> {
    prop_oneof![Just("UTC"), Just("America/Chicago"), Just("Australia/Lord_Howe"), Just("Asia/Kathmandu")]
        .prop_map(|name| TimeZone::get(name).unwrap())
}

/// Texts, so that two figures that are no number at all compare as alike.
fn told(figures: &Figures) -> Vec<(&'static str, String)> {
    figures.entries().map(|(key, figure)| (key, format!("{figure:?}"))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn shares_add_up_to_a_hundred(readings in readings()) {
        for ranges in [Ranges::ADULT, Ranges::OLDER_OR_HIGH_RISK, Ranges::PREGNANCY] {
            let Some(times) = TimeInRange::of(&readings, &ranges) else { continue };
            let all = times.below().percent + times.in_range.percent + times.above().percent;
            prop_assert!((all - 100.0).abs() < 1e-9, "{all}");
            prop_assert_eq!(times.below().readings + times.in_range.readings + times.above().readings, times.readings);
            let shown = times.shown(0);
            let shown = [shown.very_low, shown.low, shown.in_range, shown.high, shown.very_high];
            prop_assert_eq!(shown.iter().sum::<f64>(), 100.0);
            prop_assert!(shown.iter().all(|share| *share >= 0.0));
        }
    }

    #[test]
    fn no_figure_is_without_a_number(readings in readings(), events in events(), zone in zone()) {
        let figures = Figures::of(&readings, &events, &Window { zone, ..window() });
        for (key, figure) in figures.entries() {
            if let Figure::Number(value) = figure {
                prop_assert!(value.is_finite(), "{key}");
                prop_assert!(value.is_sign_positive() || key.starts_with("cogi"), "{key}: {value}");
            }
        }
        let percent = |key: &str| figures.number(key).is_none_or(|value| (0.0..=100.000_001).contains(&value));
        for key in ["active_percent", "active_percent_window", "gri", "basal_percent", "time_in_auto_percent", "in_70_180"] {
            prop_assert!(percent(key), "{key}: {:?}", figures.number(key));
        }
    }

    #[test]
    fn order_does_not_matter(readings in readings(), events in events()) {
        let forwards = Figures::of(&readings, &events, &window());
        let turned = |mut list: Vec<Reading>| { list.reverse(); let middle = list.len() / 3; list.rotate_left(middle); list };
        let mut backwards = events;
        backwards.reverse();
        let reversed = Figures::of(&turned(readings.clone()), &backwards, &window());
        let glucose = |figures: &Figures| told(figures).into_iter().take_while(|(key, _)| *key != "tdd").collect::<Vec<_>>();
        prop_assert_eq!(glucose(&forwards), glucose(&reversed));
        let period = Period { first: date(2025, 1, 6), last: date(2025, 1, 19) };
        let profile = |readings: &[Reading]| Agp::of(readings, &period, &TimeZone::UTC);
        prop_assert_eq!(profile(&readings), profile(&turned(readings.clone())));
    }

    #[test]
    fn the_same_reading_twice_changes_nothing(readings in readings()) {
        let doubled: Vec<Reading> = readings.iter().chain(&readings).copied().collect();
        prop_assert_eq!(told(&Figures::of(&readings, &[], &window())), told(&Figures::of(&doubled, &[], &window())));
    }

    #[test]
    fn ten_more_everywhere_is_the_same_variability(readings in readings()) {
        // Seven seconds beside the grid, so that all its values are interpolated.
        let raised = |by: i32| -> Vec<Reading> {
            let glucose = |reading: &Reading| Glucose::mg_dl(reading.glucose.to_mg_dl() as i32 + by);
            let at = |reading: &Reading| Timestamp::from_second(reading.at.as_second() + 7).unwrap();
            readings.iter().map(|reading| Reading { glucose: glucose(reading), at: at(reading), ..*reading }).collect()
        };
        let (before, after) = (Figures::of(&raised(0), &[], &window()), Figures::of(&raised(10), &[], &window()));
        for key in ["sd", "modd", "conga4", "gvp", "mag", "sdw", "sdb", "sdwsh", "mage_plus", "mage_minus", "mage_service"] {
            match (before.number(key), after.number(key)) {
                (Some(before), Some(after)) => prop_assert!((before - after).abs() < 1e-6, "{key}: {before} {after}"),
                (before, after) => prop_assert_eq!(before, after, "{}", key),
            }
        }
    }

    #[test]
    fn percentiles_rise(readings in readings(), zone in zone()) {
        let period = Period { first: date(2025, 1, 5), last: date(2025, 1, 21) };
        let profile = Agp::of(&readings, &period, &zone);
        for bin in profile.hours.iter().chain(&profile.hours_raw).chain(&profile.five_minutes).flatten() {
            prop_assert!(bin.p5 <= bin.p25 && bin.p25 <= bin.p50 && bin.p50 <= bin.p75 && bin.p75 <= bin.p95);
        }
        prop_assert_eq!(profile.days.iter().map(|day| day.points.len() as u64).sum::<u64>(), profile.readings);
    }

    #[test]
    fn episodes_are_in_order_and_do_not_meet(readings in readings()) {
        let figures = Figures::of(&readings, &[], &window());
        for pair in figures.episodes.windows(2) {
            prop_assert!(pair[0].start < pair[1].start && pair[0].start < pair[0].end);
            prop_assert!(pair[0].end <= pair[1].start || pair[0].level != pair[1].level);
        }
        let counts = figures.episode_counts.unwrap_or_default();
        prop_assert!(counts.hypo_lv1_excl <= counts.hypo_lv1 && counts.hyper_lv1_excl <= counts.hyper_lv1);
    }
}

#[test]
fn the_ends_of_time_do_no_harm() {
    let noon = Timestamp::from_second(START + 43_200).unwrap();
    let extremes = [Timestamp::MIN, Timestamp::UNIX_EPOCH, noon, Timestamp::MAX];
    let readings = extremes.map(|at| Reading::unstored(&NewReading::cgm(at, 0, Glucose::mg_dl(100))));
    let kind = || EventKind::Basal { rate: 1.0, duration_ms: Some(i64::MAX), delivery: BasalDelivery::Scheduled };
    let events = extremes.map(|at| Event::unstored(&NewEvent::new(at, 0, kind())));
    for zone in ["UTC", "America/Chicago", "Pacific/Apia"] {
        let zone = TimeZone::get(zone).unwrap();
        let all = Window { from: Timestamp::MIN, to: Timestamp::MAX, zone: zone.clone(), ranges: Ranges::ADULT };
        assert_eq!(Figures::of(&readings, &[], &all).readings, 3, "the window's end is not in it");
        assert!(Figures::of(&[], &events, &Window { zone: zone.clone(), ..window() }).number("tdd").is_some());
        let period = Period { first: date(2025, 1, 6), last: date(2025, 1, 19) };
        assert_eq!(Agp::of(&readings, &period, &zone).readings, 1);
        Agp::of(&readings, &Period { first: jiff::civil::Date::MIN, last: jiff::civil::Date::MAX }, &zone);
    }
}

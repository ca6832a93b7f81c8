//! Boundaries: which band a value at a limit belongs to, in both units, and how shares are shown.

use crate::synth::{every, reading};
use glucose::{Band, Glucose, Group, NewReading, Ranges, Reading, ReadingKind, TimeInRange, Unit, round_half_even};
use jiff::Timestamp;

fn mmol(thousandths: i32) -> Glucose {
    Glucose::of_thousandths(thousandths, Unit::MmolL)
}

#[test]
fn limits_in_mg_dl() {
    let table = [
        (53, Band::VeryLow),
        (54, Band::Low),
        (69, Band::Low),
        (70, Band::In),
        (180, Band::In),
        (181, Band::High),
        (250, Band::High),
        (251, Band::VeryHigh),
    ];
    for (mg_dl, band) in table {
        assert_eq!(Ranges::ADULT.band(Glucose::mg_dl(mg_dl)), band, "{mg_dl}");
    }
}

#[test]
fn nothing_falls_between_two_bands() {
    let of = |thousandths| Ranges::ADULT.band(Glucose::of_thousandths(thousandths, Unit::MgDl));
    assert_eq!([of(69_900), of(180_100), of(250_001)], [Band::Low, Band::High, Band::VeryHigh]);
}

#[test]
fn limits_in_mmol_l() {
    let table = [
        (2900, Band::VeryLow),
        (3000, Band::Low),
        (3800, Band::Low),
        (3900, Band::In),
        (10_000, Band::In),
        (10_100, Band::High),
        (13_900, Band::High),
        (14_000, Band::VeryHigh),
    ];
    for (thousandths, band) in table {
        assert_eq!(Ranges::ADULT.band(mmol(thousandths)), band, "{thousandths}");
    }
}

#[test]
fn the_tight_range_keeps_its_upper_limit_in_both_units() {
    let is_tight = |glucose| Ranges::ADULT.is_tight(glucose);
    assert!(is_tight(Glucose::mg_dl(140)) && !is_tight(Glucose::mg_dl(141)));
    assert!(is_tight(mmol(7800)) && !is_tight(mmol(7900)), "7.8 mmol/L is 140.5 mg/dL, and in by its own table");
}

#[test]
fn a_finer_mmol_value_is_the_image_of_a_whole_mg_dl() {
    // 70, 54, 180 and 181 mg/dL as CareLink and Tidepool write them.
    let bands = [3886, 2997, 9991, 10_047].map(|thousandths| Ranges::ADULT.band(mmol(thousandths)));
    assert_eq!(bands, [Band::In, Band::Low, Band::In, Band::High]);
    assert!(Ranges::ADULT.is_tight(mmol(7771)), "140 mg/dL");
    assert!(!Ranges::ADULT.is_tight(mmol(7826)), "141 mg/dL");
}

#[test]
fn times_agree_with_the_band_of_each_reading_in_every_unit_and_group() {
    let amounts = (1..=1000).map(Glucose::mg_dl).chain((1..=400).map(|tenth| mmol(tenth * 100)));
    for glucose in amounts.chain((10..=5000).map(|value| mmol(value * 7))) {
        for group in [Group::Adult, Group::OlderOrHighRisk, Group::Pregnancy] {
            let ranges = Ranges::of(group);
            let one = [Reading::unstored(&NewReading::cgm(Timestamp::UNIX_EPOCH, 0, glucose))];
            let times = TimeInRange::of(&one, &ranges).unwrap();
            assert_eq!(times.share(ranges.band(glucose)).readings, 1, "{glucose:?} {group:?}");
            assert_eq!(times.tight.readings == 1, ranges.is_tight(glucose), "{glucose:?}");
        }
    }
}

#[test]
fn pregnancy_has_its_own_limits_and_no_very_high() {
    let of = |mg_dl| Ranges::PREGNANCY.band(Glucose::mg_dl(mg_dl));
    assert_eq!([of(53), of(54), of(62), of(63)], [Band::VeryLow, Band::Low, Band::Low, Band::In]);
    assert_eq!([of(140), of(141), of(400)], [Band::In, Band::High, Band::High]);
    assert_eq!(Ranges::PREGNANCY.band(mmol(7800)), Band::In);
    assert_eq!(Ranges::PREGNANCY.band(mmol(3400)), Band::Low);
}

#[test]
fn goals_are_those_of_the_consensus() {
    let adult = Ranges::ADULT.goals;
    assert_eq!((adult.in_range, adult.below, adult.above), (70.0, 4.0, 25.0));
    assert_eq!((adult.very_low, adult.very_high), (Some(1.0), Some(5.0)));
    let older = Ranges::OLDER_OR_HIGH_RISK.goals;
    assert_eq!((older.in_range, older.below, older.above), (50.0, 1.0, 50.0));
    assert_eq!((older.very_low, older.very_high), (None, Some(10.0)));
}

#[test]
fn shown_shares_are_rounded_half_to_even_and_the_difference_goes_to_high() {
    // Of 200 readings: 1 very low (0.5 %), 3 low (1.5 %), 150 in (75 %), 41 high (20.5 %), 5 very high (2.5 %).
    let values = [(1, 40), (3, 60), (150, 100), (41, 200), (5, 300)];
    let readings = every(5.0, values.into_iter().flat_map(|(count, mg_dl)| vec![mg_dl; count]));
    let shown = TimeInRange::of(&readings, &Ranges::ADULT).unwrap().shown(0);
    assert_eq!((shown.very_low, shown.low, shown.in_range, shown.very_high), (0.0, 2.0, 75.0, 2.0));
    assert_eq!(shown.high, 21.0, "20.5 and what the others left over");
}

#[test]
fn half_goes_to_the_even_neighbour() {
    let rounded = [0.5, 1.5, 2.5, 2.500_001, -0.5, 76.736].map(|value| round_half_even(value, 0));
    assert_eq!(rounded, [0.0, 2.0, 2.0, 3.0, 0.0, 77.0]);
    assert_eq!([0.25, 0.35, 28.551_88].map(|value| round_half_even(value, 1)), [0.2, 0.4, 28.6]);
}

#[test]
fn below_and_above_add_up() {
    let readings = every(5.0, [40, 60, 100, 200, 300]);
    let times = TimeInRange::of(&readings, &Ranges::ADULT).unwrap();
    assert_eq!((times.below().readings, times.below().percent), (2, 40.0));
    assert_eq!((times.above().readings, times.above().percent), (2, 40.0));
}

#[test]
fn finger_values_are_left_out_and_scans_stand_in_where_there_is_no_sensor() {
    let meter = Reading { kind: ReadingKind::Meter, ..reading(0.0, 300) };
    let scan = Reading { kind: ReadingKind::Scan, ..reading(5.0, 100) };
    assert_eq!(TimeInRange::of(&[meter], &Ranges::ADULT), None);
    assert_eq!(TimeInRange::of(&[meter, scan], &Ranges::ADULT).unwrap().in_range.readings, 1);
    assert_eq!(TimeInRange::of(&[meter, scan, reading(10.0, 50)], &Ranges::ADULT).unwrap().readings, 1);
}

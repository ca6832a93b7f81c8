//! Measures by hand: published tables, marks on a scale, and traces whose answer is plain to see.

use crate::synth::{every, figures, fourteen_days, is_close, reading};
use glucose::{Figure, Figures, Reading};
use std::fmt::Write;

fn steady(mg_dl: i32) -> Figures {
    figures(&every(5.0, vec![mg_dl; 288]))
}

fn number(figures: &Figures, key: &str) -> f64 {
    figures.number(key).unwrap_or_else(|| panic!("{key} is absent"))
}

/// `count` readings of each value, over and over, for `days` days.
fn waves(count: usize, values: &[i32], days: usize) -> Vec<Reading> {
    let wave = values.iter().flat_map(|value| vec![*value; count]);
    every(5.0, wave.cycle().take(days * 288))
}

#[test]
fn every_figure_in_one_table() {
    let figures = figures(&fourteen_days());
    let mut table = String::new();
    for (definition, (key, figure)) in glucose::definitions().zip(figures.entries()) {
        let value = match figure {
            Figure::Number(value) => format!("{value:.4}"),
            Figure::Count(count) => count.to_string(),
            Figure::Text(word) => word.to_owned(),
            Figure::Flag(yes) => yes.to_string(),
            Figure::None => "–".to_owned(),
        };
        let _ = writeln!(
            table,
            "{key:22} {value:>10} {:10} {} [{}]",
            definition.unit, definition.sentence, definition.source
        );
    }
    insta::assert_snapshot!("every_figure", table);
}

#[test]
fn the_gmi_is_that_of_the_published_table() {
    let table = [(100, 5.7), (150, 6.9), (200, 8.1), (250, 9.3), (350, 11.7)];
    for (mean, gmi) in table {
        assert_eq!(glucose::round_half_even(number(&steady(mean), "gmi"), 1), gmi);
    }
}

#[test]
fn a_steady_day_has_no_spread() {
    let figures = steady(100);
    for key in ["sd", "cv", "iqr", "mad", "modd", "conga1", "gvp", "mag", "sd_roc", "sdw", "sdwsh"] {
        assert!(figures.number(key).is_none_or(|value| value == 0.0), "{key}");
    }
    assert_eq!(figures.figure("modd"), Figure::None, "there is no day before");
    assert_eq!(figures.figure("mage_avg"), Figure::None, "there is no excursion");
    assert_eq!((number(&figures, "auc"), number(&figures, "ea1c")), (100.0, 146.7 / 28.7));
}

#[test]
fn risk_is_least_at_112_5_and_rises_on_both_sides() {
    let low = [112, 100, 70, 54].map(|mg_dl| number(&steady(mg_dl), "lbgi"));
    let high = [113, 140, 180, 250].map(|mg_dl| number(&steady(mg_dl), "hbgi"));
    assert!(low.is_sorted() && high.is_sorted());
    assert_eq!([number(&steady(113), "lbgi"), number(&steady(112), "hbgi")], [0.0, 0.0]);
    // 22.77081·(ln(50)^1.084 − 5.381)², by hand.
    assert!(is_close(number(&steady(50), "lbgi"), 22.77081 * (50_f64.ln().powf(1.084) - 5.381).powi(2), 1e-7));
}

#[test]
fn risk_of_a_day_is_its_least_and_its_greatest() {
    let figures = figures(&every(5.0, [112, 50, 112, 250, 112]));
    let expected = number(&steady(50), "lbgi") + number(&steady(250), "hbgi");
    assert!(is_close(number(&figures, "adrr"), expected, 1e-12));
    assert_eq!(figures.figure("adrr_risk"), Figure::Text(if expected < 40.0 { "moderate" } else { "high" }));
}

#[test]
fn grade_is_capped_and_its_parts_add_up() {
    assert_eq!([10, 18, 20].map(|mg_dl| number(&steady(mg_dl), "grade")), [50.0; 3]);
    let figures = figures(&fourteen_days());
    let parts: f64 = ["grade_hypo", "grade_eu", "grade_hyper"].iter().map(|key| number(&figures, key)).sum();
    assert!(is_close(parts, 100.0, 1e-12));
}

#[test]
fn the_glycemia_risk_index_by_hand() {
    // 10 % each of very low, low, high and very high: 30 + 24 + 8 + 16.
    let values = [(10, 50), (10, 60), (60, 100), (10, 200), (10, 300)];
    let figures = figures(&every(5.0, values.into_iter().flat_map(|(count, mg_dl)| vec![mg_dl; count])));
    assert_eq!((number(&figures, "gri"), figures.figure("gri_zone")), (78.0, Figure::Text("D")));
    assert_eq!((number(&figures, "gri_hypo"), number(&figures, "gri_hyper")), (18.0, 15.0));
    assert_eq!((number(&steady(40), "gri"), steady(40).figure("gri_zone")), (100.0, Figure::Text("E")));
    assert_eq!(steady(100).figure("gri_zone"), Figure::Text("A"));
}

#[test]
fn the_height_of_square_waves_is_their_mage() {
    // Three hours at 100, three at 200, for two days.
    let figures = figures(&waves(36, &[100, 200], 2));
    for key in ["mage_avg", "mage_plus", "mage_minus", "mage_service", "mage_max"] {
        assert_eq!(number(&figures, key), 100.0, "{key}");
    }
}

#[test]
fn small_waves_do_not_count_for_mage() {
    // One rise by 100 and back amid ripples of 10: their height is less than one standard deviation.
    let ripples = |level: i32| (0..96).map(move |index| level + if index / 24 % 2 == 0 { 0 } else { 10 });
    let figures = figures(&every(5.0, ripples(100).chain(ripples(200)).chain(ripples(100))));
    assert_eq!(number(&figures, "mage_plus"), 110.0);
}

#[test]
fn a_long_gap_parts_the_trace_for_mage() {
    let (first, second) = (waves(36, &[100, 200], 1), waves(36, &[100, 160], 1));
    let moved = second
        .iter()
        .enumerate()
        .map(|(index, value)| reading(3.0 * 1440.0 + 5.0 * index as f64, value.glucose.to_mg_dl() as i32));
    let readings: Vec<Reading> = first.into_iter().chain(moved).collect();
    assert!(is_close(number(&figures(&readings), "mage_plus"), 80.0, 1e-3), "100 and 60, for as long but one step");
}

#[test]
fn a_day_later_is_compared_with_the_day_before() {
    let days = [100, 120, 110].into_iter().flat_map(|mg_dl| vec![mg_dl; 288]);
    let figures = figures(&every(5.0, days));
    assert_eq!(number(&figures, "modd"), 15.0);
    assert!(is_close(number(&figures, "sddm"), 10.0, 1e-12));
}

#[test]
fn jitter_of_a_transmitter_does_not_cost_pairs() {
    let at = |index: usize| 5.0 * index as f64 + if index.is_multiple_of(3) { 0.3 } else { 0.0 };
    let readings: Vec<Reading> = (0..576).map(|index| reading(at(index), 100 + (index / 288 * 20) as i32)).collect();
    let figures = figures(&readings);
    assert_eq!(number(&figures, "modd"), 20.0);
    assert_eq!(number(&figures, "active_percent"), 100.0);
}

#[test]
fn one_reading_gives_what_one_reading_can() {
    let figures = figures(&every(5.0, [120]));
    assert_eq!((figures.number("mean"), figures.number("in_70_180")), (Some(120.0), Some(100.0)));
    for key in ["sd", "cv", "j_index", "modd", "gvp", "mag", "auc", "sdw", "mage_avg", "cogi", "pgs"] {
        assert_eq!(figures.figure(key), Figure::None, "{key}");
    }
}

#[test]
fn nothing_gives_nothing() {
    let figures = figures(&[]);
    let present: Vec<&str> =
        figures.entries().filter(|(_, figure)| *figure != Figure::None).map(|(key, _)| key).collect();
    assert_eq!(present, ["n", "insulin_days"]);
}

//! Rows that page and paper share.

use crate::{
    life::{life, reading},
    paper::{berlin, order},
};
use glucose::{Agp, Band, Glucose, Group, Limit, Percentiles, Ranges, Reading, ReadingKind, TimeInRange, Unit};
use jiff::{Timestamp, ToSpan};
use reports::{AgpPage, DayView, Paper, Show, hour_rows, range_rows, reading_rows, statistics};

fn of_share(low_in_ten_thousand: i64) -> TimeInRange {
    let at: Timestamp = "2026-03-02T00:00:00Z".parse().unwrap();
    let readings: Vec<_> = (0..10_000)
        .map(|index: i64| {
            let mg_dl = if index < low_in_ten_thousand { 60 } else { 100 };
            reading(at + (index * 5).minutes(), Glucose::mg_dl(mg_dl), ReadingKind::Cgm)
        })
        .collect();
    TimeInRange::of(&readings, &Ranges::ADULT).unwrap()
}

#[test]
fn the_bands_are_named_with_their_limits_and_goals() {
    let rows = range_rows(None, &Show::in_unit(Unit::MmolL));
    let told: Vec<String> = rows
        .iter()
        .map(|row| format!("{} | {} | {} | {}", row.name, row.limits, row.percent, row.goal.as_ref().unwrap().words))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    Very high | over 13.9 mmol/L | – | goal under 5%
    High | 10.1–13.9 mmol/L | – | goal under 25% with very high
    In range | 3.9–10.0 mmol/L | – | goal over 70%
    Low | 3.0–3.8 mmol/L | – | goal under 4% with very low
    Very low | under 3.0 mmol/L | – | goal under 1%
    ");
}

#[test]
fn a_goal_is_compared_with_the_unrounded_share() {
    let goal = |times: &TimeInRange| {
        let rows = range_rows(Some(times), &Show::in_unit(Unit::MgDl));
        let low = rows.into_iter().find(|row| row.band == Band::Low).unwrap();
        (low.percent, low.goal.unwrap().is_met.unwrap())
    };
    assert_eq!(goal(&of_share(399)), ("4%".to_owned(), true));
    assert_eq!(goal(&of_share(401)), ("4%".to_owned(), false));
    assert_eq!(goal(&of_share(10)), ("<1%".to_owned(), true));
    assert_eq!(goal(&of_share(0)), ("0%".to_owned(), true));
}

#[test]
fn pregnancy_has_no_very_high() {
    let show = Show { ranges: Ranges::of(Group::Pregnancy), ..Show::in_unit(Unit::MgDl) };
    let rows = range_rows(None, &show);
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[0].limits, "over 140 mg/dL");
    assert_eq!(rows[0].goal.as_ref().unwrap().words, "goal under 25%");
}

#[test]
fn the_figures_have_their_words_and_numbers() {
    let order = order(Unit::MgDl, Paper::A4);
    let life = life(order.period.first, 14, &berlin(), Unit::MgDl);
    let page = AgpPage::of(order, &life.readings, &life.events);
    let told: Vec<String> = statistics(&page.figures, &page.agp, &page.order.show)
        .iter()
        .map(|row| {
            let goal =
                row.goal.as_ref().map(|goal| format!(", {} ({:?})", goal.words, goal.is_met)).unwrap_or_default();
            format!("{}: {} = {}{goal}", row.key, row.name, row.value)
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    n: Sensor readings = 3,942
    active_percent: Time CGM active = 97.8%
    mean: Mean glucose = 138 mg/dL
    gmi: Glucose management indicator (GMI) = 6.6%
    cv: Coefficient of variation (CV) = 23.2%, goal at most 36% (Some(true))
    sd: Standard deviation = 32 mg/dL
    in_70_140: In tight range, 70–140 mg/dL = 58.2%
    ");
}

#[test]
fn the_picture_is_also_a_table() {
    let order = order(Unit::MgDl, Paper::A4);
    let mut agp = Agp::of(&[], &order.period, &order.zone);
    agp.hours[6] = Some(Percentiles { p5: 70.0, p25: 90.0, p50: 108.1, p75: 140.0, p95: 180.2 });
    let rows = hour_rows(&agp, &Show::in_unit(Unit::MmolL));
    assert_eq!(rows.len(), 24);
    assert_eq!((rows[5].hour.as_str(), &rows[5].percentiles), ("05:00", &None));
    assert_eq!(rows[6].percentiles.as_ref().unwrap().join(" "), "3.9 5.0 6.0 7.8 10.0");
}

#[test]
fn what_a_device_could_not_measure_is_told_as_a_limit() {
    let at: Timestamp = "2026-03-02T06:00:00Z".parse().unwrap();
    let plain = reading(at, Glucose::mg_dl(104), ReadingKind::Cgm);
    let low = Reading { at: at + 5.minutes(), glucose: Glucose::mg_dl(40), limit: Some(Limit::Below), ..plain };
    let high = Reading { at: at + 10.minutes(), glucose: Glucose::mg_dl(400), limit: Some(Limit::Above), ..plain };
    let day = DayView::last_hours(at + 1.hour(), 3, &[high, plain, low], &[], &berlin());
    let told: Vec<String> = reading_rows(&day, &Show::in_unit(Unit::MgDl))
        .iter()
        .map(|row| format!("{} {} {} {}", row.time, row.value, row.band, row.kind))
        .collect();
    assert_eq!(told, ["07:00 104 In range Sensor", "07:05 ≤40 Very low Sensor", "07:10 ≥400 Very high Sensor"]);
}

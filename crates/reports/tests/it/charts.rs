//! The pictures.

use crate::{
    life::{event, life, reading},
    paper::berlin,
};
use glucose::{
    Agp, DailyProfile, EventKind, Glucose, Percentiles, Period, Ranges, ReadingKind, TimeInRange, Unit,
    event::{BasalDelivery, BolusOrigin},
};
use jiff::{Timestamp, ToSpan, civil::date};
use reports::{
    CHART_CSS, DayView, Show, Size, Svg, agp_chart, daily_profiles, day_chart, describe_agp, describe_profiles,
    sparkline, time_in_range_bar,
};

const MG_DL: Show = Show::in_unit(Unit::MgDl);
const MMOL_L: Show = Show::in_unit(Unit::MmolL);

/// A profile as regular as a wave, with an empty hour.
fn wave() -> Agp {
    let mut agp = Agp::of(&[], &Period { first: date(2026, 3, 2), last: date(2026, 3, 3) }, &berlin());
    for (hour, place) in agp.hours.iter_mut().enumerate().filter(|(hour, _)| *hour != 13) {
        let p50 = 120.0 + f64::from(u8::try_from(hour % 6).unwrap()) * 10.0;
        *place = Some(Percentiles { p5: p50 - 60.0, p25: p50 - 20.0, p50, p75: p50 + 30.0, p95: p50 + 240.0 });
    }
    agp.readings = 500;
    agp.sufficiency.curves = true;
    agp
}

/// From a quarter to midnight on: low, in range, high, very high, very low; a meter's value; a meal; two boluses.
fn short_day() -> DayView {
    let start: Timestamp = "2026-03-02T22:45:00Z".parse().unwrap();
    let at = |minutes: i64| start + minutes.minutes();
    let mut readings: Vec<_> = [(5, 62), (10, 110), (15, 200), (20, 300), (60, 41)]
        .map(|(minute, mg_dl)| reading(at(minute), Glucose::mg_dl(mg_dl), ReadingKind::Cgm))
        .into();
    readings.push(reading(at(30), Glucose::of_thousandths(5800, Unit::MmolL), ReadingKind::Meter));
    readings.push(reading(at(31), Glucose::mg_dl(99), ReadingKind::Scan));
    let bolus = |normal, extended, duration_ms| EventKind::Bolus {
        normal,
        extended,
        duration_ms,
        programmed: None,
        origin: BolusOrigin::Manual,
    };
    let basal = |rate| EventKind::Basal { rate, duration_ms: None, delivery: BasalDelivery::Scheduled };
    let events = [
        event(at(-120), basal(0.8)),
        event(at(60), basal(0.4)),
        event(at(20), EventKind::Carbs { grams: 45.0, fat: None, protein: None }),
        event(at(20), bolus(3.5, 0.0, 0)),
        event(at(40), bolus(1.0, 2.0, 1_800_000)),
        event(at(50), EventKind::Note { text: "<script>alert('no')</script>".to_owned() }),
    ];
    DayView::last_hours(at(180), 3, &readings, &events, &berlin())
}

fn all() -> Vec<Svg> {
    let life = life(date(2026, 3, 2), 14, &berlin(), Unit::MgDl);
    let period = Period { first: date(2026, 3, 2), last: date(2026, 3, 15) };
    let agp = Agp::of(&life.readings, &period, &berlin());
    let times = TimeInRange::of(&life.readings, &Ranges::ADULT);
    let (from, to) = Period { first: date(2026, 3, 3), last: date(2026, 3, 3) }.instants(&berlin());
    let mut charts = Vec::new();
    for show in [MG_DL, MMOL_L] {
        for size in [Size::WIDE, Size::NARROW] {
            charts.push(agp_chart(&agp, &show, size));
            charts.push(day_chart(&DayView::between(from, to, &life.readings, &life.events, &berlin()), &show, size));
            charts.push(day_chart(&short_day(), &show, size));
            charts.push(daily_profiles(&agp.days, &show, size.width));
        }
        charts.push(time_in_range_bar(times.as_ref(), &show));
        charts.push(time_in_range_bar(None, &show));
        charts.push(sparkline(&life.readings, from, to, &show));
    }
    charts
}

#[test]
fn the_profile_looks_like_this() {
    insta::assert_snapshot!(agp_chart(&wave(), &MG_DL, Size::WIDE).as_str().replace("><", ">\n<"));
}

#[test]
fn three_hours_look_like_this() {
    insta::assert_snapshot!(day_chart(&short_day(), &MMOL_L, Size::NARROW).as_str().replace("><", ">\n<"));
}

#[test]
fn grams_stay_inside_the_chart() {
    let end: Timestamp = "2026-03-02T22:45:00Z".parse().unwrap();
    let eaten =
        |minutes: i64| event(end - minutes.minutes(), EventKind::Carbs { grams: 55.0, fat: None, protein: None });
    let drawn = |minutes: &[i64]| {
        let events: Vec<_> = minutes.iter().map(|minutes| eaten(*minutes)).collect();
        let readings = [reading(end - 5.minutes(), Glucose::mg_dl(110), ReadingKind::Cgm)];
        let chart = day_chart(&DayView::last_hours(end, 3, &readings, &events, &berlin()), &MG_DL, Size::NARROW);
        chart
            .as_str()
            .split("<text ")
            .filter(|text| text.contains("p-carbs-text"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let before_its_mark = |text: &String| text.contains(r#"text-anchor="end""#);
    assert_eq!(drawn(&[90]).iter().map(before_its_mark).collect::<Vec<_>>(), [false]);
    assert_eq!(drawn(&[90, 3]).iter().map(before_its_mark).collect::<Vec<_>>(), [false, true]);
    // Not over the words of the one before; the table has both.
    assert_eq!(drawn(&[33, 3]).len(), 1);
}

#[test]
fn days_look_like_this() {
    let days = [(2, vec![(0, 100.0), (300, 200.0), (600, 60.0), (605, 80.0)]), (3, vec![])]
        .map(|(day, points)| DailyProfile { on: date(2026, 3, day), points });
    insta::assert_snapshot!(daily_profiles(&days, &MG_DL, 340.0).as_str().replace("><", ">\n<"));
    insta::assert_snapshot!(describe_profiles(&days, &MG_DL), @"Mon 2 Mar: 60 to 200 mg/dL. Tue 3 Mar: no readings.");
}

#[test]
fn times_in_ranges_look_like_this() {
    let at: Timestamp = "2026-03-02T00:00:00Z".parse().unwrap();
    let readings: Vec<_> = [40, 60, 100, 100, 100, 100, 100, 190, 190, 300]
        .iter()
        .zip(0_i64..)
        .map(|(mg_dl, index)| reading(at + (index * 5).minutes(), Glucose::mg_dl(*mg_dl), ReadingKind::Cgm))
        .collect();
    let times = TimeInRange::of(&readings, &Ranges::ADULT);
    insta::assert_snapshot!(time_in_range_bar(times.as_ref(), &MG_DL).as_str().replace("><", ">\n<"));
}

/// **Invariant** of `svg.rs`.
#[test]
fn svg_is_plain() {
    for chart in all() {
        let text = chart.as_str();
        for forbidden in [" style=", "<script", " id=", " onload", "href", "<style", "NaN", "inf"] {
            assert!(!text.contains(forbidden), "{forbidden} in {text}");
        }
        assert!(text.starts_with("<svg ") && text.ends_with("</svg>"));
        assert!(text.contains("role=\"img\"") && text.contains("<title>") && text.contains("<desc>"));
        assert_eq!(text, text.replace("\n", ""));
    }
}

#[test]
fn every_class_that_is_drawn_is_styled() {
    for chart in all() {
        for class in chart.as_str().split("class=\"p-").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(CHART_CSS.contains(&format!(".p-{class} ")), "p-{class}");
        }
    }
}

#[test]
fn every_colour_of_the_light_page_has_one_for_the_dark_page() {
    let names = |part: &str| -> Vec<String> {
        part.lines()
            .filter_map(|line| line.trim().strip_prefix("--plot-")?.split(':').next().map(str::to_owned))
            .collect()
    };
    let blocks: Vec<Vec<String>> = CHART_CSS.split('}').map(names).filter(|names| !names.is_empty()).collect();
    assert_eq!(blocks.len(), 3);
    assert!(blocks.iter().all(|block| *block == blocks[0]), "{blocks:?}");
}

#[test]
fn the_profile_in_words() {
    insta::assert_snapshot!(describe_agp(&wave(), &MG_DL), @"2 days, 500 readings. The median is lowest with 120 mg/dL about 00:00 and highest with 170 mg/dL about 23:00. Readings vary most about 23:00: half of them lie between 150 and 200 mg/dL.");
    insta::assert_snapshot!(describe_agp(&wave(), &MMOL_L), @"2 days, 500 readings. The median is lowest with 6.7 mmol/L about 00:00 and highest with 9.4 mmol/L about 23:00. Readings vary most about 23:00: half of them lie between 8.3 and 11.1 mmol/L.");
}

//! The figures of one day, ready to be shown beside its chart.

use crate::{day::DayView, show::Show};
use glucose::{Figures, InsulinDay, Window};

/// One figure of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayFact {
    /// Which: `in_range`, `below`, `above`, `mean`, `bolus`, `basal`, `insulin`, `carbs`.
    pub key: &'static str,
    /// `In range`.
    pub name: &'static str,
    /// `76%`.
    pub value: String,
}

/// Times in range and mean of the sensor; insulin and carbohydrate, where there were any.
pub fn day_facts(day: &DayView, show: &Show) -> Vec<DayFact> {
    let (texts, language) = (show.texts(), show.language);
    let mut facts = glucose_facts(day, show);
    let insulin = &day.insulin;
    let sum = |part: fn(&InsulinDay) -> f64| insulin.days.iter().map(part).sum::<f64>();
    let units = |units: f64| words::fill(texts.units, &[&language.number(units, 1)]);
    if insulin.days.iter().any(|day| day.has_insulin) {
        facts.push(DayFact { key: "bolus", name: texts.bolus, value: units(sum(|day| day.bolus)) });
        facts.push(DayFact { key: "basal", name: texts.basal, value: units(sum(|day| day.basal)) });
        facts.push(DayFact { key: "insulin", name: texts.total_insulin, value: units(sum(InsulinDay::total)) });
    }
    let carbs = sum(|day| day.carbs);
    if carbs > 0.0 {
        facts.push(DayFact {
            key: "carbs",
            name: texts.carbs,
            value: words::fill(texts.grams, &[&language.number(carbs, 0)]),
        });
    }
    facts
}

fn glucose_facts(day: &DayView, show: &Show) -> Vec<DayFact> {
    let (texts, language) = (show.texts(), show.language);
    let window = Window { from: day.from, to: day.to, zone: day.zone.clone(), ranges: show.ranges };
    let figures = Figures::of(&day.readings, &[], &window);
    let Some((times, summary)) = figures.time_in_range.zip(figures.summary) else { return Vec::new() };
    let shown = times.shown(0);
    let with_unit = |mg_dl: f64| format!("{} {}", show.mg_dl(mg_dl), show.unit_symbol());
    vec![
        DayFact { key: "in_range", name: texts.in_range, value: language.percent(shown.in_range, 0) },
        DayFact { key: "below", name: texts.below_range, value: language.percent(shown.low + shown.very_low, 0) },
        DayFact { key: "above", name: texts.above_range, value: language.percent(shown.high + shown.very_high, 0) },
        DayFact { key: "mean", name: texts.mean_glucose, value: with_unit(summary.mean) },
    ]
}

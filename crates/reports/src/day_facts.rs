//! The figures of one day, ready to be shown beside its chart.

use crate::{day::DayView, show::Show};
use glucose::{Event, InsulinTotals, Reading, Summary, TimeInRange};

/// One figure of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayFact {
    /// `In range`.
    pub name: &'static str,
    /// `76%`.
    pub value: String,
}

/// Times in range, mean and extremes of the sensor; insulin and carbohydrate, where there were any.
pub fn day_facts(day: &DayView, show: &Show) -> Vec<DayFact> {
    let (texts, language) = (show.texts(), show.language);
    let mut facts = glucose_facts(&day.readings, show);
    let insulin = InsulinTotals::of(&day.events, day.from, day.to, &day.zone);
    let sum = |part: fn(&glucose::InsulinDay) -> f64| insulin.days.iter().map(part).sum::<f64>();
    let units = |units: f64| words::fill(texts.units, &[&language.number(units, 1)]);
    if insulin.days.iter().any(|day| day.has_insulin) {
        facts.push(DayFact { name: texts.bolus, value: units(sum(|day| day.bolus)) });
        facts.push(DayFact { name: texts.basal, value: units(sum(|day| day.basal)) });
        facts.push(DayFact { name: texts.total_insulin, value: units(sum(glucose::InsulinDay::total)) });
    }
    let carbs = sum(|day| day.carbs);
    if carbs > 0.0 {
        facts.push(DayFact { name: texts.carbs, value: words::fill(texts.grams, &[&language.number(carbs, 0)]) });
    }
    facts
}

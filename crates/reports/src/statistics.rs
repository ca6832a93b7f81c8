//! The figures of the profile, ready to be shown: the same words and numbers on page and paper.

use crate::{range_rows::Goal, show::Show};
use glucose::{Agp, Figures, Unit};
use words::fill;

/// What a coefficient of variation should not exceed, in percent (ADA table 6.2, metrics 1.2).
const CV_GOAL: f64 = 36.0;

/// One figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Statistic {
    /// Its key in `Figures`, to ask for its definition.
    pub key: &'static str,
    /// `Glucose management indicator (GMI)`.
    pub name: String,
    /// `6.9%`; a dash when it cannot be computed.
    pub value: String,
    pub goal: Option<Goal>,
}

/// The figures of the profile, in the order in which they are shown.
pub fn statistics(figures: &Figures, agp: &Agp, show: &Show) -> Vec<Statistic> {
    let (texts, language) = (show.texts(), show.language);
    let number = |key: &str| figures.number(key);
    let percent =
        |value: Option<f64>| value.map_or_else(|| language.number_or_none(None, 0), |value| language.percent(value, 1));
    let glucose = |value: Option<f64>| {
        let mean = value.map(|mg_dl| format!("{} {}", show.mg_dl(mg_dl), show.unit_symbol()));
        mean.unwrap_or_else(|| language.number_or_none(None, 0))
    };
    let plain = |key, name: &str, value| Statistic { key, name: name.to_owned(), value, goal: None };
    let cv = number("cv");
    let limit = language.percent(CV_GOAL, 0);
    let cv_goal = Goal {
        words: fill(texts.goal_at_most, &[&limit]),
        short: fill(texts.at_most, &[&limit]),
        is_met: cv.map(|cv| cv <= CV_GOAL),
    };
    let deviation = number("sd").map(|sd| match show.unit {
        Unit::MgDl => format!("{} {}", language.number(sd, 0), show.unit_symbol()),
        Unit::MmolL => format!("{} {}", language.number(show.in_shown_unit(sd), 1), show.unit_symbol()),
    });
    let limits = show.ranges.limits(show.unit);
    let tight = format!("{}–{} {}", show.amount(limits.tight_low), show.amount(limits.tight_high), show.unit_symbol());
    let tight_range = fill(texts.tight_range, &[&tight]);
    vec![
        plain("n", texts.readings_counted, language.count(agp.readings)),
        plain("active_percent", texts.percent_active, percent(number("active_percent"))),
        plain("mean", texts.mean_glucose, glucose(number("mean"))),
        plain("gmi", texts.gmi_long, percent(number("gmi"))),
        Statistic { goal: Some(cv_goal), ..plain("cv", texts.cv_long, percent(cv)) },
        plain("sd", texts.standard_deviation, deviation.unwrap_or_else(|| language.number_or_none(None, 0))),
        plain("in_70_140", &tight_range, percent(number("in_70_140"))),
    ]
}

//! Times in ranges, ready to be shown: the same words and numbers on page, picture and paper.

use crate::show::Show;
use glucose::{Band, Goals, TimeInRange};
use words::fill;

/// A goal and whether it is met.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// `goal over 70%`.
    pub words: String,
    /// `> 70%`, for a narrow column.
    pub short: String,
    /// None without readings.
    pub is_met: Option<bool>,
}

/// One band.
#[derive(Clone, Debug, PartialEq)]
pub struct RangeRow {
    pub band: Band,
    /// `In range`.
    pub name: &'static str,
    /// `70–180 mg/dL`.
    pub limits: String,
    /// In percent, unrounded, for drawing. 0 without readings.
    pub share: f64,
    /// As shown: whole, all five adding up to 100: `76%`; `<1%` for a little, `–` without readings.
    pub percent: String,
    /// How long that is each day: `18 h 24 min`.
    pub a_day: String,
    /// What to reach; for *low* and *high* the goal is of the band together with the one beyond it.
    pub goal: Option<Goal>,
}

/// The bands from above downwards, as the bar shows them. Pregnancy has no *very high*.
pub fn range_rows(times: Option<&TimeInRange>, show: &Show) -> Vec<RangeRow> {
    Band::ALL.into_iter().rev().filter_map(|band| range_row(band, times, show)).collect()
}

fn range_row(band: Band, times: Option<&TimeInRange>, show: &Show) -> Option<RangeRow> {
    let limits = show.band_limits(band)?;
    let shown = times.map(|times| {
        let shares = times.shown(0);
        match band {
            Band::VeryLow => shares.very_low,
            Band::Low => shares.low,
            Band::In => shares.in_range,
            Band::High => shares.high,
            Band::VeryHigh => shares.very_high,
        }
    });
    let exact = times.map(|times| times.share(band).percent);
    Some(RangeRow {
        band,
        name: show.band_name(band),
        limits,
        share: exact.unwrap_or(0.0),
        percent: percent(shown, exact, show),
        a_day: exact.map_or_else(String::new, |percent| show.language.duration((percent * 864_000.0) as i64)),
        goal: goal(band, times, show),
    })
}

fn percent(shown: Option<f64>, exact: Option<f64>, show: &Show) -> String {
    match (shown, exact) {
        (Some(shown), Some(exact)) if shown < 1.0 && exact > 0.0 => format!("<{}", show.language.percent(1.0, 0)),
        (Some(shown), _) => show.language.percent(shown, 0),
        _ => show.language.number_or_none(None, 0),
    }
}

/// Goals are compared with unrounded shares (metrics 1.10).
fn goal(band: Band, times: Option<&TimeInRange>, show: &Show) -> Option<Goal> {
    let (texts, goals) = (show.texts(), show.ranges.goals);
    let limit = goal_of(band, &goals)?;
    let has_beyond = match band {
        Band::Low => true,
        Band::High => show.ranges.limits(show.unit).very_high.is_some(),
        _ => false,
    };
    let percent = show.language.percent(limit, 0);
    let (words, is_met) = match band {
        Band::In => (texts.goal_above, times.map(|times| times.in_range.percent > limit)),
        Band::Low => (texts.goal_below, times.map(|times| times.below().percent < limit)),
        Band::High => (texts.goal_below, times.map(|times| times.above().percent < limit)),
        beyond => (texts.goal_below, times.map(|times| times.share(beyond).percent < limit)),
    };
    let words = fill(words, &[&percent]);
    let beyond = if band == Band::Low { texts.very_low } else { texts.very_high };
    let words = if has_beyond { fill(texts.goal_with, &[&words, &beyond.to_lowercase()]) } else { words };
    let short = format!("{} {percent}", if band == Band::In { '>' } else { '<' });
    Some(Goal { words, short, is_met })
}

fn goal_of(band: Band, goals: &Goals) -> Option<f64> {
    match band {
        Band::VeryLow => goals.very_low,
        Band::Low => Some(goals.below),
        Band::In => Some(goals.in_range),
        Band::High => Some(goals.above),
        Band::VeryHigh => goals.very_high,
    }
}

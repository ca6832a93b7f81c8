//! Figures on pages: times in ranges, and each figure with its definition.

use glucose::{Agp, Figures, Reading, TimeInRange};
use reports::{RangeRow, Show, Statistic, Svg, plain_range_bar, range_rows, statistics};

/// Times in ranges: a bar, and beside it a row of text for each of its parts.
pub struct RangeCard {
    pub readings: String,
    pub has_any: bool,
    pub bar: Svg,
    pub rows: Vec<RangeRow>,
    /// Whether the rows say how long that is each day: not of a day that is still under way.
    pub is_whole_days: bool,
}

impl RangeCard {
    /// Of a day that is still under way.
    pub fn of_today(readings: &[Reading], show: &Show) -> Self {
        let days = Self::of_days(TimeInRange::of(readings, &show.ranges).as_ref(), show);
        Self { is_whole_days: false, ..days }
    }

    pub fn of_days(times: Option<&TimeInRange>, show: &Show) -> Self {
        let count = times.map_or(0, |times| times.readings);
        Self {
            readings: show.language.plural(count, show.texts().readings),
            has_any: times.is_some(),
            bar: plain_range_bar(times, show),
            rows: range_rows(times, show),
            is_whole_days: true,
        }
    }
}

/// A figure that can be asked what it means.
pub struct Explained {
    pub statistic: Statistic,
    pub definition: &'static str,
}

pub fn explained(figures: &Figures, agp: &Agp, show: &Show) -> Vec<Explained> {
    let explain = |statistic: Statistic| Explained { definition: definition(statistic.key), statistic };
    statistics(figures, agp, show).into_iter().map(explain).collect()
}

/// Definitions as the consensus and metrics name them, in plain words.
fn definition(key: &str) -> &'static str {
    match key {
        "n" => {
            "How many sensor readings of these days were counted. Scans and finger values are left out when the sensor sends by itself."
        }
        "active_percent" => {
            "The part of the time between the first and the last reading in which the sensor gave values. Figures mean \
             most with 14 days and 70% or more."
        }
        "mean" => "All readings added up and divided by their number. Nothing is filled in where readings are missing.",
        "gmi" => {
            "What a laboratory HbA1c would be expected to be from the mean glucose alone: 3.31 + 0.02392 × mean in \
             mg/dL (Bergenstal 2018). It can differ from a laboratory value."
        }
        "cv" => {
            "How much glucose goes up and down in relation to its mean: standard deviation divided by mean. 36% or less \
             counts as steady (international consensus)."
        }
        "sd" => "How far readings lie from their mean, typically (sample standard deviation, n − 1).",
        "in_70_140" => {
            "The part of readings from 70 to 140 mg/dL (3.9 to 7.8 mmol/L): a tighter range than time in range. The consensus names no goal for it."
        }
        _ => "Defined as in the published consensus on glucose metrics.",
    }
}

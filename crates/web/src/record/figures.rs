//! Figures on pages: times in ranges, and each figure with its definition.

use glucose::{Agp, Figures, Reading, TimeInRange};
use reports::{Show, Statistic, Svg, statistics, time_in_range_bar};

/// Times in ranges: a bar that carries its own words.
pub struct RangeCard {
    pub readings: String,
    pub has_any: bool,
    pub bar: Svg,
}

impl RangeCard {
    pub fn of(readings: &[Reading], show: &Show) -> Self {
        Self::of_times(TimeInRange::of(readings, &show.ranges).as_ref(), show)
    }

    pub fn of_times(times: Option<&TimeInRange>, show: &Show) -> Self {
        let count = times.map_or(0, |times| times.readings);
        Self {
            readings: show.language.plural(count, show.texts().readings),
            has_any: times.is_some(),
            bar: time_in_range_bar(times, show),
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

//! Definitions of times in ranges and of episodes.

use super::{Definition, define, number};
use crate::figures::Figure;

/// Times in ranges.
pub(super) const FIGURES: &[Definition] = &[
    define(
        "below_54",
        "%",
        "The share of time below 54 mg/dL (very low); goal under 1 %.",
        "Battelino 2019, Diabetes Care 42:1593",
        |f| number(f.shares.map(|s| s.below_54)),
    ),
    define(
        "below_70",
        "%",
        "The share of time below 70 mg/dL; goal under 4 %.",
        "Battelino 2019, Diabetes Care 42:1593",
        |f| number(f.shares.map(|s| s.below_70)),
    ),
    define(
        "low_54_69",
        "%",
        "The share of time from 54 to below 70 mg/dL.",
        "Battelino 2019, Diabetes Care 42:1593",
        |f| number(f.shares.map(|s| s.low_54_69)),
    ),
    define(
        "in_70_180",
        "%",
        "Time in range: the share of time from 70 to 180 mg/dL, both included; goal over 70 %.",
        "Battelino 2019, Diabetes Care 42:1593",
        |f| number(f.shares.map(|s| s.in_70_180)),
    ),
    define(
        "in_70_140",
        "%",
        "Time in tight range: the share of time from 70 to 140 mg/dL, both included.",
        "PMC10877396",
        |f| number(f.shares.map(|s| s.in_70_140)),
    ),
    define(
        "in_63_140",
        "%",
        "The share of time from 63 to 140 mg/dL, both included: the range of pregnancy, and time in normoglycemia outside it.",
        "Battelino 2019, Diabetes Care 42:1593",
        |f| number(f.shares.map(|s| s.in_63_140)),
    ),
    define(
        "high_181_250",
        "%",
        "The share of time above 180 mg/dL, up to 250.",
        "Battelino 2019, Diabetes Care 42:1593",
        |f| number(f.shares.map(|s| s.high_181_250)),
    ),
    define("above_140", "%", "The share of time above 140 mg/dL.", "Battelino 2019, Diabetes Care 42:1593", |f| {
        number(f.shares.map(|s| s.above_140))
    }),
    define(
        "above_180",
        "%",
        "The share of time above 180 mg/dL; goal under 25 %.",
        "Battelino 2019, Diabetes Care 42:1593",
        |f| number(f.shares.map(|s| s.above_180)),
    ),
    define(
        "above_250",
        "%",
        "The share of time above 250 mg/dL (very high); goal under 5 %.",
        "Battelino 2019, Diabetes Care 42:1593",
        |f| number(f.shares.map(|s| s.above_250)),
    ),
];

/// Episodes.
pub(super) const EPISODES: &[Definition] = &[
    define(
        "ep_hypo_lv1",
        "",
        "The number of low episodes: 15 minutes or more below 70 mg/dL, until 15 minutes at or above it.",
        "Danne 2017, Diabetes Care 40:1631; Battelino 2023, Lancet Diabetes Endocrinol 11:42",
        |f| f.episode_counts.map_or(Figure::None, |c| Figure::Count(c.hypo_lv1)),
    ),
    define(
        "ep_hypo_lv1_excl",
        "",
        "The number of low episodes without a very low one in them.",
        "iglu lv1_excl",
        |f| f.episode_counts.map_or(Figure::None, |c| Figure::Count(c.hypo_lv1_excl)),
    ),
    define(
        "ep_hypo_lv2",
        "",
        "The number of very low episodes: 15 minutes or more below 54 mg/dL, until 15 minutes at or above it.",
        "Danne 2017, Diabetes Care 40:1631; Battelino 2023, Lancet Diabetes Endocrinol 11:42",
        |f| f.episode_counts.map_or(Figure::None, |c| Figure::Count(c.hypo_lv2)),
    ),
    define(
        "ep_hypo_extended",
        "",
        "The number of prolonged low episodes: more than 120 minutes below 70 mg/dL.",
        "Danne 2017, Diabetes Care 40:1631; Battelino 2023, Lancet Diabetes Endocrinol 11:42",
        |f| f.episode_counts.map_or(Figure::None, |c| Figure::Count(c.hypo_extended)),
    ),
    define(
        "ep_hyper_lv1",
        "",
        "The number of high episodes: 15 minutes or more above 180 mg/dL, until 15 minutes at or below it.",
        "Danne 2017, Diabetes Care 40:1631; Battelino 2023, Lancet Diabetes Endocrinol 11:42",
        |f| f.episode_counts.map_or(Figure::None, |c| Figure::Count(c.hyper_lv1)),
    ),
    define(
        "ep_hyper_lv1_excl",
        "",
        "The number of high episodes without a very high one in them.",
        "iglu lv1_excl",
        |f| f.episode_counts.map_or(Figure::None, |c| Figure::Count(c.hyper_lv1_excl)),
    ),
    define(
        "ep_hyper_lv2",
        "",
        "The number of very high episodes: 15 minutes or more above 250 mg/dL, until 15 minutes at or below it.",
        "Danne 2017, Diabetes Care 40:1631; Battelino 2023, Lancet Diabetes Endocrinol 11:42",
        |f| f.episode_counts.map_or(Figure::None, |c| Figure::Count(c.hyper_lv2)),
    ),
];

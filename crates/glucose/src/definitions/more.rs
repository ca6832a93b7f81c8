//! Definitions of figures that the reference values do not hold.

use super::{Definition, define, number};
use crate::{
    figures::Figure,
    gri::{adrr_risk, hbgi_risk, lbgi_risk},
};

/// Further glucose figures.
pub(super) const FIGURES: &[Definition] = &[
    define("min", "mg/dL", "The lowest reading.", "counted", |f| number(f.summary.map(|s| s.min))),
    define("max", "mg/dL", "The highest reading.", "counted", |f| number(f.summary.map(|s| s.max))),
    define("p5", "mg/dL", "The 5th percentile.", "R type 7", |f| number(f.summary.map(|s| s.percentiles.p5))),
    define("p25", "mg/dL", "The 25th percentile.", "R type 7", |f| number(f.summary.map(|s| s.percentiles.p25))),
    define("p75", "mg/dL", "The 75th percentile.", "R type 7", |f| number(f.summary.map(|s| s.percentiles.p75))),
    define("p95", "mg/dL", "The 95th percentile.", "R type 7", |f| number(f.summary.map(|s| s.percentiles.p95))),
    define(
        "gmi_mmol_mol",
        "mmol/mol",
        "The glucose management indicator: 12.71 + 4.70587 times the mean in mmol/L.",
        "Bergenstal 2018, Diabetes Care 41:2275",
        |f| number(f.summary.map(|s| s.gmi_mmol_mol())),
    ),
    define(
        "ugmi",
        "%",
        "The updated glucose management indicator: 1 / (15.36 / mean + 0.0425).",
        "cgmguru 1.0.1",
        |f| number(f.summary.map(|s| s.ugmi())),
    ),
    define(
        "ea1c_mmol_mol",
        "mmol/mol",
        "The estimated A1c by the IFCC: 10.929 (eA1c - 2.15).",
        "Nathan 2008, Diabetes Care 31:1473",
        |f| number(f.summary.map(|s| s.ea1c_mmol_mol())),
    ),
    define(
        "below_63",
        "%",
        "The share of time below 63 mg/dL; goal in pregnancy under 4 %.",
        "Battelino 2019, Diabetes Care 42:1593",
        |f| number(f.shares.map(|s| s.below_63)),
    ),
    define(
        "low_54_62",
        "%",
        "The share of time from 54 to below 63 mg/dL, the low band of pregnancy.",
        "Battelino 2019, Diabetes Care 42:1593",
        |f| number(f.shares.map(|s| s.low_54_62)),
    ),
    define(
        "gri_hypo",
        "%",
        "The low part of the glycemia risk index: very low + 0.8 low.",
        "diabetestechnology.org/gri",
        |f| number(f.shares.map(|s| s.gri().hypo)),
    ),
    define(
        "gri_hyper",
        "%",
        "The high part of the glycemia risk index: very high + 0.5 high.",
        "diabetestechnology.org/gri",
        |f| number(f.shares.map(|s| s.gri().hyper)),
    ),
    define(
        "gri_zone",
        "",
        "The zone of the glycemia risk index: A up to 20, B up to 40, C up to 60, D up to 80, else E.",
        "diabetestechnology.org/gri",
        |f| f.shares.map_or(Figure::None, |s| Figure::Text(s.gri().zone())),
    ),
    define(
        "lbgi_risk",
        "",
        "What the LBGI means by cut-offs made for finger values: minimal, low, moderate or high.",
        "Kovatchev; Fabris 2015, PMC4738215",
        |f| f.risk.map_or(Figure::None, |r| Figure::Text(lbgi_risk(r.lbgi))),
    ),
    define(
        "hbgi_risk",
        "",
        "What the HBGI means by cut-offs made for finger values: low, moderate or high.",
        "Kovatchev",
        |f| f.risk.map_or(Figure::None, |r| Figure::Text(hbgi_risk(r.hbgi))),
    ),
    define(
        "adrr_risk",
        "",
        "What the ADRR means by cut-offs made for finger values: low, moderate or high.",
        "Kovatchev 2006, Diabetes Care 29:2433",
        |f| f.risk.map_or(Figure::None, |r| Figure::Text(adrr_risk(r.adrr))),
    ),
    define(
        "mage_max",
        "mg/dL",
        "The greater of the mean rise and the mean fall of more than one standard deviation.",
        "Service 1970, Diabetes 19:644; Fernandes 2022, doi 10.1177/19322968211061165 (iglu 4.2.1)",
        |f| number(f.mage.max),
    ),
    define(
        "ep_hyper_extended",
        "",
        "The number of prolonged high episodes: above 250 mg/dL for 90 minutes within 120, until 15 minutes at or below 180.",
        "Battelino 2023, as cgmguru",
        |f| f.episode_counts.map_or(Figure::None, |c| Figure::Count(c.hyper_extended)),
    ),
    define("ep_hypo_lv1_per_day", "1/d", "Low episodes per recorded day.", "iglu", |f| {
        number(f.episode_counts.map(|c| c.hypo_lv1 as f64 / c.recorded_days))
    }),
    define("ep_hypo_lv2_per_day", "1/d", "Very low episodes per recorded day.", "iglu", |f| {
        number(f.episode_counts.map(|c| c.hypo_lv2 as f64 / c.recorded_days))
    }),
    define("ep_hyper_lv1_per_day", "1/d", "High episodes per recorded day.", "iglu", |f| {
        number(f.episode_counts.map(|c| c.hyper_lv1 as f64 / c.recorded_days))
    }),
    define("ep_hyper_lv2_per_day", "1/d", "Very high episodes per recorded day.", "iglu", |f| {
        number(f.episode_counts.map(|c| c.hyper_lv2 as f64 / c.recorded_days))
    }),
];

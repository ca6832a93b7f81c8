//! Definitions of risk indices.

use super::{Definition, define, number};

/// Risk indices.
pub(super) const FIGURES: &[Definition] = &[
    define(
        "gri",
        "",
        "The glycemia risk index: 3.0 very low + 2.4 low + 1.6 very high + 0.8 high, in percent of time, at most 100.",
        "Klonoff 2022, doi 10.1177/19322968221085273",
        |f| number(f.shares.map(|s| s.gri().index())),
    ),
    define(
        "lbgi",
        "",
        "The low blood glucose index: the mean risk of low values, 22.77081 (ln(g)^1.084 - 5.381)^2 below 112.5 mg/dL.",
        "Kovatchev 1997, Diabetes Care 20:1655",
        |f| number(f.risk.map(|r| r.lbgi)),
    ),
    define(
        "hbgi",
        "",
        "The high blood glucose index: the mean risk of high values, 22.77081 (ln(g)^1.084 - 5.381)^2 above 112.5 mg/dL.",
        "Kovatchev 1997, Diabetes Care 20:1655",
        |f| number(f.risk.map(|r| r.hbgi)),
    ),
    define(
        "adrr",
        "",
        "The average daily risk range: the mean over local days of the greatest low risk plus the greatest high risk.",
        "Kovatchev 2006, Diabetes Care 29:2433",
        |f| number(f.risk.map(|r| r.adrr)),
    ),
    define(
        "grade",
        "",
        "The mean of 425 (log10(log10(g)) + 0.16)^2 with g in mmol/L, each at most 50.",
        "Hill 2007, Diabet Med 24:753",
        |f| number(f.risk.map(|r| r.grade.score)),
    ),
    define(
        "grade_hypo",
        "%",
        "The part of the GRADE score that comes from values below 70 mg/dL.",
        "Hill 2007, Diabet Med 24:753",
        |f| number(f.risk.map(|r| r.grade.hypo)),
    ),
    define(
        "grade_eu",
        "%",
        "The part of the GRADE score that comes from values of 70 to 140 mg/dL.",
        "Hill 2007, Diabet Med 24:753",
        |f| number(f.risk.map(|r| r.grade.eu)),
    ),
    define(
        "grade_hyper",
        "%",
        "The part of the GRADE score that comes from values above 140 mg/dL.",
        "Hill 2007, Diabet Med 24:753",
        |f| number(f.risk.map(|r| r.grade.hyper)),
    ),
    define(
        "hyper_index",
        "",
        "The sum of (g - 140)^1.1 over values above 140 mg/dL, over 30 times the number of readings.",
        "Rodbard 2009, Diabetes Technol Ther 11:551",
        |f| number(f.risk.map(|r| r.hyper_index)),
    ),
    define(
        "hypo_index",
        "",
        "The sum of (80 - g)^2 over values below 80 mg/dL, over 30 times the number of readings.",
        "Rodbard 2009, Diabetes Technol Ther 11:551",
        |f| number(f.risk.map(|r| r.hypo_index)),
    ),
    define(
        "igc",
        "",
        "The index of glycemic control: hyper index plus hypo index.",
        "Rodbard 2009, Diabetes Technol Ther 11:551",
        |f| number(f.risk.map(|r| r.igc())),
    ),
    define(
        "m_value",
        "",
        "The mean of the cube of |10 log10(g / 90)|.",
        "Schlichtkrull 1965, Acta Med Scand 177:95, as iglu",
        |f| number(f.risk.map(|r| r.m_value)),
    ),
    define(
        "cogi",
        "",
        "The continuous glucose monitoring index: half from time in range, 35 % from time below 70 mg/dL, 15 % from the standard deviation.",
        "Leelarathna 2020, doi 10.1177/1932296819838525",
        |f| number(f.shares.zip(f.summary.and_then(|s| s.sd)).map(|(s, sd)| s.cogi(sd))),
    ),
];

/// The personal glycemic state.
pub(super) const STATE: &[Definition] = &[define(
    "pgs",
    "",
    "The personal glycemic state: the sum of five scores, of variability, mean, time in range and low episodes a week.",
    "Hirsch 2017, Diabetes Technol Ther 19(S3):S38, as iglu",
    |f| number(f.pgs),
)];

//! Definitions of what sums up all values.

use super::{Definition, define, number};
use crate::figures::Figure;

/// Summary statistics.
pub(super) const FIGURES: &[Definition] = &[
    define("n", "", "The number of sensor readings in the window.", "counted", |f| Figure::Count(f.readings)),
    define(
        "mean",
        "mg/dL",
        "The arithmetic mean of all readings; by time only where sensors of several rhythms are mixed.",
        "Clarity glossary; Insulet manual p. 140",
        |f| number(f.summary.map(|s| s.mean)),
    ),
    define(
        "median",
        "mg/dL",
        "The value that half of the readings are below.",
        "R type 7, as iglu and Tidepool",
        |f| number(f.summary.map(|s| s.median())),
    ),
    define(
        "sd",
        "mg/dL",
        "The sample standard deviation of all readings (n-1).",
        "iglu, AGATA, cgmpy, Tidepool viz",
        |f| number(f.summary.and_then(|s| s.sd)),
    ),
    define(
        "cv",
        "%",
        "The standard deviation in percent of the mean; stable up to 36.",
        "ADA Standards of Care, table 6.2",
        |f| number(f.summary.and_then(|s| s.cv())),
    ),
    define(
        "gmi",
        "%",
        "The glucose management indicator: 3.31 + 0.02392 times the mean in mg/dL.",
        "Bergenstal 2018, Diabetes Care 41:2275",
        |f| number(f.summary.map(|s| s.gmi())),
    ),
    define("ea1c", "%", "The estimated A1c: (mean + 46.7) / 28.7.", "Nathan 2008, Diabetes Care 31:1473", |f| {
        number(f.summary.map(|s| s.ea1c()))
    }),
    define("iqr", "mg/dL", "The 75th percentile less the 25th.", "R type 7, as iglu", |f| {
        number(f.summary.map(|s| s.iqr()))
    }),
    define("mad", "mg/dL", "1.4826 times the median distance from the median.", "iglu", |f| {
        number(f.summary.map(|s| s.mad))
    }),
    define(
        "j_index",
        "",
        "0.001 times the square of mean plus standard deviation.",
        "Wojcicki 1995; PMC3160264",
        |f| number(f.summary.and_then(|s| s.j_index())),
    ),
];

//! Definitions of measures of variability.

use super::{Definition, define, number};

/// Change over time.
pub(super) const FIGURES: &[Definition] = &[
    define(
        "modd",
        "mg/dL",
        "The mean of daily differences: of |g(t) - g(t - 24 h)| over all readings that have one 24 hours before.",
        "Molnar 1972, Diabetologia 8:342",
        |f| number(f.variability.modd),
    ),
    define(
        "conga1",
        "mg/dL",
        "The standard deviation of g(t) - g(t - 1 h) over all readings that have one an hour before.",
        "McDonnell 2005, Diabetes Technol Ther 7:253",
        |f| number(f.variability.conga[0]),
    ),
    define(
        "conga2",
        "mg/dL",
        "The standard deviation of g(t) - g(t - 2 h) over all readings that have one two hours before.",
        "McDonnell 2005, Diabetes Technol Ther 7:253",
        |f| number(f.variability.conga[1]),
    ),
    define(
        "conga4",
        "mg/dL",
        "The standard deviation of g(t) - g(t - 4 h) over all readings that have one four hours before.",
        "McDonnell 2005, Diabetes Technol Ther 7:253",
        |f| number(f.variability.conga[2]),
    ),
    define(
        "conga24",
        "mg/dL",
        "The standard deviation of g(t) - g(t - 24 h) over all readings that have one 24 hours before.",
        "McDonnell 2005, Diabetes Technol Ther 7:253",
        |f| number(f.variability.conga[3]),
    ),
    define(
        "gvp",
        "%",
        "The glycemic variability percentage: how much longer the trace is than a flat one, with minutes and mg/dL as lengths.",
        "Peyser 2018, PMC5846572",
        |f| number(f.variability.gvp),
    ),
    define(
        "mag",
        "mg/dL/h",
        "The mean absolute glucose change: the sum of all changes over the hours they took.",
        "Hermanides 2010, Crit Care Med 38:838",
        |f| number(f.variability.mag),
    ),
    define(
        "sdw",
        "mg/dL",
        "Within days: the mean of the standard deviations of each local day's readings.",
        "Rodbard 2009, Diabetes Technol Ther 11:551",
        |f| number(f.variability.daily.sdw),
    ),
    define(
        "sddm",
        "mg/dL",
        "Between daily means: the standard deviation of the means of each local day's readings.",
        "Rodbard 2009, Diabetes Technol Ther 11:551",
        |f| number(f.variability.daily.sddm),
    ),
    define(
        "sd_roc",
        "mg/dL/min",
        "The standard deviation of the rate of change over 15 minutes.",
        "Clarke 2009, Diabetes Technol Ther 11:S45",
        |f| number(f.variability.sd_roc),
    ),
    define(
        "auc",
        "mg/dL",
        "The hourly area under the curve, by trapezoids between neighbouring readings.",
        "Danne 2017, Diabetes Care 40:1631",
        |f| number(f.variability.auc),
    ),
];

/// Mean amplitude of glycemic excursions.
pub(super) const MAGE: &[Definition] = &[
    define(
        "mage_avg",
        "mg/dL",
        "The mean height of rises and falls of more than one standard deviation.",
        "Service 1970, Diabetes 19:644; Fernandes 2022, doi 10.1177/19322968211061165 (iglu 4.2.1)",
        |f| number(f.mage.avg),
    ),
    define(
        "mage_plus",
        "mg/dL",
        "The mean height of rises of more than one standard deviation.",
        "Service 1970, Diabetes 19:644; Fernandes 2022, doi 10.1177/19322968211061165 (iglu 4.2.1)",
        |f| number(f.mage.plus),
    ),
    define(
        "mage_minus",
        "mg/dL",
        "The mean height of falls of more than one standard deviation.",
        "Service 1970, Diabetes 19:644; Fernandes 2022, doi 10.1177/19322968211061165 (iglu 4.2.1)",
        |f| number(f.mage.minus),
    ),
    define(
        "mage_service",
        "mg/dL",
        "The mean height of excursions of more than one standard deviation, in the direction of the first one.",
        "Service 1970, Diabetes 19:644; Fernandes 2022, doi 10.1177/19322968211061165 (iglu 4.2.1)",
        |f| number(f.mage.service),
    ),
];

/// Between days and times of day.
pub(super) const DAILY: &[Definition] = &[
    define(
        "sdb",
        "mg/dL",
        "Between days: the mean over the times of day of the standard deviation across days.",
        "Rodbard 2009, Diabetes Technol Ther 11:551",
        |f| number(f.variability.daily.sdb),
    ),
    define(
        "sdbdm",
        "mg/dL",
        "Between days, after each day's mean was taken off.",
        "Rodbard 2009, Diabetes Technol Ther 11:551",
        |f| number(f.variability.daily.sdbdm),
    ),
    define(
        "sdhhmm",
        "mg/dL",
        "Between times of day: the standard deviation of the mean at each time of day.",
        "Rodbard 2009, Diabetes Technol Ther 11:551",
        |f| number(f.variability.daily.sdhhmm),
    ),
    define(
        "sdwsh",
        "mg/dL",
        "Within series: the mean standard deviation within sliding hours.",
        "Rodbard 2009, Diabetes Technol Ther 11:551",
        |f| number(f.variability.daily.sdwsh),
    ),
    define("cvmean", "%", "The mean of the days' coefficients of variation.", "iglu cv_measures", |f| {
        number(f.variability.daily.cvmean)
    }),
    define("cvsd", "%", "The standard deviation of the days' coefficients of variation.", "iglu cv_measures", |f| {
        number(f.variability.daily.cvsd)
    }),
];

//! Definitions of sensor wear.

use super::{Definition, define, number};
use crate::figures::Figure;

/// The form of the AGP report.
pub(super) const ACTIVE: &[Definition] = &[define(
    "active_percent",
    "%",
    "Time CGM active: readings as a share of those possible between the first and the last one.",
    "iglu active_percent; Tidepool sensorUsageAGP",
    |f| number(f.wear.map(|w| w.active)),
)];

/// Other forms, and sufficiency.
pub(super) const FIGURES: &[Definition] = &[
    define(
        "active_percent_window",
        "%",
        "Readings as a share of those possible in the window that was asked for.",
        "Battelino 2019, Diabetes Care 42:1593",
        |f| number(f.wear.map(|w| w.active_in_window)),
    ),
    define(
        "active_percent_days",
        "%",
        "Readings as a share of those possible on the local days that have any.",
        "Tidepool dashboard",
        |f| number(f.wear.map(|w| w.active_in_days)),
    ),
    define("days", "", "The number of local days with readings.", "counted", |f| {
        f.wear.map_or(Figure::None, |w| Figure::Count(w.days))
    }),
    define("hours", "h", "The time that has readings: each stands for its interval.", "counted", |f| {
        number(f.wear.map(|w| w.hours))
    }),
    define(
        "interval_minutes",
        "min",
        "The usual interval between readings: the median, in whole minutes.",
        "iglu",
        |f| number(f.wear.map(|w| w.interval_min)),
    ),
    define(
        "sufficient",
        "",
        "Whether there are 14 days with readings on at least 70 % of the time.",
        "Battelino 2019, Diabetes Care 42:1593",
        |f| f.wear.map_or(Figure::None, |w| Figure::Flag(w.sufficient)),
    ),
];

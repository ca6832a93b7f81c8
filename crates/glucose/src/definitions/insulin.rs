//! Definitions of insulin and carbohydrate.

use super::{Definition, define, number};
use crate::figures::Figure;

/// Insulin and carbohydrate.
pub(super) const FIGURES: &[Definition] = &[
    define(
        "tdd",
        "U/d",
        "The total daily dose: all insulin over the days with any insulin record; none where it is under 80 % of the device's own totals.",
        "Tidepool getInsulinData",
        |f| number(f.insulin.tdd()),
    ),
    define(
        "basal_per_day",
        "U/d",
        "Basal insulin a day: rate times hours, automated part and long-acting injections included.",
        "Tidepool getInsulinData",
        |f| number(f.insulin.basal_per_day()),
    ),
    define(
        "auto_basal_per_day",
        "U/d",
        "Basal insulin a day that a closed loop gave.",
        "Tidepool getInsulinData",
        |f| number(f.insulin.automated_basal_per_day()),
    ),
    define(
        "bolus_per_day",
        "U/d",
        "Bolus insulin a day: what was delivered, automatic corrections included.",
        "Tidepool getInsulinData",
        |f| number(f.insulin.bolus_per_day()),
    ),
    define("boluses_per_day", "1/d", "The number of boluses a day.", "Tidepool getInsulinData", |f| {
        number(f.insulin.boluses_per_day())
    }),
    define("basal_percent", "%", "Basal insulin as a share of all insulin.", "Tidepool getInsulinData", |f| {
        number(f.insulin.basal_percent())
    }),
    define("bolus_percent", "%", "Bolus insulin as a share of all insulin.", "Tidepool getInsulinData", |f| {
        number(f.insulin.bolus_percent())
    }),
    define(
        "tdd_device",
        "U/d",
        "The mean of the device's own daily totals, to check the sum against.",
        "the device",
        |f| number(f.insulin.device_tdd()),
    ),
    define(
        "insulin_days",
        "",
        "The number of days over which insulin is averaged.",
        "Tidepool getActiveDaysWithData",
        |f| Figure::Count(f.insulin.insulin_days),
    ),
    define(
        "carbs_per_day",
        "g/d",
        "Carbohydrate a day, over the days with any insulin or carbohydrate record.",
        "Tidepool",
        |f| number(f.insulin.carbs_per_day()),
    ),
    define(
        "time_in_auto_percent",
        "%",
        "The share of time in which a closed loop dosed by itself.",
        "Tidepool getTimeInAutoData",
        |f| number(f.insulin.time_in_auto),
    ),
];

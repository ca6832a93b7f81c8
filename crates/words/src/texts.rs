//! The texts that every language has to bring. One field, one text; `{}` stands for what is put in.

/// A text that depends on a count.
#[derive(Clone, Copy, Debug)]
pub struct Plural {
    /// For one.
    pub one: &'static str,
    /// For any other count.
    pub other: &'static str,
}

/// Names of the days, from Monday.
#[derive(Clone, Copy, Debug)]
pub struct DayNames {
    pub long: [&'static str; 7],
    pub short: [&'static str; 7],
}

/// Names of the months.
#[derive(Clone, Copy, Debug)]
pub struct MonthNames {
    pub long: [&'static str; 12],
    pub short: [&'static str; 12],
}

/// All texts of one language, for charts, reports and messages.
#[derive(Clone, Copy, Debug)]
pub struct Texts {
    // time
    pub week_days: DayNames,
    pub months: MonthNames,
    pub just_now: &'static str,
    pub ago: &'static str,
    pub in_future: &'static str,
    pub minutes: Plural,
    pub hours: Plural,
    pub days: Plural,
    pub short_minutes: &'static str,
    pub short_hours: &'static str,
    pub readings: Plural,

    // the safety notice (PRODUCT 12)
    pub notice_short: &'static str,
    pub notice_long: &'static str,
    pub notice_title: &'static str,

    // the bands, from below upwards
    pub very_low: &'static str,
    pub low: &'static str,
    pub in_range: &'static str,
    pub high: &'static str,
    pub very_high: &'static str,
    /// Its limits.
    pub tight_range: &'static str,
    pub below_range: &'static str,
    pub above_range: &'static str,
    /// `under {}` and `over {}`, before a limit.
    pub under: &'static str,
    pub over: &'static str,
    pub goal_above: &'static str,
    pub goal_below: &'static str,
    pub goal_at_most: &'static str,
    /// The same in a narrow column: `≤ 36%`.
    pub at_most: &'static str,
    /// A goal of a band together with the one beyond it: the goal, the other band.
    pub goal_with: &'static str,

    // figures
    pub mean_glucose: &'static str,
    pub gmi: &'static str,
    pub gmi_long: &'static str,
    pub cv: &'static str,
    pub cv_long: &'static str,
    pub standard_deviation: &'static str,
    pub percent_active: &'static str,
    pub readings_counted: &'static str,
    pub time_in_range: &'static str,
    pub total_insulin: &'static str,
    pub basal: &'static str,
    pub bolus: &'static str,
    pub carbs: &'static str,

    // reports
    pub agp_title: &'static str,
    pub agp_subtitle: &'static str,
    pub daily_title: &'static str,
    pub daily_subtitle: &'static str,
    pub statistics: &'static str,
    pub statistics_and_goals: &'static str,
    pub percentile_chart: &'static str,
    pub percentile_explained: &'static str,
    pub daily_profiles: &'static str,
    pub daily_profiles_explained: &'static str,
    /// How many.
    pub last_days_only: &'static str,
    pub born: &'static str,
    pub period: &'static str,
    pub length: &'static str,
    pub made_on: &'static str,
    pub page_of: &'static str,
    pub figure: &'static str,
    pub value: &'static str,
    pub goal: &'static str,
    pub range: &'static str,
    pub share: &'static str,
    pub time_a_day: &'static str,
    pub too_few_short: &'static str,
    pub too_few_data: &'static str,
    pub too_few_data_for_report: &'static str,
    pub no_readings: &'static str,
    pub median: &'static str,
    pub half_of_readings: &'static str,
    pub most_readings: &'static str,
    pub target_range: &'static str,

    // pictures in words; arguments in this order
    /// Days, readings.
    pub profile_of: &'static str,
    /// The lowest median, its hour, the highest, its hour.
    pub median_between: &'static str,
    /// The hour, from, to.
    pub widest_at: &'static str,
    /// The day, its lowest, its highest value.
    pub day_between: &'static str,
    /// The day.
    pub day_without: &'static str,
    /// Lowest, highest.
    pub between: &'static str,
    /// Readings; lowest, when; highest, when; last, when.
    pub day_told: &'static str,

    // a day
    pub short_carbs: &'static str,
    pub short_bolus: &'static str,
    pub short_basal: &'static str,
    pub grams: &'static str,
    pub units: &'static str,
    pub units_an_hour: &'static str,
    pub up_to: &'static str,
    pub sensor: &'static str,
    pub meter: &'static str,
    pub scan: &'static str,
    pub note: &'static str,
    pub notes: &'static str,
    pub alarm: &'static str,
    pub events: &'static str,
    pub no_events: &'static str,
    pub day: &'static str,
    pub time: &'static str,
    pub event: &'static str,
    pub details: &'static str,
    pub glucose: &'static str,
    pub insulin: &'static str,
    pub lowest: &'static str,
    pub highest: &'static str,
    pub suspended: &'static str,
    pub resumed: &'static str,
    pub injection: &'static str,
    pub calibration: &'static str,
    pub set_change: &'static str,
    pub mode: &'static str,
    pub exercise: &'static str,
    pub ketone: &'static str,
    pub clock_change: &'static str,
    pub temporary_target: &'static str,
    pub automatic: &'static str,
    pub temporary: &'static str,
    /// Units, how long.
    pub extended_over: &'static str,
    pub programmed: &'static str,
    pub rapid: &'static str,
    pub long_acting: &'static str,
    /// What the dots of a day mean.
    pub day_legend: &'static str,
    /// A day whose table goes on: the day.
    pub continued: &'static str,
}

/// Puts arguments into a text, each in place of the next `{}`.
pub fn fill(text: &str, arguments: &[&str]) -> String {
    let mut filled = String::with_capacity(text.len() + arguments.iter().map(|words| words.len()).sum::<usize>());
    let mut rest = arguments.iter();
    for (index, part) in text.split("{}").enumerate() {
        if index > 0 {
            filled.push_str(rest.next().copied().unwrap_or_default());
        }
        filled.push_str(part);
    }
    filled
}

//! Which days a report covers, as asked for in the address: a number of days, or from and to.

use crate::edge::problem::Problem;
use glucose::{Period, local_day};
use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use serde::Deserialize;

pub const USUAL_DAYS: [u16; 4] = [7, 14, 30, 90];
const MOST_DAYS: u32 = 366;

/// The part of the query that chooses days; every field may be missing or empty.
#[derive(Clone, Debug, Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    days: String,
    from: String,
    to: String,
    /// `all`, `work` (Monday to Friday) or `weekend`.
    week: String,
    /// `a4` or `letter`.
    pub paper: String,
}

/// Which days of the week count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Week {
    All,
    Work,
    Weekend,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChosenDays {
    pub period: Period,
    pub week: Week,
    /// The number of days, when that is how it was asked.
    pub days: Option<u16>,
}

impl Week {
    pub const CHOICES: [(&'static str, &'static str); 3] =
        [("all", "Every day"), ("work", "Monday to Friday"), ("weekend", "Saturday and Sunday")];

    fn parse(text: &str) -> Self {
        match text {
            "work" => Self::Work,
            "weekend" => Self::Weekend,
            _ => Self::All,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Work => "work",
            Self::Weekend => "weekend",
        }
    }

    pub fn has(self, on: Date) -> bool {
        let is_weekend = matches!(on.weekday(), Weekday::Saturday | Weekday::Sunday);
        match self {
            Self::All => true,
            Self::Work => !is_weekend,
            Self::Weekend => is_weekend,
        }
    }
}

impl ChosenDays {
    /// `usual` days that end today, unless something else is asked for.
    pub fn of(asked: &Asked, usual: u16, now: Timestamp, zone: &TimeZone) -> Result<Self, Problem> {
        let today = local_day(now, zone);
        let week = Week::parse(&asked.week);
        let date = |text: &str| (!text.is_empty()).then(|| text.parse::<Date>()).transpose();
        let (Ok(from), Ok(to)) = (date(&asked.from), date(&asked.to)) else {
            return Err(Problem::invalid("Write dates as year-month-day, such as 2026-03-12."));
        };
        if from.is_none() && to.is_none() {
            let days = asked.days.parse().ok().filter(|days| (1..=366).contains(days)).unwrap_or(usual);
            return Ok(Self { period: Period::ending(today, days), week, days: Some(days) });
        }
        let last = to.unwrap_or(today);
        let first = from.unwrap_or_else(|| Period::ending(last, usual).first);
        let period = Period { first, last };
        if first > last || period.days() > MOST_DAYS {
            return Err(Problem::invalid("Choose at least one day and at most a year, the first day before the last."));
        }
        Ok(Self { period, week, days: None })
    }

    /// What is asked for of the days that a visit pass shows; all of them when it is none of them.
    pub fn within(asked: &Asked, whole: Period) -> Self {
        let date = |text: &str, or: Date| text.parse::<Date>().unwrap_or(or);
        let first = date(&asked.from, whole.first).clamp(whole.first, whole.last);
        let last = date(&asked.to, whole.last).clamp(first, whole.last);
        Self { period: Period { first, last }, week: Week::parse(&asked.week), days: None }
    }

    /// As it goes into the addresses of the files.
    pub fn query(&self) -> String {
        format!("from={}&to={}&week={}", self.period.first, self.period.last, self.week.name())
    }
}

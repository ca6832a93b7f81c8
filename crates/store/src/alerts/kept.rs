//! How rules, orders and what was seen are written before they are sealed.

use super::AlertSettings;
use crate::{
    error::Error,
    standing::words,
    words::{unit, unit_word},
};
use glucose::{AlertKind, AlertRule, Glucose, Threshold, Trend, alert::Seen};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sharing::{QuietHours, WeeklyPause};

words!(
    AlertKind, kind_word, kind:
    UrgentLow = "urgent low", Low = "low", High = "high", FallingFast = "falling fast", RisingFast = "rising fast",
    PredictedLow = "low soon", NoData = "no data"
);

words!(
    Trend, trend_word, trend:
    TripleUp = "triple up", DoubleUp = "double up", SingleUp = "up", FortyFiveUp = "45 up", Flat = "flat",
    FortyFiveDown = "45 down", SingleDown = "down", DoubleDown = "double down", TripleDown = "triple down"
);

/// A rule; the threshold is a number and what it counts.
#[derive(Serialize, Deserialize)]
struct Rule(String, bool, i32, String, u16, Option<u16>);

#[derive(Serialize, Deserialize)]
pub(super) struct Settings {
    rules: Vec<Rule>,
    quiet: Vec<(u8, u16, u16)>,
    urgent_waits: bool,
    says_value: bool,
}

/// How people are called one after the other.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Steps {
    pub(super) step_min: u16,
    pub(super) owner_first: bool,
    pub(super) kinds: Vec<String>,
}

/// What an alert is about: its kind, and the reading with which it began.
#[derive(Serialize, Deserialize)]
pub(super) struct What {
    kind: String,
    at_ms: i64,
    thousandths: i32,
    unit: String,
    trend: Option<String>,
}

pub(super) fn write(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(Error::broken)
}

pub(super) fn read<T: DeserializeOwned>(plain: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(plain).map_err(Error::broken)
}

impl Settings {
    pub(super) fn of(settings: &AlertSettings) -> Self {
        let rule = |rule: &AlertRule| {
            let (number, of) = match rule.threshold {
                Threshold::Glucose(glucose) => (glucose.thousandths(), unit_word(glucose.unit())),
                Threshold::Rate(tenths) => (i32::from(tenths), "rate"),
                Threshold::Minutes(minutes) => (i32::from(minutes), "minutes"),
            };
            Rule(kind_word(rule.kind).to_owned(), rule.on, number, of.to_owned(), rule.delay_min, rule.repeat_min)
        };
        Self {
            rules: settings.rules.iter().map(rule).collect(),
            quiet: settings.quiet.hours.iter().map(|hours| hours.parts()).collect(),
            urgent_waits: settings.quiet.urgent_waits,
            says_value: settings.says_value,
        }
    }

    pub(super) fn settings(self) -> Result<AlertSettings, Error> {
        let rules = self.rules.into_iter().map(Rule::rule).collect::<Result<Vec<_>, _>>()?;
        let hours = self.quiet.into_iter().map(|(days, from, to)| WeeklyPause::new(days, from, to));
        let hours = hours.collect::<Result<_, _>>().map_err(Error::broken)?;
        let quiet = QuietHours { hours, urgent_waits: self.urgent_waits };
        Ok(AlertSettings { rules, quiet, says_value: self.says_value })
    }
}

impl Rule {
    fn rule(self) -> Result<AlertRule, Error> {
        let Self(name, on, number, of, delay_min, repeat_min) = self;
        let small = || u16::try_from(number).map_err(Error::broken);
        let threshold = match of.as_str() {
            "rate" => Threshold::Rate(small()?),
            "minutes" => Threshold::Minutes(small()?),
            of => Threshold::Glucose(Glucose::of_thousandths(number, unit(of)?)),
        };
        Ok(AlertRule { kind: kind(&name)?, on, threshold, delay_min, repeat_min })
    }
}

impl What {
    pub(super) fn of(kind: AlertKind, seen: &Seen) -> Self {
        Self {
            kind: kind_word(kind).to_owned(),
            at_ms: seen.at.as_millisecond(),
            thousandths: seen.glucose.thousandths(),
            unit: unit_word(seen.glucose.unit()).to_owned(),
            trend: seen.trend.map(|trend| trend_word(trend).to_owned()),
        }
    }

    pub(super) fn parts(&self) -> Result<(AlertKind, Seen), Error> {
        let at = Timestamp::from_millisecond(self.at_ms).map_err(Error::broken)?;
        let glucose = Glucose::of_thousandths(self.thousandths, unit(&self.unit)?);
        let trend = self.trend.as_deref().map(trend).transpose()?;
        Ok((kind(&self.kind)?, Seen { at, glucose, trend }))
    }
}

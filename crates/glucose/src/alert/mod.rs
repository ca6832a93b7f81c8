//! When somebody is to be woken: rules for each kind of alert, and what has begun, goes on and ended, from the last readings.
//!
//! Defaults and their sources: 54, 70, 180 and 250 mg/dL are the bands of the international consensus (Battelino 2019,
//! Diabetes Care 42:1593), after which also 15 minutes make an end; 2 and 3 mg/dL a minute are where the sensors' own arrows
//! change (Dexcom manual p. 47, FreeStyle Libre); a low is foretold 20 minutes ahead, as the sensors' own *urgent low soon* is.

mod conditions;
mod evaluate;

pub use evaluate::{AlertChange, OpenAlert, Seen, evaluate, next_at};

use crate::units::Glucose;
use jiff::SignedDuration;

/// A reading older than this is never announced: nobody knows any more whether it is so.
pub const STALE: SignedDuration = SignedDuration::from_mins(15);

/// What an alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AlertKind {
    /// Below the very low limit.
    UrgentLow,
    /// Below the low limit.
    Low,
    /// Above the high limit.
    High,
    /// Falling at least so fast.
    FallingFast,
    /// Rising at least so fast.
    RisingFast,
    /// Not low yet, but on the way there.
    PredictedLow,
    /// Nothing came for so long.
    NoData,
}

impl AlertKind {
    /// All of them, the most urgent first.
    pub const ALL: [Self; 7] =
        [Self::UrgentLow, Self::Low, Self::PredictedLow, Self::FallingFast, Self::High, Self::RisingFast, Self::NoData];

    /// Kinds that are silent while this one speaks: one voice for one event.
    pub fn silences(self) -> &'static [Self] {
        match self {
            Self::UrgentLow => &[Self::Low, Self::PredictedLow, Self::FallingFast],
            Self::Low => &[Self::PredictedLow],
            _ => &[],
        }
    }

    /// Whether it is about a value, and not about one that is missing.
    pub fn has_value(self) -> bool {
        self != Self::NoData
    }
}

/// From where on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Threshold {
    /// A value; the limit itself is still in range (metrics 1.1).
    Glucose(Glucose),
    /// Tenths of mg/dL a minute.
    Rate(u16),
    /// Minutes without data.
    Minutes(u16),
}

/// What somebody wants to be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AlertRule {
    /// Of what.
    pub kind: AlertKind,
    /// Whether at all.
    pub on: bool,
    /// From where on.
    pub threshold: Threshold,
    /// It must have been so for as many minutes.
    pub delay_min: u16,
    /// Said again after as many minutes while it is so and nobody has taken it; none: once.
    pub repeat_min: Option<u16>,
}

/// How far a threshold, a delay and a repeat may go.
const MOST_DELAY: u16 = 240;
const REPEATS: std::ops::RangeInclusive<u16> = 5..=240;

impl AlertRule {
    /// As it stands until somebody chooses otherwise. What everybody who follows wants is on.
    pub fn usual(kind: AlertKind) -> Self {
        use AlertKind::{FallingFast, High, Low, NoData, PredictedLow, RisingFast, UrgentLow};
        let mg_dl = |value| Threshold::Glucose(Glucose::mg_dl(value));
        let (on, threshold, delay_min, repeat_min) = match kind {
            UrgentLow => (true, mg_dl(54), 0, Some(10)),
            Low => (true, mg_dl(70), 10, Some(30)),
            High => (false, mg_dl(250), 30, Some(60)),
            FallingFast => (false, Threshold::Rate(30), 0, None),
            RisingFast => (false, Threshold::Rate(30), 0, None),
            PredictedLow => (false, mg_dl(55), 0, None),
            NoData => (true, Threshold::Minutes(30), 0, Some(120)),
        };
        Self { kind, on, threshold, delay_min, repeat_min }
    }

    /// Whether it says something that can happen.
    pub fn is_sensible(&self) -> bool {
        use AlertKind::{FallingFast, High, Low, NoData, PredictedLow, RisingFast, UrgentLow};
        let value = |glucose: Glucose, from: f64, to: f64| (from..=to).contains(&glucose.to_mg_dl());
        let threshold = match (self.kind, self.threshold) {
            (UrgentLow, Threshold::Glucose(limit)) => value(limit, 40.0, 70.0),
            (Low | PredictedLow, Threshold::Glucose(limit)) => value(limit, 50.0, 120.0),
            (High, Threshold::Glucose(limit)) => value(limit, 100.0, 400.0),
            (FallingFast | RisingFast, Threshold::Rate(tenths)) => (10..=60).contains(&tenths),
            (NoData, Threshold::Minutes(minutes)) => (20..=720).contains(&minutes),
            _ => false,
        };
        threshold && self.delay_min <= MOST_DELAY && self.repeat_min.is_none_or(|minutes| REPEATS.contains(&minutes))
    }

    /// How long it must have been so.
    pub fn delay(&self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.delay_min))
    }

    /// After how long it is said again.
    pub fn repeat(&self) -> Option<SignedDuration> {
        self.repeat_min.map(|minutes| SignedDuration::from_mins(i64::from(minutes)))
    }
}

//! What began, goes on and ended, of one person's rules on one record. Nothing is remembered here but what is handed in.

use super::{AlertKind, AlertRule, STALE, Threshold, conditions::Recent};
use crate::{
    reading::{Reading, Trend},
    units::Glucose,
};
use jiff::{SignedDuration, Timestamp};

/// It is over once it was not so for as long (consensus: an episode ends after 15 minutes). So a value that dithers about a
/// threshold is one alert.
const OVER: SignedDuration = SignedDuration::from_mins(15);
/// Of a value that nobody has seen followed up for as long, nobody knows any more whether it is so.
const LOST: SignedDuration = SignedDuration::from_mins(60);
/// Silence that has lasted for longer was known before: an old record that somebody begins to follow makes no noise.
const LONG_KNOWN: SignedDuration = SignedDuration::from_hours(24);

/// An alert that has begun and not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenAlert {
    /// Of what.
    pub kind: AlertKind,
    /// When it was said last; none: it was held back so far.
    pub said_at: Option<Timestamp>,
    /// Somebody has taken it: it is not said again.
    pub taken: bool,
}

/// What is announced.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// When it was measured.
    pub at: Timestamp,
    /// How much.
    pub glucose: Glucose,
    /// The device's arrow, or one made of the readings.
    pub trend: Option<Trend>,
}

/// What became of an alert.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AlertChange {
    /// It begins. `seen` is the newest reading, for *no data* the last one there was.
    Begin {
        /// Of what.
        kind: AlertKind,
        /// What is announced.
        seen: Seen,
    },
    /// It goes on, and is to be said now: for the first time where it was held back, else once more.
    Again {
        /// Of what.
        kind: AlertKind,
        /// What is announced.
        seen: Seen,
    },
    /// It is over.
    End {
        /// Of what.
        kind: AlertKind,
    },
}

/// What is known when rules are looked at.
struct Now {
    recent: Recent,
    newest: Reading,
    seen: Seen,
    /// The newest reading is one that may be announced.
    fresh: bool,
    at: Timestamp,
}

/// Looks at one person's rules; `open` are their own alerts. Readings may be in any order and are those of the last hours:
/// at least as far back as the longest delay.
pub fn evaluate(rules: &[AlertRule], readings: &[Reading], open: &[OpenAlert], now: Timestamp) -> Vec<AlertChange> {
    let Some(now) = Now::of(readings, now) else { return Vec::new() };
    let mut speaking: Vec<AlertKind> = Vec::new();
    let mut changes = Vec::new();
    // The most urgent first, so that it silences what is less.
    for kind in AlertKind::ALL {
        let rule = rules.iter().find(|rule| rule.kind == kind && rule.on);
        let before = open.iter().find(|alert| alert.kind == kind);
        let silenced = speaking.iter().any(|other| other.silences().contains(&kind));
        let change = match (rule.filter(|_| !silenced), before) {
            (None, None) => continue,
            (None, Some(_)) => Some(AlertChange::End { kind }),
            (Some(rule), None) => now.begins(rule).then_some(AlertChange::Begin { kind, seen: now.seen }),
            (Some(rule), Some(_)) if now.is_over(rule) => Some(AlertChange::End { kind }),
            (Some(rule), Some(alert)) => now.is_due(rule, alert).then_some(AlertChange::Again { kind, seen: now.seen }),
        };
        let ended = matches!(change, Some(AlertChange::End { .. }));
        if matches!(change, Some(AlertChange::Begin { .. })) || (before.is_some() && !ended) {
            speaking.push(kind);
        }
        changes.extend(change);
    }
    changes
}

/// When the rules are to be looked at again though nothing comes in: for silence, for what is said again, for what is lost.
pub fn next_at(
    rules: &[AlertRule],
    newest: Option<Timestamp>,
    open: &[OpenAlert],
    now: Timestamp,
) -> Option<Timestamp> {
    let newest = newest?;
    let after = |from: Timestamp, by: SignedDuration| from.saturating_add(by).unwrap_or(Timestamp::MAX);
    let mut times = Vec::new();
    for rule in rules.iter().filter(|rule| rule.on) {
        let alert = open.iter().find(|alert| alert.kind == rule.kind);
        match (rule.threshold, alert) {
            (Threshold::Minutes(minutes), None) => {
                times.push(after(newest, SignedDuration::from_mins(i64::from(minutes)) + rule.delay()));
            }
            (_, Some(alert)) if !alert.taken => {
                times.extend(alert.said_at.zip(rule.repeat()).map(|(said_at, repeat)| after(said_at, repeat)));
                times.push(after(newest, LOST));
            }
            (_, Some(_)) => times.push(after(newest, LOST)),
            _ => {}
        }
    }
    times.into_iter().filter(|at| *at > now).min()
}

impl Now {
    fn of(readings: &[Reading], now: Timestamp) -> Option<Self> {
        let recent = Recent::until(readings, now);
        let newest = recent.newest()?;
        let trend = newest.trend.or_else(|| Trend::of(recent.all()));
        let seen = Seen { at: newest.at, glucose: newest.glucose, trend };
        let fresh = now.duration_since(newest.at) <= STALE;
        Some(Self { recent, newest, seen, fresh, at: now })
    }

    /// For how long nothing has come from the sensor.
    fn silence(&self) -> Option<SignedDuration> {
        Some(self.at.duration_since(self.recent.newest_of_sensor()?))
    }

    fn begins(&self, rule: &AlertRule) -> bool {
        if let Threshold::Minutes(minutes) = rule.threshold {
            let wanted = SignedDuration::from_mins(i64::from(minutes)) + rule.delay();
            return self.silence().is_some_and(|silence| silence >= wanted && silence <= LONG_KNOWN.max(wanted * 2));
        }
        let since = self.recent.since(rule).filter(|_| self.fresh);
        since.is_some_and(|since| self.newest.at.duration_since(since) >= rule.delay())
    }

    fn is_over(&self, rule: &AlertRule) -> bool {
        if let Threshold::Minutes(minutes) = rule.threshold {
            return self.silence().is_none_or(|silence| silence < SignedDuration::from_mins(i64::from(minutes)));
        }
        let over = self.recent.over_since(rule);
        over.is_some_and(|since| self.newest.at.duration_since(since) >= OVER)
            || self.at.duration_since(self.newest.at) >= LOST
    }

    fn is_due(&self, rule: &AlertRule, alert: &OpenAlert) -> bool {
        let holds = if rule.kind.has_value() { self.fresh && self.recent.since(rule).is_some() } else { true };
        let due = match (alert.said_at, rule.repeat()) {
            (None, _) => true,
            (Some(said_at), Some(repeat)) => self.at.duration_since(said_at) >= repeat,
            (Some(_), None) => false,
        };
        holds && due && !alert.taken
    }
}

//! One care partner, as every list of them shows it.

use super::words::{self, Clock};
use crate::routes::leads_somewhere;
use jiff::Timestamp;
use sharing::WeeklyPause;
use store::CarePartnerLine;

/// A care partner in words.
pub struct Card {
    /// Ties the parts of one card together on the page.
    pub key: String,
    pub record_name: String,
    pub name: String,
    pub email: String,
    pub state: String,
    pub is_active: bool,
    pub hint: &'static str,
    pub permission: &'static str,
    pub sees: String,
    pub since: String,
    pub until: String,
    pub weekly: String,
    pub second_step: &'static str,
    pub looked: String,
    pub url: String,
    pub can_resume: bool,
    pub see_as: Option<String>,
}

/// How it stands now.
enum State {
    Active,
    Ended(Timestamp),
    Suspended,
    Paused(Timestamp),
    PausedByWeek(Timestamp),
    WaitsForSecondStep,
}

impl State {
    fn of(line: &CarePartnerLine, clock: Clock<'_>) -> Self {
        let Clock { zone, now, .. } = clock;
        let weekly = line.terms.weekly_pause.and_then(|pause: WeeklyPause| pause.paused_until(now, zone));
        match (line.terms.until_at, line.paused_until_at) {
            (Some(until), _) if until <= now => Self::Ended(until),
            _ if line.suspended_at.is_some() => Self::Suspended,
            (_, Some(until)) if until > now => Self::Paused(until),
            _ if let Some(until) = weekly => Self::PausedByWeek(until),
            _ if line.terms.needs_second_step && !line.second_step => Self::WaitsForSecondStep,
            _ => Self::Active,
        }
    }

    fn words(&self, clock: Clock<'_>) -> (String, &'static str) {
        match self {
            Self::Active => ("Active".to_owned(), ""),
            Self::Ended(at) => (
                format!("Ended {}", clock.moment(*at)),
                "Sees nothing any more. Give another end to let them in again, or remove them.",
            ),
            Self::Suspended => (
                "Suspended by lockdown".to_owned(),
                "Sees nothing until you let them in again in the steps of the lockdown.",
            ),
            Self::Paused(until) => (format!("Paused until {}", clock.moment(*until)), "Sees nothing until then."),
            Self::PausedByWeek(until) => {
                (format!("Weekly pause until {}", clock.moment(*until)), "Sees nothing at these hours of the week.")
            }
            Self::WaitsForSecondStep => (
                "Waiting for a second step".to_owned(),
                "Sees nothing until they set one up. They read that when they try.",
            ),
        }
    }
}

impl Card {
    pub fn of(line: &CarePartnerLine, clock: Clock<'_>) -> Self {
        let state = State::of(line, clock);
        let (words, hint) = state.words(clock);
        let weekly = |pause| words::weekly(pause, clock.language);
        let see_as = !matches!(state, State::Ended(_)) && leads_somewhere("/records/{record}/see-as/{eyes}");
        Self {
            key: format!("{}-{}", line.record, line.partner),
            record_name: line.record_name.clone(),
            name: line.name.clone(),
            email: line.email.clone(),
            state: words,
            is_active: matches!(state, State::Active),
            hint,
            permission: words::permission(line.terms.permission),
            sees: words::kinds(line.terms.visibility),
            since: clock.moment(line.since_at),
            until: line.terms.until_at.map_or_else(|| "no end".to_owned(), |until| clock.moment(until)),
            weekly: line.terms.weekly_pause.map_or_else(String::new, weekly),
            second_step: match (line.second_step, line.terms.needs_second_step) {
                (true, true) => "on, and asked for",
                (true, false) => "on",
                (false, true) => "off, and asked for",
                (false, false) => "off",
            },
            looked: line.looked_at.map_or_else(|| "never".to_owned(), |at| clock.moment(at)),
            url: format!("/records/{}/care-partners/{}", line.record, line.partner),
            can_resume: line.paused_until_at.is_some_and(|until| until > clock.now),
            see_as: see_as.then(|| format!("/records/{}/see-as/{}", line.record, line.partner)),
        }
    }
}

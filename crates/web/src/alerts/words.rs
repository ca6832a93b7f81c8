//! Alerts in words, as every page tells of them.

use crate::show;
use glucose::AlertKind;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use reports::Show;
use store::{AlertNow, Channel, Delivered, PastAlert, TakenAlert, ToldPerson};

pub fn capital(kind: AlertKind) -> &'static str {
    match kind {
        AlertKind::UrgentLow => "Urgent low",
        AlertKind::Low => "Low",
        AlertKind::High => "High",
        AlertKind::FallingFast => "Falling fast",
        AlertKind::RisingFast => "Rising fast",
        AlertKind::PredictedLow => "Low soon",
        AlertKind::NoData => "No data",
    }
}

pub fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Mail => "E-mail",
        Channel::Sms => "Text message",
        Channel::Push => "Installed app",
        Channel::Webhook => "Webhook",
        Channel::Ntfy => "ntfy",
    }
}

/// On whose clock, and how values are shown.
pub struct Told<'a> {
    pub show: &'a Show,
    pub zone: &'a TimeZone,
}

impl Told<'_> {
    pub fn moment(&self, at: Timestamp) -> String {
        show::moment(at, self.zone, self.show.language)
    }

    /// `Taken by Ben, 21 Nov 2026, 03:12`.
    pub fn taken(&self, taken: &TakenAlert) -> String {
        let who = match &taken.by {
            _ if taken.by_you => "you",
            Some(name) => name,
            None => "somebody whose account is gone",
        };
        format!("Taken by {who}, {}", self.moment(taken.at))
    }

    /// One message: by which way, and what became of it.
    pub fn delivered(&self, one: &Delivered) -> String {
        let way = channel(one.channel);
        // A program that answered has it; a mailbox or a phone may still be asleep.
        let word = if matches!(one.channel, Channel::Webhook | Channel::Ntfy) { "delivered" } else { "sent" };
        match (one.sent_at, one.given_up_at, &one.why) {
            (Some(at), ..) => format!("{way}: {word} {}", self.moment(at)),
            (None, Some(at), Some(why)) => format!("{way}: not sent, given up {}, because {why}", self.moment(at)),
            (None, Some(at), None) => format!("{way}: not sent, given up {}", self.moment(at)),
            (None, None, Some(why)) => format!("{way}: waits and is tried again, because {why}"),
            (None, None, None) => format!("{way}: waits to be sent"),
        }
    }
}

/// One alert on a page.
pub struct AlertCard {
    pub id: String,
    pub title: &'static str,
    pub value: Option<String>,
    pub began: String,
    pub ended: Option<String>,
    pub taken: Option<String>,
    pub told: Vec<ToldCard>,
}

pub struct ToldCard {
    pub who: String,
    pub when: String,
    pub messages: Vec<String>,
}

impl AlertCard {
    pub fn of(alert: &PastAlert, told: &Told<'_>) -> Self {
        let unit = told.show.unit_symbol();
        let value = || format!("{} {unit} at {}", told.show.glucose(alert.seen.glucose), told.moment(alert.seen.at));
        Self {
            id: alert.id.to_string(),
            title: capital(alert.kind),
            value: alert.kind.has_value().then(value),
            began: told.moment(alert.began_at),
            ended: alert.ended_at.map(|at| told.moment(at)),
            taken: alert.taken.as_ref().map(|taken| told.taken(taken)),
            told: alert.told.iter().map(|person| ToldCard::of(person, told)).collect(),
        }
    }

    pub fn is_open(&self) -> bool {
        self.ended.is_none()
    }
}

impl ToldCard {
    fn of(person: &ToldPerson, told: &Told<'_>) -> Self {
        let who = match &person.name {
            _ if person.you => "You".to_owned(),
            Some(name) => name.clone(),
            None => "Somebody whose account is gone".to_owned(),
        };
        let how = if person.in_order { "Called" } else { "Told" };
        let messages = if person.messages.is_empty() {
            vec!["No way to be told was set up.".to_owned()]
        } else {
            person.messages.iter().map(|message| told.delivered(message)).collect()
        };
        Self { who, when: format!("{how} {}", told.moment(person.said_at)), messages }
    }
}

/// An open alert in one line of a list or above a chart.
pub struct AlertLine {
    pub id: String,
    pub words: String,
    pub taken: Option<String>,
}

impl AlertLine {
    pub fn of(alert: &AlertNow, told: &Told<'_>) -> Self {
        let words =
            format!("{} since {}", capital(alert.kind), show::time(alert.began_at, told.zone, told.show.language));
        Self { id: alert.id.to_string(), words, taken: alert.taken.as_ref().map(|taken| told.taken(taken)) }
    }
}

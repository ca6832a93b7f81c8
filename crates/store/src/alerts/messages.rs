//! What a message says: as much as its reader chose, the age of the value put in when it is sent.

use super::kept::kind_word;
use crate::mails::{self, SITE, in_one_line};
use glucose::{AlertKind, Trend, Unit, alert::Seen};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;
use sharing::Id;

/// Stands in a message where the age of the value goes; put in when it is sent.
pub(crate) const AGE: &str = "{age}";

/// How a kind of alert is called.
pub fn alert_words(kind: AlertKind) -> &'static str {
    kind_word(kind)
}

/// Why somebody is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// It begins for them.
    Begins,
    /// It goes on.
    GoesOn,
    /// Their turn in the order has come.
    Called,
    /// Somebody else took it.
    Taken(String),
}

/// All that a message can say.
pub(super) struct Said {
    pub(super) why: Why,
    pub(super) kind: AlertKind,
    pub(super) seen: Seen,
    /// The first name of whose data it is.
    pub(super) name: String,
    pub(super) unit: Unit,
    pub(super) zone: TimeZone,
    pub(super) says_value: bool,
    /// Who has taken it already.
    pub(super) taken_by: Option<String>,
    pub(super) episode: Id,
    pub(super) began_at: Timestamp,
}

impl Said {
    /// `Mia: urgent low, 52 mg/dL`.
    pub(super) fn title(&self) -> String {
        let (name, kind) = (&self.name, alert_words(self.kind));
        match &self.why {
            Why::Taken(who) => in_one_line(&format!("{who} took it. {name}: {kind}")),
            Why::GoesOn => in_one_line(&format!("{name}: still {kind}{}", self.value())),
            Why::Called => in_one_line(&format!("You are called. {name}: {kind}{}", self.value())),
            Why::Begins => in_one_line(&format!("{name}: {kind}{}", self.value())),
        }
    }

    /// The value behind the title, when it is to be told.
    fn value(&self) -> String {
        if self.says_value && self.kind.has_value() { format!(", {}", self.amount()) } else { String::new() }
    }

    fn amount(&self) -> String {
        let value = self.seen.glucose.display_in(self.unit);
        match self.unit {
            Unit::MgDl => format!("{value:.0} mg/dL"),
            Unit::MmolL => format!("{value:.1} mmol/L"),
        }
    }

    /// What stands beneath the title.
    pub(super) fn body(&self) -> String {
        let mut sentences = Vec::new();
        match &self.why {
            Why::Taken(who) => sentences.push(format!("{who} has seen the alert and looks after {}.", self.name)),
            Why::Called => sentences.push("Nobody before you in the order has taken this alert.".to_owned()),
            Why::Begins | Why::GoesOn => {}
        }
        if !matches!(self.why, Why::Taken(_)) {
            sentences.push(self.what());
            if let Some(who) = &self.taken_by {
                sentences.push(format!("{who} has seen the alert and looks after {}.", self.name));
            }
        }
        in_one_line(&sentences.join(" "))
    }

    fn what(&self) -> String {
        let name = &self.name;
        match self.kind {
            // A value that is old is never told as if it were so now.
            AlertKind::NoData => {
                let at = self.seen.at.to_zoned(self.zone.clone()).strftime("%-d %B at %H:%M");
                format!("Nothing has come in from {name}'s sensor since {at}.")
            }
            _ if self.says_value => {
                let arrow =
                    self.seen.trend.map_or(String::new(), |trend| format!(" {}, {}", arrow(trend), words(trend)));
                format!("Glucose {}{arrow}, {AGE}.", self.amount())
            }
            _ => format!("Open Kinsight to see more of {name}."),
        }
    }

    pub(super) fn letter(&self, token: Option<String>) -> mails::Letter {
        match &self.why {
            Why::Taken(_) => mails::alert_taken(self.title(), self.body(), self.path()),
            _ => mails::alert(self.title(), self.body(), self.path(), token),
        }
    }

    pub(super) fn path(&self) -> String {
        format!("/alerts/{}", self.episode)
    }

    /// In plain letters, so that it fits into one text message.
    pub(super) fn sms(&self) -> String {
        let arrow =
            |text: String| text.chars().filter(|c| !"↑↗→↘↓⇈⇊⤊⤋".contains(*c)).collect::<String>().replace(" ,", ",");
        arrow(format!("{}. {}", self.title(), self.body()))
    }

    /// As a program reads it.
    pub(super) fn json(&self, id: Id, sent_at: Timestamp) -> String {
        let state = match self.why {
            Why::Begins => "begins",
            Why::GoesOn => "goes on",
            Why::Called => "called",
            Why::Taken(_) => "taken",
        };
        let mut data = json!({
            "alert": self.episode.to_string(),
            "kind": kind_word(self.kind),
            "state": state,
            "name": in_one_line(&self.name),
            "began_at": self.began_at.to_string(),
            "measured_at": self.seen.at.to_string(),
            "url": format!("{SITE}{}", self.path()),
        });
        if self.says_value && self.kind.has_value() {
            data["glucose"] = json!({
                "value": (self.seen.glucose.display_in(self.unit) * 10.0).round() / 10.0,
                "unit": self.unit.symbol(),
                "trend": self.seen.trend.map(words),
            });
        }
        if let Why::Taken(who) = &self.why {
            data["taken_by"] = json!(in_one_line(who));
        }
        json!({ "type": "alert", "id": id.to_string(), "timestamp": sent_at.to_string(), "data": data }).to_string()
    }
}

fn arrow(trend: Trend) -> &'static str {
    match trend {
        Trend::TripleUp => "⤊",
        Trend::DoubleUp => "⇈",
        Trend::SingleUp => "↑",
        Trend::FortyFiveUp => "↗",
        Trend::Flat => "→",
        Trend::FortyFiveDown => "↘",
        Trend::SingleDown => "↓",
        Trend::DoubleDown => "⇊",
        Trend::TripleDown => "⤋",
    }
}

fn words(trend: Trend) -> &'static str {
    match trend {
        Trend::TripleUp | Trend::DoubleUp => "rising very fast",
        Trend::SingleUp => "rising fast",
        Trend::FortyFiveUp => "rising",
        Trend::Flat => "steady",
        Trend::FortyFiveDown => "falling",
        Trend::SingleDown => "falling fast",
        Trend::DoubleDown | Trend::TripleDown => "falling very fast",
    }
}

/// How old a value is at the moment of sending; what is old is said to be old.
pub(crate) fn age(about_at: Timestamp, now: Timestamp) -> String {
    let minutes = now.duration_since(about_at).as_mins().max(0);
    match minutes {
        0 => "just now".to_owned(),
        1 => "1 minute ago".to_owned(),
        _ if minutes <= glucose::alert::STALE.as_mins() => format!("{minutes} minutes ago"),
        _ => format!("{minutes} minutes ago, so this message comes late"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Said, Why, age};
    use glucose::{AlertKind, Glucose, Trend, Unit, alert::Seen};
    use jiff::{SignedDuration, Timestamp, tz::TimeZone};
    use sharing::Id;

    fn said(why: Why, kind: AlertKind) -> Said {
        let at: Timestamp = "2026-11-21T02:10:00Z".parse().expect("an instant");
        Said {
            why,
            kind,
            seen: Seen { at, glucose: Glucose::mg_dl(52), trend: Some(Trend::FortyFiveDown) },
            name: "Mia".to_owned(),
            unit: Unit::MgDl,
            zone: TimeZone::get("Europe/Berlin").expect("a zone"),
            says_value: true,
            taken_by: None,
            episode: Id(7),
            began_at: at,
        }
    }

    #[test]
    fn a_message_says_as_much_as_its_reader_chose() {
        let low = said(Why::Begins, AlertKind::UrgentLow);
        assert_eq!(low.title(), "Mia: urgent low, 52 mg/dL");
        assert_eq!(low.body(), "Glucose 52 mg/dL ↘, falling, {age}.");
        assert_eq!(low.sms(), "Mia: urgent low, 52 mg/dL. Glucose 52 mg/dL , falling, {age}.".replace(" ,", ","));
        let quiet = Said { says_value: false, ..said(Why::GoesOn, AlertKind::Low) };
        assert_eq!(
            (quiet.title(), quiet.body()),
            ("Mia: still low".to_owned(), "Open Kinsight to see more of Mia.".to_owned())
        );
        assert!(!quiet.json(Id(1), quiet.began_at).contains("52"));
        let mmol = Said { unit: Unit::MmolL, ..said(Why::Called, AlertKind::Low) };
        assert_eq!(mmol.title(), "You are called. Mia: low, 2.9 mmol/L");
        let taken = said(Why::Taken("Ben".to_owned()), AlertKind::Low);
        assert_eq!(
            (taken.title(), taken.body()),
            ("Ben took it. Mia: low".to_owned(), "Ben has seen the alert and looks after Mia.".to_owned())
        );
    }

    #[test]
    fn what_is_old_is_never_told_as_if_it_were_so_now() {
        let silence = said(Why::Begins, AlertKind::NoData);
        assert_eq!(silence.title(), "Mia: no data");
        assert_eq!(silence.body(), "Nothing has come in from Mia's sensor since 21 November at 03:10.");
        let at = silence.began_at;
        let after = |minutes| age(at, at + SignedDuration::from_mins(minutes));
        assert_eq!([0, 1, 15].map(after), ["just now", "1 minute ago", "15 minutes ago"]);
        assert_eq!(after(40), "40 minutes ago, so this message comes late");
    }
}

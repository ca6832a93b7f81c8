//! The letters of sharing, to both sides. Names and no health data; whoever follows is told what phishing looks like.

use crate::mails::Letter;
use jiff::{Timestamp, tz::TimeZone};
use sharing::{Permission, Terms, WeeklyPause};

/// What changed between a patient and a care partner.
pub(crate) enum Change {
    /// An invitation was accepted.
    Accepted(Terms),
    /// An invitation was declined.
    Declined,
    /// A request was approved.
    Approved(Terms),
    /// The terms changed.
    Terms {
        /// Before.
        old: Terms,
        /// From now on.
        new: Terms,
    },
    /// Shut out until then.
    Paused {
        /// When it is over.
        until: Timestamp,
    },
    /// Let in again.
    Resumed,
    /// Let in again after a lockdown.
    Restored,
    /// The owner ended it.
    Removed,
    /// The care partner ended it.
    Stopped,
    /// It will end.
    EndsSoon {
        /// When.
        until: Timestamp,
    },
    /// Its time is over.
    Ended,
}

impl Change {
    /// Whether a thief might have done it in the owner's name.
    fn is_the_owners(&self) -> bool {
        !matches!(self, Self::Declined | Self::Stopped | Self::EndsSoon { .. } | Self::Ended)
    }
}

/// To whoever was invited.
/// Their own words stand on the page and not here, where a stranger could speak in our name.
pub(crate) fn invitation(from: &str, token: String) -> Letter {
    Letter::plain(
        "invitation",
        "An invitation to follow somebody's diabetes data",
        format!(
            "{from} invites you to see their diabetes data on Kinsight, on a phone or a computer. Open this link within 7 \
             days to see what is offered, and to accept or decline:"
        ),
        "You sign in or make a free account of your own with this address; nobody else can accept. If you do not know who this \
         is, do nothing.",
    )
    .with_link("/invitations/", Some(token))
    .button("See what is offered")
    .for_care_partner()
}

/// To the owner of the record, about an invitation that was sent in their name.
pub(crate) fn invited(email: &str, record: &str) -> Letter {
    Letter::plain(
        "invited",
        "You invited somebody to see your data",
        format!("you, most likely, invited {email} to see the data of {record}. Nothing is shared until they accept."),
        "You can withdraw it under Share until then.",
    )
    .security()
}

/// The kind of [`request`], counted by it.
pub(crate) const REQUEST: &str = "request to follow";

/// To a patient whom somebody asked to be let in.
pub(crate) fn request(name: &str, email: &str) -> Letter {
    Letter::plain(
        REQUEST,
        "Somebody asks to follow you",
        format!("{name} ({email}) asks to see your diabetes data. Nothing is shared until you say so. Answer here within 24 hours:"),
        "If you do not know who this is, decline it or do nothing. They are not told whether you have an account.",
    )
    .with_link("/sharing", None)
    .button("Answer")
}

/// To the care partner.
pub(crate) fn to_partner(change: &Change, record: &str, zone: &TimeZone) -> Letter {
    let at = |at: &Timestamp| moment(*at, zone);
    let words = match change {
        Change::Accepted(terms) => format!("you accepted the invitation to follow {record}. {}", granted(terms, zone)),
        Change::Approved(terms) => format!("{record} can be followed by you from now on. {}", granted(terms, zone)),
        Change::Declined => format!("you declined the invitation to follow {record}."),
        Change::Terms { new, .. } => format!("what you can see of {record} was changed. {}", granted(new, zone)),
        Change::Paused { until } => format!("what you can see of {record} is paused until {}.", at(until)),
        Change::Resumed => format!("what you can see of {record} is not paused any more."),
        Change::Restored => format!("you can see {record} again: the owner restored it."),
        Change::Removed => format!("you do not follow {record} any more: the owner ended it."),
        Change::Stopped => format!("you do not follow {record} any more."),
        Change::EndsSoon { until } => format!("what you can see of {record} ends on {}.", at(until)),
        Change::Ended => format!("the time for which you could see {record} is over."),
    };
    Letter::plain(
        "following changed",
        "What you can see was changed",
        words,
        "Whom you follow is listed under Following.",
    )
    .for_care_partner()
}

/// To the owner of the record.
pub(crate) fn to_owner(change: &Change, record: &str, partner: &str, zone: &TimeZone) -> Letter {
    let at = |at: &Timestamp| moment(*at, zone);
    let words = match change {
        Change::Accepted(terms) => {
            format!("{partner} accepted your invitation and follows {record} from now on. {}", granted(terms, zone))
        }
        Change::Approved(terms) => format!("you let {partner} follow {record}. {}", granted(terms, zone)),
        Change::Declined => format!("{partner} declined your invitation to follow {record}."),
        Change::Terms { old, new } => format!(
            "what {partner} can see of {record} was changed. Before: {} Now: {}",
            granted(old, zone),
            granted(new, zone)
        ),
        Change::Paused { until } => format!("you paused what {partner} can see of {record} until {}.", at(until)),
        Change::Resumed => format!("you ended the pause: {partner} can see {record} again."),
        Change::Restored => format!("you restored after the lockdown what {partner} can see of {record}."),
        Change::Removed => format!("you removed {partner}, who cannot see {record} any more."),
        Change::Stopped => format!("{partner} does not follow {record} any more."),
        Change::EndsSoon { until } => format!("what {partner} can see of {record} ends on {}.", at(until)),
        Change::Ended => format!("the time for which {partner} could see {record} is over."),
    };
    let letter = Letter::plain(
        "sharing changed",
        "Who can see your data was changed",
        words,
        "Who can see your data is listed under Share, and who looked under View history.",
    );
    if change.is_the_owners() { letter.security() } else { letter }
}

/// Terms in one or two sentences.
fn granted(terms: &Terms, zone: &TimeZone) -> String {
    let permission = match terms.permission {
        Permission::ViewOnly => "View only",
        Permission::ViewAndDownload => "View and download",
    };
    let seen = terms.visibility;
    let kinds = [
        (true, "glucose"),
        (seen.insulin, "insulin"),
        (seen.carbs, "carbohydrate"),
        (seen.notes, "notes"),
        (seen.devices, "device settings and alarms"),
    ];
    let kinds: Vec<&str> = kinds.into_iter().filter_map(|(on, kind)| on.then_some(kind)).collect();
    let mut words = format!("{permission}: {}", kinds.join(", "));
    if let Some(until) = terms.until_at {
        words.push_str(&format!("; until {}", moment(until, zone)));
    }
    if terms.needs_second_step {
        words.push_str("; only with a second step");
    }
    if let Some(pause) = terms.weekly_pause {
        words.push_str(&format!("; not {}", hours(pause)));
    }
    words + "."
}

/// A weekly pause in words: `Mon, Tue from 08:00 to 13:00`.
fn hours(pause: WeeklyPause) -> String {
    use jiff::civil::Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
    let days = [
        (Monday, "Mon"),
        (Tuesday, "Tue"),
        (Wednesday, "Wed"),
        (Thursday, "Thu"),
        (Friday, "Fri"),
        (Saturday, "Sat"),
        (Sunday, "Sun"),
    ];
    let days: Vec<&str> = days.into_iter().filter_map(|(day, name)| pause.is_on(day).then_some(name)).collect();
    let (from, to) = pause.times();
    format!("{} from {} to {}", days.join(", "), from.strftime("%H:%M"), to.strftime("%H:%M"))
}

fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%-d %B %Y at %H:%M (%Z)").to_string()
}

//! The letters of links with clinics, to the patient. The names of clinic and record, and no health data.

use crate::mails::Letter;
use jiff::{Timestamp, tz::TimeZone};
use sharing::LinkTerms;

/// To the owner: a clinic sees the record from now on.
pub(crate) fn linked(clinic: &str, record: &str, terms: &LinkTerms, zone: &TimeZone) -> Letter {
    Letter::plain(
        "clinic linked",
        "A clinic can see your data",
        format!("{clinic} sees the data of {record} from now on. {}", seen(terms, zone)),
        "You can end it under Share at any time, at once. Who looked stands under View history.",
    )
    .security()
}

/// Terms in one or two sentences.
fn seen(terms: &LinkTerms, zone: &TimeZone) -> String {
    let seen = terms.visibility;
    let kinds = [
        (true, "glucose"),
        (seen.insulin, "insulin"),
        (seen.carbs, "carbohydrate"),
        (seen.notes, "notes"),
        (seen.devices, "device settings and alarms"),
    ];
    let kinds: Vec<&str> = kinds.into_iter().filter_map(|(on, kind)| on.then_some(kind)).collect();
    let until = terms.until_at.map(|until| format!(" until {}", moment(until, zone))).unwrap_or_default();
    format!("It sees {}{until}.", kinds.join(", "))
}

fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%-d %B %Y at %H:%M (%Z)").to_string()
}

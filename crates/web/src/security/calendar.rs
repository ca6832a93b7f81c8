//! A calendar file (RFC 5545) with one entry that comes back every three months. It holds no health data and no name.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

/// Octets of a line, without its end.
const LINE: usize = 75;

/// The first entry stands three months after `from_on`. The id depends on the account alone, so that a second import changes
/// the entry and adds none.
pub fn quarterly(account: &str, from_on: Date, url: &str, now: Timestamp) -> String {
    let first_on = from_on.checked_add(3.months()).unwrap_or(from_on);
    // A rule by months leaves out months without such a day.
    let first_on = first_on.with().day(first_on.day().min(28)).build().unwrap_or(first_on);
    let next_on = first_on.tomorrow().unwrap_or(first_on);
    let lines = [
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Kinsight//Review//EN".to_owned(),
        "METHOD:PUBLISH".to_owned(),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:review-{account}@kinsight"),
        format!("DTSTAMP:{}", now.strftime("%Y%m%dT%H%M%SZ")),
        format!("DTSTART;VALUE=DATE:{}", first_on.strftime("%Y%m%d")),
        format!("DTEND;VALUE=DATE:{}", next_on.strftime("%Y%m%d")),
        "RRULE:FREQ=MONTHLY;INTERVAL=3".to_owned(),
        format!("SUMMARY:{}", escaped("Kinsight: who can see your data?")),
        format!("DESCRIPTION:{}", escaped(&format!("Look at the list, and say that it is right: {url}"))),
        format!("URL:{url}"),
        "TRANSP:TRANSPARENT".to_owned(),
        "END:VEVENT".to_owned(),
        "END:VCALENDAR".to_owned(),
    ];
    lines.iter().map(|line| folded(line)).collect()
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

/// Lines of at most 75 octets; what is left goes on after a blank, and no character is cut.
fn folded(line: &str) -> String {
    let (mut text, mut length) = (String::new(), 0);
    for letter in line.chars() {
        if length + letter.len_utf8() > LINE {
            text.push_str("\r\n ");
            length = 1;
        }
        text.push(letter);
        length += letter.len_utf8();
    }
    text + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::{folded, quarterly};
    use jiff::Timestamp;
    use jiff::civil::date;

    #[test]
    fn a_long_line_is_folded_between_characters() {
        let line = "ä".repeat(100);
        let text = folded(&line);
        assert!(text.split("\r\n").all(|part| part.len() <= 75), "{text}");
        assert_eq!(text.replace("\r\n ", "").trim_end(), line);
    }

    #[test]
    fn every_third_month_has_the_day() {
        let first = |from_on| {
            let text = quarterly("a", from_on, "http://x", Timestamp::UNIX_EPOCH);
            text.split("DTSTART;VALUE=DATE:").nth(1).map(|rest| rest[..8].to_owned())
        };
        assert_eq!(first(date(2026, 8, 21)).as_deref(), Some("20261121"));
        assert_eq!(first(date(2026, 8, 31)).as_deref(), Some("20261128"));
        assert_eq!(first(date(2026, 12, 30)).as_deref(), Some("20270328"));
    }
}

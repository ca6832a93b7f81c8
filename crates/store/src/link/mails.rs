//! The letters of links with clinics, to the patient. The names of clinic and record, and no health data.

use crate::{
    mails::{Letter, SITE, in_one_line},
    outbox::{Mail, SAME_SECRET, SECRET},
};
use jiff::{Timestamp, tz::TimeZone};
use sharing::LinkTerms;

const AT_ANY_TIME: &str = "You can end it under Share at any time, at once. Who looked stands under View history.";
const KEEPS: &str = "It keeps what it had uploaded itself, and reports that it had printed. The rest is closed to it.";

/// To the owner: a clinic sees the record from now on.
pub(crate) fn linked(clinic: &str, record: &str, terms: &LinkTerms, zone: &TimeZone) -> Letter {
    Letter::plain(
        "clinic linked",
        "A clinic can see your data",
        format!("{clinic} sees the data of {record} from now on. {}", seen(terms, zone)),
        AT_ANY_TIME,
    )
    .security()
}

/// To the owner: they changed what a clinic sees.
pub(crate) fn changed(clinic: &str, record: &str, terms: &LinkTerms, zone: &TimeZone) -> Letter {
    Letter::plain(
        "clinic link changed",
        "What a clinic sees was changed",
        format!("you changed what {clinic} sees of the data of {record}. {}", seen(terms, zone)),
        AT_ANY_TIME,
    )
    .security()
}

/// To the owner: they let a clinic in again after a lockdown.
pub(crate) fn restored(clinic: &str, record: &str) -> Letter {
    Letter::plain(
        "clinic restored",
        "A clinic can see your data again",
        format!("you let {clinic} see the data of {record} again, as before the lockdown."),
        AT_ANY_TIME,
    )
    .security()
}

/// To the owner: they ended a link.
pub(crate) fn removed(clinic: &str, record: &str) -> Letter {
    Letter::plain(
        "clinic removed",
        "A clinic was removed",
        format!("you ended the link with {clinic}: it does not see the data of {record} any more."),
        KEEPS,
    )
    .security()
}

/// To the owner: the clinic ended a link.
pub(crate) fn ended_by_clinic(clinic: &str, record: &str) -> Letter {
    Letter::plain(
        "link ended by clinic",
        "A clinic ended its link with you",
        format!("{clinic} ended its link with you: it does not see the data of {record} any more."),
        KEEPS,
    )
}

/// To the owner, three days before.
pub(crate) fn ends_soon(clinic: &str, record: &str, until: Timestamp, zone: &TimeZone) -> Letter {
    Letter::plain(
        "link ends soon",
        "A clinic’s link ends soon",
        format!("{clinic} sees the data of {record} until {}, as you chose.", moment(until, zone)),
        "You can give it another end under Share. If the end is right, there is nothing to do.",
    )
}

/// To the owner, at the end.
pub(crate) fn time_over(clinic: &str, record: &str) -> Letter {
    Letter::plain(
        "link time over",
        "A clinic’s link has ended",
        format!("the time that you gave {clinic} is over: it does not see the data of {record} any more."),
        KEEPS,
    )
}

/// To whoever the clinic wrote as the address of a patient: the code, in a link. Nobody's own words but the clinic's name.
pub(crate) fn code(clinic: &str, code: String) -> Letter {
    Letter::plain(
        "link code",
        format!("{clinic} asks to see your diabetes data"),
        format!(
            "{clinic} asks to see the diabetes data that you keep in Kinsight. This link shows what it would see; then you accept or \
             decline. It works for 7 days, once:"
        ),
        "Nothing is shared until you accept. You can also sign in to Kinsight, choose Data sharing, and type the code: it is the \
         last ten characters of the link. If you do not know this clinic, do nothing.",
    )
    .with_link("/link/", Some(code))
    .button("See what is asked")
}

/// How a text message with a code is named.
pub(crate) const CODE_BY_SMS: &str = "link code by SMS";

/// The same as a text message.
pub(crate) fn code_by_sms(clinic: &str, site: &str, to: &str, code: String) -> Mail {
    let clinic = in_one_line(clinic);
    let text = format!(
        "{clinic} asks to see your diabetes data in {site}. Look and answer: {SITE}/link/{SECRET} or type the code \
         {SAME_SECRET} under Data sharing. It works for 7 days, once. You do not know this clinic? Do nothing."
    );
    Mail {
        to: to.to_owned(),
        subject: "A link code".to_owned(),
        text,
        html: String::new(),
        secrets: vec![code],
        noticed: None,
    }
}

/// To the owner: their clinic waits for data.
pub(crate) fn upload_wanted(clinic: &str, record: &str) -> Letter {
    Letter::plain(
        "upload wanted",
        format!("{clinic} asks you to upload"),
        format!("{clinic} asks for newer data of {record}. Connect your device or choose its file here:"),
        "You decide: nothing is uploaded by itself because of this mail. Whom you let see your data stands under Share.",
    )
    .with_link("/upload-now", None)
    .button("Upload now")
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

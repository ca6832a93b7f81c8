//! The texts of the messages. Plain, without health data; links are paths that the worker puts its address before.

use crate::outbox::Text;

/// Stands in a message where the address of this server goes; the worker knows it.
pub const SITE: &str = "{site}";

/// One paragraph, one link, one paragraph.
fn letter(subject: &str, name: &str, before: &str, link: Option<&str>, after: &str) -> Text {
    let link_text = link.map_or(String::new(), |link| format!("{SITE}{link}\n\n"));
    let link_html = link.map_or(String::new(), |link| format!("<p><a href=\"{SITE}{link}\">{SITE}{link}</a></p>\n"));
    let text = format!("Hello {name},\n\n{before}\n\n{link_text}{after}\n\nKinsight\n");
    let html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{subject}</title></head><body>\n\
         <p>Hello {},</p>\n<p>{before}</p>\n{link_html}<p>{after}</p>\n<p>Kinsight</p>\n</body></html>\n",
        escaped(name)
    );
    Text { subject: subject.to_owned(), text, html }
}

/// To whoever signed up.
pub(crate) fn confirm(name: &str, token: &str) -> Text {
    letter(
        "Confirm your e-mail address",
        name,
        "somebody, most likely you, signed up to Kinsight with this address. Open this link within 24 hours to confirm it:",
        Some(&format!("/confirmations/{token}")),
        "If it was not you, do nothing: without the link nothing can be shared with this address. \
         Kinsight never asks for your password in a mail.",
    )
}

/// To the owner of an account with whose address somebody signed up again.
pub(crate) fn known_address(name: &str) -> Text {
    letter(
        "You already have an account",
        name,
        "somebody, perhaps you, tried to sign up to Kinsight with this address, which has an account already. Sign in here:",
        Some("/sign-in"),
        "If it was not you, there is nothing to do: nothing was changed. Kinsight never asks for your password in a mail.",
    )
}

/// To the patient, when somebody else took a report away.
pub(crate) fn downloaded(name: &str, receipt: &str) -> Text {
    letter(
        "A report of yours was downloaded",
        name,
        &format!("somebody with whom you share your data downloaded a report. Its receipt number is {receipt}."),
        None,
        "Who it was and what it covers stands in your view history. Kinsight never asks for your password in a mail.",
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

//! The letters about alerts that are no alerts themselves.

use super::Letter;

/// An alert, with the link by which its reader takes it.
pub(crate) fn alert(title: String, what: String, path: String, token: Option<String>) -> Letter {
    Letter::plain(
        "alert",
        title,
        what,
        "Whoever presses the button takes the alert: nobody else is called, and the others hear of it. Alerts depend on sensors, \
         phones and networks: look at the device itself before any treatment.",
    )
    .with_link("/alerts/links/", token)
    .button("I have seen it")
    .also("What is so now:", path)
}

/// Somebody else took an alert.
pub(crate) fn alert_taken(title: String, what: String, path: String) -> Letter {
    Letter::plain("alert taken", title, what, "There is nothing to do.").also("What is so now:", path)
}

/// A test of the way by mail.
pub(crate) fn alert_test() -> Letter {
    Letter::plain(
        "alert test",
        "Test alert",
        "this is a test: alerts reach you by mail.",
        "A mail may take minutes, and a phone may be silent at night. Do not rely on mail alone for what is urgent.",
    )
    .with_link("/alerts/channels", None)
    .button("Ways to be told")
}

/// After an address of the person's own was added, to which alerts are sent from then on.
pub(crate) fn alert_address_added(host: &str) -> Letter {
    Letter::plain(
        "alert address added",
        "Alerts are now sent to another address",
        format!("you, most likely, had alerts sent to an address at {host}. They may hold glucose values."),
        "If it was you, there is nothing to do. If not, remove it under Alerts, Ways to be told.",
    )
    .with_link("/alerts/channels", None)
    .button("Ways to be told")
    .security()
}

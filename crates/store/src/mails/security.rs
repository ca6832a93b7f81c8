//! The letters that tell what changed about how an account is kept safe.

use super::Letter;

/// After a sign-in from a browser that was not known.
pub(crate) fn new_device(from: &str) -> Letter {
    Letter::plain(
        "new device",
        "A new device signed in",
        format!(
            "somebody, most likely you, signed in to your account from a device that we had not seen before: {from}."
        ),
        "If it was you, there is nothing to do. Your devices are listed under Security.",
    )
    .security()
}

/// After a change of the password.
pub(crate) fn password_changed(from: &str) -> Letter {
    Letter::plain(
        "password changed",
        "Your password was changed",
        format!("the password of your account was changed, from {from}. All other devices were signed out."),
        "If it was you, there is nothing to do.",
    )
    .security()
}

/// After the person's own phrase was chosen, changed or taken away.
pub(crate) fn phrase_changed() -> Letter {
    Letter::plain(
        "phrase changed",
        "Your phrase was changed",
        "the phrase that stands in our mails to you was changed. You see it below, unless it was taken away.",
        "If it was you, there is nothing to do.",
    )
    .security()
}

/// Each quarter, to whoever has care partners.
pub(crate) fn review() -> Letter {
    Letter::plain(
        "review",
        "Who can see your data?",
        "it is three months since you last looked at who can see your data. Please look at the list and say that it is right, \
         or remove whoever should not see them any more:",
        "It takes a minute.",
    )
    .with_link("/security/review", None)
    .button("Look at the list")
    .also("A reminder for your calendar, every three months:", "/security/review.ics")
}

/// After a second step was added.
pub(crate) fn second_step_added(method: &str, name: &str) -> Letter {
    Letter::plain(
        "second step added",
        "A second step was added to your account",
        format!("from now on your account can also be opened with this {method}: {name}."),
        "If it was you, there is nothing to do. Your second steps are listed under Security.",
    )
    .security()
}

/// After a second step was removed.
pub(crate) fn second_step_removed(method: &str, name: &str, is_last: bool) -> Letter {
    let left = if is_last { " It was the last one: the password alone opens your account now." } else { "" };
    Letter::plain(
        "second step removed",
        "A second step was removed from your account",
        format!("this {method} does not open your account any more: {name}.{left}"),
        "If it was you, there is nothing to do. All other devices were signed out.",
    )
    .security()
}

/// After new recovery codes were made.
pub(crate) fn recovery_codes_renewed() -> Letter {
    Letter::plain(
        "recovery codes renewed",
        "New recovery codes were made",
        "ten new recovery codes were made for your account. The old ones do not work any more.",
        "If it was you, keep them where nobody else finds them.",
    )
    .security()
}

/// After a recovery code was used.
pub(crate) fn recovery_code_used(left: u32) -> Letter {
    Letter::plain(
        "recovery code used",
        "A recovery code was used",
        format!("one of your recovery codes was used just now; {left} of them are left."),
        "If it was you, make new ones under Security before the last one is gone.",
    )
    .security()
}

//! The letters to whoever leaves.

use super::Letter;

/// To whoever deleted their account: until when they can come back.
pub(crate) fn leaving(until: &str) -> Letter {
    Letter::plain(
        "leaving",
        "Your account is going to be deleted",
        format!(
            "your account was deleted, most likely by you. Nobody can see your data any more, and all sharing has ended. On \
             {until} it is deleted for good. Until then you can sign in here and bring it back:"
        ),
        "If you want to go, there is nothing to do.",
    )
    .with_link("/sign-in?next=/leaving", None)
    .button("Bring it back")
    .security()
}

/// To whoever came back.
pub(crate) fn restored() -> Letter {
    Letter::plain(
        "restored",
        "Your account was restored",
        "your account and your records are back. Sharing is not: whom you want to let in, you let in anew.",
        "If it was you, there is nothing to do.",
    )
    .security()
}

/// The last one.
pub(crate) fn purged() -> Letter {
    Letter::plain(
        "purged",
        "Your account is gone",
        "your account and all its data were deleted for good, as was asked for on its page. Nobody can bring them back.",
        "Your address is free: you can sign up with it again at any time.",
    )
}

//! The letters of signing up and signing in.

use super::Letter;

/// The kind of [`confirm`], counted by it.
pub(crate) const CONFIRM: &str = "confirm address";

/// To whoever signed up.
pub(crate) fn confirm(token: String) -> Letter {
    Letter::plain(
        CONFIRM,
        "Confirm your e-mail address",
        "somebody, most likely you, signed up to Kinsight with this address. Open this link within 24 hours to confirm it:",
        "If it was not you, do nothing: without the link nothing can be shared with this address.",
    )
    .with_link("/confirmations/", Some(token))
    .button("Confirm this address")
}

/// The kind of [`known_address`], counted by it.
pub(crate) const KNOWN_ADDRESS: &str = "known address";

/// To the owner of an account with whose address somebody signed up again.
pub(crate) fn known_address() -> Letter {
    Letter::plain(
        KNOWN_ADDRESS,
        "You already have an account",
        "somebody, perhaps you, tried to sign up to Kinsight with this address, which has an account already. Sign in here:",
        "If it was not you, there is nothing to do: nothing was changed.",
    )
    .with_link("/sign-in", None)
    .button("Sign in")
}

/// The kind of [`way`], counted by it.
pub(crate) const WAY: &str = "way in";

/// To whoever asked for a way in from a new device.
pub(crate) fn way(token: String, from: &str) -> Letter {
    Letter::plain(
        WAY,
        "Sign in from a new device",
        format!(
            "somebody, most likely you, asked for a link to sign in from a device that we have not seen before: {from}. Open \
             this link within one hour, in the browser in which you want to sign in:"
        ),
        "Your password is still asked there. If it was not you, do nothing: without your password the link opens nothing.",
    )
    .with_link("/sign-in/way/", Some(token))
    .button("Sign in here")
}

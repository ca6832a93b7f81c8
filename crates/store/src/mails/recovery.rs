//! The letters of recovery: a forgotten password, another address or phone, a lost second step.

use super::{Letter, SITE};
use crate::{
    outbox::{Mail, SECRET},
    recovery::contact_changes::Contact,
};
use jiff::Timestamp;

/// How the letter about a forgotten password is named.
pub(crate) const RESET_PASSWORD: &str = "reset password";
/// How the letter to an address that is not confirmed yet is named.
pub(crate) const CONFIRM_NEW_ADDRESS: &str = "confirm new address";

/// What was sent to an address that is not confirmed stays unsaid in lists: nobody was asked when somebody else has it.
pub(crate) fn says_whose_address_it_is(kind: &str, mail: &Mail, own_address: &str) -> bool {
    kind == CONFIRM_NEW_ADDRESS && mail.to != own_address
}

/// To whoever forgot the password.
pub(crate) fn reset_password(token: String) -> Letter {
    Letter::plain(
        RESET_PASSWORD,
        "Choose a new password",
        "somebody, most likely you, asked for a new password for your account. Open this link within one hour to choose one:",
        "If it was not you, do nothing: your password stays as it is. The link works once, and your second step is asked as ever.",
    )
    .with_link("/password-reset/", Some(token))
    .button("Choose a new password")
}

/// To an address that an account is to move to.
pub(crate) fn confirm_new_address(token: String) -> Letter {
    Letter::plain(
        CONFIRM_NEW_ADDRESS,
        "Confirm your new e-mail address",
        "somebody, most likely you, wants to use this address for their Kinsight account from now on. Open this link within 24 \
         hours to confirm it:",
        "If it was not you, do nothing: without the link nothing changes. This mail has no phrase of yours, because nobody \
         knows yet whose address it is.",
    )
    .with_link("/new-addresses/", Some(token))
    .button("Confirm this address")
}

/// To the owner of an account whose address somebody else wanted.
pub(crate) fn address_wanted() -> Letter {
    Letter::plain(
        "address wanted",
        "Somebody wanted to use your address",
        "somebody, perhaps you with a second account, wanted to use this address for another Kinsight account. It belongs to \
         yours, so nothing was changed.",
        "If it was not you, there is nothing to do.",
    )
}

/// After a change of address, to the new one.
pub(crate) fn address_changed() -> Letter {
    Letter::plain(
        "address changed",
        "Your e-mail address was changed",
        "your account uses another e-mail address now. From now on you sign in with it, and our messages go there.",
        "Your former address was told as well; the change can be undone from there for 72 hours.",
    )
    .security()
}

/// After a change of address, to the one just left: the way back.
pub(crate) fn address_left(token: String) -> Letter {
    Letter::plain(
        "address left",
        "Your e-mail address was changed",
        "your account does not use this e-mail address any more. If that was not you, this link undoes it for 72 hours, and \
         signs out every device:",
        "If it was you, there is nothing to do. For 72 hours we still write to this address too.",
    )
    .with_link("/changes/undo/", Some(token))
    .button("Undo the change")
    .security()
}

/// After a change of phone.
pub(crate) fn phone_changed(token: String) -> Letter {
    Letter::plain(
        "phone changed",
        "Your phone number was changed",
        "another phone number was confirmed for your account. If that was not you, this link undoes it for 72 hours, and signs \
         out every device:",
        "If it was you, there is nothing to do.",
    )
    .with_link("/changes/undo/", Some(token))
    .button("Undo the change")
    .security()
}

/// After a change of phone, to the number just left: the way back.
pub(crate) fn phone_left(number: &str, token: String) -> Mail {
    Mail {
        to: number.to_owned(),
        subject: "Your phone number was changed".to_owned(),
        text: format!(
            "Kinsight: this number does not belong to your account any more. Not you? Undo it within 72 hours: \
             {SITE}/changes/undo/{SECRET}"
        ),
        html: String::new(),
        secrets: vec![token],
        noticed: None,
    }
}

/// After a change was undone from the old address or phone.
pub(crate) fn change_undone(contact: Contact) -> Letter {
    let what = match contact {
        Contact::Email => "your former e-mail address is the address of your account again",
        Contact::Phone => "the last change of your phone number was taken back",
    };
    Letter::plain(
        "change undone",
        "A change was undone",
        format!("{what}. Every device was signed out."),
        "If somebody else had changed it, they may know your password: choose a new one on the sign-in page.",
    )
    .security()
}

/// When the second step was reported lost: a way to stop it.
pub(crate) fn second_step_loss(token: String, due_at: Timestamp) -> Letter {
    let due = due_at.strftime("%-d %B %Y, %H:%M UTC");
    Letter::plain(
        "second step loss",
        "Your second step is going to be removed",
        format!(
            "somebody said that the second step of your account is lost. It is removed on {due}, and from then on the password \
             alone signs in. If you still have it, or if it was not you, stop it here:"
        ),
        "If you have lost it, there is nothing to do but to wait. Signing in with the second step stops it too.",
    )
    .with_link("/second-step-loss/", Some(token))
    .button("Keep my second step")
    .security()
}

/// After the removal of the second step was stopped.
pub(crate) fn second_step_kept() -> Letter {
    Letter::plain(
        "second step kept",
        "Your second step stays",
        "the second step of your account is not removed: somebody signed in with it, or stopped the removal.",
        "If you had not asked for it, somebody else may know your password: choose a new one.",
    )
    .security()
}

/// After the waiting time for a lost second step.
pub(crate) fn second_step_lost() -> Letter {
    Letter::plain(
        "second step lost",
        "Your second step was removed",
        "the second step of your account was removed, as it was asked for 72 hours ago. Recovery codes went with it, and every \
         device was signed out. The password alone signs in now.",
        "Please set up a new second step: it stands under Security.",
    )
    .security()
}

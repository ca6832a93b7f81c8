//! The letters of a lockdown.

use crate::mails::Letter;

/// To every address on file: it is done.
pub(crate) fn locked(from: &str) -> Letter {
    Letter::plain(
        "locked",
        "Your account is locked",
        format!(
            "your account was locked, {from}. Every device was signed out, no app can send or read data, and nobody but you can see \
             your records until you let them in again. No data was lost."
        ),
        "A second mail has the link with which you set a new password. Nobody gets in before that.",
    )
}

/// To the address that was on file longest: the way back in.
pub(crate) fn unlock(token: String) -> Letter {
    Letter::plain(
        "unlock",
        "Open your account again",
        "your account is locked. This link lets you set a new password; it works once, within an hour:",
        "If the hour is over, try to sign in: a right password sends a new link.",
    )
    .with_link("/lockdown/unlock/", Some(token))
    .button("Set a new password")
}

/// To every address on file: what is left shut stays shut.
pub(crate) fn ended(still: usize) -> Letter {
    let rest = match still {
        0 => "Nobody is left suspended.".to_owned(),
        1 => "One care partner or clinic is still suspended.".to_owned(),
        many => format!("{many} care partners and clinics are still suspended."),
    };
    Letter::plain(
        "lockdown ended",
        "The lockdown has ended",
        format!("you ended the lockdown of your account. {rest}"),
        "Your e-mail address and phone number can be changed again.",
    )
    .security()
}

/// To the admins of a clinic. Names nobody: a mail is no place to say who is a patient where.
pub(crate) fn to_clinic(clinic: &str, record: &str) -> Letter {
    Letter::plain(
        "lockdown of a patient",
        "The account of a patient was locked",
        format!(
            "the account that owns record {record}, which is or was linked to {clinic}, was in lockdown: somebody else may have \
             had access to it. Your clinic's access was suspended until the patient restores it. Please look with care at what \
             came in the patient's name lately, and speak with the patient before you act on it."
        ),
        "This mail has no health data in it. The record stands in your clinic's list of patients.",
    )
}

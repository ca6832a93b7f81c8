//! What the store says, in words for a person.

use crate::edge::problem::Problem;
use axum::http::StatusCode;
use sharing::Refusal;
use store::{Conflict, Error, Invalid, WeakPassword};

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::not_found(),
            Error::Forbidden(refusal) => forbidden(refusal),
            Error::Invalid(invalid) => Self::invalid(invalid_words(invalid)),
            Error::Conflict(conflict) => {
                Self::new(StatusCode::CONFLICT, "Something else was first", conflict_words(conflict))
            }
            Error::NotSignedIn => Self::not_signed_in(),
            Error::Locked => Self::new(
                StatusCode::FORBIDDEN,
                "Your account is locked",
                "We have sent a link to your e-mail. With it you set a new password, and then you are in.",
            )
            .with_way_on("Go to sign in", "/sign-in"),
            Error::ProofNeeded => Self::proof_needed(),
            Error::WrongProof => Self::new(
                StatusCode::FORBIDDEN,
                "That is not right",
                "The password or code is not the one of this account. Nothing was changed.",
            ),
            Error::Leaving { .. } => Self::leaving(),
            Error::Frozen => Self::new(
                StatusCode::CONFLICT,
                "Frozen during lockdown",
                "Your account is in lockdown, so that nobody can move it to another address or phone. End the lockdown first.",
            )
            .with_way_on("Go to Security", "/security"),
            Error::TooMany { retry_after_s } => Self::too_many(u32::try_from(retry_after_s).unwrap_or(u32::MAX)),
            Error::Unavailable => Self::unavailable(),
            Error::Broken(source) => {
                tracing::error!(error = %source, "the store failed");
                Self::ours()
            }
        }
    }
}

fn forbidden(refusal: Refusal) -> Problem {
    let (title, text) = match refusal {
        Refusal::ViewOnly => (
            "View only",
            "You may see this record on screen, and not take it away as a file. The person whose record it is can \
             change your permission to View and download.",
        ),
        Refusal::NotYours => ("Not yours to change", "You may see this record, but only its owner changes it."),
        Refusal::Expired => (
            "This has ended",
            "You could see this record until a date that has passed. Its owner can let you in again.",
        ),
        Refusal::Paused => (
            "Paused",
            "The owner of this record has paused what you can see. It comes back by itself, or when they say so.",
        ),
        Refusal::SecondStep => (
            "A second step is needed",
            "The owner of this record lets people in who sign in with a second step, such as an authenticator app or a passkey. \
             Set one up under Security, and you can see it again.",
        ),
        Refusal::MemberSecondStep => (
            "A second step is needed",
            "Whoever works at a clinic signs in with a second step, such as an authenticator app or a passkey. Set one up under \
             Security, and the clinic's pages open again.",
        ),
        Refusal::Suspended => (
            "Suspended",
            "The owner of this record has locked their account for safety, and lets people in again one by one. Ask them \
             to restore your access; what you could see before comes back then.",
        ),
        Refusal::Role => (
            "Not with your role",
            "Your role in the clinic does not include this. An admin of your clinic can change it.",
        ),
        Refusal::TokenScope => (
            "Not with this token",
            "This token is for something else. Make one with the right scope on the page Sources and uploads.",
        ),
    };
    let problem = Problem::new(StatusCode::FORBIDDEN, title, text);
    match refusal {
        Refusal::Paused => problem.with_way_on("Go to Following", "/following"),
        Refusal::SecondStep | Refusal::MemberSecondStep => {
            problem.with_way_on("Set up a second step", "/security/second-step")
        }
        _ => problem,
    }
}

pub fn invalid_words(invalid: Invalid) -> &'static str {
    match invalid {
        Invalid::Password(weak) => password_words(weak),
        Invalid::Name => "A name is needed, of at most 120 characters, without the address of a web page.",
        Invalid::BornOn => "A birth date lies between 1880 and today.",
        Invalid::Country => "Choose a country.",
        Invalid::Language => "Choose a language.",
        Invalid::Zone => "Choose a time zone from the list, such as Europe/Berlin.",
        Invalid::Token => "This link is wrong, was used before, or is too old. Ask for a new one.",
        Invalid::Phrase => "A phrase has 3 to 60 characters in one line.",
        Invalid::Code => "This code is wrong, was used before, or is too old. Wait for the next one and try again.",
        Invalid::Passkey => "This passkey was not made as asked, or it took too long. Try again.",
        Invalid::PushSubscription => "This browser gave no address to which notifications can be sent.",
        Invalid::Phone => "Write the number with its country in front, such as +49 151 2345678.",
        Invalid::Period => "Choose at least one day, and at most a year.",
        Invalid::TooLong => "That is longer than can be kept.",
        Invalid::Confirmation => "That is not the e-mail address of this account.",
        Invalid::Empty => "There is nothing in it that could be kept.",
        Invalid::Invitation => {
            "This invitation was answered, was taken back, or is over. Ask the person to send it again."
        }
        Invalid::Unconfirmed => "Confirm your e-mail address first: the link is in the mail that we sent you.",
        Invalid::OwnAddress => "That is your own address.",
        Invalid::Until => "Choose an end that lies ahead.",
        Invalid::Pause => "Choose an end of the pause that lies ahead, at most a year.",
        Invalid::Message => "A message has at most 500 characters.",
        Invalid::Record => "Only a person's own record can be shared like this.",
        Invalid::LinkCode => {
            "This code is wrong, was used before, or is too old. It has ten letters and digits; ask your clinic for a new one."
        }
        Invalid::LinkTerms => {
            "The clinic asked for less. Tick only what it asked for, until its last day at the latest."
        }
        Invalid::ClinicContact => "What patients see beside the name has at most 300 characters.",
        Invalid::ClinicName => "That is not the name of this clinic.",
        Invalid::PatientDetails => {
            "A number, a group, a tag and a phone number have at most 60 characters each, a patient at most 20 tags, and an e-mail \
             address looks like paul@example.org."
        }
        Invalid::PatientName => "That is not the patient’s name. Type it as it stands above.",
        Invalid::Lockdown => "Your account is in lockdown. End the lockdown first.",
        Invalid::Alert => {
            "A threshold, a time or a number of minutes is out of its range. The ranges stand beside the fields."
        }
        Invalid::AlertAddress => {
            "Write the whole address, such as https://example.org/hook; an ntfy address ends with its topic: letters, digits, - and _."
        }
        Invalid::PullSource => "An address, a name or a password is too long, or holds a line break.",
        Invalid::PullSources => "A record can have eight sources. Remove one that brings nothing any more.",
        Invalid::AlertChannels => "You have this way already, or as many as you can have.",
    }
}

fn password_words(weak: WeakPassword) -> &'static str {
    match weak {
        WeakPassword::TooShort => {
            "Use at least 15 characters: a few words that you make up are good. With upper and lower case, a digit and a \
             symbol, 14 are enough."
        }
        WeakPassword::TooLong => "Use at most 1,024 characters.",
        WeakPassword::Personal => {
            "Your name, birthday and e-mail address, your devices and the name of this site are easy to guess. Use something \
             else."
        }
        WeakPassword::Breached => {
            "This password is on the list of breached passwords: others used it, and it was stolen or is easy to find. Use \
             something else, such as a few words that you make up."
        }
        WeakPassword::Simple => "The same few characters over and over are easy to guess. Use something else.",
    }
}

pub fn conflict_words(conflict: Conflict) -> &'static str {
    match conflict {
        Conflict::Taken => "That is in use already.",
        Conflict::Follows => "This person is a care partner already. You can change what they see.",
        Conflict::Invited => "This person was invited already. You can send the invitation again.",
        Conflict::Asked => "You asked this person already. The request waits until it is answered, at most a day.",
        Conflict::CarePartners => "There are as many care partners and invitations as this server allows.",
        Conflict::Changed => "Somebody changed it in the meantime. Look at it again, then repeat what you wanted.",
        Conflict::NotEmpty => "There are data already.",
        Conflict::NoSecondStep => "This account has no second step that could be lost.",
        Conflict::Linked => "There is a link already: end that one first.",
        Conflict::NotLinked => "This patient is not linked just now, so there is nobody to ask.",
        Conflict::AskedToUpload => "This patient was asked less than a day ago.",
        Conflict::Member => "This person works at the clinic already. You can change their role.",
        Conflict::BothLinked => {
            "Both are linked to a personal record, so they may be two people. End one of the links first, if it is wrong."
        }
        Conflict::PatientLeft => "This patient has left the clinic. Bring them back first.",
        Conflict::LastAdmin => {
            "A clinic keeps at least one admin. Make somebody else an admin first, or close the clinic."
        }
        Conflict::TakenBack => "This upload was taken back already.",
    }
}

/// The field of a form that an error is about.
pub fn field_of(invalid: Invalid) -> &'static str {
    match invalid {
        Invalid::Password(_) => "password",
        Invalid::Name | Invalid::TooLong | Invalid::Empty => "name",
        Invalid::BornOn => "born_on",
        Invalid::Country => "country",
        Invalid::Language => "language",
        Invalid::Zone => "zone",
        Invalid::LinkCode => "code",
        Invalid::LinkTerms => "visible",
        Invalid::ClinicContact => "contact",
        Invalid::PatientDetails => "details",
        Invalid::Token | Invalid::Lockdown | Invalid::Invitation => "token",
        Invalid::Unconfirmed | Invalid::OwnAddress => "email",
        Invalid::Until => "until",
        Invalid::Pause => "pause",
        Invalid::Message => "message",
        Invalid::Record => "record",
        Invalid::Confirmation | Invalid::ClinicName | Invalid::PatientName => "confirmation",
        Invalid::Phrase => "phrase",
        Invalid::Code => "code",
        Invalid::Passkey => "passkey",
        Invalid::PushSubscription => "endpoint",
        Invalid::Phone => "phone",
        Invalid::Alert => "alert",
        Invalid::AlertAddress | Invalid::AlertChannels => "url",
        Invalid::PullSource | Invalid::PullSources => "address",
        Invalid::Period => "from",
    }
}

//! What can go wrong at the database's door; no driver error leaves it.

use sharing::Refusal;
use std::error::Error as StdError;

/// Every way in which a call to the store can fail.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or it may not be known that there is.
    #[error("not found")]
    NotFound,
    /// Known to the person, and refused for this reason.
    #[error("forbidden: {0:?}")]
    Forbidden(Refusal),
    /// What was brought cannot be kept.
    #[error("invalid: {0}")]
    Invalid(Invalid),
    /// Something else was there first.
    #[error("conflict: {0:?}")]
    Conflict(Conflict),
    /// No session, or one that has ended; or the e-mail address and the password do not belong together.
    #[error("not signed in")]
    NotSignedIn,
    /// The password is right, and the account is locked: a link by mail opens it.
    #[error("locked")]
    Locked,
    /// The password, code or key that was given as a proof is not right.
    #[error("wrong proof")]
    WrongProof,
    /// The last proof that it is the person is too long ago for this.
    #[error("a fresh proof is needed")]
    ProofNeeded,
    /// The account is leaving: it can be restored until then, and nothing else.
    #[error("leaving until {until}")]
    Leaving {
        /// When it will be purged.
        until: jiff::Timestamp,
    },
    /// The account is in lockdown: addresses stay as they are until it has ended.
    #[error("frozen during lockdown")]
    Frozen,
    /// Too many tries; again after this many seconds.
    #[error("too many tries; wait {retry_after_s} s")]
    TooMany {
        /// How long to wait.
        retry_after_s: u64,
    },
    /// The database does not answer just now.
    #[error("the database does not answer")]
    Unavailable,
    /// Our fault, or a damaged file.
    #[error("broken")]
    Broken(#[source] Box<dyn StdError + Send + Sync>),
}

impl Error {
    /// Our fault, told in a few words without anybody's data.
    pub(crate) fn broken(what: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Broken(what.into())
    }
}

/// What is wrong with what was brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// The password is too weak.
    #[error("password: {0}")]
    Password(WeakPassword),
    /// No name, or one of more than 120 characters.
    #[error("name")]
    Name,
    /// A birth date in the future or before 1880.
    #[error("birth date")]
    BornOn,
    /// Not a country of two letters.
    #[error("country")]
    Country,
    /// Not a language of two letters.
    #[error("language")]
    Language,
    /// Not a time zone of the IANA list.
    #[error("time zone")]
    Zone,
    /// The link or token is wrong, used or over.
    #[error("token")]
    Token,
    /// A phrase of fewer than 3 or more than 60 characters, or of several lines.
    #[error("phrase")]
    Phrase,
    /// A code that is wrong, used or too old.
    #[error("code")]
    Code,
    /// A passkey that was not made as asked.
    #[error("passkey")]
    Passkey,
    /// Not what a browser gives of its push service.
    #[error("push subscription")]
    PushSubscription,
    /// Not a phone number with its country.
    #[error("phone number")]
    Phone,
    /// A period of no days, or too many.
    #[error("period")]
    Period,
    /// Something is longer than can be kept.
    #[error("too long")]
    TooLong,
    /// What was typed to confirm is not the account's address.
    #[error("confirmation")]
    Confirmation,
    /// Nothing that could be kept.
    #[error("empty")]
    Empty,
    /// The invitation was answered, withdrawn, sent to somebody else, or is over.
    #[error("invitation")]
    Invitation,
    /// The address of the account is not confirmed.
    #[error("unconfirmed address")]
    Unconfirmed,
    /// The address is the person's own.
    #[error("own address")]
    OwnAddress,
    /// An end in the past.
    #[error("until")]
    Until,
    /// The end of a pause in the past or more than a year ahead.
    #[error("pause")]
    Pause,
    /// A message of more than 500 characters.
    #[error("message")]
    Message,
    /// A record that is no person's own.
    #[error("record")]
    Record,
    /// A link code that is wrong, used or over.
    #[error("link code")]
    LinkCode,
    /// More, or for longer, than the clinic asked for.
    #[error("terms of a link")]
    LinkTerms,
    /// What patients see beside a clinic's name, of more than 300 characters.
    #[error("contact of a clinic")]
    ClinicContact,
    /// What was typed to confirm is not the clinic's name.
    #[error("name of the clinic")]
    ClinicName,
    /// A number, group or tag of a patient that is too long, or too many tags.
    #[error("details of a patient")]
    PatientDetails,
    /// What was typed to confirm is not the patient's name.
    #[error("name of the patient")]
    PatientName,
    /// Not possible while the lockdown lasts.
    #[error("lockdown")]
    Lockdown,
    /// An alert rule, quiet hours or an order that say nothing sensible.
    #[error("alert")]
    Alert,
    /// An address for alerts that cannot be one.
    #[error("address for alerts")]
    AlertAddress,
    /// Nothing that a source could be reached by.
    #[error("pull source")]
    PullSource,
    /// As many sources as a record can have.
    #[error("pull sources")]
    PullSources,
    /// More ways to be told than anybody needs.
    #[error("too many ways to be told")]
    AlertChannels,
}

/// Why a password was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Under 14 characters of all four kinds, and under 15 of anything.
    #[error("too short")]
    TooShort,
    /// Over 1,024 characters.
    #[error("too long")]
    TooLong,
    /// The person's name, birthday or e-mail address, a device or this site, with a little around it.
    #[error("personal")]
    Personal,
    /// On the list of passwords that are known from breaches.
    #[error("breached")]
    Breached,
    /// The same few characters over and over, or a plain sequence.
    #[error("simple")]
    Simple,
}

/// What was there first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// The name or address is already in use.
    Taken,
    /// This person follows the record already.
    Follows,
    /// This person was invited already.
    Invited,
    /// This person was asked already.
    Asked,
    /// There are as many care partners and invitations as there may be.
    CarePartners,
    /// Somebody else changed it in between.
    Changed,
    /// The database is not empty.
    NotEmpty,
    /// There is no second step that could be lost.
    NoSecondStep,
    /// The upload was taken back already.
    TakenBack,
    /// The clinic's record or the personal record is linked already.
    Linked,
    /// The clinic's record is not linked, or the link is over or suspended.
    NotLinked,
    /// The patient was asked to upload less than a day ago.
    AskedToUpload,
    /// This person works at the clinic already.
    Member,
    /// Two records that are both linked cannot become one.
    BothLinked,
    /// The patient has left the clinic.
    PatientLeft,
    /// A clinic keeps at least one admin.
    LastAdmin,
}

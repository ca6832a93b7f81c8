//! What is kept of a source: how to sign in, sealed under the record's key, and why the last try brought nothing.

use crate::{
    error::{Error, Invalid},
    keys::{Place, place},
    standing::words,
};
use serde::{Deserialize, Serialize};
use sharing::{Id, RecordId};

/// The longest that anything typed may be.
const LONGEST: usize = 500;

/// How a service is reached, as it was typed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullSettings {
    /// A site's address, or the word of a region.
    pub address: String,
    /// The name to sign in with, where there is one.
    pub user: String,
    /// The password, token or API secret; may be empty where strangers may read.
    pub secret: String,
    /// Whose data, where an account follows several people.
    pub person: String,
}

impl std::fmt::Debug for PullSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PullSettings(…)")
    }
}

impl PullSettings {
    /// Refuses what no service could take.
    pub(super) fn check(&self) -> Result<(), Error> {
        let fits = |text: &String| text.len() <= LONGEST && !text.chars().any(char::is_control);
        let all = [&self.address, &self.user, &self.secret, &self.person];
        if all.into_iter().all(fits) { Ok(()) } else { Err(Error::Invalid(Invalid::PullSource)) }
    }

    pub(super) fn written(&self) -> Result<Vec<u8>, Error> {
        serde_json::to_vec(self).map_err(Error::broken)
    }

    pub(super) fn read(plain: &[u8]) -> Result<Self, Error> {
        serde_json::from_slice(plain).map_err(Error::broken)
    }
}

pub(super) fn sealed_at<'a>(id: Id, record: RecordId) -> Place<'a> {
    place("pulls", "sealed", id).of(record.0)
}

pub(super) fn state_at<'a>(id: Id, record: RecordId) -> Place<'a> {
    place("pulls", "state", id).of(record.0)
}

/// Why a source brought nothing. Never a word of the service's own: it might hold a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PullTrouble {
    /// Nobody answered.
    Away,
    /// No host has this name.
    UnknownHost,
    /// The address is not one that this server may reach.
    Barred,
    /// The service asked to come later, or failed itself.
    Busy,
    /// There is no such page at this address.
    NoSuchPage,
    /// The answer could not be read.
    Unreadable,
    /// The sign-in was refused.
    Refused,
    /// The service wants something accepted first, in its own app.
    WantsConsent,
    /// The account follows several people, and none of them was named.
    WhichPerson,
    /// The account follows nobody.
    NobodyFollowed,
}

words!(
    PullTrouble, trouble_word, trouble:
    Away = "away", UnknownHost = "unknown host", Barred = "barred", Busy = "busy", NoSuchPage = "no such page",
    Unreadable = "unreadable", Refused = "refused", WantsConsent = "wants consent", WhichPerson = "which person",
    NobodyFollowed = "nobody followed"
);

impl PullTrouble {
    /// Whether trying again would only be refused again: it waits for its owner.
    pub fn stops(self) -> bool {
        matches!(self, Self::Refused | Self::WantsConsent | Self::WhichPerson | Self::NobodyFollowed)
    }
}

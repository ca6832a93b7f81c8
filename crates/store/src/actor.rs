//! Who asks. Made only here, by `sign_in.rs` and by the roster that the binary receives at start.

use crate::error::Error;
use jiff::{SignedDuration, Timestamp};
use sharing::{AccountId, Duty, Id, RecordId, TokenScope};
use std::{net::IpAddr, sync::Arc};

/// Somebody who asks the store for something; opaque, so that nobody outside can claim to be somebody.
#[derive(Clone, Debug)]
pub struct Actor {
    pub(crate) who: Who,
    /// When the session last proved that it is the person: the password, a passkey, the second step.
    pub(crate) proved_at: Option<Timestamp>,
    /// Where the request came from, in one line; empty when nobody knows.
    pub(crate) origin: Arc<str>,
}

/// How long a proof counts as fresh.
pub(crate) const FRESH: SignedDuration = SignedDuration::from_mins(10);

/// The inside of an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    /// Somebody who signed in.
    Account { id: AccountId },
    /// A phone app or device, by the id of its token.
    App { token: Id, record: RecordId, scope: TokenScope },
    /// Whoever holds the browser in which a visit pass was opened.
    Pass { id: Id, record: RecordId },
    /// The server itself.
    Duty(Duty),
}

impl Actor {
    /// Somebody who never proves anything anew: an app, the server itself.
    pub(crate) fn of(who: Who) -> Self {
        Self { who, proved_at: None, origin: Arc::default() }
    }

    /// The same, with where this request comes from: it stands beside whatever is written about it.
    pub fn coming_from(self, origin: &Origin) -> Self {
        Self { origin: origin.line().into(), ..self }
    }

    /// The account behind it, when there is one.
    pub fn account(&self) -> Option<AccountId> {
        match self.who {
            Who::Account { id } => Some(id),
            Who::App { .. } | Who::Pass { .. } | Who::Duty(_) => None,
        }
    }

    /// The token with which an app came.
    pub fn app_token(&self) -> Option<Id> {
        match self.who {
            Who::App { token, .. } => Some(token),
            Who::Account { .. } | Who::Pass { .. } | Who::Duty(_) => None,
        }
    }

    /// The one record that an app's token or a visit pass is for.
    pub fn record(&self) -> Option<RecordId> {
        match self.who {
            Who::App { record, .. } | Who::Pass { record, .. } => Some(record),
            Who::Account { .. } | Who::Duty(_) => None,
        }
    }
}

/// The actors of the server's own duties; received once, at the start.
#[derive(Debug)]
pub struct Roster(pub(crate) ());

impl Roster {
    /// The actor that does one duty.
    pub fn on(&self, duty: Duty) -> Actor {
        Actor::of(Who::Duty(duty))
    }
}

/// Where a request came from.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The network address.
    pub address: Option<IpAddr>,
    /// What the browser calls itself; cut to 200 characters.
    pub browser: String,
    /// The text of its device cookie, if it sent one.
    pub device: Option<String>,
}

/// Whether a proof of that instant is still fresh.
pub(crate) fn fresh(proved_at: Option<Timestamp>, now: Timestamp) -> Result<(), Error> {
    let fresh = proved_at.is_some_and(|at| now.duration_since(at) < FRESH);
    if fresh { Ok(()) } else { Err(Error::ProofNeeded) }
}

impl Actor {
    /// Whether this is the server itself on that duty; nobody else is even told that there is such a thing.
    pub(crate) fn on(&self, duty: Duty) -> Result<(), Error> {
        if self.who == Who::Duty(duty) { Ok(()) } else { Err(Error::NotFound) }
    }
}

impl std::fmt::Debug for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Origin({:?})", self.address)
    }
}

impl Origin {
    /// In one line, cut to 260 characters, without control characters.
    pub(crate) fn line(&self) -> String {
        let address = self.address.map_or(String::new(), |address| format!("{address} "));
        let browser = self.browser.chars().filter(|c| !c.is_control()).take(200);
        address.chars().chain(browser).collect()
    }
}

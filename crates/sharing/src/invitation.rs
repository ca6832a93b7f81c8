//! An offered grant that nobody has accepted yet.

use crate::{
    grant::{Grant, Terms},
    people::{AccountId, RecordId},
};
use jiff::{SignedDuration, Timestamp};

/// How long an invitation can be accepted.
pub const INVITATION_DAYS: i64 = 7;

/// How long a request to follow waits for an answer.
pub const REQUEST_HOURS: i64 = 24;

/// An offered grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// To which record.
    pub record: RecordId,
    /// Whose record that is.
    pub owner: Option<AccountId>,
    /// What is offered.
    pub terms: Terms,
    /// Until when it can be accepted; void at this instant.
    pub ends_at: Timestamp,
}

/// Who wants to accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invitee {
    /// The account.
    pub account: AccountId,
    /// Whether the account's address is the invited one.
    pub is_addressee: bool,
    /// Whether the account's address is confirmed.
    pub is_verified: bool,
}

/// Why an invitation was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAccepted {
    /// It went to another address.
    OtherAddress,
    /// The address is not confirmed yet.
    Unverified,
    /// Its time is over, or what it offers has ended already.
    Over,
    /// The owner needs no invitation.
    Own,
}

impl Invitation {
    /// When one that is sent now ends.
    pub fn ends_at(now: Timestamp) -> Timestamp {
        now.saturating_add(SignedDuration::from_hours(24 * INVITATION_DAYS)).unwrap_or(Timestamp::MAX)
    }

    /// Makes the grant that was offered. Consumes the invitation: it is accepted once.
    pub fn accept(self, by: Invitee, now: Timestamp) -> Result<Grant, NotAccepted> {
        if !by.is_addressee {
            return Err(NotAccepted::OtherAddress);
        }
        if now >= self.ends_at || self.terms.until_at.is_some_and(|until| now >= until) {
            return Err(NotAccepted::Over);
        }
        if self.owner == Some(by.account) {
            return Err(NotAccepted::Own);
        }
        if !by.is_verified {
            return Err(NotAccepted::Unverified);
        }
        let Self { record, terms, .. } = self;
        Ok(Grant { record, partner: by.account, terms, since_at: now, paused_until_at: None })
    }
}

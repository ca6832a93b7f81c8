//! Messages to installed apps.

use crate::{db::Tx, error::Error, inside::Inside};
use jiff::Timestamp;
use sharing::{AccountId, RecordId};

/// What appears on a phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PushMessage {
    /// Its first line.
    pub(crate) title: String,
    /// What it says.
    pub(crate) body: String,
    /// Where a tap leads.
    pub(crate) path: String,
    /// It takes the place of an older one of the same tag.
    pub(crate) tag: String,
    /// Whether it wakes somebody.
    pub(crate) urgent: bool,
    /// Whose data it tells of.
    pub(crate) record: Option<RecordId>,
}

/// Writes one message for each installed app of the account, and says to how many. No app can be installed yet.
pub(crate) fn push(
    _tx: &mut Tx,
    _inside: &Inside,
    _account: AccountId,
    message: &PushMessage,
    _now: Timestamp,
) -> Result<u64, Error> {
    tracing::trace!(urgent = message.urgent, about = ?message.record.is_some(), "no installed app to push to");
    Ok(0)
}

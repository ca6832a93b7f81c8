//! A hash of today's cost takes the place of an older, cheaper one when its owner signs in.

use crate::{
    db::{Tx, params, statements},
    error::Error,
};
use sharing::AccountId;

statements! {
    // Only over the hash that was checked: whoever changed the password in between has the last word.
    REFRESH = "update accounts set password = $3 where id = $1 and password = $2";
}

/// The new hash, and the one that was checked.
pub(crate) struct Fresh {
    pub(super) kept: String,
    pub(super) hash: String,
}

impl Fresh {
    /// Puts it in the older one's place.
    pub(crate) fn keep(&self, tx: &mut Tx, account: AccountId) -> Result<(), Error> {
        tx.execute(REFRESH, params![account, self.kept.as_str(), self.hash.as_str()]).map(drop)
    }
}

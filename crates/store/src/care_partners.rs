//! Care partners: whom the patient let in. Inviting and accepting are pages of their own; removing works at once.

use crate::{
    access::Access,
    db::{Tx, params, statements},
    error::Error,
    news::What,
    outbox,
    rights::Manage,
    standing::permission_word,
};
use sharing::{AccountId, Grant};

statements! {
    GIVE = "insert into grants (record, partner, permission, insulin, carbs, notes, devices, since_at, until_at, paused_until_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    REMOVE = "delete from grants where record = $1 and partner = $2";
}

/// Keeps a grant.
pub(crate) fn give(tx: &mut Tx, grant: &Grant) -> Result<(), Error> {
    let seen = grant.visibility;
    let permission = permission_word(grant.permission);
    let values = params![
        grant.record,
        grant.partner,
        permission,
        seen.insulin,
        seen.carbs,
        seen.notes,
        seen.devices,
        grant.since_at,
        grant.until_at,
        grant.paused_until_at
    ];
    tx.execute(GIVE, values).map(drop)
}

impl Access<'_, Manage> {
    /// Ends a care partner's access at once, with every message to them about this record that was not sent yet.
    pub fn remove_care_partner(&mut self, partner: AccountId) -> Result<(), Error> {
        let record = self.record_id();
        if self.tx().execute(REMOVE, params![record, partner])? == 0 {
            return Err(Error::NotFound);
        }
        outbox::drop_for(self.tx(), partner, record)?;
        self.note(What::Access);
        self.audit("removed a care partner", &partner.to_string())
    }
}

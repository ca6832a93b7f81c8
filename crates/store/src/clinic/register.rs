//! Registering a clinic: by somebody whose address is confirmed and who signs in with a second step. They are its first admin.

use super::{lacks_second_step, mails};
use crate::{
    audit::{self, Entry},
    db::{params, statements},
    error::{Error, Invalid},
    inside::{Inside, new_id},
    keys::place,
    notices,
    own::Own,
    share, throttle,
    words::valid_name,
};
use sharing::{ClinicId, ClinicRole, Refusal};

statements! {
    INSERT = "insert into clinics (id, name, contact, made_at) values ($1, $2, $3, $4)";
}

/// The most characters of what patients see beside the name.
const LONGEST_CONTACT: usize = 300;

impl Own<'_> {
    /// Registers a clinic. Needs a confirmed address, a second step and a fresh proof.
    pub fn register_clinic(&mut self, name: &str, contact: &str) -> Result<ClinicId, Error> {
        if lacks_second_step(self.tx, self.account)? {
            return Err(Error::Forbidden(Refusal::MemberSecondStep));
        }
        if !share::is_verified(self.tx, self.account)? {
            return Err(Error::Invalid(Invalid::Unconfirmed));
        }
        self.fresh()?;
        let (name, contact) = checked(name, contact)?;
        let (tx, inside, account) = (&mut *self.tx, self.inside, self.account);
        throttle::begin(tx, &throttle::registration_tries(&inside.keys, account), self.now)?;
        let clinic = ClinicId(new_id());
        inside.keys.new_clinic(clinic, self.now)?;
        let (sealed_name, sealed_contact) = sealed(inside, clinic, &name, &contact)?;
        tx.execute(INSERT, params![clinic, sealed_name, sealed_contact, self.now])?;
        super::members::put(tx, clinic, account, ClinicRole::Admin, self.now)?;
        audit::write(tx, inside, &Entry::of_clinic(clinic, account, self.now, "registered the clinic", &name))?;
        self.audit("registered a clinic", name.clone())?;
        notices::tell(self.tx, self.inside, account, &mails::registered(&name), self.now)?;
        Ok(clinic)
    }
}

/// Trimmed and checked: the name of a clinic, and what patients see beside it.
pub(super) fn checked(name: &str, contact: &str) -> Result<(String, String), Error> {
    valid_name(name)?;
    let contact = contact.trim().replace("\r\n", "\n");
    let fits = contact.chars().count() <= LONGEST_CONTACT
        && contact.chars().all(|letter| letter == '\n' || !letter.is_control());
    if fits { Ok((name.trim().to_owned(), contact)) } else { Err(Error::Invalid(Invalid::ClinicContact)) }
}

/// Both, as their columns keep them.
pub(super) fn sealed(
    inside: &Inside,
    clinic: ClinicId,
    name: &str,
    contact: &str,
) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let seal = |column, text: &str| inside.keys.seal(place("clinics", column, clinic.0), text.as_bytes());
    Ok((seal("name", name)?, seal("contact", contact)?))
}

//! The patient's side of a unique code: who asks for what is shown first, then it is accepted or declined.
//!
//! **Invariant:** a code that is wrong, used, over, taken back or of a clinic or patient that is gone answers the same, and each
//! try is counted before anything is looked at.

use super::{NewLink, codes, contact, make, terms};
use crate::{
    access::Access,
    actor::{Actor, Origin, Who},
    audit::{self, Entry},
    db::{Row, Tx, params, statements},
    error::{Error, Invalid},
    inside::{Inside, Store},
    keys::place,
    leaving, lockdown,
    records::{open_birth, open_name},
    rights::Manage,
    throttle,
};
use jiff::Timestamp;
use sharing::{AccountId, ClinicId, Duty, LinkCode, LinkTerms, Purpose, RecordId};
use std::sync::Arc;

statements! {
    FIND = "select c.clinic, c.profile, c.made_by, c.ends_at, k.name, k.contact, r.name, r.born_on, \
        c.insulin, c.carbs, c.notes, c.devices, c.until_at from link_codes c \
        join clinics k on k.id = c.clinic and k.closed_at is null \
        join records r on r.id = c.profile and r.clinic = c.clinic and r.left_at is null and r.merged_into is null \
        where c.hash = $1 and c.ends_at > $2";
    VERIFIED = "select 1 from accounts where id = $1 and verified_at is not null";
    USE_UP = "delete from link_codes where hash = $1";
}

/// What a clinic asks for, as the patient sees it before they answer.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkOffer {
    /// Which clinic.
    pub clinic: ClinicId,
    /// What it is called.
    pub clinic_name: String,
    /// How to reach it; empty when it does not say.
    pub contact: String,
    /// The initials of the patient whom the clinic means: enough to notice a mix-up, and no more.
    pub initials: String,
    /// The year in which that patient was born, if the clinic noted it.
    pub born_in: Option<i16>,
    /// What the clinic would see, and until when.
    pub terms: LinkTerms,
    /// Until when the code works.
    pub ends_at: Timestamp,
    profile: RecordId,
    member: AccountId,
}

impl std::fmt::Debug for LinkOffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkOffer(…)")
    }
}

impl Store {
    /// What a code offers. Counts as a try of this account and network, unless it is right.
    pub async fn look_up_link_code(&self, who: &Actor, origin: Origin, code: &str) -> Result<LinkOffer, Error> {
        self.with_code(who, origin, code, |_, _, _, offer, _| Ok(offer)).await
    }

    /// Links the record to the clinic that gave the code, on these terms or narrower ones than it asked for. Asks for a fresh
    /// proof. A wrong code counts like any other try.
    pub async fn accept_link(
        &self,
        who: &Actor,
        origin: Origin,
        record: RecordId,
        code: &str,
        terms: LinkTerms,
    ) -> Result<ClinicId, Error> {
        let offer = self.look_up_link_code(who, origin, code).await?;
        let code = LinkCode::parse(code).ok_or(Error::Invalid(Invalid::LinkCode))?;
        let accept = move |patient: &mut Access<'_, Manage>| patient.accept_link(&code, &terms);
        self.with_patient(who, record, Purpose::ClinicLink, accept).await?;
        Ok(offer.clinic)
    }

    /// Declines what a code offers: the code is void. The clinic learns that, and nothing of who declined.
    pub async fn decline_link(&self, who: &Actor, origin: Origin, code: &str) -> Result<(), Error> {
        let decline = |tx: &mut Tx, inside: &Inside, account, offer: LinkOffer, (hash, now): (&[u8], Timestamp)| {
            tx.execute(USE_UP, params![hash])?;
            let server = Who::Duty(Duty::Expire);
            let line = Entry::about(server, offer.profile, Purpose::ClinicLink, now, "link code declined", "");
            audit::write(tx, inside, &line)?;
            let line = Entry::activity(account, now, "declined a clinic's code", offer.clinic_name);
            audit::write(tx, inside, &line)
        };
        self.with_code(who, origin, code, decline).await
    }

    /// Counts the try, looks, and does `then` with what was found, in one transaction. A try with a wrong code is kept.
    async fn with_code<T, F>(&self, who: &Actor, origin: Origin, code: &str, mut then: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx, &Inside, AccountId, LinkOffer, (&[u8], Timestamp)) -> Result<T, Error> + Send + 'static,
    {
        let account = who.account().ok_or(Error::NotSignedIn)?;
        let (inside, code, now) = (Arc::clone(&self.0), LinkCode::parse(code), self.0.clock.now());
        let work = move |tx: &mut Tx| {
            leaving::refuse(tx, account)?;
            lockdown::refuse(tx, account)?;
            tx.query_one(VERIFIED, params![account])?.ok_or(Error::Invalid(Invalid::Unconfirmed))?;
            let tries = throttle::link_tries(&inside.keys, account, &origin);
            throttle::begin(tx, &tries, now)?;
            let hash = code.as_ref().map(|code| codes::hash(&inside, code)).unwrap_or_default();
            let Some(offer) = find(tx, &inside, &hash, now)? else {
                throttle::touch(tx, &tries, now)?;
                return Ok(None);
            };
            throttle::succeeded(tx, &tries)?;
            then(tx, &inside, account, offer, (&hash, now)).map(Some)
        };
        self.0.db.write(work, |_| ()).await?.ok_or(Error::Invalid(Invalid::LinkCode))
    }
}

impl Access<'_, Manage> {
    /// The try was counted before: nobody comes here but through [`Store::accept_link`].
    fn accept_link(&mut self, code: &LinkCode, terms: &LinkTerms) -> Result<(), Error> {
        self.fresh()?;
        let (tx, inside, entered) = self.parts();
        let (record, now) = (entered.record, entered.now);
        let found = find(tx, inside, &codes::hash(inside, code), now)?;
        let LinkOffer { clinic, profile, member, terms: offered, .. } =
            found.ok_or(Error::Invalid(Invalid::LinkCode))?;
        codes::check(terms, now)?;
        if offered.are_widened_by(terms) {
            return Err(Error::Invalid(Invalid::LinkTerms));
        }
        make(tx, inside, &NewLink { clinic, profile, record, terms: *terms, member }, now)
    }
}

fn find(tx: &mut Tx, inside: &Inside, hash: &[u8], now: Timestamp) -> Result<Option<LinkOffer>, Error> {
    tx.query_one(FIND, params![hash, now])?.map(|row| offer(inside, &row)).transpose()
}

fn offer(inside: &Inside, row: &Row) -> Result<LinkOffer, Error> {
    let (clinic, profile) = (ClinicId(row.id(0)?), RecordId(row.id(1)?));
    let name = open_name(inside, profile, row.bytes(6)?)?;
    Ok(LinkOffer {
        clinic,
        clinic_name: inside.keys.open_text(place("clinics", "name", clinic.0), row.bytes(4)?)?,
        contact: contact(inside, clinic, row.opt_bytes(5)?)?,
        initials: initials(&name),
        born_in: open_birth(inside, profile, row.opt_bytes(7)?)?.map(|born| born.year()),
        terms: terms(row, 8)?,
        ends_at: row.instant(3)?,
        profile,
        member: AccountId(row.id(2)?),
    })
}

/// `P. W.`: the first and the last part of a name.
fn initials(name: &str) -> String {
    let mut parts = name.split_whitespace().filter_map(|part| part.chars().find(|c| c.is_alphanumeric()));
    let first = parts.next();
    let both = first.into_iter().chain(parts.next_back());
    both.map(|letter| format!("{}.", letter.to_uppercase())).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_are_of_the_first_and_the_last_part() {
        for (name, short) in
            [("Paul Winter", "P. W."), ("mia", "M."), ("Ana Maria de Souza", "A. S."), ("(Öz) Ünal", "Ö. Ü."), ("", "")]
        {
            assert_eq!(initials(name), short);
        }
    }
}

//! Links between a clinic's own record and a personal record: made by the patient's word alone, ended by either side at once.
//!
//! ```text
//! unique code ──patient accepts──▶ link ──either side ends, time is over, account or clinic goes──▶ nothing
//! here and now ──patient proves who they are──▲      the clinic keeps what it had uploaded itself
//! ```

mod answer;
mod ask;
mod clinics;
mod codes;
mod end;
mod expiry;
mod handover;
pub(crate) mod mails;
mod support;

pub use answer::LinkOffer;
pub use clinics::LinkedClinicLine;
pub(crate) use codes::LINK_CODE;
pub use codes::{CodeTo, OpenCode};
pub(crate) use end::{end_all_of_record, end_of_profile};
pub use handover::{Handover, HandoverStep, NextStep};
pub use support::{Holder, LinkAct, LinkBy, LinkEvent, LinkedPatient, Support, Tie};

use crate::{
    audit::{self, Entry},
    db::{Row, Sql, Tx, params, statements},
    error::{Conflict, Error},
    inside::Inside,
    keys::place,
    news::Told,
    notices,
    records::open_name,
    share,
    standing::visibility,
    words::zone,
};
use jiff::{Timestamp, tz::TimeZone};
use sharing::{AccountId, ClinicId, LinkTerms, RecordId};

statements! {
    NAME = "select name from clinics where id = $1";
    CLINIC = "select name from clinics where id = $1 and closed_at is null";
    KEPT = "select 1 from records where id = $1 and clinic = $2 and merged_into is null and left_at is null";
    OWNER = "select r.account, r.name, a.zone from records r join accounts a on a.id = r.account where r.id = $1";
    DROP_ENDED = "delete from links where (profile = $1 or (record = $2 and clinic = $3)) and until_at <= $4";
    LINKED = "select 1 from links where profile = $1 or (record = $2 and clinic = $3)";
    INSERT = "insert into links (clinic, record, profile, made_by, insulin, carbs, notes, devices, since_at, until_at, \
        told_of_end, mark) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, \
        (select substr(sealed, 1, 13) from latest where record = $2))";
    DROP_CODES = "delete from link_codes where profile = $1";
    DROP_HANDOVERS = "delete from handovers where profile = $1";
}

/// All statements of links.
pub(crate) fn statements() -> Vec<Sql> {
    [
        STATEMENTS,
        answer::STATEMENTS,
        ask::STATEMENTS,
        clinics::STATEMENTS,
        codes::STATEMENTS,
        end::STATEMENTS,
        expiry::STATEMENTS,
        handover::STATEMENTS,
        support::STATEMENTS,
    ]
    .concat()
}

/// Drops what was offered and is over.
pub(crate) fn tidy(tx: &mut Tx, now: Timestamp) -> Result<u64, Error> {
    Ok(codes::tidy(tx, now)? + handover::tidy(tx, now)?)
}

/// A link to be made.
pub(crate) struct NewLink {
    pub(crate) clinic: ClinicId,
    /// The clinic's own record.
    pub(crate) profile: RecordId,
    /// The personal record.
    pub(crate) record: RecordId,
    pub(crate) terms: LinkTerms,
    /// The member who offered it.
    pub(crate) member: AccountId,
}

/// Makes a link that the owner of the personal record has agreed to just now. Open codes for the clinic's record are void, both
/// chains have a line, the owner is told.
pub(crate) fn make(tx: &mut Tx, inside: &Inside, new: &NewLink, now: Timestamp) -> Result<(), Error> {
    let NewLink { clinic, profile, record, terms, member } = *new;
    let clinic_name = clinic_name(tx, inside, clinic)?;
    tx.query_one(KEPT, params![profile, clinic])?.ok_or(Error::NotFound)?;
    let (owner, record_name, zone) = owner(tx, inside, record)?;
    tx.execute(DROP_ENDED, params![profile, record, clinic, now])?;
    if tx.query_one(LINKED, params![profile, record, clinic])?.is_some() {
        return Err(Error::Conflict(Conflict::Linked));
    }
    let seen = terms.visibility;
    tx.execute(
        INSERT,
        params![
            clinic,
            record,
            profile,
            member,
            seen.insulin,
            seen.carbs,
            seen.notes,
            seen.devices,
            now,
            terms.until_at,
            share::told_of_end(terms.until_at, now)
        ],
    )?;
    tx.execute(DROP_CODES, params![profile])?;
    tx.execute(DROP_HANDOVERS, params![profile])?;
    both_chains(tx, inside, owner, (record, profile, clinic), ("linked a clinic", "linked a clinic"), now)?;
    audit::write(tx, inside, &Entry::activity(owner, now, "linked a clinic", clinic_name.clone()))?;
    notices::tell(tx, inside, owner, &mails::linked(&clinic_name, &record_name, &terms, &zone), now)
}

/// What the owner did: a line in the personal record's chain, with the clinic's id, and one in the chain of the clinic's own
/// record; open streams of both ask again.
fn both_chains(
    tx: &mut Tx,
    inside: &Inside,
    owner: AccountId,
    (record, profile, clinic): (RecordId, RecordId, ClinicId),
    (act, there): (&'static str, &'static str),
    now: Timestamp,
) -> Result<(), Error> {
    for (record, act, detail) in [(record, act, clinic.to_string()), (profile, there, String::new())] {
        let line = Entry::of_link(record, owner, now, act, detail);
        audit::write(tx, inside, &line)?;
        tx.tell(Told::access(record));
    }
    Ok(())
}

/// Who owns a personal record, what it is called, and on whose clock they live.
fn owner(tx: &mut Tx, inside: &Inside, record: RecordId) -> Result<(AccountId, String, TimeZone), Error> {
    let row = tx.query_one(OWNER, params![record])?.ok_or(Error::NotFound)?;
    Ok((AccountId(row.id(0)?), open_name(inside, record, row.bytes(1)?)?, zone(row.text(2)?)?))
}

/// What a clinic is called; *not found* when it has closed.
pub(crate) fn clinic_name(tx: &mut Tx, inside: &Inside, clinic: ClinicId) -> Result<String, Error> {
    let row = tx.query_one(CLINIC, params![clinic])?.ok_or(Error::NotFound)?;
    inside.keys.open_text(place("clinics", "name", clinic.0), row.bytes(0)?)
}

/// What a clinic is called, closed or not.
fn name_of(tx: &mut Tx, inside: &Inside, clinic: ClinicId) -> Result<String, Error> {
    let row = tx.query_one(NAME, params![clinic])?.ok_or(Error::NotFound)?;
    inside.keys.open_text(place("clinics", "name", clinic.0), row.bytes(0)?)
}

/// How a clinic says that it can be reached; empty when it does not.
fn contact(inside: &Inside, clinic: ClinicId, sealed: Option<&[u8]>) -> Result<String, Error> {
    sealed.map_or(Ok(String::new()), |sealed| inside.keys.open_text(place("clinics", "contact", clinic.0), sealed))
}

/// What a clinic sees and until when, from five columns that begin at `first`.
pub(crate) fn terms(row: &Row, first: usize) -> Result<LinkTerms, Error> {
    Ok(LinkTerms { visibility: visibility(row, first)?, until_at: row.opt_instant(first + 4)? })
}

//! What members did at a clinic, from its own chain, with their names.

use super::{Desk, SeeActivity};
use crate::{
    audit::detail_column,
    db::{Row, Tx, params, statements},
    error::Error,
    inside::Inside,
    keys::place,
    records::open_name,
};
use jiff::Timestamp;
use sharing::{AccountId, ClinicId, RecordId};
use std::collections::HashMap;

statements! {
    LINES = "select number, at, who, act, count, detail from audit where chain = $1 and number < $2 order by number desc limit $3";
    NAME = "select name from accounts where id = $1";
    PATIENT = "select name from records where id = $1 and clinic = $2";
}

/// Something that happened at a clinic.
#[derive(Clone, PartialEq, Eq)]
pub struct ClinicActivityLine {
    /// Its number in the chain, from 1.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who did it; nothing for somebody whose account is gone, or for the server itself.
    pub who: Option<String>,
    /// What, in the audit's words.
    pub what: String,
    /// How often.
    pub count: u32,
    /// About what or whom.
    pub detail: String,
    /// The patient it was about, with the name when there still is one.
    pub patient: Option<(RecordId, Option<String>)>,
}

impl std::fmt::Debug for ClinicActivityLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ClinicActivityLine({}, {})", self.number, self.what)
    }
}

impl Desk<'_, SeeActivity> {
    /// The lines before a number, newest first; from the newest when there is none.
    pub fn activity(&mut self, most: u32, before: Option<i64>) -> Result<Vec<ClinicActivityLine>, Error> {
        let clinic = self.at.clinic;
        let rows = self.tx.query(LINES, params![clinic.to_string(), before.unwrap_or(i64::MAX), most])?;
        let mut names = HashMap::new();
        rows.iter().map(|row| line(self.tx, self.inside, clinic, row, &mut names)).collect()
    }
}

fn line(
    tx: &mut Tx,
    inside: &Inside,
    clinic: ClinicId,
    row: &Row,
    names: &mut HashMap<String, Option<String>>,
) -> Result<ClinicActivityLine, Error> {
    let (number, who) = (row.int(0)?, row.text(2)?.to_owned());
    let mut detail = match row.bytes(5)? {
        [] => String::new(),
        sealed => inside.keys.open_text(place("audit", &detail_column(number), clinic.0), sealed)?,
    };
    let patient = match RecordId::parse(&detail) {
        Some(profile) => {
            detail.clear();
            Some((profile, patient_name(tx, inside, clinic, profile)?))
        }
        None => None,
    };
    let who = match names.get(&who) {
        Some(name) => name.clone(),
        None => {
            let name = member_name(tx, inside, &who)?;
            names.insert(who, name.clone());
            name
        }
    };
    let (at, what, count) = (row.instant(1)?, row.text(3)?.to_owned(), row.count(4)?);
    Ok(ClinicActivityLine { number, at, who, what, count, detail, patient })
}

fn patient_name(tx: &mut Tx, inside: &Inside, clinic: ClinicId, profile: RecordId) -> Result<Option<String>, Error> {
    let Some(row) = tx.query_one(PATIENT, params![profile, clinic])? else { return Ok(None) };
    gone(open_name(inside, profile, row.bytes(0)?))
}

fn member_name(tx: &mut Tx, inside: &Inside, who: &str) -> Result<Option<String>, Error> {
    let Some(account) = who.strip_prefix("account ").and_then(AccountId::parse) else { return Ok(None) };
    let Some(row) = tx.query_one(NAME, params![account])? else { return Ok(None) };
    gone(inside.keys.open_text(place("accounts", "name", account.0), row.bytes(0)?))
}

/// What was sealed under a key that was destroyed is gone.
fn gone(name: Result<String, Error>) -> Result<Option<String>, Error> {
    match name {
        Err(Error::NotFound) => Ok(None),
        name => name.map(Some),
    }
}

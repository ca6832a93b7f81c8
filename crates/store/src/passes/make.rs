//! Making a visit pass: a link and a code, shown once and kept as hashes.

use super::{CODE_CHARACTERS, MINUTES, NAME_CHARACTERS, TO_OPEN_MIN, later, told::MADE};
use crate::{
    access::Access,
    db::{Tx, params, statements},
    error::{Error, Invalid},
    inside::{Inside, new_id},
    keys::{place, random},
    rights::Manage,
    second_step::base32,
    tokens,
};
use glucose::Period;
use jiff::Timestamp;
use sharing::{Id, Visibility};

statements! {
    LIVE = "select count(*) from passes where record = $1 and coalesce(until_at, open_until_at) > $2";
    IS_NAMED = "select 1 from passes where code_name = $1";
    MAKE = "insert into passes (id, record, label, first_on, last_on, minutes, insulin, carbs, notes, devices, made_at, \
        open_until_at, link_hash, code_name, code_hash, code_tries) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0)";
}

/// As many of a record at once.
const MOST: u32 = 10;
const MOST_DAYS: u32 = 366;
const LABEL_CHARACTERS: usize = 60;

/// What a pass is to show, to whom and for how long.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPass {
    /// For the patient, to know it again: the doctor's name, say. May be empty.
    pub label: String,
    /// The days that it shows, on the record's wall clock.
    pub days: Period,
    /// 10 to 120, from when it is opened.
    pub minutes: u16,
    /// What it shows of them.
    pub visibility: Visibility,
}

/// A pass just made. Link and code are shown this once and never again.
#[derive(Clone, PartialEq, Eq)]
pub struct MadePass {
    /// By which it is ended.
    pub id: Id,
    /// The secret at the end of its link.
    pub link: String,
    /// Three groups of four characters, to be typed.
    pub code: String,
    /// Until when either opens it.
    pub open_until_at: Timestamp,
}

impl std::fmt::Debug for NewPass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewPass({:?}, {} min)", self.days, self.minutes)
    }
}

impl std::fmt::Debug for MadePass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MadePass({})", self.id)
    }
}

impl NewPass {
    fn check(&self) -> Result<(), Error> {
        let label = self.label.trim();
        if label.chars().count() > LABEL_CHARACTERS || label.chars().any(char::is_control) {
            return Err(Error::Invalid(Invalid::TooLong));
        }
        let days = self.days.first <= self.days.last && self.days.days() <= MOST_DAYS;
        if days && MINUTES.contains(&self.minutes) { Ok(()) } else { Err(Error::Invalid(Invalid::Period)) }
    }
}

impl Access<'_, Manage> {
    /// Makes a pass. Asks for a fresh proof: it lets more people see more.
    pub fn make_pass(&mut self, new: &NewPass) -> Result<MadePass, Error> {
        self.fresh()?;
        new.check()?;
        let (tx, inside, entered) = self.parts();
        let live = tx.query_one(LIVE, params![entered.record, entered.now])?.ok_or(Error::Unavailable)?;
        if live.count(0)? >= MOST {
            return Err(Error::TooMany { retry_after_s: 60 * TO_OPEN_MIN.unsigned_abs() });
        }
        let (id, link, code) = (new_id(), tokens::secret()?, free_code(tx, inside)?);
        let open_until_at = later(entered.now, TO_OPEN_MIN);
        let label = inside.keys.seal(place("passes", "label", id).of(entered.record.0), new.label.trim().as_bytes())?;
        let (name, secret) = code.split_at(NAME_CHARACTERS);
        let (days, seen) = (new.days, new.visibility);
        let (first_on, last_on) = (days.first.to_string(), days.last.to_string());
        let values = params![
            id,
            entered.record,
            label,
            first_on.as_str(),
            last_on.as_str(),
            i64::from(new.minutes),
            seen.insulin,
            seen.carbs,
            seen.notes,
            seen.devices,
            entered.now,
            open_until_at,
            tokens::hash(&link),
            name_hash(inside, name),
            code_hash(inside, id, secret)
        ];
        tx.execute(MAKE, values)?;
        self.audit(MADE, &format!("{id} {first_on} {last_on} {} {}", new.minutes, new.label.trim()))?;
        Ok(MadePass { id, link, code: grouped(&code), open_until_at })
    }
}

/// A code whose first group names no other pass.
fn free_code(tx: &mut Tx, inside: &Inside) -> Result<String, Error> {
    loop {
        let mut code = base32::typed(&random::<8>()?);
        code.truncate(CODE_CHARACTERS);
        let name = code.get(..NAME_CHARACTERS).unwrap_or_default();
        if tx.query_one(IS_NAMED, params![name_hash(inside, name)])?.is_none() {
            return Ok(code);
        }
    }
}

pub(super) fn name_hash(inside: &Inside, name: &str) -> Vec<u8> {
    inside.keys.find_by("visit pass name", name)
}

pub(super) fn code_hash(inside: &Inside, id: Id, secret: &str) -> Vec<u8> {
    inside.keys.find_by("visit pass code", &format!("{id} {secret}"))
}

fn grouped(code: &str) -> String {
    let groups: Vec<&str> = (0..CODE_CHARACTERS).step_by(4).filter_map(|from| code.get(from..from + 4)).collect();
    groups.join("-")
}

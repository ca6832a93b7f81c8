//! Visit passes: a look for a doctor who has no account, at chosen days, for some minutes.
//!
//! ```text
//! made     a link (256 bits) and a code to type, shown once; good for ten minutes, the code for five tries
//! opened   by one press, which uses up link and code and ties the pass to that browser; now its minutes run
//! over     by itself, by either side, or with everything else at lockdown: the row goes, the history keeps its lines
//! ```
//! The first group of a code names the pass and is looked up; the other two are the secret, of which tries are counted.

pub(crate) mod mails;
mod open;

pub use open::{OpenPass, PassBrowser, PassKey};

use crate::{
    access::Access,
    actor::Who,
    audit::{self, Chain, Entry},
    db::{Row, Sql, Tx, params, statements},
    error::{Error, Invalid},
    inside::{Inside, new_id},
    keys::{place, random},
    news::What,
    rights::{CanView, Manage},
    second_step::base32,
    standing::visibility,
    tokens::{self, Kept, TokenFacts, facts},
    words::zone,
};
use glucose::Period;
use jiff::{SignedDuration, Timestamp};
use sharing::{Decision, Duty, Id, RecordId, Refusal, RightKind, Standing, Visibility, allows};
use std::collections::HashMap;

statements! {
    STANDING = "select p.insulin, p.carbs, p.notes, p.devices, p.first_on, p.last_on, p.until_at, r.zone from passes p \
        join records r on r.id = p.record left join accounts a on a.id = r.account \
        where p.id = $2 and p.record = $1 and p.until_at is not null and a.delete_at is null and a.locked_at is null";
    LIVE = "select count(*) from passes where record = $1 and coalesce(until_at, open_until_at) > $2";
    IS_NAMED = "select 1 from passes where code_name = $1";
    MAKE = "insert into passes (id, record, label, first_on, last_on, minutes, insulin, carbs, notes, devices, made_at, \
        open_until_at, link_hash, code_name, code_hash, code_tries) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0)";
    LIST = "select id, label, first_on, last_on, minutes, insulin, carbs, notes, devices, open_until_at, opened_at, until_at, \
        opened_from from passes where record = $1 and coalesce(until_at, open_until_at) > $2 order by made_at, id";
    END = "delete from passes where record = $1 and id = $2 and coalesce(until_at, open_until_at) > $3 \
        returning id, label, first_on, last_on, minutes";
    END_ALL = "delete from passes where record = $1";
    OVER = "delete from passes where coalesce(until_at, open_until_at) <= $1 \
        returning id, label, first_on, last_on, minutes, record, opened_at";
}

/// All statements of visit passes.
pub(crate) fn statements() -> Vec<Sql> {
    [STATEMENTS, open::STATEMENTS].concat()
}

/// How long a link and a code can open a pass.
const TO_OPEN_MIN: i64 = 10;
/// A pass lasts so many minutes from when it was opened.
const MINUTES: std::ops::RangeInclusive<u16> = 10..=120;
/// As many of a record at once.
const MOST: u32 = 10;
const MOST_DAYS: u32 = 366;
const LABEL_CHARACTERS: usize = 60;
const CODE_CHARACTERS: usize = 12;
const NAME_CHARACTERS: usize = 4;

pub(crate) const LINK: TokenFacts = facts("visit pass, by its link", TO_OPEN_MIN, true);
pub(crate) const CODE: TokenFacts = TokenFacts {
    bits: 5 * CODE_CHARACTERS as u32,
    kept: Kept::KeyedHash,
    ..facts("visit pass, by its code", TO_OPEN_MIN, true)
};
pub(crate) const BROWSER: TokenFacts =
    TokenFacts { once: false, ..facts("visit pass, opened", *MINUTES.end() as i64, false) };

/// Lines of the history whose detail tells which pass.
pub(crate) const ACTS: [&str; 4] = [MADE, "ended a visit pass", RAN_OUT, NEVER_OPENED];
const MADE: &str = "made a visit pass";
const RAN_OUT: &str = "a visit pass ran out";
const NEVER_OPENED: &str = "a visit pass was never opened";

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

/// A pass that is not over.
#[derive(Clone, PartialEq, Eq)]
pub struct PassLine {
    /// By which it is ended.
    pub id: Id,
    /// As the person called it.
    pub label: String,
    /// The days that it shows.
    pub days: Period,
    /// How long it lasts.
    pub minutes: u16,
    /// What it shows of them.
    pub visibility: Visibility,
    /// Until when it can be opened.
    pub open_until_at: Timestamp,
    /// When it was opened, and until when it lasts.
    pub opened: Option<(Timestamp, Timestamp)>,
    /// Address and browser in which it was opened.
    pub opened_from: Option<String>,
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

impl std::fmt::Debug for PassLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PassLine({})", self.id)
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

    /// Ends a pass at once, opened or not. Asks for no proof: it only shuts.
    pub fn end_pass(&mut self, id: Id) -> Result<(), Error> {
        let (tx, inside, entered) = self.parts();
        let row = tx.query_one(END, params![entered.record, id, entered.now])?.ok_or(Error::NotFound)?;
        let detail = detail(inside, entered.record, &row)?;
        self.note(What::Access);
        self.audit("ended a visit pass", &detail)
    }
}

impl<R: CanView> Access<'_, R> {
    /// The passes that are not over, oldest first. For whoever may make some; looking is no change, so that a page may ask
    /// every few seconds.
    pub fn passes(&mut self) -> Result<Vec<PassLine>, Error> {
        let (tx, inside, entered) = self.parts();
        if !matches!(allows(entered.standing, RightKind::Manage, entered.now), Decision::Allowed(_)) {
            return Err(Error::Forbidden(Refusal::NotYours));
        }
        let rows = tx.query(LIST, params![entered.record, entered.now])?;
        rows.iter().map(|row| line(inside, entered.record, row)).collect()
    }
}

fn line(inside: &Inside, record: RecordId, row: &Row) -> Result<PassLine, Error> {
    let id = row.id(0)?;
    let open = |column, sealed| inside.keys.open_text(place("passes", column, id).of(record.0), sealed);
    Ok(PassLine {
        id,
        label: open("label", row.bytes(1)?)?,
        days: days(row, 2)?,
        minutes: row.int(4)?.try_into().map_err(Error::broken)?,
        visibility: visibility(row, 5)?,
        open_until_at: row.instant(9)?,
        opened: row.opt_instant(10)?.zip(row.opt_instant(11)?),
        opened_from: row.opt_bytes(12)?.map(|sealed| open("opened_from", sealed)).transpose()?,
    })
}

/// Two columns that begin at `first`.
fn days(row: &Row, first: usize) -> Result<Period, Error> {
    let on = |column| row.text(column)?.parse().map_err(Error::broken);
    Ok(Period { first: on(first)?, last: on(first + 1)? })
}

/// How whoever opened a pass relates to its record; when it is over is the policy's word.
pub(crate) fn standing(tx: &mut Tx, id: Id, record: RecordId) -> Result<Standing, Error> {
    let Some(row) = tx.query_one(STANDING, params![record, id])? else { return Ok(Standing::Stranger) };
    let (from_at, to_at) = days(&row, 4)?.instants(&zone(row.text(7)?)?);
    Ok(Standing::Pass { visibility: visibility(&row, 0)?, from_at, to_at, until_at: row.instant(6)? })
}

/// Ends every pass of a record at once; answers how many.
pub(crate) fn end_all(tx: &mut Tx, record: RecordId) -> Result<u64, Error> {
    tx.execute(END_ALL, params![record])
}

/// Drops passes that are over, each with its line in the history.
pub(crate) fn tidy(tx: &mut Tx, inside: &Inside, now: Timestamp) -> Result<u64, Error> {
    let rows = tx.query(OVER, params![now])?;
    for row in &rows {
        let record = RecordId(row.id(5)?);
        let act = if row.opt_int(6)?.is_some() { RAN_OUT } else { NEVER_OPENED };
        match detail(inside, record, row) {
            Ok(detail) => audit::write(tx, inside, &Entry::beside(Who::Duty(Duty::Expire), record, now, act, detail))?,
            // Its key was destroyed, and there is nobody to tell.
            Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(rows.len() as u64)
}

/// For the history, which tells the label even when the pass is gone: id, days, minutes, label.
fn detail(inside: &Inside, record: RecordId, row: &Row) -> Result<String, Error> {
    let id = row.id(0)?;
    let label = inside.keys.open_text(place("passes", "label", id).of(record.0), row.bytes(1)?)?;
    Ok(format!("{id} {} {} {} {label}", row.text(2)?, row.text(3)?, row.int(4)?))
}

/// The same, as a person reads it.
pub(crate) fn detail_words(detail: &str) -> String {
    let mut parts = detail.splitn(5, ' ').skip(1);
    let [first, last, minutes, label] = std::array::from_fn(|_| parts.next().unwrap_or_default());
    let joint = if label.is_empty() { "" } else { ", " };
    format!("{label}{joint}{first} to {last}, {minutes} minutes")
}

/// The labels of all passes that a record ever had.
pub(crate) fn labels(tx: &mut Tx, inside: &Inside, record: RecordId) -> Result<HashMap<String, String>, Error> {
    let made = audit::details(tx, inside, Chain::Record(record), MADE)?;
    let label = |detail: String| {
        let mut parts = detail.splitn(5, ' ');
        let (id, label) = (parts.next()?.to_owned(), parts.nth(3)?.to_owned());
        (!label.is_empty()).then_some((id, label))
    };
    Ok(made.into_iter().filter_map(label).collect())
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

fn name_hash(inside: &Inside, name: &str) -> Vec<u8> {
    inside.keys.find_by("visit pass name", name)
}

fn code_hash(inside: &Inside, id: Id, secret: &str) -> Vec<u8> {
    inside.keys.find_by("visit pass code", &format!("{id} {secret}"))
}

fn grouped(code: &str) -> String {
    let groups: Vec<&str> = (0..CODE_CHARACTERS).step_by(4).filter_map(|from| code.get(from..from + 4)).collect();
    groups.join("-")
}

fn later(now: Timestamp, minutes: i64) -> Timestamp {
    now.saturating_add(SignedDuration::from_mins(minutes)).unwrap_or(Timestamp::MAX)
}

//! Visit passes: a look for a doctor who has no account, at chosen days, for some minutes.
//!
//! ```text
//! made     a link (256 bits) and a code to type, shown once; good for ten minutes, the code for five tries
//! opened   by one press, which uses up link and code and ties the pass to that browser; now its minutes run
//! over     by itself, by either side, or with everything else at lockdown: the row goes, the history keeps its lines
//! ```
//! The first group of a code names the pass and is looked up; the other two are the secret, of which tries are counted.

pub(crate) mod mails;
mod make;
mod open;
mod told;

pub use make::{MadePass, NewPass};
pub use open::{OpenPass, PassBrowser, PassKey};
pub(crate) use told::{ACTS, detail_words, labels};

use crate::{
    access::Access,
    actor::Who,
    audit::{self, Entry},
    db::{Row, Sql, Tx, params, statements},
    error::Error,
    inside::Inside,
    keys::place,
    news::What,
    rights::{CanView, Manage},
    standing::visibility,
    tokens::{Kept, TokenFacts, facts},
    words::zone,
};
use glucose::Period;
use jiff::{SignedDuration, Timestamp};
use sharing::{Decision, Duty, Id, RecordId, Refusal, RightKind, Standing, Visibility, allows};
use told::{ENDED, NEVER_OPENED, RAN_OUT, detail};

statements! {
    STANDING = "select p.insulin, p.carbs, p.notes, p.devices, p.first_on, p.last_on, p.until_at, r.zone from passes p \
        join records r on r.id = p.record left join accounts a on a.id = r.account left join clinics c on c.id = r.clinic \
        where p.id = $2 and p.record = $1 and p.until_at is not null and a.delete_at is null and a.locked_at is null \
        and c.closed_at is null and r.merged_into is null";
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
    [STATEMENTS, make::STATEMENTS, open::STATEMENTS].concat()
}

/// How long a link and a code can open a pass.
const TO_OPEN_MIN: i64 = 10;
/// A pass lasts so many minutes from when it was opened.
const MINUTES: std::ops::RangeInclusive<u16> = 10..=120;
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

impl std::fmt::Debug for PassLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PassLine({})", self.id)
    }
}

impl Access<'_, Manage> {
    /// Ends a pass at once, opened or not. Asks for no proof: it only shuts.
    pub fn end_pass(&mut self, id: Id) -> Result<(), Error> {
        let (tx, inside, entered) = self.parts();
        let row = tx.query_one(END, params![entered.record, id, entered.now])?.ok_or(Error::NotFound)?;
        let detail = detail(inside, entered.record, &row)?;
        self.note(What::Access);
        self.audit(ENDED, &detail)
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

fn later(now: Timestamp, minutes: i64) -> Timestamp {
    now.saturating_add(SignedDuration::from_mins(minutes)).unwrap_or(Timestamp::MAX)
}

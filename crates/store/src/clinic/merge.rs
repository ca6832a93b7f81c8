//! Two records of one patient become one, and two again.
//!
//! What the record that goes had brought is given to the one that stays, delivery by delivery under new numbers; the record that goes
//! is unknown to everybody from then on, and keeps its rows until the undo is over. Undoing takes those deliveries out again.
//! **Invariant:** merge and undo leave both records as they were (`tests/it/merge.rs`).

use super::{Desk, MergePatients, PatientDetails, profile};
use crate::{
    actor::Who,
    app_tokens,
    db::{Row, params, statements},
    error::{Conflict, Error},
    keys::place,
    news::Told,
    passes, records,
    rights::Upload,
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use sharing::{AccountId, RecordId};

/// For so long a merge can be undone; then the record that went is purged.
pub const UNDO_DAYS: i64 = 30;

statements! {
    LINK = "select record, since_at from links where profile = $1 and clinic = $2";
    MOVE_LINK = "update links set profile = $2 where profile = $1 and clinic = $3";
    MOVE_LINK_BACK = "update links set profile = $2 where profile = $1 and clinic = $3 and record = $4 \
        and since_at = $5";
    DROP_CODES = "delete from link_codes where profile = $1";
    DROP_HANDOVERS = "delete from handovers where profile = $1";
    GO = "update records set merged_into = $2, merged_at = $3 where id = $1";
    COME_BACK = "update records set merged_into = null, merged_at = null where id = $1 and merged_at > $2";
    INSERT = "insert into merges (gone, kept, by_whom, at, uploads, moved_link, filled, moved_since_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    ONE = "select m.kept, m.uploads, m.moved_link, m.filled, m.moved_since_at from merges m join records r on r.id = m.gone \
        where m.gone = $1 and r.clinic = $2";
    DROP = "delete from merges where gone = $1";
    ALL = "select m.gone, m.kept, m.by_whom, m.at, g.name, g.born_on, k.name, a.name from merges m \
        join records g on g.id = m.gone join records k on k.id = m.kept left join accounts a on a.id = m.by_whom \
        where g.clinic = $1 and k.merged_into is null and m.at > $2 order by m.at desc, m.gone";
    SET_BIRTH = "update records set born_on = $2 where id = $1";
    SET_DETAILS = "update records set profile = $2 where id = $1";
}

/// What the record that stays had not, and got.
#[derive(Default, Serialize, Deserialize)]
struct Filled {
    details: PatientDetails,
    born_on: Option<String>,
}

/// A merge that can be undone.
#[derive(Clone, PartialEq, Eq)]
pub struct MergedPatient {
    /// The record that went.
    pub gone: RecordId,
    /// What it was called.
    pub gone_name: String,
    /// Whose birth date it had.
    pub born_on: Option<Date>,
    /// The record that stays.
    pub kept: RecordId,
    /// What that is called.
    pub kept_name: String,
    /// Who did it, unless they are gone.
    pub by: Option<String>,
    /// When.
    pub at: Timestamp,
    /// Until when it can be undone.
    pub until: Timestamp,
}

impl std::fmt::Debug for MergedPatient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MergedPatient({} into {})", self.gone, self.kept)
    }
}

/// Merges from before this instant are over.
pub(crate) fn over_before(now: Timestamp) -> Timestamp {
    now.saturating_sub(SignedDuration::from_hours(24 * UNDO_DAYS)).unwrap_or(Timestamp::MIN)
}

impl Desk<'_, MergePatients> {
    /// Gives everything of `gone` to `kept`: data, link, and those details that `kept` has not. Its app tokens and open
    /// codes end.
    pub fn merge(&mut self, gone: RecordId, kept: RecordId) -> Result<(), Error> {
        if gone == kept {
            return Err(Error::NotFound);
        }
        let (theirs, ours) = (self.patient(gone)?, self.patient(kept)?);
        if theirs.left_at.is_some() || ours.left_at.is_some() {
            return Err(Error::Conflict(Conflict::PatientLeft));
        }
        let moved_link = self.move_link(gone, kept)?;
        let brought = self.enter::<Upload, _>(gone, |patient| patient.brought())?;
        let uploads = self.enter::<Upload, _>(kept, |patient| patient.take_in(&brought))?;
        let mut filled = Filled { details: lacking(&ours.details, &theirs.details), born_on: None };
        let details = with(&ours.details, &filled.details);
        let sealed = profile::seal(self.inside, kept, &details)?;
        self.tx.execute(SET_DETAILS, params![kept, sealed])?;
        if let (None, Some(day)) = (ours.born_on, theirs.born_on) {
            filled.born_on = Some(day.to_string());
            self.set_birth(kept, Some(day))?;
        }
        self.end_ways_in(gone)?;
        self.tx.execute(GO, params![gone, kept, self.at.now])?;
        let filled = serde_json::to_vec(&filled).map_err(Error::broken)?;
        let filled = self.inside.keys.seal(place("merges", "filled", gone.0).of(kept.0), &filled)?;
        let uploads = uploads.iter().map(u32::to_string).collect::<Vec<_>>().join(" ");
        let (member, now) = (self.at.member, self.at.now);
        let (moved_link, moved_since_at) = moved_link.unzip();
        self.tx.execute(INSERT, params![gone, kept, member, now, uploads, moved_link, filled, moved_since_at])?;
        self.noted("merged two patients", gone, kept)?;
        self.audit_record(gone, "merged into another record", "")?;
        self.audit_record(kept, "took in another record", "")
    }

    /// Parts two records again, as they were. What was added to the one that stayed since stays there.
    pub fn undo_merge(&mut self, gone: RecordId) -> Result<(), Error> {
        let row = self.tx.query_one(ONE, params![gone, self.at.clinic])?.ok_or(Error::NotFound)?;
        let kept = RecordId(row.id(0)?);
        self.keeps(kept)?;
        let uploads: Vec<u32> = row.text(1)?.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        let moved_link = row.opt_id(2)?.map(RecordId).zip(row.opt_instant(4)?);
        let filled = self.inside.keys.open(place("merges", "filled", gone.0).of(kept.0), row.bytes(3)?)?;
        let filled: Filled = serde_json::from_slice(&filled).map_err(Error::broken)?;
        if self.tx.execute(COME_BACK, params![gone, over_before(self.at.now)])? == 0 {
            return Err(Error::NotFound);
        }
        self.enter::<Upload, _>(kept, |patient| patient.give_back(&uploads))?;
        self.empty_again(kept, &filled)?;
        // A link that the patient made anew meanwhile is another one, and stays where they made it.
        if let Some((record, since_at)) = moved_link
            && self.tx.execute(MOVE_LINK_BACK, params![kept, gone, self.at.clinic, record, since_at])? > 0
        {
            self.told_of_moved_link(record)?;
        }
        self.tx.execute(DROP, params![gone])?;
        self.noted("parted two patients", gone, kept)?;
        self.audit_record(gone, "parted from another record", "")?;
        self.audit_record(kept, "parted from another record", "")
    }

    /// What can be undone, newest first.
    pub fn merges(&mut self) -> Result<Vec<MergedPatient>, Error> {
        let rows = self.tx.query(ALL, params![self.at.clinic, over_before(self.at.now)])?;
        rows.iter().map(|row| self.merged(row)).collect()
    }

    fn merged(&self, row: &Row) -> Result<MergedPatient, Error> {
        let (gone, kept, at) = (RecordId(row.id(0)?), RecordId(row.id(1)?), row.instant(3)?);
        let by = AccountId(row.id(2)?);
        let name = |sealed: &[u8]| self.inside.keys.open_text(place("accounts", "name", by.0), sealed);
        Ok(MergedPatient {
            gone,
            gone_name: records::open_name(self.inside, gone, row.bytes(4)?)?,
            born_on: records::open_birth(self.inside, gone, row.opt_bytes(5)?)?,
            kept,
            kept_name: records::open_name(self.inside, kept, row.bytes(6)?)?,
            by: row.opt_bytes(7)?.map(name).transpose()?,
            at,
            until: at.saturating_add(SignedDuration::from_hours(24 * UNDO_DAYS)).unwrap_or(Timestamp::MAX),
        })
    }

    /// The link of the one that goes, to the one that stays; two links are never made one.
    fn move_link(&mut self, gone: RecordId, kept: RecordId) -> Result<Option<(RecordId, Timestamp)>, Error> {
        let clinic = self.at.clinic;
        let Some(row) = self.tx.query_one(LINK, params![gone, clinic])? else { return Ok(None) };
        if self.tx.query_one(LINK, params![kept, clinic])?.is_some() {
            return Err(Error::Conflict(Conflict::BothLinked));
        }
        let moved = (RecordId(row.id(0)?), row.instant(1)?);
        self.tx.execute(MOVE_LINK, params![gone, kept, clinic])?;
        self.end_codes(kept)?;
        self.told_of_moved_link(moved.0)?;
        Ok(Some(moved))
    }

    /// The patient's history says that the clinic ties the link to another record of its own; what it sees is the same.
    fn told_of_moved_link(&mut self, record: RecordId) -> Result<(), Error> {
        self.audit_record(record, "tied the link to another record of the clinic", "")?;
        self.tx.tell(Told::access(record));
        Ok(())
    }

    fn end_codes(&mut self, profile: RecordId) -> Result<(), Error> {
        self.tx.execute(DROP_CODES, params![profile])?;
        self.tx.execute(DROP_HANDOVERS, params![profile]).map(drop)
    }

    /// Whatever leads to a record that nobody knows any more.
    fn end_ways_in(&mut self, gone: RecordId) -> Result<(), Error> {
        self.end_codes(gone)?;
        passes::end_all(self.tx, gone)?;
        let who = Who::Account { id: self.at.member };
        app_tokens::revoke_all_tokens(self.tx, self.inside, who, gone, self.at.now).map(drop)
    }

    fn set_birth(&mut self, record: RecordId, day: Option<Date>) -> Result<(), Error> {
        let seal = |day: Date| self.inside.keys.seal(place("records", "born_on", record.0), day.to_string().as_bytes());
        let sealed = day.map(seal).transpose()?;
        self.tx.execute(SET_BIRTH, params![record, sealed]).map(drop)
    }

    /// Takes out what the merge filled in, unless somebody changed it since.
    fn empty_again(&mut self, kept: RecordId, filled: &Filled) -> Result<(), Error> {
        let now = self.patient(kept)?;
        let details = without(&now.details, &filled.details);
        let sealed = profile::seal(self.inside, kept, &details)?;
        self.tx.execute(SET_DETAILS, params![kept, sealed])?;
        if filled.born_on.is_some() && now.born_on.map(|day| day.to_string()) == filled.born_on {
            self.set_birth(kept, None)?;
        }
        Ok(())
    }

    fn noted(&mut self, act: &'static str, gone: RecordId, kept: RecordId) -> Result<(), Error> {
        self.audit(act, &format!("{gone} {kept}"))?;
        for record in [gone, kept] {
            self.tx.tell(Told::access(record));
        }
        Ok(())
    }
}

/// What `ours` has not and `theirs` has.
fn lacking(ours: &PatientDetails, theirs: &PatientDetails) -> PatientDetails {
    let fill = |ours: &String, theirs: &String| if ours.is_empty() { theirs.clone() } else { String::new() };
    let has = |tag: &&String| !ours.tags.iter().any(|own| own.to_lowercase() == tag.to_lowercase());
    PatientDetails {
        number: fill(&ours.number, &theirs.number),
        group: fill(&ours.group, &theirs.group),
        tags: theirs.tags.iter().filter(has).cloned().collect(),
        email: fill(&ours.email, &theirs.email),
        phone: fill(&ours.phone, &theirs.phone),
    }
}

/// `ours` with what it lacked; as many tags as there may be.
fn with(ours: &PatientDetails, filled: &PatientDetails) -> PatientDetails {
    let either = |ours: &String, filled: &String| if ours.is_empty() { filled.clone() } else { ours.clone() };
    let tags = ours.tags.iter().chain(&filled.tags).take(profile::MOST_TAGS.max(ours.tags.len()));
    PatientDetails {
        number: either(&ours.number, &filled.number),
        group: either(&ours.group, &filled.group),
        tags: tags.cloned().collect(),
        email: either(&ours.email, &filled.email),
        phone: either(&ours.phone, &filled.phone),
    }
}

/// `now` without what was filled in and is still the same.
fn without(now: &PatientDetails, filled: &PatientDetails) -> PatientDetails {
    let rest = |now: &String, filled: &String| if now == filled { String::new() } else { now.clone() };
    PatientDetails {
        number: rest(&now.number, &filled.number),
        group: rest(&now.group, &filled.group),
        tags: now.tags.iter().filter(|tag| !filled.tags.contains(tag)).cloned().collect(),
        email: rest(&now.email, &filled.email),
        phone: rest(&now.phone, &filled.phone),
    }
}

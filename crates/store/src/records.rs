//! Records: what a person's body of data is called and how it is shown.

use crate::{
    access::Access,
    db::{Tx, params, statements},
    error::{Error, Invalid},
    flags,
    inside::{Inside, new_id},
    keys::place,
    news::What,
    rights::{Manage, Right},
    words::{unit, unit_word, valid_name, valid_zone, zone},
};
use glucose::Unit;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use sharing::{AccountId, ClinicId, RecordId, Standing, Visibility};

statements! {
    INSERT = "insert into records (id, account, clinic, name, born_on, unit, zone, next_upload, made_at) \
        values ($1, $2, $3, $4, $5, $6, $7, 1, $8)";
    SELECT = "select r.name, r.born_on, r.unit, r.zone, f.why from records r left join flags f on f.record = r.id where r.id = $1";
    ZONE = "select zone from records where id = $1";
    CHANGE = "update records set name = $2, born_on = $3, unit = $4, zone = $5 where id = $1";
}

/// A record as whoever was let in sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Which.
    pub id: RecordId,
    /// Whose data these are.
    pub name: String,
    /// The person's birth date.
    pub born_on: Option<Date>,
    /// The unit to show.
    pub unit: Unit,
    /// Where the person lives.
    pub zone: TimeZone,
    /// Whether the one who looks is the owner.
    pub own: bool,
    /// How the one who looks relates to the record.
    pub standing: Standing,
    /// What the one who looks can see.
    pub visibility: Visibility,
    /// Why the record is flagged for the operator; for the owner.
    pub flag: Option<String>,
}

/// What a new record, or a changed one, is to be.
#[derive(Clone, PartialEq, Eq)]
pub struct NewRecord {
    /// Whose data these are.
    pub name: String,
    /// The person's birth date.
    pub born_on: Option<Date>,
    /// The unit to show.
    pub unit: Unit,
    /// A name of the IANA list.
    pub zone: String,
}

/// Settings of a record are what a new one needs.
pub type RecordSettings = NewRecord;

impl std::fmt::Debug for NewRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewRecord(…)")
    }
}

/// Who keeps a record.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Keeper {
    Account(AccountId),
    Clinic(ClinicId),
}

impl NewRecord {
    pub(crate) fn check(&self, now: Timestamp) -> Result<(), Error> {
        valid_name(&self.name)?;
        valid_zone(&self.zone)?;
        valid_birth(self.born_on, now)
    }
}

/// Between 1880 and tomorrow (somewhere it is tomorrow already).
pub(crate) fn valid_birth(born_on: Option<Date>, now: Timestamp) -> Result<(), Error> {
    let tomorrow = TimeZone::UTC.to_datetime(now).date().tomorrow().unwrap_or(Date::MAX);
    let fits = born_on.is_none_or(|day| day.year() >= 1880 && day <= tomorrow);
    if fits { Ok(()) } else { Err(Error::Invalid(Invalid::BornOn)) }
}

/// Keeps a new record, under a key of its own.
pub(crate) fn insert(
    tx: &mut Tx,
    inside: &Inside,
    keeper: Keeper,
    new: &NewRecord,
    now: Timestamp,
) -> Result<RecordId, Error> {
    new.check(now)?;
    let record = RecordId(new_id());
    inside.keys.new_record(record, now)?;
    let (account, clinic) = match keeper {
        Keeper::Account(account) => (Some(account), None),
        Keeper::Clinic(clinic) => (None, Some(clinic)),
    };
    let (name, born_on) = seal(inside, record, new)?;
    tx.execute(INSERT, params![record, account, clinic, name, born_on, unit_word(new.unit), new.zone.as_str(), now])?;
    Ok(record)
}

pub(crate) fn seal(inside: &Inside, record: RecordId, new: &NewRecord) -> Result<(Vec<u8>, Option<Vec<u8>>), Error> {
    let name = inside.keys.seal(place("records", "name", record.0), new.name.trim().as_bytes())?;
    let born_on =
        new.born_on.map(|day| inside.keys.seal(place("records", "born_on", record.0), day.to_string().as_bytes()));
    Ok((name, born_on.transpose()?))
}

/// A record's name, as `row` has it sealed.
pub(crate) fn open_name(inside: &Inside, record: RecordId, sealed: &[u8]) -> Result<String, Error> {
    inside.keys.open_text(place("records", "name", record.0), sealed)
}

/// A record's birth date, as `row` has it sealed.
pub(crate) fn open_birth(inside: &Inside, record: RecordId, sealed: Option<&[u8]>) -> Result<Option<Date>, Error> {
    let Some(sealed) = sealed else { return Ok(None) };
    let text = inside.keys.open_text(place("records", "born_on", record.0), sealed)?;
    text.parse().map(Some).map_err(Error::broken)
}

impl<R: Right> Access<'_, R> {
    /// The record itself; whoever may bring data may know to whom.
    pub fn record(&mut self) -> Result<Record, Error> {
        let (tx, inside, entered) = self.parts();
        let row = tx.query_one(SELECT, params![entered.record])?.ok_or(Error::NotFound)?;
        Ok(Record {
            id: entered.record,
            name: open_name(inside, entered.record, row.bytes(0)?)?,
            // Whoever has no account sees whose data these are, and no more of the person.
            born_on: if entered.window().is_some() {
                None
            } else {
                open_birth(inside, entered.record, row.opt_bytes(1)?)?
            },
            unit: unit(row.text(2)?)?,
            zone: zone(row.text(3)?)?,
            own: entered.standing == Standing::Owner,
            standing: entered.standing,
            visibility: entered.visibility,
            flag: match (entered.standing, row.opt_bytes(4)?) {
                (Standing::Owner, Some(sealed)) => Some(flags::open_why(inside, entered.record, sealed)?),
                _ => None,
            },
        })
    }

    /// The record's clock alone.
    pub fn zone(&mut self) -> Result<TimeZone, Error> {
        let record = self.record_id();
        zone(self.tx().query_one(ZONE, params![record])?.ok_or(Error::NotFound)?.text(0)?)
    }
}

impl Access<'_, Manage> {
    /// Changes name, birth date, unit and zone.
    pub fn change_record(&mut self, new: &RecordSettings) -> Result<(), Error> {
        new.check(self.now())?;
        // By the clock of the record weekly pauses come and go: another zone opens other hours.
        if self.record()?.zone.iana_name() != Some(new.zone.as_str()) {
            self.fresh()?;
            self.note(What::Access);
        }
        let (tx, inside, entered) = self.parts();
        let (name, born_on) = seal(inside, entered.record, new)?;
        tx.execute(CHANGE, params![entered.record, name, born_on, unit_word(new.unit), new.zone.as_str()])?;
        self.audit("changed the record", "")
    }
}

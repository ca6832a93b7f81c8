//! Records: what a person's body of data is called and how it is shown; and the tokens of its apps.

use crate::{
    access::Access,
    actor::{Actor, Origin, Who},
    audit::{self, Entry},
    db::{Row, Tx, params, statements},
    error::{Error, Invalid},
    flags,
    inside::{Inside, Store, new_id},
    keys::place,
    news::{Told, What},
    rights::{Manage, Right},
    standing::{scope, scope_word},
    tokens,
    words::{unit, unit_word, valid_name, valid_zone, zone},
};
use glucose::Unit;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use sharing::{AccountId, ClinicId, Id, RecordId, Standing, TokenScope, Visibility};

statements! {
    INSERT = "insert into records (id, account, clinic, name, born_on, unit, zone, next_upload, made_at) \
        values ($1, $2, $3, $4, $5, $6, $7, 1, $8)";
    SELECT = "select r.name, r.born_on, r.unit, r.zone, f.why from records r left join flags f on f.record = r.id where r.id = $1";
    CHANGE = "update records set name = $2, born_on = $3, unit = $4, zone = $5 where id = $1";
    INSERT_TOKEN = "insert into app_tokens (id, hash, record, name, scope, made_at, made_by) values ($1, $2, $3, $4, $5, $6, $7)";
    TOKENS = "select id, name, scope, made_at, used_at from app_tokens where record = $1 order by made_at, id";
    REVOKE = "delete from app_tokens where record = $1 and id = $2 returning id, name";
    REVOKE_ALL = "delete from app_tokens where record = $1 returning id, name";
    MADE_AT_CLINIC = "delete from app_tokens where made_by = $1 and record in (select id from records where clinic = $2) \
        returning id, name, record";
    MADE_AT_CLINICS = "delete from app_tokens where made_by = $1 and record in (select id from records where clinic is not null) \
        returning id, name, record";
    BY_TOKEN = "select id, record, scope, used_at from app_tokens where hash = $1";
    USED = "update app_tokens set used_at = $2 where id = $1";
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

/// A token of an app, without the token itself.
#[derive(Clone, Debug, PartialEq)]
pub struct AppToken {
    /// By which it is revoked.
    pub id: Id,
    /// As the person called it.
    pub name: String,
    /// What it is for.
    pub scope: TokenScope,
    /// Since when.
    pub made_at: Timestamp,
    /// When it was last used, to the hour.
    pub used_at: Option<Timestamp>,
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

    /// Makes a token for an app. Shown this once; kept as a hash. Asks for a fresh proof: it lets more see more.
    pub fn add_token(&mut self, name: &str, scope: TokenScope) -> Result<String, Error> {
        self.fresh()?;
        valid_name(name)?;
        let (tx, inside, entered) = self.parts();
        let (id, token) = (new_id(), format!("kst_{}", tokens::secret()?));
        let sealed = inside.keys.seal(place("app_tokens", "name", id).of(entered.record.0), name.trim().as_bytes())?;
        let hash = tokens::hash(&token);
        let by = match entered.who {
            Who::Account { id } => Some(id),
            _ => None,
        };
        tx.execute(INSERT_TOKEN, params![id, hash, entered.record, sealed, scope_word(scope), entered.now, by])?;
        self.audit("made an app token", name)?;
        Ok(token)
    }

    /// The record's app tokens, oldest first.
    pub fn tokens(&mut self) -> Result<Vec<AppToken>, Error> {
        let (tx, inside, entered) = self.parts();
        tx.query(TOKENS, params![entered.record])?.iter().map(|row| app_token(inside, entered.record, row)).collect()
    }

    /// Ends an app's token at once.
    pub fn revoke_token(&mut self, id: Id) -> Result<(), Error> {
        let (tx, inside, entered) = self.parts();
        let row = tx.query_one(REVOKE, params![entered.record, id])?.ok_or(Error::NotFound)?;
        let detail = ended_token(inside, entered.record, &row)?;
        self.audit("ended an app token", &detail)
    }
}

/// Ends every app's token of a record at once; answers how many.
pub(crate) fn revoke_all_tokens(
    tx: &mut Tx,
    inside: &Inside,
    who: Who,
    record: RecordId,
    now: Timestamp,
) -> Result<usize, Error> {
    let rows = tx.query(REVOKE_ALL, params![record])?;
    for row in &rows {
        let line = Entry::beside(who, record, now, "ended an app token", ended_token(inside, record, row)?);
        audit::write(tx, inside, &line)?;
    }
    Ok(rows.len())
}

/// Ends what somebody had made for the records of a clinic, or of all clinics that they work at: it is not to outlive them there.
pub(crate) fn revoke_made_by(
    tx: &mut Tx,
    inside: &Inside,
    member: AccountId,
    clinic: Option<ClinicId>,
    now: Timestamp,
) -> Result<(), Error> {
    let rows = match clinic {
        Some(clinic) => tx.query(MADE_AT_CLINIC, params![member, clinic])?,
        None => tx.query(MADE_AT_CLINICS, params![member])?,
    };
    for row in &rows {
        let record = RecordId(row.id(2)?);
        let detail = ended_token(inside, record, row)?;
        let line = Entry::beside(Who::Account { id: member }, record, now, "ended an app token", detail);
        audit::write(tx, inside, &line)?;
        tx.tell(Told::access(record));
    }
    Ok(())
}

/// Its id and its name: the history names what the app did even when its token is gone.
fn ended_token(inside: &Inside, record: RecordId, row: &Row) -> Result<String, Error> {
    let id = row.id(0)?;
    Ok(format!("{id} {}", inside.keys.open_text(place("app_tokens", "name", id).of(record.0), row.bytes(1)?)?))
}

fn app_token(inside: &Inside, record: RecordId, row: &Row) -> Result<AppToken, Error> {
    let id = row.id(0)?;
    Ok(AppToken {
        id,
        name: inside.keys.open_text(place("app_tokens", "name", id).of(record.0), row.bytes(1)?)?,
        scope: scope(row.text(2)?)?,
        made_at: row.instant(3)?,
        used_at: row.opt_instant(4)?,
    })
}

impl Store {
    /// Who an app is, by its token. That it was used is noted once an hour.
    pub async fn app(&self, token: &str, origin: Origin) -> Result<Actor, Error> {
        let hash = tokens::hash(token);
        let now = self.0.clock.now();
        let (who, used_at) = self
            .0
            .db
            .read(move |tx| {
                let row = tx.query_one(BY_TOKEN, params![hash])?.ok_or(Error::NotSignedIn)?;
                let (token, record) = (row.id(0)?, RecordId(row.id(1)?));
                Ok((Who::App { token, record, scope: scope(row.text(2)?)? }, row.opt_instant(3)?))
            })
            .await?;
        let hour = jiff::SignedDuration::from_hours(1);
        if let Who::App { token, .. } = who
            && used_at.is_none_or(|used| now.duration_since(used) >= hour)
        {
            self.0.db.write(move |tx| tx.execute(USED, params![token, now]).map(drop), |()| ()).await?;
        }
        Ok(Actor::of(who).coming_from(&origin))
    }
}

//! What the owner of a record does about its sources: add, look, pause, ask now, type another secret, remove.

use super::kept::{PullSettings, PullTrouble, sealed_at, trouble};
use crate::{
    access::Access,
    actor::Who,
    app_tokens,
    db::{Row, Sql, Tx, params, statements},
    error::{Error, Invalid},
    inside::Inside,
    keys::place,
    rights::Manage,
    words::valid_name,
};
use jiff::Timestamp;
use sharing::{Id, RecordId};

statements! {
    COUNT = "select count(*) from pulls where record = $1";
    ADD = "insert into pulls (id, record, service, sealed, interval_min, made_at, made_by, due_at, failures) \
        values ($1, $2, $3, $4, $5, $6, $7, $6, 0)";
    LIST = "select p.id, p.service, t.name, p.sealed, p.made_at, p.worked_at, p.failing_since_at, p.trouble, p.paused_at, \
        p.stopped_at, p.due_at, p.leased_until from pulls p join app_tokens t on t.id = p.id where p.record = $1 order by p.made_at, p.id";
    ONE = "select p.sealed, t.name from pulls p join app_tokens t on t.id = p.id where p.record = $1 and p.id = $2";
    RESEAL = "update pulls set sealed = $3, state = null, stopped_at = null, failing_since_at = null, trouble = null, failures = 0, \
        lease = null, leased_until = null, due_at = $4 where record = $1 and id = $2";
    PAUSE = "update pulls set paused_at = $3, lease = null, leased_until = null where record = $1 and id = $2 and paused_at is null";
    RESUME = "update pulls set paused_at = null, due_at = $3 where record = $1 and id = $2 and paused_at is not null";
    NOW = "update pulls set due_at = $3, stopped_at = null where record = $1 and id = $2 and paused_at is null";
    ALL_NOW = "update pulls set due_at = $2 where record = $1 and paused_at is null and stopped_at is null and due_at > $2";
}

/// More than anybody needs.
const MOST: i64 = 8;
/// Sensors give a value every five minutes.
const INTERVAL_MIN: i64 = 5;

/// A source, as it is added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPull {
    /// The word of the service.
    pub service: String,
    /// As the person calls it.
    pub name: String,
    /// How it is reached.
    pub settings: PullSettings,
}

/// What a source is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PullState {
    /// It was not asked yet.
    New,
    /// It is being asked just now.
    Working,
    /// It answered the last time.
    Works,
    /// It did not answer since then; it is asked again.
    Waits(Timestamp, PullTrouble),
    /// It is not asked again before its owner changes something.
    Stopped(PullTrouble),
    /// Its owner paused it.
    Paused,
}

/// A source, as its owner sees it. The secret is shown to nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullLine {
    /// Which; its app token has the same.
    pub id: Id,
    /// The word of the service.
    pub service: String,
    /// As the person calls it.
    pub name: String,
    /// The site's address, or the word of a region.
    pub address: String,
    /// The name to sign in with.
    pub user: String,
    /// Whose data, where an account follows several people.
    pub person: String,
    /// Since when.
    pub made_at: Timestamp,
    /// When it last answered.
    pub worked_at: Option<Timestamp>,
    /// When it is asked next.
    pub due_at: Timestamp,
    /// What it is doing.
    pub state: PullState,
}

impl Access<'_, Manage> {
    /// The record's sources, oldest first.
    pub fn pulls(&mut self) -> Result<Vec<PullLine>, Error> {
        let (tx, inside, entered) = self.parts();
        tx.query(LIST, params![entered.record])?
            .iter()
            .map(|row| line(inside, entered.record, entered.now, row))
            .collect()
    }

    /// Adds a source, due at once. Asks for a fresh proof: a secret is handed over, and from then on somebody else's server
    /// writes here.
    pub fn add_pull(&mut self, new: &NewPull) -> Result<Id, Error> {
        self.fresh()?;
        valid_name(&new.name)?;
        new.settings.check()?;
        let (tx, inside, entered) = self.parts();
        let count = tx.query_one(COUNT, params![entered.record])?.ok_or(Error::Unavailable)?.int(0)?;
        if count >= MOST {
            return Err(Error::Invalid(Invalid::PullSources));
        }
        let id = app_tokens::for_pull(tx, inside, &entered, &new.name)?;
        let by = if let Who::Account { id } = entered.who { Some(id) } else { None };
        let sealed = inside.keys.seal(sealed_at(id, entered.record), &new.settings.written()?)?;
        let service = new.service.as_str();
        tx.execute(ADD, params![id, entered.record, service, sealed, INTERVAL_MIN, entered.now, by])?;
        self.audit("connected a source", &new.name)?;
        Ok(id)
    }

    /// Another secret, and a sign-in name where it has one: what was stopped is asked again at once.
    pub fn change_pull_secret(&mut self, id: Id, user: Option<&str>, secret: &str) -> Result<(), Error> {
        self.fresh()?;
        let (name, mut settings) = self.pull(id)?;
        secret.clone_into(&mut settings.secret);
        if let Some(user) = user {
            user.clone_into(&mut settings.user);
        }
        settings.check()?;
        let (tx, inside, entered) = self.parts();
        let sealed = inside.keys.seal(sealed_at(id, entered.record), &settings.written()?)?;
        tx.execute(RESEAL, params![entered.record, id, sealed, entered.now])?;
        self.audit("changed the sign-in of a source", &name)
    }

    /// Asks it no more, until it is resumed. A run in flight writes nothing from here on.
    pub fn pause_pull(&mut self, id: Id) -> Result<(), Error> {
        self.turn(id, PAUSE, "paused a source")
    }

    /// Asks it again, at once and from then on.
    pub fn resume_pull(&mut self, id: Id) -> Result<(), Error> {
        self.turn(id, RESUME, "resumed a source")
    }

    /// What is so already is done again by nobody, and leaves no line.
    fn turn(&mut self, id: Id, to: Sql, act: &'static str) -> Result<(), Error> {
        let (name, _) = self.pull(id)?;
        let (tx, _, entered) = self.parts();
        if tx.execute(to, params![entered.record, id, entered.now])? == 0 {
            return Ok(());
        }
        self.audit(act, &name)
    }

    /// Asks it at once, also when it was stopped: it may be that something was accepted or mended there.
    pub fn pull_now(&mut self, id: Id) -> Result<(), Error> {
        self.pull(id)?;
        let (tx, _, entered) = self.parts();
        tx.execute(NOW, params![entered.record, id, entered.now]).map(drop)
    }

    /// Asks every source at once that is not paused or stopped; of how many that is so.
    pub fn pull_all_now(&mut self) -> Result<u64, Error> {
        let (tx, _, entered) = self.parts();
        tx.execute(ALL_NOW, params![entered.record, entered.now])
    }

    /// Ends a source, with its token, at once; what it brought stays.
    pub fn remove_pull(&mut self, id: Id) -> Result<(), Error> {
        let (name, _) = self.pull(id)?;
        self.audit("removed a source", &name)?;
        self.revoke_token(id)
    }

    fn pull(&mut self, id: Id) -> Result<(String, PullSettings), Error> {
        let (tx, inside, entered) = self.parts();
        let row = tx.query_one(ONE, params![entered.record, id])?.ok_or(Error::NotFound)?;
        let settings = PullSettings::read(&inside.keys.open(sealed_at(id, entered.record), row.bytes(0)?)?)?;
        let name = inside.keys.open_text(place("app_tokens", "name", id).of(entered.record.0), row.bytes(1)?)?;
        Ok((name, settings))
    }
}

fn line(inside: &Inside, record: RecordId, now: Timestamp, row: &Row) -> Result<PullLine, Error> {
    let id = row.id(0)?;
    let settings = PullSettings::read(&inside.keys.open(sealed_at(id, record), row.bytes(3)?)?)?;
    Ok(PullLine {
        id,
        service: row.text(1)?.to_owned(),
        name: inside.keys.open_text(place("app_tokens", "name", id).of(record.0), row.bytes(2)?)?,
        address: settings.address,
        user: settings.user,
        person: settings.person,
        made_at: row.instant(4)?,
        worked_at: row.opt_instant(5)?,
        due_at: row.instant(10)?,
        state: state(row, now)?,
    })
}

fn state(row: &Row, now: Timestamp) -> Result<PullState, Error> {
    let why = row.opt_text(7)?.map(trouble).transpose()?;
    let working = row.opt_instant(11)?.is_some_and(|until| until > now);
    Ok(match (row.opt_instant(8)?, row.opt_instant(9)?, row.opt_instant(6)?, why) {
        (Some(_), ..) => PullState::Paused,
        (_, Some(_), _, Some(why)) => PullState::Stopped(why),
        (_, _, Some(since), Some(why)) => PullState::Waits(since, why),
        _ if working => PullState::Working,
        _ if row.opt_instant(5)?.is_none() => PullState::New,
        _ => PullState::Works,
    })
}

/// A source, as it is taken along: nothing of how one signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenPull {
    /// The word of the service.
    pub service: String,
    /// As the person calls it.
    pub name: String,
    /// The site's address, or the word of a region.
    pub address: String,
    /// Since when.
    pub made_at: Timestamp,
    /// When it last answered.
    pub worked_at: Option<Timestamp>,
}

/// The sources of a record, for its export.
pub(crate) fn taken(tx: &mut Tx, inside: &Inside, record: RecordId, now: Timestamp) -> Result<Vec<TakenPull>, Error> {
    let taken = |row: &Row| {
        let PullLine { service, name, address, made_at, worked_at, .. } = line(inside, record, now, row)?;
        Ok(TakenPull { service, name, address, made_at, worked_at })
    };
    tx.query(LIST, params![record])?.iter().map(taken).collect()
}

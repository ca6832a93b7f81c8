//! A run of a source: claimed by one node, written piece by piece, and reported.

use super::kept::{PullSettings, PullTrouble, sealed_at, state_at, trouble_word};
use crate::{
    access::Access,
    actor::{Actor, Who},
    audit::{self, Entry},
    db::{Row, Tx, params, statements},
    error::Error,
    inside::{Inside, Store},
    keys::{place, random},
    mails, notices,
    records::open_name,
    rights::Upload,
    words::zone,
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use sharing::{AccountId, Duty, Id, Purpose, RecordId, TokenScope};
use std::sync::Arc;

statements! {
    DUE = "select id from pulls where due_at <= $1 and paused_at is null and stopped_at is null \
        and (leased_until is null or leased_until <= $1) order by due_at, id limit $2";
    // Of several nodes one changes the row; to the others it is not due any more.
    CLAIM = "update pulls set lease = $2, leased_until = $3 where id = $1 and due_at <= $4 and paused_at is null and stopped_at is null \
        and (leased_until is null or leased_until <= $4) and exists (select 1 from app_tokens t where t.id = pulls.id) \
        returning record, service, sealed, state, failures, interval_min, (select zone from records r where r.id = pulls.record)";
    HOLD = "update pulls set leased_until = $3 where id = $1 and lease = $2";
    SET_STATE = "update pulls set state = $3 where id = $1 and lease = $2";
    WORKED = "update pulls set state = $3, due_at = $4, worked_at = $5, failing_since_at = null, trouble = null, failures = 0, \
        lease = null, leased_until = null where id = $1 and lease = $2";
    GIVEN_BACK = "update pulls set due_at = $3, lease = null, leased_until = null where id = $1 and lease = $2";
    FAILED = "update pulls set due_at = $3, failing_since_at = coalesce(failing_since_at, $4), trouble = $5, failures = failures + 1, \
        lease = null, leased_until = null where id = $1 and lease = $2";
    STOPPED = "update pulls set stopped_at = $3, failing_since_at = coalesce(failing_since_at, $3), trouble = $4, failures = failures + 1, \
        lease = null, leased_until = null where id = $1 and lease = $2";
    USED = "update app_tokens set used_at = $2 where id = $1 and (used_at is null or used_at <= $3)";
    OF = "select t.name, r.account, r.name, p.made_by from pulls p join app_tokens t on t.id = p.id join records r on r.id = p.record \
        where p.id = $1";
}

/// Longer than any piece takes; another node takes over what is left by one that died.
const LEASE: SignedDuration = SignedDuration::from_mins(5);
/// After so many failures in a row (more than an hour) the history tells of it.
const TOLD_AFTER: u32 = 5;

/// A source that is being asked, by this node and no other.
pub struct PullRun {
    /// Which.
    pub id: Id,
    /// Whose data.
    pub record: RecordId,
    /// The word of the service.
    pub service: String,
    /// How it is reached.
    pub settings: PullSettings,
    /// What the service's file wrote down the last time; empty at first.
    pub state: Vec<u8>,
    /// How often in a row it failed before.
    pub failures: u32,
    /// How often it is asked when all is well.
    pub interval: SignedDuration,
    /// The record's zone.
    pub zone: TimeZone,
    app: Actor,
    lease: Vec<u8>,
}

impl std::fmt::Debug for PullRun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PullRun({})", self.id)
    }
}

impl Store {
    /// Claims up to `most` sources that are due, for some minutes each.
    pub async fn claim_pulls(&self, duty: &Actor, most: u32) -> Result<Vec<PullRun>, Error> {
        duty.on(Duty::Pull)?;
        let now = self.0.clock.now();
        let due = self.0.db.read(move |tx| tx.query(DUE, params![now, most])).await?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let (inside, until) = (Arc::clone(&self.0), now.saturating_add(LEASE).unwrap_or(Timestamp::MAX));
        let claim = move |tx: &mut Tx| {
            let mut claimed = Vec::new();
            for row in &due {
                let (id, lease) = (row.id(0)?, random::<16>()?.to_vec());
                let Some(row) = tx.query_one(CLAIM, params![id, lease.clone(), until, now])? else { continue };
                claimed.push(run(&inside, id, lease, &row)?);
            }
            Ok(claimed)
        };
        self.0.db.write(claim, |_| ()).await
    }

    /// Lets a run in to its record, as the app that it is, and keeps how far it has come in the same transaction: `job` answers
    /// what it did, and what the service's file wants written down. *Not found* when the source was paused, removed or taken
    /// over meanwhile; then nothing was done.
    pub async fn bring<T, F>(&self, run: &PullRun, mut job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'a> FnMut(&mut Access<'a, Upload>) -> Result<(T, Vec<u8>), Error> + Send + 'static,
    {
        let (id, lease) = (run.id, run.lease.clone());
        let job = move |patient: &mut Access<'_, Upload>| {
            let until = patient.now().saturating_add(LEASE).unwrap_or(Timestamp::MAX);
            if patient.tx().execute(HOLD, params![id, lease.clone(), until])? == 0 {
                return Err(Error::NotFound);
            }
            let (value, state) = job(patient)?;
            let (tx, inside, entered) = patient.parts();
            let sealed = inside.keys.seal(state_at(id, entered.record), &state)?;
            tx.execute(SET_STATE, params![id, lease.clone(), sealed])?;
            Ok(value)
        };
        self.with_patient(&run.app, run.record, Purpose::DeviceUpload, job).await
    }

    /// A run read all there was; the source is due again at `due_at`.
    pub async fn pull_worked(&self, run: &PullRun, state: &[u8], due_at: Timestamp) -> Result<(), Error> {
        let (id, lease, now) = (run.id, run.lease.clone(), self.0.clock.now());
        let sealed = self.0.keys.seal(state_at(id, run.record), state)?;
        let hour_ago = now.saturating_sub(SignedDuration::from_hours(1)).unwrap_or(Timestamp::MIN);
        let work = move |tx: &mut Tx| {
            if tx.execute(WORKED, params![id, lease.clone(), sealed.clone(), due_at, now])? > 0 {
                tx.execute(USED, params![id, now, hour_ago])?;
            }
            Ok(())
        };
        self.0.db.write(work, |()| ()).await
    }

    /// A run was broken off and goes on where it is: at once, on whichever node.
    pub async fn give_back_pull(&self, run: &PullRun) -> Result<(), Error> {
        let (id, lease, now) = (run.id, run.lease.clone(), self.0.clock.now());
        self.0.db.write(move |tx| tx.execute(GIVEN_BACK, params![id, lease.clone(), now]).map(drop), |()| ()).await
    }

    /// A run brought nothing. What only its owner can mend stops the source, and they are told once; everything else is tried
    /// again at `due_at`.
    pub async fn pull_failed(&self, run: &PullRun, why: PullTrouble, due_at: Timestamp) -> Result<(), Error> {
        let (id, lease, now) = (run.id, run.lease.clone(), self.0.clock.now());
        let (inside, record) = (Arc::clone(&self.0), run.record);
        let is_long = run.failures + 1 == TOLD_AFTER;
        let work = move |tx: &mut Tx| {
            let word = trouble_word(why);
            let changed = if why.stops() {
                tx.execute(STOPPED, params![id, lease.clone(), now, word])?
            } else {
                tx.execute(FAILED, params![id, lease.clone(), due_at, now, word])?
            };
            if changed == 0 || !(why.stops() || is_long) {
                return Ok(());
            }
            let of = tx.query_one(OF, params![id])?.ok_or(Error::NotFound)?;
            let name = inside.keys.open_text(place("app_tokens", "name", id).of(record.0), of.bytes(0)?)?;
            let act = if why.stops() { "stopped a source" } else { "a source does not answer" };
            audit::write(
                tx,
                &inside,
                &Entry::beside(Who::Duty(Duty::Pull), record, now, act, format!("{name}: {word}")),
            )?;
            if why.stops() { tell(tx, &inside, record, (&name, why), &of, now) } else { Ok(()) }
        };
        self.0.db.write(work, |()| ()).await
    }
}

/// Once, to the owner; of a clinic's record to whoever connected it.
fn tell(
    tx: &mut Tx,
    inside: &Inside,
    record: RecordId,
    (name, why): (&str, PullTrouble),
    of: &Row,
    now: Timestamp,
) -> Result<(), Error> {
    let Some(account) = of.opt_id(1)?.or(of.opt_id(3)?).map(AccountId) else { return Ok(()) };
    let person = open_name(inside, record, of.bytes(2)?)?;
    notices::tell_about(tx, inside, account, record, &mails::pull_stopped(name, &person, why, record), now)
}

fn run(inside: &Inside, id: Id, lease: Vec<u8>, row: &Row) -> Result<PullRun, Error> {
    let record = RecordId(row.id(0)?);
    let state = row.opt_bytes(3)?.map(|sealed| inside.keys.open(state_at(id, record), sealed)).transpose()?;
    Ok(PullRun {
        id,
        record,
        service: row.text(1)?.to_owned(),
        settings: PullSettings::read(&inside.keys.open(sealed_at(id, record), row.bytes(2)?)?)?,
        state: state.unwrap_or_default(),
        failures: row.count(4)?,
        interval: SignedDuration::from_mins(row.int(5)?),
        zone: zone(row.text(6)?)?,
        app: Actor::of(Who::App { token: id, record, scope: TokenScope::Upload }),
        lease,
    })
}

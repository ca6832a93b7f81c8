//! The gate. The only place that makes an [`Access`].
//!
//! **Invariant:** patient data are read and written only through an `Access` (`tests/cannot`).

use crate::{
    actor::{self, Actor, Who},
    alerts,
    audit::{self, Entry, Span},
    clinic::{CompareRecords, Desk, MergePatients},
    db::Tx,
    error::Error,
    inside::{Inside, Store},
    keys::RecordKey,
    news::{News, Told, What},
    rights::{Right, View},
    standing,
    visits::{Key, Look},
};
use jiff::Timestamp;
use sharing::{AccountId, ClinicId, Decision, Purpose, RecordId, RightKind, Standing, Visibility, allows};
use std::{
    marker::PhantomData,
    sync::{Arc, Mutex, PoisonError},
};

/// Being let in to one record, with the right `R`, for as long as one job runs.
pub struct Access<'a, R> {
    tx: &'a mut Tx,
    inside: &'a Inside,
    key: Arc<RecordKey>,
    entered: Entered,
    origin: Arc<str>,
    seen: Option<Span>,
    right: PhantomData<fn() -> R>,
}

/// Who came in to what, as decided in this transaction.
#[derive(Clone, Copy)]
pub(crate) struct Entered {
    pub(crate) who: Who,
    pub(crate) record: RecordId,
    pub(crate) purpose: Purpose,
    pub(crate) standing: Standing,
    /// Through which clinic a member came in. None where it is not known: then the line says the clinic that counts.
    pub(crate) clinic: Option<ClinicId>,
    pub(crate) visibility: Visibility,
    pub(crate) proved_at: Option<Timestamp>,
    pub(crate) now: Timestamp,
}

/// What came of asking.
enum Outcome<T> {
    Done { value: T, entered: Entered, seen: Option<Span> },
    Refused(Refused),
}

/// The policy said no.
#[derive(Clone, Copy)]
struct Refused {
    decision: Decision,
    standing: Standing,
}

/// Who asks for what, and from where.
#[derive(Clone)]
struct Asked {
    who: Who,
    record: RecordId,
    purpose: Purpose,
    /// With whose eyes the owner wants to look.
    seen_as: Option<AccountId>,
    proved_at: Option<Timestamp>,
    origin: Arc<str>,
    now: Timestamp,
}

impl Store {
    /// Lets `who` in to `record` for `purpose`, if the policy says so, and runs `job` there.
    ///
    /// The job runs on a database thread, inside one transaction, and may be run again when that transaction
    /// collided with another. Whatever it returns as an error rolls back everything it did.
    pub async fn with_patient<R, T, F>(
        &self,
        who: &Actor,
        record: RecordId,
        purpose: Purpose,
        job: F,
    ) -> Result<T, Error>
    where
        R: Right,
        T: Send + 'static,
        F: for<'a> FnMut(&mut Access<'a, R>) -> Result<T, Error> + Send + 'static,
    {
        let Actor { who, proved_at, origin } = who.clone();
        let asked = Asked { who, record, purpose, seen_as: None, proved_at, origin, now: self.0.clock.now() };
        let outcome = if R::WRITES { self.act(asked, job).await? } else { self.look(asked, job).await? };
        if let (Who::App { .. }, Outcome::Refused(Refused { standing: Standing::Stranger, .. })) = (who, &outcome) {
            self.0.news.known_apps().forget(record);
        }
        outcome.value()
    }

    /// Shows the owner of `record` just what one of its care partners sees at this moment, a refusal included.
    pub async fn see_as<T, F>(&self, owner: &Actor, record: RecordId, partner: AccountId, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'a> FnMut(&mut Access<'a, View>) -> Result<T, Error> + Send + 'static,
    {
        let Actor { who, proved_at, origin } = owner.clone();
        let (purpose, seen_as, now) = (Purpose::SeeAs, Some(partner), self.0.clock.now());
        let outcome = self.look(Asked { who, record, purpose, seen_as, proved_at, origin, now }, job).await?;
        outcome.value()
    }

    /// A look: reads do not queue behind writes, and the first look of a visit is written before the answer leaves.
    async fn look<R, T, F>(&self, asked: Asked, mut job: F) -> Result<Outcome<T>, Error>
    where
        R: Right,
        T: Send + 'static,
        F: for<'a> FnMut(&mut Access<'a, R>) -> Result<T, Error> + Send + 'static,
    {
        let (inside, here) = (Arc::clone(&self.0), asked.clone());
        let work = move |tx: &mut Tx| match decide(tx, &here, R::KIND)? {
            Ok(entered) => run(tx, &inside, entered, &here.origin, &mut job),
            Err(refused) => Ok(Outcome::Refused(refused)),
        };
        let outcome = self.0.db.read(work).await?;
        match &outcome {
            Outcome::Done { entered, seen, .. } => self.write_looks(&[(*entered, *seen)], &asked.origin).await?,
            Outcome::Refused(refused) => {
                if let Some(count) = self.0.refusals.count(asked.who, asked.record, asked.now) {
                    self.write_entry(asked.refusal(R::KIND, *refused).times(count)).await?;
                }
            }
        }
        Ok(outcome)
    }

    /// Counts looks, of each visit the first in a line; one write for all of them.
    pub(crate) async fn write_looks(&self, looks: &[(Entered, Option<Span>)], origin: &Arc<str>) -> Result<(), Error> {
        let mut first = Vec::new();
        for (entered, seen) in looks {
            let Some(key) = Key::of(RightKind::View, entered, origin) else { continue };
            if let Look::First(begun) = self.0.visits.look(&key, entered, *seen) {
                first.push((key, Entry::look(entered, begun, *seen).coming_from(origin)));
            }
        }
        if first.is_empty() {
            return Ok(());
        }
        let (keys, lines): (Vec<_>, Vec<_>) = first.into_iter().unzip();
        let inside = Arc::clone(&self.0);
        let write = move |tx: &mut Tx| lines.iter().try_for_each(|line| audit::write(tx, &inside, line));
        let written = self.0.db.write(write, |()| ()).await;
        keys.iter().for_each(|key| self.0.visits.written(key, written.is_ok()));
        written
    }

    async fn write_entry(&self, entry: Entry) -> Result<(), Error> {
        let inside = Arc::clone(&self.0);
        self.0.db.write(move |tx| audit::write(tx, &inside, &entry), |()| ()).await
    }

    /// Anything else: one write transaction holds the entry, what was done, and what follows from it.
    async fn act<R, T, F>(&self, asked: Asked, mut job: F) -> Result<Outcome<T>, Error>
    where
        R: Right,
        T: Send + 'static,
        F: for<'a> FnMut(&mut Access<'a, R>) -> Result<T, Error> + Send + 'static,
    {
        let inside = Arc::clone(&self.0);
        let (mut look, mut refusals) = (None, None);
        let first = Arc::new(Mutex::new(None));
        let noted = Arc::clone(&first);
        let work = move |tx: &mut Tx| match decide(tx, &asked, R::KIND)? {
            Ok(entered) => {
                // Counted once, even when the transaction is tried again.
                let look = *look.get_or_insert_with(|| {
                    let key = Key::of(R::KIND, &entered, &asked.origin)?;
                    let look = inside.visits.look(&key, &entered, None);
                    *noted.lock().unwrap_or_else(PoisonError::into_inner) = Some(key).filter(|_| look != Look::Repeat);
                    Some(look)
                });
                if look != Some(Look::Repeat) {
                    let begun = look.and_then(Look::first);
                    let line = Entry::act(R::KIND, &entered, begun).coming_from(&asked.origin);
                    audit::write(tx, &inside, &line)?;
                }
                run(tx, &inside, entered, &asked.origin, &mut job)
            }
            Err(refused) => {
                let count = || inside.refusals.count(asked.who, asked.record, asked.now);
                if let Some(count) = *refusals.get_or_insert_with(count) {
                    audit::write(tx, &inside, &asked.refusal(R::KIND, refused).times(count))?;
                }
                Ok(Outcome::Refused(refused))
            }
        };
        let outcome = self.0.db.write(work, |_| ()).await;
        if let Some(key) = first.lock().unwrap_or_else(PoisonError::into_inner).take() {
            self.0.visits.written(&key, outcome.is_ok());
        }
        outcome
    }
}

impl<T> Outcome<T> {
    fn value(self) -> Result<T, Error> {
        match self {
            Self::Done { value, .. } => Ok(value),
            Self::Refused(Refused { decision: Decision::Refused(why), .. }) => Err(Error::Forbidden(why)),
            Self::Refused(_) => Err(Error::NotFound),
        }
    }
}

impl Asked {
    fn refusal(&self, right: RightKind, refused: Refused) -> Entry {
        Entry::refusal(self.who, self.record, right, self.purpose, refused.standing, self.now).coming_from(&self.origin)
    }
}

impl Entered {
    /// The days of a visit pass, from their start until before their end; everybody else sees all days.
    pub(crate) fn window(&self) -> Option<(Timestamp, Timestamp)> {
        match self.standing {
            Standing::Pass { from_at, to_at, .. } => Some((from_at, to_at)),
            _ => None,
        }
    }

    /// What of a span can be seen. **Invariant:** whatever reads data for a page asks here or [`Entered::sees`], so that no
    /// page can forget the days of a visit pass.
    pub(crate) fn seen(&self, from: Timestamp, to: Timestamp) -> (Timestamp, Timestamp) {
        self.window().map_or((from, to), |(first, end)| (from.max(first), to.min(end)))
    }

    /// Whether a datum of this instant can be seen.
    pub(crate) fn sees(&self, at: Timestamp) -> bool {
        self.window().is_none_or(|(first, end)| first <= at && at < end)
    }
}

/// Reads the standing in this very transaction and asks the policy. The inner `Err` is a refusal.
fn decide(tx: &mut Tx, asked: &Asked, right: RightKind) -> Result<Result<Entered, Refused>, Error> {
    let Asked { who, record, purpose, seen_as, proved_at, now, .. } = *asked;
    let standing = match seen_as {
        None => standing::of(tx, who, record, now)?,
        Some(partner) => seen_as_partner(tx, who, record, partner, now)?,
    };
    Ok(match allows(standing, right, now) {
        Decision::Allowed(visibility) => {
            // Read here, so that a member's looks through one clinic are one visit, at the desk and at the gate.
            let clinic = match standing {
                Standing::ClinicOfRecord { .. } | Standing::LinkedClinic { .. } => standing::clinic(tx, who, record)?,
                _ => None,
            };
            Ok(Entered { who, record, purpose, standing, clinic, visibility, proved_at, now })
        }
        decision => Err(Refused { decision, standing }),
    })
}

/// The standing of a care partner, for the eyes of the record's owner and nobody else's.
fn seen_as_partner(
    tx: &mut Tx,
    who: Who,
    record: RecordId,
    partner: AccountId,
    now: Timestamp,
) -> Result<Standing, Error> {
    if standing::of(tx, who, record, now)? != Standing::Owner {
        return Ok(Standing::Stranger);
    }
    let standing = standing::of(tx, Who::Account { id: partner }, record, now)?;
    Ok(if matches!(standing, Standing::CarePartner { .. }) { standing } else { Standing::Stranger })
}

/// Makes the access and runs the job with it.
fn run<R, T, F>(
    tx: &mut Tx,
    inside: &Inside,
    entered: Entered,
    origin: &Arc<str>,
    job: &mut F,
) -> Result<Outcome<T>, Error>
where
    F: for<'a> FnMut(&mut Access<'a, R>) -> Result<T, Error>,
{
    let key = inside.keys.record(entered.record)?;
    let origin = Arc::clone(origin);
    let mut access = Access { tx, inside, key, entered, origin, seen: None, right: PhantomData };
    let value = job(&mut access)?;
    Ok(Outcome::Done { value, entered, seen: access.seen })
}

impl Access<'_, View> {
    /// Lets the server itself look at a record within its own transaction, decided as at the gate. Nobody looks, so no line
    /// tells of it; whom it is told is decided for each person.
    pub(crate) fn on_duty<T>(
        tx: &mut Tx,
        inside: &Inside,
        duty: &Actor,
        record: RecordId,
        now: Timestamp,
        mut job: impl FnMut(&mut Access<'_, View>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (who, purpose, origin) = (duty.who, Purpose::Duty, Arc::clone(&duty.origin));
        let asked = Asked { who, record, purpose, seen_as: None, proved_at: None, origin, now };
        let entered = admitted(tx, &asked, RightKind::View)?;
        run(tx, inside, entered, &asked.origin, &mut job)?.value()
    }
}

impl<D> Desk<'_, D> {
    fn asked(&self, record: RecordId) -> Asked {
        let (who, origin) = (Who::Account { id: self.at.member }, Arc::clone(&self.origin));
        let (purpose, seen_as, proved_at) = (Purpose::Merge, None, self.at.proved_at);
        Asked { who, record, purpose, seen_as, proved_at, origin, now: self.at.now }
    }
}

impl Desk<'_, CompareRecords> {
    /// Lets the member look at a record within the desk's own transaction, decided as at the gate. Whoever calls this hands
    /// what it answers to [`Store::write_looks`] before anything is shown.
    pub(crate) fn look_at<T>(
        &mut self,
        record: RecordId,
        mut job: impl FnMut(&mut Access<'_, View>) -> Result<T, Error>,
    ) -> Result<(T, Entered), Error> {
        let asked = self.asked(record);
        let entered = admitted(self.tx, &asked, RightKind::View)?;
        let done = run(self.tx, self.inside, entered, &asked.origin, &mut job)?;
        Ok((done.value()?, entered))
    }
}

/// The same, where a refusal ends the transaction.
fn admitted(tx: &mut Tx, asked: &Asked, right: RightKind) -> Result<Entered, Error> {
    decide(tx, asked, right)?.map_err(|refused| match refused.decision {
        Decision::Refused(why) => Error::Forbidden(why),
        _ => Error::NotFound,
    })
}

impl Desk<'_, MergePatients> {
    /// Lets the member in to a record within the desk's own transaction: decided and noted as at the gate. A refusal ends
    /// the transaction.
    pub(crate) fn enter<R: Right, T>(
        &mut self,
        record: RecordId,
        job: impl FnOnce(&mut Access<'_, R>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let asked = self.asked(record);
        let entered = admitted(self.tx, &asked, R::KIND)?;
        let line = Entry::act(R::KIND, &entered, None).coming_from(&asked.origin);
        audit::write(self.tx, self.inside, &line)?;
        let key = self.inside.keys.record(record)?;
        let (inside, origin) = (self.inside, asked.origin);
        job(&mut Access { tx: self.tx, inside, key, entered, origin, seen: None, right: PhantomData })
    }
}

/// What the other files of this crate build their methods from.
impl<R> Access<'_, R> {
    /// The transaction of this job.
    pub(crate) fn tx(&mut self) -> &mut Tx {
        self.tx
    }

    /// The record let in to; first parameter of every statement about it.
    pub(crate) fn record_id(&self) -> RecordId {
        self.entered.record
    }

    /// Who, why, how related, and what is visible.
    pub(crate) fn entered(&self) -> &Entered {
        &self.entered
    }

    /// When this job began.
    pub(crate) fn now(&self) -> Timestamp {
        self.entered.now
    }

    /// Refuses unless the person proved lately that it is them: for whatever lets more people see more.
    pub fn fresh(&self) -> Result<(), Error> {
        actor::fresh(self.entered.proved_at, self.entered.now)
    }

    /// The record's own key, for work on other threads.
    pub(crate) fn key(&self) -> Arc<RecordKey> {
        Arc::clone(&self.key)
    }

    /// Seals bytes under the record's own key for one row of a table (a day, a number, 0 when there is but one).
    pub(crate) fn seal(&self, table: &str, row: i64, plain: &[u8]) -> Result<Vec<u8>, Error> {
        self.key.seal(table, row, plain)
    }

    /// Opens what [`Access::seal`] sealed for the same row of the same table.
    pub(crate) fn open(&self, table: &str, row: i64, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        self.key.open(table, row, sealed)
    }

    /// A keyed hash under which the database can find what it cannot read (client ids, serial numbers).
    pub(crate) fn find_by(&self, kind: &str, text: &str) -> Vec<u8> {
        self.inside.keys.find_by(kind, text)
    }

    /// Tells listeners after the commit that this record has something new.
    pub(crate) fn note(&mut self, what: What) {
        self.tx.tell(Told::Record(News { record: self.entered.record, what }));
    }

    /// Tells listeners that readings changed, and has the record's alert rules looked at, even after a restart.
    pub(crate) fn note_readings(&mut self) -> Result<(), Error> {
        alerts::mark(self.tx, self.entered.record, self.entered.now)?;
        self.note(What::Readings);
        Ok(())
    }

    /// Writes a line of the record's audit chain, in this transaction. The detail is sealed; no health data in it.
    pub(crate) fn audit(&mut self, act: &'static str, detail: &str) -> Result<(), Error> {
        audit::write(self.tx, self.inside, &self.line(act, detail))
    }

    /// The same line, not written yet.
    pub(crate) fn line(&self, act: &'static str, detail: &str) -> Entry {
        Entry::more(&self.entered, act, detail).coming_from(&self.origin)
    }

    /// Notes which time was looked at, so that the view history can say which days.
    pub(crate) fn saw(&mut self, from: Timestamp, to: Timestamp) {
        let (from, to) = (from.as_millisecond(), to.as_millisecond());
        self.seen = Some(self.seen.map_or((from, to), |seen| (seen.0.min(from), seen.1.max(to))));
    }

    /// The rest of the house.
    pub(crate) fn inside(&self) -> &Inside {
        self.inside
    }

    /// The transaction and the rest of the house at once.
    pub(crate) fn parts(&mut self) -> (&mut Tx, &Inside, Entered) {
        (self.tx, self.inside, self.entered)
    }
}

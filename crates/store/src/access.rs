//! The gate. The only place that makes an [`Access`].
//!
//! **Invariant:** patient data are read and written only through an `Access` (`tests/cannot`).

use crate::{
    actor::{Actor, Who},
    audit::{self, Entry},
    db::Tx,
    error::Error,
    inside::{Inside, Store},
    keys::RecordKey,
    news::{News, What},
    rights::Right,
    standing,
    visits::Look,
};
use jiff::Timestamp;
use sharing::{Decision, Purpose, RecordId, Standing, Visibility, allows};
use std::{marker::PhantomData, sync::Arc};

/// Being let in to one record, with the right `R`, for as long as one job runs.
pub struct Access<'a, R> {
    tx: &'a mut Tx,
    inside: &'a Inside,
    key: Arc<RecordKey>,
    entered: Entered,
    news: Vec<News>,
    right: PhantomData<fn() -> R>,
}

/// Who came in to what, as decided in this transaction.
#[derive(Clone, Copy)]
pub(crate) struct Entered {
    pub(crate) who: Who,
    pub(crate) record: RecordId,
    pub(crate) purpose: Purpose,
    pub(crate) standing: Standing,
    pub(crate) visibility: Visibility,
    pub(crate) now: Timestamp,
}

/// What came of a job in its transaction.
enum Outcome<T> {
    Done { value: T, entered: Entered, news: Vec<News> },
    Refused { decision: Decision, standing: Standing },
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
        if R::WRITES {
            self.write_job(who.0, record, purpose, job).await
        } else {
            self.look(who.0, record, purpose, job).await
        }
    }

    /// A look: reads do not queue behind writes, and the first look of a visit is written before the answer leaves.
    async fn look<R, T, F>(&self, who: Who, record: RecordId, purpose: Purpose, mut job: F) -> Result<T, Error>
    where
        R: Right,
        T: Send + 'static,
        F: for<'a> FnMut(&mut Access<'a, R>) -> Result<T, Error> + Send + 'static,
    {
        let inside = Arc::clone(&self.0);
        let now = inside.clock.now();
        let outcome =
            self.0.db.read(move |tx| enter::<R, T, F>(tx, &inside, who, record, purpose, now, &mut job)).await?;
        match outcome {
            Outcome::Done { value, entered, .. } => {
                self.write_look(entered).await?;
                Ok(value)
            }
            Outcome::Refused { decision, standing } => {
                let inside = Arc::clone(&self.0);
                let note = move |tx: &mut Tx| {
                    audit::write(tx, &inside, &Entry::refusal(who, record, R::KIND, purpose, standing, now))
                };
                self.0.db.write(note, |_| ()).await?;
                Err(refusal(decision))
            }
        }
    }

    async fn write_look(&self, entered: Entered) -> Result<(), Error> {
        let Look::First { uncounted } = self.0.visits.look(&entered) else { return Ok(()) };
        let inside = Arc::clone(&self.0);
        let note = move |tx: &mut Tx| audit::write(tx, &inside, &Entry::look(&entered, uncounted));
        let written = self.0.db.write(note, |_| ()).await;
        self.0.visits.written(&entered, written.is_ok());
        written
    }

    async fn write_job<R, T, F>(&self, who: Who, record: RecordId, purpose: Purpose, mut job: F) -> Result<T, Error>
    where
        R: Right,
        T: Send + 'static,
        F: for<'a> FnMut(&mut Access<'a, R>) -> Result<T, Error> + Send + 'static,
    {
        let inside = Arc::clone(&self.0);
        let carrier = Arc::clone(&self.0);
        let now = inside.clock.now();
        let mut look = None;
        let work = move |tx: &mut Tx| {
            let outcome = enter::<R, T, F>(tx, &inside, who, record, purpose, now, &mut job)?;
            match &outcome {
                Outcome::Done { entered, .. } => {
                    let first = look.get_or_insert_with(|| inside.visits.act(R::KIND, entered));
                    if let Look::First { uncounted } = first {
                        let written = audit::write(tx, &inside, &Entry::act(R::KIND, entered, *uncounted));
                        inside.visits.written(entered, written.is_ok());
                        written?;
                    }
                }
                Outcome::Refused { standing, .. } => {
                    audit::write(tx, &inside, &Entry::refusal(who, record, R::KIND, purpose, *standing, now))?;
                }
            }
            Ok(outcome)
        };
        let tell = move |outcome: &mut Outcome<T>| {
            if let Outcome::Done { news, .. } = outcome {
                carrier.news.publish(news);
            }
        };
        match self.0.db.write(work, tell).await? {
            Outcome::Done { value, .. } => Ok(value),
            Outcome::Refused { decision, .. } => Err(refusal(decision)),
        }
    }
}

/// Reads the standing in this very transaction, asks the policy, and runs the job when it says yes.
fn enter<R, T, F>(
    tx: &mut Tx,
    inside: &Inside,
    who: Who,
    record: RecordId,
    purpose: Purpose,
    now: Timestamp,
    job: &mut F,
) -> Result<Outcome<T>, Error>
where
    R: Right,
    F: for<'a> FnMut(&mut Access<'a, R>) -> Result<T, Error>,
{
    let standing = standing::of(tx, who, record)?;
    let visibility = match allows(standing, R::KIND, now) {
        Decision::Allowed(visibility) => visibility,
        decision => return Ok(Outcome::Refused { decision, standing }),
    };
    let entered = Entered { who, record, purpose, standing, visibility, now };
    let key = inside.keys.record(record)?;
    let mut access = Access { tx, inside, key, entered, news: Vec::new(), right: PhantomData };
    let value = job(&mut access)?;
    Ok(Outcome::Done { value, entered, news: access.news })
}

fn refusal(decision: Decision) -> Error {
    match decision {
        Decision::Refused(why) => Error::Forbidden(why),
        Decision::Unknown | Decision::Allowed(_) => Error::NotFound,
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
        let news = News { record: self.entered.record, what };
        if !self.news.contains(&news) {
            self.news.push(news);
        }
    }

    /// Writes a line of the record's audit chain, in this transaction. The detail is sealed; no health data in it.
    pub(crate) fn audit(&mut self, act: &'static str, detail: &str) -> Result<(), Error> {
        audit::write(self.tx, self.inside, &Entry::more(&self.entered, act, detail))
    }

    /// The transaction and the rest of the house at once.
    pub(crate) fn parts(&mut self) -> (&mut Tx, &Inside, Entered) {
        (self.tx, self.inside, self.entered)
    }
}

//! Database threads: jobs wait in a queue, transactions run as plain closures, answers come back when they are durable.
//!
//! SQLite has one writer. It takes all waiting jobs into one transaction, a savepoint each, commits once and then
//! answers all: a failing job rolls back alone, and a hundred small writes cost one flush to disk (group commit).

use super::Tx;
use crate::{
    error::Error,
    news::{Carrier, Told},
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};
use tokio::sync::oneshot;

/// Jobs that may wait; beyond that the answer is *unavailable*.
const WAITING: usize = 8_192;
/// Jobs in one commit.
const GROUP: usize = 512;
/// How often a write that collided is tried.
const TRIES: u32 = 8;

/// The queues in front of the database threads.
#[derive(Debug)]
pub(crate) struct Db {
    writes: SyncSender<Box<dyn Work>>,
    reads: SyncSender<Box<dyn Work>>,
    carrier: Carrier,
}

impl Db {
    /// Puts each connection on a thread of its own. One writer means the embedded database and group commit.
    pub(crate) fn start(writers: Vec<Tx>, readers: Vec<Tx>, grouped: bool, carrier: Carrier) -> Result<Self, Error> {
        let write = if grouped { write_in_groups } else { write_singly };
        Ok(Self { writes: spawn("db-write", writers, write)?, reads: spawn("db-read", readers, read)?, carrier })
    }

    /// Runs a job in a write transaction; `Ok` comes back when it is durable. The job may be run again when it
    /// collided with another. Right after the commit, once, even if nobody waits for the answer any more, listeners are told
    /// and `then` runs.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        job: impl FnMut(&mut Tx) -> Result<T, Error> + Send + 'static,
        then: impl FnOnce(&mut T) + Send + 'static,
    ) -> Result<T, Error> {
        self.submit(&self.writes, job, then).await
    }

    /// Runs a job in a read transaction: one snapshot, and no waiting for writers.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        job: impl FnMut(&mut Tx) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.submit(&self.reads, job, |_| ()).await
    }

    async fn submit<T: Send + 'static>(
        &self,
        queue: &SyncSender<Box<dyn Work>>,
        job: impl FnMut(&mut Tx) -> Result<T, Error> + Send + 'static,
        then: impl FnOnce(&mut T) + Send + 'static,
    ) -> Result<T, Error> {
        let (to, answer) = oneshot::channel();
        queue
            .try_send(Box::new(Job { job, then, value: None, told: Vec::new(), carrier: self.carrier.clone(), to }))
            .map_err(|_| Error::Unavailable)?;
        answer.await.map_err(|_| Error::Unavailable)?
    }
}

/// A job with its value and the one who waits for it.
struct Job<T, F, N> {
    job: F,
    then: N,
    value: Option<T>,
    told: Vec<Told>,
    carrier: Carrier,
    to: oneshot::Sender<Result<T, Error>>,
}

/// A job of any type, as the threads see it.
trait Work: Send {
    fn run(&mut self, tx: &mut Tx) -> Result<(), Error>;
    fn answer(self: Box<Self>, end: Result<(), Error>);
}

impl<T, F, N> Work for Job<T, F, N>
where
    T: Send,
    F: FnMut(&mut Tx) -> Result<T, Error> + Send,
    N: FnOnce(&mut T) + Send,
{
    fn run(&mut self, tx: &mut Tx) -> Result<(), Error> {
        // A panic in one job must not take the database away from everybody; its transaction rolls back.
        let value = catch_unwind(AssertUnwindSafe(|| (self.job)(tx)));
        // Of this run alone: one that failed or collided tells nothing.
        self.told = tx.take_told();
        self.value = Some(value.unwrap_or_else(|_| Err(Error::broken("a job panicked")))?);
        Ok(())
    }

    fn answer(self: Box<Self>, end: Result<(), Error>) {
        let Self { then, value, told, carrier, to, .. } = *self;
        let answer = end.and_then(|()| value.ok_or(Error::Unavailable)).map(|mut value| {
            carrier.publish(&told);
            then(&mut value);
            value
        });
        // Nobody waits any more: the work is done all the same.
        let _ = to.send(answer);
    }
}

type Loop = fn(Tx, &Mutex<Receiver<Box<dyn Work>>>);

fn spawn(name: &str, connections: Vec<Tx>, body: Loop) -> Result<SyncSender<Box<dyn Work>>, Error> {
    let (queue, jobs) = sync_channel(WAITING);
    let jobs = Arc::new(Mutex::new(jobs));
    for tx in connections {
        let jobs = Arc::clone(&jobs);
        let thread = thread::Builder::new().name(name.to_owned()).stack_size(1 << 20);
        thread.spawn(move || body(tx, &jobs)).map_err(Error::broken)?;
    }
    Ok(queue)
}

fn next(jobs: &Mutex<Receiver<Box<dyn Work>>>) -> Option<Box<dyn Work>> {
    jobs.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

fn next_waiting(jobs: &Mutex<Receiver<Box<dyn Work>>>) -> Option<Box<dyn Work>> {
    jobs.lock().unwrap_or_else(PoisonError::into_inner).try_recv().ok()
}

fn write_in_groups(mut tx: Tx, jobs: &Mutex<Receiver<Box<dyn Work>>>) {
    while let Some(first) = next(jobs) {
        if let Err(error) = tx.begin_write() {
            first.answer(Err(error));
            continue;
        }
        let mut done = Vec::new();
        let mut waiting = Some(first);
        let mut whole = true;
        while let Some(mut work) = waiting.take() {
            let end = in_savepoint(&mut tx, &mut *work).map_err(|(error, still_whole)| {
                whole = still_whole;
                error
            });
            done.push((work, end));
            if whole && done.len() < GROUP {
                waiting = next_waiting(jobs);
            }
        }
        finish(&mut tx, done, whole);
    }
}

/// Commits what the group did and tells everybody; or, when the database gave the whole transaction up, that. A refusal waits
/// as well: it may rest on what another job of the group did, which nobody can see before.
fn finish(tx: &mut Tx, done: Vec<(Box<dyn Work>, Result<(), Error>)>, whole: bool) {
    let committed = whole && tx.control("commit").is_ok();
    if !committed {
        let _ = tx.control("rollback");
    }
    for (work, end) in done {
        work.answer(end.and_then(|()| if committed { Ok(()) } else { Err(Error::Unavailable) }));
    }
}

/// Runs one job of a group. On failure also says whether the rest of the group still stands.
fn in_savepoint(tx: &mut Tx, work: &mut dyn Work) -> Result<(), (Error, bool)> {
    tx.control("savepoint job").map_err(|error| (error, false))?;
    match work.run(tx) {
        Ok(()) => tx.control("release job").map_err(|error| (error, false)),
        Err(error) => {
            let rolled_back = tx.control("rollback to job").and_then(|()| tx.control("release job")).is_ok();
            Err((error, rolled_back))
        }
    }
}

fn write_singly(mut tx: Tx, jobs: &Mutex<Receiver<Box<dyn Work>>>) {
    while let Some(mut work) = next(jobs) {
        let mut end = tx.write_once(|tx| work.run(tx));
        for attempt in 1..TRIES {
            match &end {
                Err(error) if tx.may_try_again(error, attempt) => thread::sleep(Duration::from_millis(1 << attempt)),
                _ => break,
            }
            end = tx.write_once(|tx| work.run(tx));
        }
        work.answer(end);
    }
}

fn read(mut tx: Tx, jobs: &Mutex<Receiver<Box<dyn Work>>>) {
    while let Some(mut work) = next(jobs) {
        let end = tx.revive().and_then(|()| tx.begin_read()).and_then(|()| work.run(&mut tx));
        // Nothing was changed; ending the snapshot cannot lose anything.
        let _ = tx.control("rollback");
        work.answer(end);
    }
}

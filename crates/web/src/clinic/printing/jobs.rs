//! The jobs in memory: who has which reports made, how far they are, and the file until it is taken away.

use super::file::Made;
use crate::edge::problem::Problem;
use crate::uploading::JobId;
use axum::http::StatusCode;
use jiff::Timestamp;
use sharing::{AccountId, ClinicId, RecordId, Visibility};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Semaphore;

/// A file that nobody takes away is dropped.
pub const KEPT_MIN: i64 = 15;
/// Jobs at the same time on the whole server: it bounds memory.
const AT_ONCE: usize = 2;

fn conflict(title: &'static str, text: &'static str) -> Problem {
    Problem::new(StatusCode::CONFLICT, title, text)
}

/// Which data a report is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// What the patient shows the clinic of their own record.
    Linked,
    /// What the clinic uploaded itself.
    Own,
}

/// A patient whose reports are in the file.
#[derive(Clone, Debug)]
pub struct Printed {
    pub profile: RecordId,
    pub name: String,
    pub number: String,
    pub source: Source,
    /// From which the data came.
    pub record: RecordId,
    /// The link under which it was ordered: since when, and what it showed.
    pub link: Option<(Timestamp, Visibility)>,
}

/// A patient whose reports are not.
#[derive(Clone, Debug)]
pub struct LeftOut {
    pub name: String,
    pub number: String,
    pub why: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Waiting,
    Making,
    /// There is a file, of this name.
    Ready(String),
    /// Nobody has data, so there is no file.
    Nothing,
    Cancelled,
    Failed,
    Taken,
}

impl State {
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Waiting | Self::Making)
    }
}

/// A job as its page shows it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub state: State,
    pub total: usize,
    pub printed: Vec<Printed>,
    pub left_out: Vec<LeftOut>,
}

impl Seen {
    pub fn done(&self) -> usize {
        self.printed.len() + self.left_out.len()
    }
}

#[derive(Debug)]
struct Job {
    account: AccountId,
    clinic: ClinicId,
    /// When it began, and then when it ended.
    since: Timestamp,
    seen: Seen,
    made: Option<Made>,
}

/// To whom a job belongs: to one member, in one clinic.
#[derive(Clone, Debug)]
pub struct Ticket {
    pub job: JobId,
    pub account: AccountId,
    pub clinic: ClinicId,
}

#[derive(Debug)]
pub struct Printing {
    jobs: Mutex<HashMap<JobId, Job>>,
    pub(super) places: Semaphore,
}

impl Default for Printing {
    fn default() -> Self {
        Self { jobs: Mutex::default(), places: Semaphore::new(AT_ONCE) }
    }
}

impl Printing {
    fn jobs(&self) -> MutexGuard<'_, HashMap<JobId, Job>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One job of a member at a time; a file of theirs that waits is dropped.
    pub fn begin(&self, ticket: &Ticket, total: usize, now: Timestamp) -> Result<(), Problem> {
        let mut jobs = self.jobs();
        jobs.retain(|_, job| job.is_kept(now));
        if jobs.contains_key(&ticket.job) {
            return Err(conflict(
                "This form was used already",
                "The page was sent a second time. Open Print reports again.",
            ));
        }
        let running = jobs.iter().find(|(_, job)| job.account == ticket.account && job.seen.state.is_running());
        if let Some((id, job)) = running {
            let place = format!("/clinics/{}/reports/jobs/{id}", job.clinic);
            let text = "You can have one file made at a time. Wait for it, or stop it.";
            return Err(conflict("Your reports are being made", text).with_way_on("See how far they are", place));
        }
        jobs.retain(|_, job| job.account != ticket.account);
        let seen = Seen { state: State::Waiting, total, printed: Vec::new(), left_out: Vec::new() };
        let job = Job { account: ticket.account, clinic: ticket.clinic, since: now, seen, made: None };
        jobs.insert(ticket.job.clone(), job);
        Ok(())
    }

    /// Changes a job that still runs; answers whether it does.
    pub fn go_on(&self, job: &JobId, change: impl FnOnce(&mut Seen)) -> bool {
        match self.jobs().get_mut(job).filter(|job| job.seen.state.is_running()) {
            Some(job) => {
                change(&mut job.seen);
                true
            }
            None => false,
        }
    }

    /// Ends a job that still runs, with its file if there is one.
    pub fn end(&self, job: &JobId, state: State, made: Option<Made>, now: Timestamp) {
        if let Some(job) = self.jobs().get_mut(job).filter(|job| job.seen.state.is_running()) {
            (job.seen.state, job.made, job.since) = (state, made, now);
        }
    }

    /// Nothing for anybody but the member who began it, in that clinic.
    pub fn look(&self, ticket: &Ticket, now: Timestamp) -> Option<Seen> {
        let mut jobs = self.jobs();
        jobs.retain(|_, job| job.is_kept(now));
        jobs.get(&ticket.job).filter(|job| job.is_of(ticket)).map(|job| job.seen.clone())
    }

    /// The file, once.
    pub fn take(&self, ticket: &Ticket, now: Timestamp) -> Option<Made> {
        let mut jobs = self.jobs();
        let job = jobs.get_mut(&ticket.job).filter(|job| job.is_of(ticket) && job.is_kept(now))?;
        let made = job.made.take()?;
        job.seen.state = State::Taken;
        Some(made)
    }

    /// Drops what nobody took away.
    pub fn drop_old(&self, now: Timestamp) {
        self.jobs().retain(|_, job| job.is_kept(now));
    }

    /// Ends all jobs, so that whoever shuts the server down waits for none of them.
    pub fn end_all(&self) {
        self.jobs().clear();
    }
}

impl Job {
    fn is_of(&self, ticket: &Ticket) -> bool {
        self.account == ticket.account && self.clinic == ticket.clinic
    }

    fn is_kept(&self, now: Timestamp) -> bool {
        self.seen.state.is_running() || now.duration_since(self.since).as_mins() < KEPT_MIN
    }
}

//! The jobs in memory: who brought what, and how far it is.

use super::{Found, Spool};
use crate::edge::problem::Problem;
use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use sharing::{AccountId, RecordId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::UploadOutcome;
use tokio::sync::Semaphore;

const KEPT_MIN: i64 = 30;
/// Uploads of one account at the same time.
const RUNNING_EACH: usize = 2;
/// Files being read at the same time on the whole server: it bounds memory.
const READING_AT_ONCE: usize = 2;
const RETRY_AFTER_S: u32 = 20;

/// 256 random bits, made with the page that offers the upload.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JobId(String);

impl JobId {
    pub fn new() -> Self {
        let mut bytes = [0_u8; 32];
        rand::fill(&mut bytes).expect("the system gives random bytes");
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    pub fn parse(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32).then(|| Self(text.to_owned()))
    }
}

impl std::fmt::Display for JobId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Debug)]
struct Job {
    account: AccountId,
    record: RecordId,
    begun_at: Timestamp,
    running: bool,
    files: Vec<FileWork>,
}

/// One file of a job.
#[derive(Clone, Debug)]
pub struct FileWork {
    pub name: String,
    pub state: FileState,
}

#[derive(Clone, Debug)]
pub enum FileState {
    Waiting,
    Reading {
        done: usize,
        total: usize,
    },
    /// Seems to be another person's; the file waits until that is answered.
    Asked {
        ask: Ask,
        found: Arc<Found>,
        spool: Spool,
    },
    Kept {
        found: Arc<Found>,
        outcome: UploadOutcome,
    },
    Refused {
        why: String,
    },
    Declined,
}

/// What does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    AnotherName { in_file: String },
    AnotherSerial { serials: Vec<String> },
}

#[derive(Debug)]
pub struct Uploading {
    jobs: Mutex<HashMap<JobId, Job>>,
    pub(super) places: Semaphore,
}

impl Default for Uploading {
    fn default() -> Self {
        Self { jobs: Mutex::default(), places: Semaphore::new(READING_AT_ONCE) }
    }
}

/// While it lives, the job counts as running; when the request ends, however it ends, the job stands still.
#[derive(Debug)]
pub struct Running {
    uploading: Arc<Uploading>,
    id: JobId,
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(job) = self.uploading.jobs().get_mut(&self.id) {
            job.running = false;
        }
    }
}

impl Uploading {
    fn jobs(&self) -> MutexGuard<'_, HashMap<JobId, Job>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn begin(
        self: &Arc<Self>,
        id: &JobId,
        account: AccountId,
        record: RecordId,
        now: Timestamp,
    ) -> Result<Running, Problem> {
        let mut jobs = self.jobs();
        jobs.retain(|_, job| job.running || minutes_since(job.begun_at, now) < KEPT_MIN);
        if jobs.contains_key(id) {
            return Err(Problem::used_form());
        }
        if jobs.values().filter(|job| job.running && job.account == account).count() >= RUNNING_EACH {
            return Err(Problem::too_many(RETRY_AFTER_S));
        }
        let job = Job { account, record, begun_at: now, running: true, files: Vec::new() };
        jobs.insert(id.clone(), job);
        Ok(Running { uploading: Arc::clone(self), id: id.clone() })
    }

    pub fn add_files(&self, id: &JobId, names: impl Iterator<Item = String>) {
        if let Some(job) = self.jobs().get_mut(id) {
            job.files.extend(names.map(|name| FileWork { name, state: FileState::Waiting }));
        }
    }

    pub fn set(&self, id: &JobId, index: usize, state: FileState) {
        if let Some(file) = self.jobs().get_mut(id).and_then(|job| job.files.get_mut(index)) {
            file.state = state;
        }
    }

    /// The files and whether more is to come; nothing for anybody but the account that began it, on that record.
    pub fn look(
        &self,
        id: &JobId,
        account: AccountId,
        record: RecordId,
        now: Timestamp,
    ) -> Option<(Vec<FileWork>, bool)> {
        let jobs = self.jobs();
        let job = jobs.get(id).filter(|job| job.account == account && job.record == record)?;
        (job.running || minutes_since(job.begun_at, now) < KEPT_MIN).then(|| (job.files.clone(), job.running))
    }
}

fn minutes_since(begun_at: Timestamp, now: Timestamp) -> i64 {
    (now.as_millisecond() - begun_at.as_millisecond()) / 60_000
}

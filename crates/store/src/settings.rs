//! What `kinsight` decides at the start: where the data are, where the key is, what time it is.

use crate::site::SiteSettings;
use jiff::{SignedDuration, Timestamp};
use std::{fmt, path::PathBuf, sync::Arc, time::Duration};
use tokio::sync::watch;

/// How many days a deleted account is kept when the operator says nothing.
pub const KEEP_DELETED_DAYS: u32 = 90;

/// How to open a store.
#[derive(Clone, Debug)]
pub struct StoreSettings {
    /// Where the data are.
    pub database: Database,
    /// Where the keys are.
    pub keys: KeySettings,
    /// What time it is.
    pub clock: Clock,
    /// How dear one try at a password is.
    pub password_cost: PasswordCost,
    /// More breached passwords than those that ship with the program, as [`BreachedList`](crate::BreachedList) makes them.
    pub breached: Option<PathBuf>,
    /// How many days a deleted account can be restored.
    pub keep_deleted_days: u32,
    /// How many care partners a record may have; as many as its owner likes when not given.
    pub most_care_partners: Option<u32>,
    /// Where people reach the server, and what it can send.
    pub site: SiteSettings,
    /// How many reads may run at once (at least 1; connections in all on PostgreSQL).
    pub readers: usize,
    /// After how long an unused session ends on a device that others use too, when fifteen minutes are too many.
    pub session_idle: Option<SignedDuration>,
}

/// Which database.
#[derive(Clone)]
pub enum Database {
    /// The embedded one, in this file.
    Sqlite {
        /// The file; its folder is made when it is not there.
        path: PathBuf,
    },
    /// For tests: the embedded one in a temporary folder, gone with the store.
    SqliteInMemory,
    /// A server.
    Postgres {
        /// As libpq knows it: `postgresql://user@host/database`; `options=-csearch_path%3Dname` chooses a schema.
        url: String,
    },
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { path } => write!(f, "Sqlite({})", path.display()),
            Self::SqliteInMemory => f.write_str("SqliteInMemory"),
            Self::Postgres { .. } => f.write_str("Postgres(…)"),
        }
    }
}

/// Where the keys are.
#[derive(Clone, Debug)]
pub struct KeySettings {
    /// The master key.
    pub master: MasterKeySource,
    /// The key store of the embedded database; `keys.sqlite` beside the data when not given.
    pub key_store: Option<PathBuf>,
    /// Where the signed heads of the audit chains are kept outside the database; no file when not given.
    pub anchors: Option<PathBuf>,
}

/// Where the master key comes from.
#[derive(Clone)]
pub enum MasterKeySource {
    /// A file, one key a line (`1 base64`, the last line is the one in use); made with mode 0600 when it is not there and nothing is sealed yet.
    File(PathBuf),
    /// An environment variable of this name, keys as in the file, separated by commas.
    Env(String),
    /// The bytes themselves (tests).
    Bytes([u8; 32]),
}

impl fmt::Debug for MasterKeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::Env(name) => write!(f, "Env({name})"),
            Self::Bytes(_) => f.write_str("Bytes(…)"),
        }
    }
}

/// Tells the time and waits for a time; handed in, so that tests can hold it still.
#[derive(Clone)]
pub struct Clock {
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    moved: Option<watch::Receiver<Timestamp>>,
}

/// The longest single wait: the time of day may be set anew meanwhile.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

impl Clock {
    /// A clock that asks `now`.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { now: Arc::new(now), moved: None }
    }

    /// A clock that goes only when it says so: whoever waits for a time looks again whenever it `moved`.
    pub fn moved_by_hand(
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
        moved: watch::Receiver<Timestamp>,
    ) -> Self {
        Self { now: Arc::new(now), moved: Some(moved) }
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// Waits until it is `at`, by this clock.
    pub async fn until(&self, at: Timestamp) {
        let mut moved = self.moved.clone();
        loop {
            let Ok(left) = Duration::try_from(at.duration_since(self.now())) else { return };
            if left.is_zero() {
                return;
            }
            let Some(moved) = &mut moved else {
                tokio::time::sleep(left.min(LONGEST_WAIT)).await;
                continue;
            };
            if moved.changed().await.is_err() {
                // Nobody moves it any more.
                std::future::pending::<()>().await;
            }
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// How dear one try at a password is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum PasswordCost {
    /// Argon2id with at least 19 MiB and two rounds; more where this machine does it in a quarter of a second.
    #[default]
    Full,
    /// Argon2id with just this, whatever the machine; release builds refuse less than 19 MiB and two rounds.
    Fixed {
        /// In KiB.
        memory_kib: u32,
        /// How often all of it is gone over.
        rounds: u32,
    },
    /// As cheap as can be, for tests; release builds refuse to open with it.
    CheapForTests,
}

impl PasswordCost {
    /// Less than what a server may run with.
    pub(crate) fn is_cheap(self) -> bool {
        match self {
            Self::Full => false,
            Self::Fixed { memory_kib, rounds } => memory_kib < 19 * 1024 || rounds < 2,
            Self::CheapForTests => true,
        }
    }
}

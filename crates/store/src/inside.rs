//! The store and what is inside it; nothing of it ever leaves.

use crate::{
    actor::Roster,
    clinic::Boards,
    db::{Db, Migration, Sql, Tx, describe, migrate},
    error::Error,
    keys::{KeyStore, Keys, MasterKeys},
    news::{Carrier, News},
    opened::Opened,
    passwords::Passwords,
    refusals::Refusals,
    settings::{Clock, Database, StoreSettings},
    site::Site,
    visits::Visits,
    wire::Node,
};
use jiff::SignedDuration;
use sharing::{Id, RecordId};
use std::{
    env, fmt, fs,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};
use tokio::sync::broadcast;
use uuid::Uuid;

const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, text: include_str!("migrations/0001_people.sql") },
    Migration { version: 2, text: include_str!("migrations/0002_data.sql") },
    Migration { version: 3, text: include_str!("migrations/0003_identity.sql") },
    Migration { version: 4, text: include_str!("migrations/0004_sharing.sql") },
    Migration { version: 5, text: include_str!("migrations/0005_clinic.sql") },
    Migration { version: 6, text: include_str!("migrations/0006_sources.sql") },
    Migration { version: 7, text: include_str!("migrations/0007_alerts.sql") },
    Migration { version: 8, text: include_str!("migrations/0008_push.sql") },
    Migration { version: 9, text: include_str!("migrations/0009_pulls.sql") },
];

/// The database and the gate in front of it. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Store(pub(crate) Arc<Inside>);

/// The inside of a store.
pub(crate) struct Inside {
    pub(crate) db: Db,
    pub(crate) keys: Keys,
    pub(crate) clock: Clock,
    pub(crate) news: Carrier,
    pub(crate) node: Node,
    pub(crate) visits: Visits,
    pub(crate) refusals: Refusals,
    pub(crate) opened: Opened,
    pub(crate) boards: Boards,
    pub(crate) passwords: Passwords,
    pub(crate) site: Site,
    pub(crate) session_idle: Option<SignedDuration>,
    pub(crate) anchors: Option<PathBuf>,
    pub(crate) keep_deleted_days: u32,
    pub(crate) most_care_partners: Option<u32>,
    file: Option<PathBuf>,
    _folder: Option<TemporaryFolder>,
}

/// The connections of a freshly opened database.
struct Connections {
    writers: Vec<Tx>,
    readers: Vec<Tx>,
    keys: Tx,
    grouped: bool,
    file: Option<PathBuf>,
    folder: Option<TemporaryFolder>,
}

impl Store {
    /// Opens the database, brings it to its shape and unlocks the keys.
    pub fn open(settings: StoreSettings) -> Result<(Self, Roster), Error> {
        if settings.password_cost.is_cheap() && !cfg!(debug_assertions) {
            return Err(Error::broken("cheap passwords are for tests; a release build does not open with them"));
        }
        // On a thread of its own: a driver must not meet the caller's async runtime.
        let opened = thread::spawn(move || open(settings)).join();
        let inside = opened.unwrap_or_else(|_| Err(Error::broken("opening panicked")))?;
        Ok((Self(Arc::new(inside)), Roster(())))
    }

    /// Where to hear who has something new. A hint: whoever misses one asks again anyway.
    pub fn news(&self) -> broadcast::Receiver<News> {
        self.0.news.listen()
    }

    /// Writes what is only counted so far and waits until everything is on disk.
    pub async fn close(&self) -> Result<(), Error> {
        self.write_visits(None).await
    }

    /// What the database looks like, table by table.
    #[doc(hidden)]
    pub async fn schema(&self) -> Result<String, Error> {
        self.0.db.read(describe).await
    }

    /// Prepares every statement of this room on the open database: a test's way to know that both databases take it.
    #[doc(hidden)]
    pub async fn prepare_all_statements(&self) -> Result<usize, Error> {
        let statements: Vec<Sql> = crate::all_statements();
        let count = statements.len();
        self.0
            .db
            .write(
                move |tx| {
                    for sql in &statements {
                        tx.prepare(*sql).map_err(|error| Error::broken(format!("{error:?} in: {}", sql.text())))?;
                    }
                    Ok(())
                },
                |()| (),
            )
            .await?;
        let inside = Arc::clone(&self.0);
        self.0.db.read(move |_| inside.keys.prepare_all()).await?;
        Ok(count)
    }
}

impl Inside {
    /// Sees to it that what was deleted is gone from the files of the embedded database, through a connection of its own:
    /// folding the log back must not stand inside a transaction. A server's log and vacuum are its operator's.
    pub(crate) fn scrub(&self) -> Result<(), Error> {
        self.file.as_deref().map_or(Ok(()), |file| Tx::sqlite_writer(file)?.scrub(""))
    }
}

impl Inside {
    /// A key was destroyed: nothing that it sealed stays open here.
    pub(crate) fn forget(&self, id: Id) {
        self.keys.forget(id);
        self.opened.forget(RecordId(id));
        self.boards.forget(RecordId(id));
    }

    /// The same for whatever may have been destroyed elsewhere.
    pub(crate) fn forget_all(&self) {
        self.keys.forget_all();
        self.opened.forget_all();
        self.boards.forget_all();
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

fn open(settings: StoreSettings) -> Result<Inside, Error> {
    let now = settings.clock.now();
    let mut connections = connect(&settings, now)?;
    let key_store = KeyStore::open(connections.keys, now)?;
    let master = MasterKeys::load(&settings.keys.master, key_store.is_new()?)?;
    let keys = Keys::unlock(master, key_store, now)?;
    let passwords = Passwords::new(settings.password_cost, keys.pepper(), settings.breached.as_deref())?;
    let writers = std::mem::take(&mut connections.writers);
    let news = Carrier::new();
    let db = Db::start(writers, connections.readers, connections.grouped, news.clone())?;
    Ok(Inside {
        db,
        keys,
        clock: settings.clock,
        news,
        node: Node::new()?,
        visits: Visits::default(),
        refusals: Refusals::default(),
        opened: Opened::default(),
        boards: Boards::default(),
        passwords,
        site: Site::of(&settings.site),
        session_idle: settings.session_idle,
        anchors: settings.keys.anchors,
        keep_deleted_days: settings.keep_deleted_days,
        most_care_partners: settings.most_care_partners,
        file: connections.file,
        _folder: connections.folder,
    })
}

fn connect(settings: &StoreSettings, now: jiff::Timestamp) -> Result<Connections, Error> {
    let readers = settings.readers.max(1);
    match &settings.database {
        Database::Sqlite { path } => sqlite(path, settings.keys.key_store.as_deref(), readers, now, None),
        Database::SqliteInMemory => {
            let folder = TemporaryFolder::make()?;
            let path = folder.0.join("kinsight.sqlite");
            sqlite(&path, None, readers, now, Some(folder))
        }
        Database::Postgres { url } => postgres(url, readers, now),
    }
}

fn sqlite(
    path: &Path,
    key_store: Option<&Path>,
    readers: usize,
    now: jiff::Timestamp,
    folder: Option<TemporaryFolder>,
) -> Result<Connections, Error> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(Error::broken)?;
    }
    let mut writer = Tx::sqlite_writer(path)?;
    migrate(&mut writer, MIGRATIONS, now)?;
    let readers = (0..readers).map(|_| Tx::sqlite_reader(path)).collect::<Result<_, _>>()?;
    let beside = path.with_file_name("keys.sqlite");
    let keys = Tx::sqlite_writer(key_store.unwrap_or(&beside))?;
    Ok(Connections { writers: vec![writer], readers, keys, grouped: true, file: Some(path.to_owned()), folder })
}

fn postgres(url: &str, connections: usize, now: jiff::Timestamp) -> Result<Connections, Error> {
    let mut first = Tx::postgres(url)?;
    migrate(&mut first, MIGRATIONS, now)?;
    let keys = Tx::postgres_key_schema(url)?;
    let more = |count: usize| (0..count).map(|_| Tx::postgres(url)).collect::<Result<Vec<_>, _>>();
    let mut writers = more(connections - 1)?;
    writers.push(first);
    Ok(Connections { writers, readers: more(connections)?, keys, grouped: false, file: None, folder: None })
}

/// A new id, ordered by time.
pub(crate) fn new_id() -> Id {
    Id(Uuid::now_v7().as_u128())
}

/// A folder that goes with its store.
struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    fn make() -> Result<Self, Error> {
        let path = env::temp_dir().join(format!("kinsight-{}", new_id()));
        fs::create_dir_all(&path).map_err(Error::broken)?;
        Ok(Self(path))
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // What cannot be removed now is in the system's temporary folder.
        let _ = fs::remove_dir_all(&self.0);
    }
}

//! Runs a story on SQLite and, when `TEST_POSTGRES_URL` is set, on PostgreSQL; with a clock that stands still.

use jiff::{SignedDuration, Timestamp};
use sharing::Duty;
use std::{
    env, fs,
    path::{Path, PathBuf},
};
use store::{
    Clock, Database, KeySettings, MasterKeySource, Message, PasswordCost, Roster, SiteSettings, Store, StoreSettings,
};
use tokio::sync::watch;

/// 21 November 2026, a Saturday, nine in the morning in UTC: when every story begins.
pub const MORNING: &str = "2026-11-21T09:00:00Z";

/// A clock that stands still until it is moved.
#[derive(Clone, Debug)]
pub struct StillClock(watch::Sender<Timestamp>);

impl Default for StillClock {
    fn default() -> Self {
        let morning: Timestamp = MORNING.parse().expect("the constant is an instant");
        Self(watch::Sender::new(morning))
    }
}

impl StillClock {
    /// What it shows.
    pub fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    /// Moves it.
    pub fn advance(&self, by: SignedDuration) {
        self.set(self.now().checked_add(by).expect("stories do not last that long"));
    }

    /// Sets it.
    pub fn set(&self, to: Timestamp) {
        self.0.send_replace(to);
    }

    /// As the store takes it.
    pub fn clock(&self) -> Clock {
        let held = self.clone();
        Clock::moved_by_hand(move || held.now(), self.0.subscribe())
    }
}

/// A store of a story's own.
#[derive(Debug)]
pub struct TestStore {
    /// The store.
    pub store: Store,
    /// Its duty actors.
    pub roster: Roster,
    /// Its clock.
    pub clock: StillClock,
    /// As it was opened; open it again with [`TestStore::reopen`].
    pub settings: StoreSettings,
    folder: Folder,
}

impl TestStore {
    /// An embedded store in a temporary folder.
    pub fn sqlite() -> Self {
        let folder = Folder::make();
        let database = Database::Sqlite { path: folder.0.join("kinsight.sqlite") };
        Self::open(database, folder)
    }

    /// A store in a new schema of the server that `TEST_POSTGRES_URL` names, when it does.
    pub fn postgres() -> Option<Self> {
        let url = env::var("TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty())?;
        let folder = Folder::make();
        let schema = folder.0.file_name()?.to_string_lossy().replace('-', "_");
        let joint = if url.contains('?') { '&' } else { '?' };
        let url = format!("{url}{joint}options=-csearch_path%3D{schema}");
        Some(Self::open(Database::Postgres { url }, folder))
    }

    fn open(database: Database, folder: Folder) -> Self {
        let clock = StillClock::default();
        let keys = KeySettings {
            master: MasterKeySource::Bytes([7; 32]),
            key_store: None,
            anchors: Some(folder.0.join("audit-heads.txt")),
        };
        let password_cost = if cfg!(debug_assertions) { PasswordCost::CheapForTests } else { PasswordCost::Full };
        let site = SiteSettings { sends_sms: true, ..SiteSettings::at("http://localhost:8080") };
        let settings = StoreSettings {
            database,
            keys,
            clock: clock.clock(),
            password_cost,
            breached: None,
            keep_deleted_days: 90,
            most_care_partners: None,
            readers: 2,
            site,
            session_idle: None,
        };
        let (store, roster) = Store::open(settings.clone()).expect("a new store opens");
        Self { store, roster, clock, settings, folder }
    }

    /// The same database opened once more, as after a restart.
    pub fn reopen(self) -> Self {
        let Self { store, clock, settings, folder, .. } = self;
        drop(store);
        let (store, roster) = Store::open(settings.clone()).expect("a store opens again");
        Self { store, roster, clock, settings, folder }
    }

    /// What would be sent just now, and counts as sent from then on.
    pub async fn mails(&self) -> Vec<Message> {
        sent(&self.store, &self.roster).await
    }

    /// The folder of the data.
    pub fn folder(&self) -> &Path {
        &self.folder.0
    }
}

/// Runs a story on both databases.
pub fn both(story: impl AsyncFn(TestStore)) {
    run(&story, TestStore::sqlite());
    if let Some(kit) = TestStore::postgres() {
        eprintln!("… and on PostgreSQL");
        run(&story, kit);
    }
}

fn run(story: &impl AsyncFn(TestStore), kit: TestStore) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime starts").block_on(story(kit));
}

/// A folder that goes with its story.
#[derive(Debug)]
struct Folder(PathBuf);

impl Folder {
    fn make() -> Self {
        let path = env::temp_dir().join(format!("kinsight-test-{}", uuid::Uuid::now_v7().simple()));
        fs::create_dir_all(&path).expect("a temporary folder can be made");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Claims what is due and reports it as sent.
pub(crate) async fn sent(store: &Store, roster: &Roster) -> Vec<Message> {
    let duty = roster.on(Duty::Deliver);
    let messages = store.claim_messages(&duty, 100).await.expect("the outbox answers");
    for message in &messages {
        store.message_sent(&duty, message.id).await.expect("a claimed message is sent");
    }
    messages
}

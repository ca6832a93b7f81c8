//! Stores to measure: fresh ones, with a clinic full of empty records, and believable files.

use jiff::{Timestamp, tz::TimeZone};
use life::{Life, Personality};
use postgres::{Client, NoTls};
use sharing::RecordId;
use std::{env, fs, path::PathBuf, thread};
use store::{
    Actor, Clock, Database, DeviceKind, KeySettings, MasterKeySource, NewDevice, NewUpload, Origin, PasswordCost,
    SeedAccount, SeedPlan, SiteSettings, SourceKind, Store, StoreSettings,
};
use testkit::cast::{PASSWORD, email, new_account, new_record};

/// Where a store is made.
#[derive(Clone, Copy)]
pub enum Open {
    Sqlite,
    Postgres,
}

/// A store with empty records of one owner.
pub struct House {
    pub store: Store,
    pub owner: Actor,
    pub records: Vec<(RecordId, Actor)>,
    place: Place,
}

enum Place {
    Folder(PathBuf),
    Schema { url: String, name: String },
}

impl House {
    /// The databases that are here.
    pub fn all() -> Vec<Open> {
        let server = env::var("TEST_POSTGRES_URL").is_ok_and(|url| !url.is_empty());
        if server { vec![Open::Sqlite, Open::Postgres] } else { vec![Open::Sqlite] }
    }

    /// Bytes of all tables and indexes, with the log folded back and free room given back.
    pub fn bytes_on_disk(&mut self) -> u64 {
        match &self.place {
            Place::Folder(folder) => {
                let copy = folder.join("vacuumed.sqlite");
                let _ = fs::remove_file(&copy);
                let connection = rusqlite::Connection::open(folder.join("kinsight.sqlite")).expect("the file opens");
                let into = copy.to_string_lossy().into_owned();
                connection.execute("vacuum into ?1", [into]).expect("the file is copied");
                fs::metadata(copy).expect("the copy is there").len()
            }
            Place::Schema { url, name } => {
                let sum = format!(
                    "select sum(pg_total_relation_size(c.oid))::bigint from pg_class c \
                     join pg_namespace n on n.oid = c.relnamespace where n.nspname = '{name}' and c.relkind = 'r'"
                );
                on_server(url.clone(), move |client| {
                    client.batch_execute("vacuum full").expect("the server tidies");
                    let row = client.query_one(&sum, &[]).expect("the server counts");
                    u64::try_from(row.get::<_, i64>(0)).expect("sizes are positive")
                })
            }
        }
    }
}

/// The driver must not meet the benchmark's own runtime.
fn on_server<T: Send + 'static>(url: String, work: impl FnOnce(&mut Client) -> T + Send + 'static) -> T {
    let work = move || work(&mut Client::connect(&url, NoTls).expect("the server answers"));
    thread::spawn(work).join().expect("the server did its work")
}

impl Open {
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }

    /// A new store with so many empty records.
    pub async fn with_records(self, count: usize) -> House {
        let name = format!("kinsight_bench_{}", uuid::Uuid::now_v7().simple());
        let folder = env::temp_dir().join(&name);
        fs::create_dir_all(&folder).expect("a temporary folder can be made");
        let (database, place) = match self {
            Self::Sqlite => (Database::Sqlite { path: folder.join("kinsight.sqlite") }, Place::Folder(folder.clone())),
            Self::Postgres => {
                let url = env::var("TEST_POSTGRES_URL").expect("asked before");
                let joint = if url.contains('?') { '&' } else { '?' };
                let url = format!("{url}{joint}options=-csearch_path%3D{name}");
                (Database::Postgres { url: url.clone() }, Place::Schema { url, name })
            }
        };
        let master = MasterKeySource::Bytes([7; 32]);
        let keys = KeySettings { master, key_store: None, anchors: None };
        let clock = Clock::new(start);
        let site = SiteSettings::at("http://localhost:8080");
        let settings = StoreSettings {
            database,
            keys,
            clock,
            password_cost: PasswordCost::Full,
            breached: None,
            keep_deleted_days: 90,
            most_care_partners: None,
            readers: 8,
            site,
            session_idle: None,
        };
        let (store, _) = Store::open(settings).expect("a new store opens");
        let records = (0..count).map(|_| new_record("Paul")).collect();
        let plan = SeedPlan {
            accounts: vec![SeedAccount { new: new_account("anna", false), records }],
            ..SeedPlan::default()
        };
        let seeded = store.seed(plan).await.expect("the store is empty");
        let entrance = store
            .sign_in(email("anna").as_str(), PASSWORD, false, Origin::default())
            .await
            .expect("the password is right");
        let opened = entrance.opened().expect("there is no second step");
        let owner = store.session(opened.session.as_str()).await.expect("the session has just begun").actor;
        let device = |record: RecordId| (record, seeded.devices[&record].clone());
        let records = seeded.records[0].iter().copied().map(device).collect();
        House { store, owner, records, place }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        match &self.place {
            Place::Folder(folder) => drop(fs::remove_dir_all(folder)),
            Place::Schema { url, name } => {
                let drop = format!("drop schema if exists {name} cascade; drop schema if exists {name}_keys cascade");
                on_server(url.clone(), move |client| client.batch_execute(&drop).expect("the schema can go"));
            }
        }
    }
}

/// When the files begin.
pub fn start() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().expect("an instant")
}

/// A believable file: readings and events of so many days.
pub fn full_days(seed: u64, days: i64) -> NewUpload {
    let zone = TimeZone::get("Europe/Berlin").expect("a zone of the list");
    let personality = Personality::ALL[seed as usize % Personality::ALL.len()];
    let first = glucose::local_day(start(), &zone);
    let mut life = Life::new(seed, personality, glucose::Unit::MgDl, zone, first);
    let lived = life.until(start() + jiff::SignedDuration::from_hours(24 * days));
    let device = |name: &str| NewDevice {
        name: name.to_owned(),
        serial: Some(format!("{name} {seed}")),
        kind: DeviceKind::Unknown,
    };
    NewUpload {
        source: SourceKind::PlainCsv,
        file_name: "days.csv".to_owned(),
        sha256: [1; 32],
        bytes: 1,
        format: "CSV".to_owned(),
        devices: life.devices().iter().map(|each| device(each.name)).collect(),
        readings: lived.readings,
        events: lived.events,
        problems: 0,
        original: None,
    }
}

/// The same with readings alone.
pub fn plain_days(seed: u64, days: i64) -> NewUpload {
    NewUpload { events: vec![], ..full_days(seed, days) }
}

//! Purged is purged: no row, no byte, no backup; and the audit still holds.

use crate::data::{add, at, file, row};
use rusqlite::Connection;
use sharing::{AccountId, Duty, Purpose, RecordId};
use std::{collections::BTreeSet, fs, path::Path, thread};
use store::{Access, Actor, BoardQuery, Database, Error, Invalid, Origin, Store, Upload, View};
use testkit::both::{TestStore, both};
use testkit::cast::{PASSWORD, People, email, new_account, people, signed_in};

async fn filled(kit: &TestStore) -> People {
    let people = people(kit).await;
    let origin = Origin { browser: "Firefox on a boat".to_owned(), ..Origin::default() };
    kit.store.sign_in(email("anna").as_str(), PASSWORD, true, origin).await.unwrap().opened().unwrap();
    add(kit, &people, file("early", row(at("2024-02-28T23:00:00Z"), 3000, |n| 90 + (n % 40) as i32), vec![])).await;
    let reading = row(kit.clock.now(), 1, |_| 111);
    let live = move |patient: &mut Access<'_, Upload>| patient.add_readings(&reading);
    kit.store.with_patient(&people.devices[&people.mia], people.mia, Purpose::DeviceUpload, live).await.unwrap();
    people
}

/// Anna deletes her account, and its time passes.
pub(crate) async fn leave(kit: &TestStore) -> AccountId {
    let token = kit
        .store
        .sign_in(email("anna").as_str(), PASSWORD, true, Origin::default())
        .await
        .unwrap()
        .opened()
        .unwrap()
        .session;
    let session = kit.store.session(token.as_str()).await.unwrap();
    let until = kit.store.leave(&session.actor, token.as_str(), "anna@example.org").await.unwrap();
    kit.clock.set(until);
    session.account
}

pub(crate) async fn purge(kit: &TestStore) -> u64 {
    kit.store.purge_due(&kit.roster.on(Duty::Expire)).await.unwrap()
}

async fn readings(store: &Store, who: &Actor, record: RecordId) -> Result<usize, Error> {
    let look =
        |patient: &mut Access<'_, View>| Ok(patient.readings_within(jiff::Timestamp::MIN, jiff::Timestamp::MAX)?.len());
    store.with_patient(who, record, Purpose::Home, look).await
}

fn sqlite(kit: &TestStore) -> Connection {
    Connection::open(kit.folder().join("kinsight.sqlite")).unwrap()
}

fn alone(story: impl AsyncFn(TestStore)) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(story(TestStore::sqlite()));
}

/// Tables with their columns: name and type.
fn tables(file: &Connection) -> Vec<(String, Vec<(String, String)>)> {
    let names = "select name from sqlite_master where type = 'table' and name not like 'sqlite%' order by name";
    let mut names = file.prepare(names).unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let columns = |table: &String| {
        let mut columns = file.prepare(&format!("select name, lower(type) from pragma_table_info('{table}')")).unwrap();
        columns.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    };
    names.into_iter().map(|table| (table.clone(), columns(&table))).collect()
}

/// Puts a row about this id into every table that has a column for it, also into those that come later.
fn fill(file: &Connection, column: &str, id: &str) -> Vec<String> {
    let has = |columns: &[(String, String)]| columns.iter().any(|(name, _)| name == column);
    let tables =
        tables(file).into_iter().filter(|(name, columns)| has(columns) && !["records", "outbox"].contains(&&**name));
    let fill = |(table, columns): (String, Vec<(String, String)>)| {
        let value = |(name, kind): &(String, String)| match kind.as_str() {
            _ if name == column => format!("'{id}'"),
            "blob" => "randomblob(9)".to_owned(),
            "bigint" => "987654".to_owned(),
            // Also an id, for columns that name somebody.
            _ => "'0190aaaa-0000-7000-8000-00000000000a'".to_owned(),
        };
        let values: Vec<String> = columns.iter().map(value).collect();
        file.execute(&format!("insert or ignore into {table} values ({})", values.join(", ")), []).unwrap();
        table
    };
    tables.map(fill).collect()
}

#[test]
fn no_row_stays_but_the_lines_of_the_audit() {
    alone(async |kit| {
        let people = filled(&kit).await;
        let account = people.anna.account().unwrap().to_string();
        let ids = [account.clone(), people.record.to_string(), people.mia.to_string()];
        for who in [&people.anna, &people.anna, &people.ben, &people.ben] {
            readings(&kit.store, who, people.record).await.unwrap();
        }
        leave(&kit).await;
        let file = sqlite(&kit);
        let of_account = fill(&file, "account", &account);
        assert!(of_account.len() >= 11, "{of_account:?}");
        assert!(fill(&file, "partner", &account).len() == 2 && fill(&file, "record", &ids[1]).len() >= 10);
        assert_eq!((purge(&kit).await, purge(&kit).await), (1, 0), "once, and then there is nothing to do");
        // Looks that were only counted so far have no chain to stand in any more.
        kit.store.flush_visits(&kit.roster.on(Duty::Expire)).await.unwrap();
        for id in &ids {
            let last = format!("select act from audit where chain = '{id}' order by number desc limit 1");
            assert_eq!(file.query_row(&last, [], |row| row.get::<_, String>(0)).unwrap(), "purged");
        }

        let mut left = BTreeSet::new();
        for (table, columns) in tables(&file) {
            for (column, _) in columns {
                for id in &ids {
                    let count = format!("select count(*) from {table} where {column} = '{id}'");
                    if file.query_row(&count, [], |row| row.get::<_, i64>(0)).unwrap() > 0 {
                        left.insert(format!("{table}.{column}"));
                    }
                }
            }
        }
        assert_eq!(left.into_iter().collect::<Vec<_>>(), ["audit.chain", "audit_heads.chain"]);
        let keys = Connection::open(kit.folder().join("keys.sqlite")).unwrap();
        let kept = "select (select count(*) from record_keys) + (select count(*) from account_keys)";
        assert_eq!(
            keys.query_row(kept, [], |row| row.get::<_, i64>(0)).unwrap(),
            3 + 5 + 1,
            "Zoe's, Paul's, the clinic's of Mia, five people's and the clinic's own"
        );
    });
}

#[test]
fn the_audit_holds_and_says_only_that_it_happened() {
    both(async |kit| {
        let people = filled(&kit).await;
        let duty = kit.roster.on(Duty::Expire);
        kit.store.anchor_heads(&duty).await.unwrap();
        leave(&kit).await;
        purge(&kit).await;
        assert_eq!(kit.store.verify_audit().await.unwrap().broken, []);
        kit.store.anchor_heads(&duty).await.unwrap();
        assert_eq!(kit.store.verify_audit().await.unwrap().broken, []);
        for who in [&people.anna, &people.ben, &people.devices[&people.record]] {
            let gone = readings(&kit.store, who, people.record).await;
            assert!(matches!(gone, Err(Error::NotFound)));
        }
        assert_eq!(kit.store.verify_audit().await.unwrap().broken, [], "nor does anybody grow what is closed");
    });
}

#[test]
fn everybody_else_goes_on_and_the_address_is_free() {
    both(async |kit| {
        let people = filled(&kit).await;
        leave(&kit).await;
        purge(&kit).await;
        let sign_in = kit.store.sign_in(email("anna").as_str(), PASSWORD, false, Origin::default()).await;
        assert!(matches!(sign_in, Err(Error::NotSignedIn)), "as if there never had been such an account");
        signed_in(&kit, "ben").await;
        signed_in(&kit, "chen").await;
        assert!(kit.store.overview(&people.dr_chen).await.is_ok());
        assert_eq!(
            readings(&kit.store, &people.dr_chen, people.patient).await.unwrap(),
            0,
            "the clinic's own record stays"
        );
        kit.store.sign_up(new_account("anna", true), Origin::default()).await.unwrap();
        let anna = signed_in(&kit, "anna").await;
        let own = kit.store.overview(&anna).await.unwrap().own;
        assert_eq!(own.len(), 1);
        assert_eq!(readings(&kit.store, &anna, own[0].id).await.unwrap(), 0);
    });
}

#[test]
fn purging_at_once_needs_the_address_typed() {
    both(async |kit| {
        let people = filled(&kit).await;
        let early = kit.store.purge_now(&people.anna, "anna@example.org").await;
        assert!(matches!(early, Err(Error::NotFound)), "only what was deleted is purged");
        let token = kit
            .store
            .sign_in(email("anna").as_str(), PASSWORD, true, Origin::default())
            .await
            .unwrap()
            .opened()
            .unwrap()
            .session;
        kit.store.leave(&people.anna, token.as_str(), "anna@example.org").await.unwrap();
        let slip = kit.store.purge_now(&people.anna, "anna").await;
        assert!(matches!(slip, Err(Error::Invalid(Invalid::Confirmation))));
        kit.store.purge_now(&people.anna, "anna@example.org").await.unwrap();
        assert!(matches!(kit.store.session(token.as_str()).await, Err(Error::NotSignedIn)));
        assert_eq!(purge(&kit).await, 0, "nothing is left to do");

        // The last letter goes out although the account is gone, and then it goes too.
        let (deliver, expire) = (kit.roster.on(Duty::Deliver), kit.roster.on(Duty::Expire));
        let letters = kit.store.claim_messages(&deliver, 9).await.unwrap();
        let told: Vec<_> = letters.iter().map(|letter| (letter.to.as_str(), letter.subject.as_str())).collect();
        assert_eq!(told, [("anna@example.org", "Your account is gone")]);
        kit.store.message_sent(&deliver, letters[0].id).await.unwrap();
        assert!(kit.store.tidy(&expire).await.unwrap() >= 1);
    });
}

#[test]
fn what_broke_off_is_taken_up_by_the_next_round() {
    both(async |kit| {
        let people = filled(&kit).await;
        leave(&kit).await;
        // As if the machine had died after the first key.
        kit.store.destroy_record_key(&kit.roster.on(Duty::Expire), people.record).await.unwrap();
        let kit = kit.reopen();
        assert!(matches!(readings(&kit.store, &people.anna, people.record).await, Err(Error::NotFound)));
        assert_eq!((purge(&kit).await, purge(&kit).await), (1, 0));
        assert_eq!(kit.store.verify_audit().await.unwrap().broken, []);
    });
}

/// Every sealed value and wrapped key of these ids.
fn secrets(kit: &TestStore, ids: &[String]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for name in ["kinsight.sqlite", "keys.sqlite"] {
        let file = Connection::open(kit.folder().join(name)).unwrap();
        for (table, columns) in tables(&file).into_iter().filter(|(table, _)| !table.starts_with("audit")) {
            let of = columns.iter().filter(|(name, _)| ["id", "account", "record"].contains(&name.as_str()));
            for ((of, _), (bytes, _)) in
                of.flat_map(|of| columns.iter().filter(|(_, kind)| kind == "blob").map(move |b| (of, b)))
            {
                for id in ids {
                    let mut rows = file.prepare(&format!("select {bytes} from {table} where {of} = '{id}'")).unwrap();
                    let rows = rows.query_map([], |row| row.get::<_, Option<Vec<u8>>>(0)).unwrap();
                    found.extend(rows.filter_map(Result::unwrap).filter(|bytes| bytes.len() > 20));
                }
            }
        }
    }
    found
}

fn in_files(folder: &Path, secrets: &[Vec<u8>]) -> usize {
    let files: Vec<Vec<u8>> =
        fs::read_dir(folder).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap()).collect();
    // The middle of a long value may be cut by pages; its first bytes after the nonce are enough to find it.
    let holds = |file: &Vec<u8>, secret: &[u8]| file.windows(20).any(|window| window == secret);
    secrets.iter().filter(|secret| files.iter().any(|file| holds(file, &secret[..20]))).count()
}

#[test]
fn no_byte_of_it_stays_in_the_files() {
    alone(async |kit| {
        let people = filled(&kit).await;
        let account = people.anna.account().unwrap().to_string();
        let secrets = secrets(&kit, &[account, people.record.to_string(), people.mia.to_string()]);
        assert!(secrets.len() > 20, "{}", secrets.len());
        assert_eq!(in_files(kit.folder(), &secrets), secrets.len(), "the test would find them");
        leave(&kit).await;
        purge(&kit).await;
        assert_eq!(in_files(kit.folder(), &secrets), 0);
    });
}

/// A copy of the data, without the keys.
struct Backup;

impl Backup {
    fn take(kit: &TestStore) -> Self {
        match &kit.settings.database {
            Database::Sqlite { path } => {
                let copy = path.with_file_name("backup.sqlite");
                sqlite(kit).execute("vacuum into ?1", [copy.to_str().unwrap()]).unwrap();
            }
            Database::Postgres { url } => on_server(url, |schema, tables| {
                let copy = |table: &String| format!("create table {schema}_backup.{table} as table {schema}.{table};");
                format!("create schema {schema}_backup; {}", tables.iter().map(copy).collect::<String>())
            }),
            Database::SqliteInMemory => unreachable!("stories have a folder"),
        }
        Self
    }

    /// Opens the copy with the running key store.
    fn open(&self, kit: &TestStore) -> Store {
        let mut settings = kit.settings.clone();
        match &mut settings.database {
            Database::Sqlite { path } => {
                settings.keys.key_store = Some(path.with_file_name("keys.sqlite"));
                path.set_file_name("backup.sqlite");
            }
            Database::Postgres { url } => on_server(url, |schema, tables| {
                let back = |table: &String| {
                    format!("truncate {schema}.{table}; insert into {schema}.{table} table {schema}_backup.{table};")
                };
                tables.iter().map(back).collect::<String>()
            }),
            Database::SqliteInMemory => unreachable!("stories have a folder"),
        }
        Store::open(settings).unwrap().0
    }
}

/// Runs statements that are made from the schema's name and its tables.
fn on_server(url: &str, statements: impl Fn(&str, &[String]) -> String + Send + Sync) {
    thread::scope(|scope| {
        let work = scope.spawn(|| {
            let mut client = postgres::Client::connect(url, postgres::NoTls).unwrap();
            let rows = client.query(
                "select tablename::text, schemaname::text from pg_tables where schemaname = current_schema()",
                &[],
            );
            let rows = rows.unwrap();
            let tables: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
            client.batch_execute(&statements(rows[0].get(1), &tables)).unwrap();
        });
        work.join().unwrap();
    });
}

#[test]
fn a_backup_from_before_cannot_be_read_for_it_and_can_for_everybody_else() {
    both(async |kit| {
        let people = filled(&kit).await;
        let zoe = kit.store.overview(&people.stranger).await.unwrap().own[0].id;
        let new = file("hers", row(at("2026-11-20T00:00:00Z"), 50, |_| 140), vec![]);
        let job = move |patient: &mut Access<'_, Upload>| patient.add_upload(&new);
        kit.store.with_patient(&people.stranger, zoe, Purpose::Import, job).await.unwrap();
        let backup = Backup::take(&kit);
        leave(&kit).await;
        purge(&kit).await;

        let restored = backup.open(&kit);
        assert_eq!(readings(&restored, &people.stranger, zoe).await.unwrap(), 50, "another record of it is whole");
        for (who, record) in [(&people.anna, people.record), (&people.anna, people.mia), (&people.ben, people.record)] {
            assert!(matches!(readings(&restored, who, record).await, Err(Error::NotFound)), "there is no key to it");
        }
        let name = restored.with_account(&people.anna, |own| own.account()).await;
        assert!(matches!(name, Err(Error::NotFound)), "nor can the name and the address be read");
        let activity = restored.with_account(&people.anna, |own| own.activity(9)).await;
        assert!(matches!(activity, Err(Error::NotFound)), "nor from where the person came");
        assert_eq!(restored.overview(&people.ben).await.unwrap().following, [], "who followed it is not disturbed");
        assert!(restored.clinic_board(&people.dr_chen, people.northside, BoardQuery::default()).await.is_ok());
    });
}

//! The two databases: the same schema, the same statements, nothing half done.

use sharing::Purpose;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Barrier, Mutex, mpsc},
    thread,
};
use store::{Access, Conflict, Database, Error, Manage, Origin, RecordSettings, Store, StoreSettings, View};
use testkit::{
    both::{TestStore, both},
    cast::{PASSWORD, new_account, new_record, people},
};

/// The schema as the repository tells it; written anew with `INSTA_UPDATE=always`.
const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.txt");

#[test]
fn both_databases_have_the_schema_that_the_repository_tells() {
    both(async |kit| {
        let schema = kit.store.schema().await.unwrap();
        if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
            fs::write(SCHEMA, &schema).unwrap();
        }
        assert_eq!(schema, fs::read_to_string(SCHEMA).unwrap());
    });
}

#[test]
fn every_statement_prepares() {
    both(async |kit| {
        assert!(kit.store.prepare_all_statements().await.unwrap() > 80);
    });
}

/// Every file of the store below `folder`, with its text.
fn sources(folder: &Path, list: &mut Vec<(PathBuf, String)>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            sources(&path, list);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            list.push((path, text));
        }
    }
}

#[test]
fn every_statement_is_listed() {
    let mut files = Vec::new();
    sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut files);
    for (path, text) in &files {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let by_hand = text.contains("Sql::listed(") && name != "schema" && name != "sql";
        assert!(!by_hand, "{}: write it inside statements! {{ … }}", path.display());
        if text.contains("\nstatements! {") {
            let listed = format!("{name}::{{STATEMENTS");
            let elsewhere = [format!("{name}::STATEMENTS"), format!("{name}::{{Migration, STATEMENTS"), listed];
            let here = text.matches("STATEMENTS").count() > 0;
            let known = here || files.iter().any(|(_, text)| elsewhere.iter().any(|way| text.contains(way)));
            assert!(known, "{}: add its STATEMENTS to the list in lib.rs", path.display());
        }
    }
}

#[test]
fn a_database_opens_again_as_it_was() {
    both(async |kit| {
        let family = people(&kit).await;
        kit.store.close().await.unwrap();
        let kit = kit.reopen();
        let name = kit
            .store
            .with_patient(&family.anna, family.mia, Purpose::Home, |mia: &mut Access<'_, View>| Ok(mia.record()?.name))
            .await;
        assert_eq!(name.unwrap(), "Mia");
    });
}

fn named(name: &str) -> RecordSettings {
    new_record(name)
}

async fn name_of(kit: &TestStore, who: &store::Actor, record: sharing::RecordId) -> String {
    let look = |patient: &mut Access<'_, View>| Ok(patient.record()?.name);
    kit.store.with_patient(who, record, Purpose::Home, look).await.unwrap()
}

#[test]
fn a_failing_job_in_a_group_fails_alone() {
    both(async |kit| {
        let family = people(&kit).await;
        let (go, wait) = mpsc::channel::<()>();
        let wait = Mutex::new(wait);
        // Holds the writer until the others stand in the queue, so that all come into one group.
        let first = move |_: &mut Access<'_, Manage>| {
            let _ = wait.lock().unwrap().recv();
            Ok(())
        };
        let fails = |mia: &mut Access<'_, Manage>| {
            mia.change_record(&named("Nobody"))?;
            Err::<(), _>(Error::Conflict(Conflict::Changed))
        };
        let panics = |mia: &mut Access<'_, Manage>| -> Result<(), Error> {
            mia.change_record(&named("Nobody at all"))?;
            panic!("a job that panics");
        };
        let works = |anna: &mut Access<'_, Manage>| anna.change_record(&named("Anna B."));
        let store = &kit.store;
        let (first, failed, panicked, worked, ()) = tokio::join!(
            store.with_patient(&family.anna, family.record, Purpose::Settings, first),
            store.with_patient(&family.anna, family.mia, Purpose::Settings, fails),
            store.with_patient(&family.anna, family.mia, Purpose::Settings, panics),
            store.with_patient(&family.dr_chen, family.patient, Purpose::Settings, works),
            async { go.send(()).unwrap() },
        );
        first.unwrap();
        assert!(matches!(failed, Err(Error::Conflict(Conflict::Changed))));
        assert!(matches!(panicked, Err(Error::Broken(_))));
        worked.unwrap();
        assert_eq!(name_of(&kit, &family.anna, family.mia).await, "Mia");
        assert_eq!(name_of(&kit, &family.dr_chen, family.patient).await, "Anna B.");
        assert_eq!(kit.store.verify_audit().await.unwrap().broken, []);
    });
}

#[test]
fn whoever_is_killed_in_the_middle_leaves_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let kit = TestStore::sqlite();
        let family = people(&kit).await;
        let (from, to) = (kit.folder().to_owned(), kit.folder().join("as-it-was-when-killed"));
        let copy = to.clone();
        let job = move |mia: &mut Access<'_, Manage>| {
            mia.change_record(&named("Half done"))?;
            fs::create_dir_all(&copy).unwrap();
            for file in fs::read_dir(&from).unwrap().map(Result::unwrap).filter(|file| file.path().is_file()) {
                fs::copy(file.path(), copy.join(file.file_name())).unwrap();
            }
            Ok(())
        };
        kit.store.with_patient(&family.anna, family.mia, Purpose::Settings, job).await.unwrap();
        assert_eq!(name_of(&kit, &family.anna, family.mia).await, "Half done");

        let mut settings = kit.settings.clone();
        settings.database = Database::Sqlite { path: to.join("kinsight.sqlite") };
        let (killed, _) = Store::open(settings).unwrap();
        let look = |patient: &mut Access<'_, View>| Ok(patient.record()?.name);
        let name = killed.with_patient(&family.anna, family.mia, Purpose::Home, look).await;
        assert_eq!(name.unwrap(), "Mia");
        assert_eq!(killed.verify_audit().await.unwrap().broken, []);
    });
}

#[test]
fn writers_of_one_record_do_not_lose_each_others_work() {
    both(async |kit| {
        let family = people(&kit).await;
        let done = Arc::new(Mutex::new(0));
        let add = |count: u32| {
            let (store, anna, mia, done) = (kit.store.clone(), family.anna.clone(), family.mia, Arc::clone(&done));
            async move {
                let make = move |mia: &mut Access<'_, Manage>| {
                    mia.add_token(&store::NewAppToken::new(&format!("Phone {count}"), sharing::TokenScope::Upload))
                };
                store.with_patient(&anna, mia, Purpose::Tokens, make).await.unwrap();
                *done.lock().unwrap() += 1;
            }
        };
        tokio::join!(add(1), add(2), add(3), add(4), add(5), add(6), add(7), add(8));
        let list = |mia: &mut Access<'_, Manage>| Ok(mia.tokens()?.len());
        let tokens = kit.store.with_patient(&family.anna, family.mia, Purpose::Tokens, list).await.unwrap();
        assert_eq!((tokens, *done.lock().unwrap()), (9, 8));
        assert_eq!(kit.store.verify_audit().await.unwrap().broken, []);
    });
}

#[test]
fn several_nodes_that_start_at_once_on_a_new_database_make_it_once() {
    let Some(kit) = TestStore::postgres() else { return };
    let Database::Postgres { url } = &kit.settings.database else { panic!("it is PostgreSQL") };
    for round in 0..3 {
        let database = Database::Postgres { url: format!("{url}_new_{round}") };
        let settings = StoreSettings { database, ..kit.settings.clone() };
        let begin = Barrier::new(3);
        let start = || {
            begin.wait();
            Store::open(settings.clone()).expect("every node starts").0
        };
        let stores = thread::scope(|scope| {
            let nodes = [0, 1, 2].map(|_| scope.spawn(start));
            nodes.map(|node| node.join().expect("no node breaks"))
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            stores[0].sign_up(new_account("dora", false), Origin::default()).await.unwrap();
            for store in &stores {
                let entrance = store.sign_in("dora@example.org", PASSWORD, false, Origin::default()).await;
                assert!(entrance.is_ok(), "all nodes have the same keys: {entrance:?}");
            }
        });
    }
}

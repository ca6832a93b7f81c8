//! Whoever reaches the database itself: every way to change the history unseen is found, on both databases.

use aws_lc_rs::digest::{Context, SHA256};
use glucose::Period;
use jiff::{SignedDuration, civil::date};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use sharing::{Duty, Purpose, RecordId};
use store::{Access, BrokenLine, Database, Download, Manage, Report, View};
use testkit::{
    both::{TestStore, both},
    cast::{People, people},
};

/// Changes the database behind the store's back.
pub fn tamper(database: &Database, sql: &str) {
    assert!(execute(database, sql) > 0, "{sql}");
}

/// A story on the embedded database alone.
pub fn alone(story: impl AsyncFn(TestStore)) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(story(TestStore::sqlite()));
}

fn execute(database: &Database, sql: &str) -> u64 {
    match database.clone() {
        Database::Sqlite { .. } => connect(database).execute(sql, []).unwrap() as u64,
        Database::Postgres { url } => {
            let sql = sql.replace("x'", "'\\x");
            // The driver has a runtime of its own.
            let work = move || postgres::Client::connect(&url, postgres::NoTls).unwrap().execute(sql.as_str(), &[]);
            std::thread::spawn(work).join().unwrap().unwrap()
        }
        Database::SqliteInMemory => panic!("only a file can be changed so"),
    }
}

fn connect(database: &Database) -> rusqlite::Connection {
    let Database::Sqlite { path } = database else { panic!("only a file can be changed so") };
    rusqlite::Connection::open(path).unwrap()
}

const TABLES: [&str; 3] = ["audit", "audit_heads", "anchors"];

fn keep(kit: &TestStore) {
    for table in TABLES {
        execute(&kit.settings.database, &format!("create table kept_{table} as select * from {table}"));
    }
}

fn bring_back(kit: &TestStore) {
    for table in TABLES {
        execute(&kit.settings.database, &format!("delete from {table}"));
        execute(&kit.settings.database, &format!("insert into {table} select * from kept_{table}"));
    }
}

/// A look, a download with its file, a refusal and a change; all anchored.
async fn busy(kit: &TestStore) -> People {
    let family = people(kit).await;
    let (store, record) = (&kit.store, family.record);
    let look = |patient: &mut Access<'_, View>| patient.record().map(drop);
    store.with_patient(&family.ben, record, Purpose::Home, look).await.unwrap();
    let report = Report::Agp(Period::ending(date(2026, 11, 20), 14));
    let take = move |patient: &mut Access<'_, Download>| patient.prepare_report(report);
    let taken = store.with_patient(&family.carla, record, Purpose::AgpReport, take).await.unwrap();
    let (hash, purpose) = ([7; 32], Purpose::AgpReport);
    store.finish_report(&family.carla, record, purpose, &taken.receipt, "agp.pdf", &hash).await.unwrap();
    assert!(store.with_patient(&family.stranger, record, Purpose::Home, look).await.is_err());
    let ben = family.ben.account().unwrap();
    let remove = move |patient: &mut Access<'_, Manage>| patient.remove_care_partner(ben);
    store.with_patient(&family.anna, record, Purpose::Settings, remove).await.unwrap();
    store.with_patient(&family.anna, family.mia, Purpose::Home, look).await.unwrap();
    store.anchor_heads(&kit.roster.on(Duty::Expire)).await.unwrap();
    family
}

async fn broken(kit: &TestStore) -> Vec<BrokenLine> {
    kit.store.verify_audit().await.unwrap().broken
}

/// What is done, and the first line of the chain that is named for it.
fn ways(chain: RecordId, other: RecordId) -> Vec<(&'static str, Vec<String>, i64)> {
    let of = |sql: &str| sql.replace("CHAIN", &format!("chain = '{chain}'")).replace("OTHER", &format!("'{other}'"));
    let way = |name, sql: &[&str], line| (name, sql.iter().map(|sql| of(sql)).collect(), line);
    let back =
        "update audit_heads set number = 5, hash = (select hash from audit where CHAIN and number = 5) where CHAIN";
    let copied = "insert into audit select chain, number + 1, at, who, act, purpose, count, detail, hash from audit \
        where CHAIN and number = 7";
    vec![
        way("a line deleted", &["delete from audit where CHAIN and number = 3"], 4),
        way("the first line deleted", &["delete from audit where CHAIN and number = 1"], 2),
        way("the last lines cut off", &["delete from audit where CHAIN and number > 5"], 6),
        way("the last lines cut off, the head set back", &["delete from audit where CHAIN and number > 5", back], 7),
        way("the whole chain gone", &["delete from audit where CHAIN", "delete from audit_heads where CHAIN"], 1),
        way("another person", &["update audit set who = 'operator' where CHAIN and number = 2"], 2),
        way("another time", &["update audit set at = at + 1 where CHAIN and number = 2"], 2),
        way("another act", &["update audit set act = 'looked' where CHAIN and number = 3"], 3),
        way("another purpose", &["update audit set purpose = 'home' where CHAIN and number = 3"], 3),
        way("another count", &["update audit set count = 0 where CHAIN and number = 1"], 1),
        way("no detail", &["update audit set detail = x'' where CHAIN and number = 4"], 4),
        way(
            "the detail of another line",
            &[
                "update audit set detail = (select detail from audit where CHAIN and number = 1) where CHAIN and number = 4",
            ],
            4,
        ),
        way(
            "two lines in another order",
            &[
                "update audit set number = -2 where CHAIN and number = 2",
                "update audit set number = 2 where CHAIN and number = 3",
                "update audit set number = 3 where CHAIN and number = -2",
            ],
            2,
        ),
        way("a line more at the end", &[copied], 8),
        way("a line more, the head set on", &[copied, "update audit_heads set number = 8 where CHAIN"], 8),
        way(
            "a line put in between",
            &[
                "update audit set number = -number - 1 where CHAIN and number > 3",
                "update audit set number = -number where CHAIN and number < 0",
                "insert into audit select chain, 4, at, who, act, purpose, count, detail, hash from audit where CHAIN and number = 3",
            ],
            4,
        ),
        way("other numbers", &["update audit set number = number + 100 where CHAIN and number > 4"], 105),
        way("another head", &["update audit_heads set hash = x'00' where CHAIN"], 8),
        way("no head", &["delete from audit_heads where CHAIN"], 8),
        way(
            "a line of another chain",
            &[
                "delete from audit where CHAIN and number = 1",
                "update audit set chain = (select min(chain) from audit_heads where CHAIN) where chain = OTHER and number = 1",
            ],
            1,
        ),
    ]
}

#[test]
fn twenty_ways_to_change_the_history_are_each_found_and_the_line_is_named() {
    both(async |kit| {
        let family = busy(&kit).await;
        keep(&kit);
        assert_eq!(broken(&kit).await, [], "untouched");
        let chain = family.record.to_string();
        for (way, changes, line) in ways(family.record, family.mia) {
            changes.iter().for_each(|sql| tamper(&kit.settings.database, sql));
            let found = broken(&kit).await;
            let named: Vec<_> = found.iter().filter(|line| line.chain == chain).map(|line| line.number).collect();
            assert_eq!(named.first(), Some(&line), "{way}: {found:?}");
            bring_back(&kit);
            assert_eq!(broken(&kit).await, [], "as it was before: {way}");
        }
    });
}

#[test]
fn dropped_anchors_are_found_by_the_file_outside() {
    both(async |kit| {
        busy(&kit).await;
        tamper(&kit.settings.database, "delete from anchors");
        let found = broken(&kit).await;
        assert_eq!((found[0].chain.as_str(), found[0].number), ("anchors", 1));
    });
}

#[test]
fn an_old_copy_of_the_database_is_found_by_the_file_outside() {
    both(async |kit| {
        let family = busy(&kit).await;
        keep(&kit);
        kit.clock.advance(SignedDuration::from_hours(1));
        let look = |patient: &mut Access<'_, View>| patient.record().map(drop);
        kit.store.with_patient(&family.dr_chen, family.mia, Purpose::Home, look).await.unwrap();
        kit.store.anchor_heads(&kit.roster.on(Duty::Expire)).await.unwrap();
        bring_back(&kit);
        let found = broken(&kit).await;
        assert!(found.iter().any(|line| (line.chain.as_str(), line.number) == ("anchors", 2)), "{found:?}");
        assert!(found.iter().any(|line| line.chain == family.mia.to_string()), "{found:?}");
    });
}

/// Somebody who knows how lines are hashed, and writes a whole chain anew.
#[test]
fn a_chain_that_was_hashed_anew_is_found_by_its_anchor() {
    alone(async |kit| {
        let family = busy(&kit).await;
        let database = connect(&kit.settings.database);
        let chain = family.record.to_string();
        database.execute("update audit set who = 'operator' where chain = ?1 and number = 1", [&chain]).unwrap();
        hash_anew(&database, &chain);
        let found = broken(&kit).await;
        assert_eq!(
            (found[0].chain.as_str(), found[0].why),
            (chain.as_str(), "an anchored line is missing or another one stands in its place")
        );
    });
}

fn hash_anew(database: &rusqlite::Connection, chain: &str) {
    let mut lines = database
        .prepare("select number, at, who, act, purpose, count, detail from audit where chain = ?1 order by number")
        .unwrap();
    let mut rows = lines.query([chain]).unwrap();
    let mut before = vec![0; 32];
    while let Some(row) = rows.next().unwrap() {
        let text = |column| row.get::<_, String>(column).unwrap().into_bytes();
        let int = |column| row.get::<_, i64>(column).unwrap();
        let mut sum = Context::new(&SHA256);
        let fields = [before, chain.as_bytes().to_vec(), text(2), text(3), text(4), row.get(6).unwrap()];
        for field in fields {
            sum.update(&(field.len() as u64).to_be_bytes());
            sum.update(&field);
        }
        [0, 1, 5].iter().for_each(|column| sum.update(&int(*column).to_be_bytes()));
        before = sum.finish().as_ref().to_vec();
        let place = rusqlite::params![before, chain, int(0)];
        database.execute("update audit set hash = ?1 where chain = ?2 and number = ?3", place).unwrap();
    }
    database.execute("update audit_heads set hash = ?1 where chain = ?2", rusqlite::params![before, chain]).unwrap();
}

/// One blow at random, as SQL; `PLACE` is one line of any chain.
fn blow() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("delete from audit where PLACE".to_owned()),
        Just("update audit set number = number + 1000 where PLACE".to_owned()),
        Just("update audit set chain = '00000000-0000-0000-0000-000000000007' where PLACE".to_owned()),
        (1i64..9).prop_map(|by| format!("update audit set at = at + {by} where PLACE")),
        (1i64..9).prop_map(|by| format!("update audit set count = count + {by} where PLACE")),
        "[a-z]{1,8}".prop_map(|word| format!("update audit set who = who || ' {word}' where PLACE")),
        "[a-z]{1,8}".prop_map(|word| format!("update audit set act = '{word}!' where PLACE")),
        "[a-z]{1,8}".prop_map(|word| format!("update audit set purpose = '{word}!' where PLACE")),
        "[0-9a-f]{2}"
            .prop_map(|byte| format!("update audit set detail = cast(detail || x'{byte}' as blob) where PLACE")),
        "[0-9a-f]{62}".prop_map(|bytes| format!("update audit set hash = x'{bytes}' where PLACE")),
        (1i64..9).prop_map(|by| format!(
            "update audit_heads set number = number + {by} where chain = (select chain from audit where PLACE)"
        )),
        (1i64..9).prop_map(|by| format!(
            "insert into audit select chain, -{by}, at, who, act, purpose, count, detail, hash from audit where PLACE"
        )),
    ]
}

#[test]
fn no_blow_at_random_goes_unseen() {
    let kit = TestStore::sqlite();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(busy(&kit));
    keep(&kit);
    let lines = runtime.block_on(kit.store.verify_audit()).unwrap().lines;
    let mut runner = TestRunner::new(Config { cases: 96, failure_persistence: None, ..Config::default() });
    let strategy = proptest::collection::vec((blow(), 0..lines), 1..4);
    let tried = runner.run(&strategy, |blows| {
        for (sql, place) in &blows {
            let place = format!("rowid = (select rowid from audit order by chain, number limit 1 offset {place})");
            // The second may find no place any more; the first always does.
            let _ = connect(&kit.settings.database).execute(&sql.replace("PLACE", &place), []);
        }
        let found = runtime.block_on(broken(&kit));
        bring_back(&kit);
        prop_assert!(!found.is_empty());
        prop_assert_eq!(runtime.block_on(broken(&kit)), []);
        Ok(())
    });
    tried.unwrap();
}

//! The process is killed while it imports: afterwards each upload is there whole or not at all.
//!
//! A child process (this very test binary) imports in a loop and says so on its standard output; the parent kills it
//! after a seeded number of imports and of writes seen on disk. `KINSIGHT_SOAK` says how many rounds a long run has.

use crate::data::{at, file, row};
use glucose::{EventKind, NewEvent};
use jiff::{SignedDuration, Timestamp};
use sharing::{Purpose, RecordId};
use std::{
    collections::HashMap,
    env, fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{ChildStdout, Command, Stdio},
};
use store::{
    Access, Actor, Database, KeySettings, MasterKeySource, NewUpload, Origin, PasswordCost, SiteSettings, Store,
    StoreSettings, Upload, View,
};
use testkit::both::{StillClock, TestStore};
use testkit::cast::{PASSWORD, email, people};

const DAYS: i64 = 12;
const EACH: i64 = 288 * DAYS;
const CHILD: &str = "crash::the_child_that_imports_in_a_loop";

/// The n-th file: days that no other file has.
fn nth(n: u32) -> NewUpload {
    let from = at("2024-01-01T00:00:00Z") + SignedDuration::from_hours(24 * DAYS * i64::from(n));
    let event = |day: i64| {
        let noon = from + SignedDuration::from_hours(24 * day + 12);
        NewEvent::new(noon, 60, EventKind::Note { text: format!("day {day} of file {n}") })
    };
    file(&format!("file {n}"), row(from, EACH, |slot| 60 + (slot * 31 % 300) as i32), (0..DAYS).map(event).collect())
}

/// Does nothing when it is run as a test of its own.
#[test]
fn the_child_that_imports_in_a_loop() {
    let Ok(place) = env::var("KINSIGHT_CRASH_PLACE") else { return };
    let first: u32 = env::var("KINSIGHT_CRASH_FIRST").unwrap().parse().unwrap();
    let record = RecordId::parse(&env::var("KINSIGHT_CRASH_RECORD").unwrap()).unwrap();
    let (store, _) = Store::open(settings(&place)).unwrap();
    block_on(async {
        let anna = anna(&store).await;
        for n in first.. {
            say(&format!("begin {n}"));
            let new = nth(n);
            let job = move |patient: &mut Access<'_, Upload>| patient.add_upload(&new);
            store.with_patient(&anna, record, Purpose::Import, job).await.unwrap();
            say(&format!("done {n}"));
        }
    });
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
}

fn settings(place: &str) -> StoreSettings {
    let database = match place.strip_prefix("file:") {
        Some(path) => Database::Sqlite { path: path.into() },
        None => Database::Postgres { url: place.to_owned() },
    };
    let keys = KeySettings { master: MasterKeySource::Bytes([7; 32]), key_store: None, anchors: None };
    let password_cost = if cfg!(debug_assertions) { PasswordCost::CheapForTests } else { PasswordCost::Full };
    let site = SiteSettings::at("http://localhost:8080");
    StoreSettings {
        database,
        keys,
        clock: StillClock::default().clock(),
        password_cost,
        breached: None,
        keep_deleted_days: 90,
        most_care_partners: None,
        readers: 2,
        site,
        session_idle: None,
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{line}").unwrap();
    out.flush().unwrap();
}

async fn anna(store: &Store) -> Actor {
    let entrance = store.sign_in(email("anna").as_str(), PASSWORD, false, Origin::default()).await.unwrap();
    let token = entrance.opened().unwrap().session;
    store.session(token.as_str()).await.unwrap().actor
}

/// Rounds of a short run, or as many as a long run wants.
fn rounds(short: u64) -> u64 {
    env::var("KINSIGHT_SOAK").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(short)
}

/// A round's numbers: how many imports begin before the end, and how many writes of the last one are seen.
fn dice(round: u64) -> (u64, u64) {
    let mixed = (round + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (1 + (mixed >> 40) % 5, (mixed >> 20) % 7)
}

#[test]
fn killed_on_sqlite_each_upload_is_there_whole_or_not_at_all() {
    let kit = TestStore::sqlite();
    let record = block_on(people(&kit)).record;
    block_on(kit.store.close()).unwrap();
    let file = kit.folder().join("kinsight.sqlite");
    let mut first = 0;
    for round in 0..rounds(4) {
        let log = file.with_file_name("kinsight.sqlite-wal");
        let seen = || fs::metadata(&log).map_or(0, |log| log.len());
        let told = run_and_kill(&format!("file:{}", file.display()), record, first, dice(round), seen);
        first = told.begun + 1;
        let copy = kit.folder().join(format!("after-{round}"));
        copy_of(kit.folder(), &copy);
        check(settings(&format!("file:{}", copy.join("kinsight.sqlite").display())), record, &told);
        fs::remove_dir_all(&copy).unwrap();
    }
}

#[test]
fn killed_on_postgres_each_upload_is_there_whole_or_not_at_all() {
    let Some(kit) = TestStore::postgres() else { return };
    let record = block_on(people(&kit)).record;
    let Database::Postgres { url } = kit.settings.database.clone() else { unreachable!() };
    let mut first = 0;
    for round in 0..rounds(2) {
        let told = run_and_kill(&url, record, first, dice(round), || 0);
        first = told.begun + 1;
        check(settings(&url), record, &told);
    }
}

/// What the child said before its end.
struct Told {
    begun: u32,
    done: Vec<u32>,
}

fn run_and_kill(place: &str, record: RecordId, first: u32, dice: (u64, u64), seen: impl Fn() -> u64) -> Told {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", CHILD, "--nocapture"])
        .envs([("KINSIGHT_CRASH_PLACE", place), ("KINSIGHT_CRASH_FIRST", &first.to_string())])
        .env("KINSIGHT_CRASH_RECORD", record.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut told = Told { begun: first, done: Vec::new() };
    let mut begins = 0;
    while begins < dice.0 && listen(&mut lines, &mut told).is_some_and(|begun| begun || begins > 0) {
        begins = u64::from(told.begun - first) + 1;
    }
    watch(dice.1, seen);
    child.kill().unwrap();
    child.wait().unwrap();
    while listen(&mut lines, &mut told).is_some() {}
    told
}

/// The next thing that the child says: whether an import began.
fn listen(lines: &mut BufReader<ChildStdout>, told: &mut Told) -> Option<bool> {
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().split_once(' ') {
            Some(("begin", n)) => {
                told.begun = n.parse().ok()?;
                return Some(true);
            }
            Some(("done", n)) => {
                told.done.push(n.parse().ok()?);
                return Some(false);
            }
            _ => {}
        }
    }
}

/// Waits for so many changes on disk, or for a good while.
fn watch(changes: u64, seen: impl Fn() -> u64) {
    let (mut last, mut changed) = (seen(), 0);
    for _ in 0..200_000 {
        if changed >= changes {
            return;
        }
        let now = seen();
        changed += u64::from(now != last);
        last = now;
    }
}

/// The files as they lay when the process ended; what was only shared memory is left behind.
fn copy_of(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.contains(".sqlite") && !name.ends_with("-shm") {
            fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}

fn check(settings: StoreSettings, record: RecordId, told: &Told) {
    let (store, _) = Store::open(settings).unwrap();
    let (lines, readings, events) = block_on(async {
        let anna = anna(&store).await;
        let job = |patient: &mut Access<'_, View>| {
            let all = (Timestamp::MIN, Timestamp::MAX);
            Ok((patient.uploads()?, patient.readings_within(all.0, all.1)?, patient.events_within(all.0, all.1)?))
        };
        let seen = store.with_patient(&anna, record, Purpose::Uploads, job).await.unwrap();
        assert_eq!(store.verify_audit().await.unwrap().broken, []);
        seen
    });
    let mut found: HashMap<u32, (i64, i64)> = HashMap::new();
    readings.iter().for_each(|reading| found.entry(reading.from.upload).or_default().0 += 1);
    events.iter().for_each(|event| found.entry(event.from.upload).or_default().1 += 1);
    for line in &lines {
        assert_eq!(found.remove(&line.number), Some((EACH, DAYS)), "{} is there whole", line.file_name);
    }
    assert!(found.is_empty(), "nothing is there without its upload");
    for n in &told.done {
        let name = format!("file {n}.csv");
        assert!(lines.iter().any(|line| line.file_name == name), "what was answered is there");
    }
}

//! How fast data come in and out, and how much room they take; on SQLite and, when `TEST_POSTGRES_URL` is set, on
//! PostgreSQL. `cargo bench -p store`, or with PostgreSQL `scripts/with-postgres.sh cargo bench -p store`.
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

mod house;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use glucose::{Glucose, NewReading};
use house::{House, full_days, plain_days, start};
use jiff::{SignedDuration, Timestamp};
use sharing::{Purpose, RecordId};
use std::time::{Duration, Instant};
use store::chunk::{ReadingChunk, ReadingDatum};
use store::{Access, Actor, NewUpload, Store, Upload, View};
use tokio::{runtime::Runtime, task::JoinSet};

const WRITERS: usize = 256;

async fn import(store: &Store, actor: &Actor, record: RecordId, new: NewUpload) {
    let job = move |patient: &mut Access<'_, Upload>| patient.add_upload(&new);
    store.with_patient(actor, record, Purpose::Import, job).await.expect("an upload is taken");
}

async fn send(store: &Store, actor: &Actor, record: RecordId, new: NewReading) {
    let new = [new];
    let job = move |patient: &mut Access<'_, Upload>| patient.add_readings(&new);
    let added = store.with_patient(actor, record, Purpose::DeviceUpload, job).await.expect("a reading is taken");
    assert_eq!(added.added, 1, "each value is a new one");
}

fn value(slot: u64) -> NewReading {
    let at = start() + SignedDuration::from_secs(300 * slot as i64);
    NewReading::cgm(at, 60, Glucose::mg_dl(100 + (slot % 60) as i32))
}

/// A file of 90 days, as one upload into an empty record.
fn imports(c: &mut Criterion) {
    for (name, days) in [("90 days of readings", plain_days(1, 90)), ("90 days of everything", full_days(1, 90))] {
        let mut group = c.benchmark_group(name);
        group.sample_size(10).throughput(Throughput::Elements(days.readings.len() as u64));
        for open in House::all() {
            let runtime = runtime();
            group.bench_function(BenchmarkId::from_parameter(open.name()), |bench| {
                bench.iter_custom(|times| {
                    let house = runtime.block_on(open.with_records(times as usize));
                    let mut took = Duration::ZERO;
                    for (record, actor) in &house.records {
                        let new = days.clone();
                        let begun = Instant::now();
                        runtime.block_on(import(&house.store, actor, *record, new));
                        took += begun.elapsed();
                    }
                    took
                });
            });
        }
    }
}

/// Single values, each durable before the next is sent.
fn one_writer(c: &mut Criterion) {
    let mut group = c.benchmark_group("single readings, one writer");
    group.sample_size(10).throughput(Throughput::Elements(1));
    for open in House::all() {
        let runtime = runtime();
        let house = runtime.block_on(open.with_records(1));
        let (record, actor) = &house.records[0];
        let mut slot = 0;
        group.bench_function(BenchmarkId::from_parameter(open.name()), |bench| {
            bench.iter(|| {
                slot += 1;
                runtime.block_on(send(&house.store, actor, *record, value(slot)));
            });
        });
    }
}

/// Single values from many at once, each durable before its sender goes on.
fn many_writers(c: &mut Criterion) {
    let mut group = c.benchmark_group("single readings, 256 writers");
    group.sample_size(10).throughput(Throughput::Elements(WRITERS as u64));
    for open in House::all() {
        let runtime = runtime();
        let house = runtime.block_on(open.with_records(WRITERS));
        let mut slot = 0;
        group.bench_function(BenchmarkId::from_parameter(open.name()), |bench| {
            bench.iter_custom(|times| {
                let begun = Instant::now();
                runtime.block_on(async {
                    let mut senders = JoinSet::new();
                    for (record, actor) in house.records.clone() {
                        let store = house.store.clone();
                        senders.spawn(async move {
                            for later in 0..times {
                                send(&store, &actor, record, value(slot + later)).await;
                            }
                        });
                    }
                    senders.join_all().await;
                });
                slot += times;
                begun.elapsed()
            });
        });
    }
}

/// A span of one record, from the database to readings.
fn spans(c: &mut Criterion) {
    for open in House::all() {
        let runtime = runtime();
        let house = runtime.block_on(open.with_records(1));
        let (record, actor) = house.records[0].clone();
        runtime.block_on(import(&house.store, &actor, record, plain_days(3, 365)));
        let mut group = c.benchmark_group("reading back");
        group.sample_size(20);
        for days in [14, 90, 365] {
            let from = start();
            let to = from + SignedDuration::from_hours(24 * days);
            group.bench_function(BenchmarkId::new(open.name(), format!("{days} days")), |bench| {
                bench.iter(|| runtime.block_on(read(&house, record, from, to)));
            });
        }
    }
}

async fn read(house: &House, record: RecordId, from: Timestamp, to: Timestamp) -> usize {
    let job = move |patient: &mut Access<'_, View>| patient.readings_within(from, to);
    house.store.with_patient(&house.owner, record, Purpose::Home, job).await.expect("the owner may look").len()
}

/// The coding alone, without sealing or database.
fn coding(c: &mut Criterion) {
    let days = plain_days(1, 1);
    let items: Vec<ReadingDatum> = days.readings.iter().map(|new| ReadingDatum::new(new, Some(0))).collect();
    let mut chunk = ReadingChunk::default();
    chunk.merge(1, items.clone()).expect("a day fits");
    let bytes = chunk.encode();
    let mut group = c.benchmark_group("a day's chunk");
    group.throughput(Throughput::Elements(items.len() as u64));
    group.bench_function("merge", |bench| {
        bench.iter(|| ReadingChunk::default().merge(1, items.clone()));
    });
    group.bench_function("encode", |bench| bench.iter(|| chunk.encode()));
    group.bench_function("decode", |bench| bench.iter(|| ReadingChunk::decode(&bytes)));
    group.bench_function("view", |bench| bench.iter(|| chunk.view()));
}

/// What 90 days of a hundred people take on disk, after everything is folded back; printed, not timed.
fn room(_: &mut Criterion) {
    const PEOPLE: usize = 100;
    let filter = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    if filter.is_some_and(|filter| !"room".contains(&filter)) {
        return;
    }
    for open in House::all() {
        let runtime = runtime();
        let mut house = runtime.block_on(open.with_records(PEOPLE));
        let before = house.bytes_on_disk();
        let (mut count, mut events) = (0, 0);
        for (seed, (record, actor)) in house.records.clone().into_iter().enumerate() {
            let days = plain_days(seed as u64, 90);
            count += days.readings.len();
            runtime.block_on(import(&house.store, &actor, record, days));
        }
        let readings_only = house.bytes_on_disk() - before;
        for (seed, (record, actor)) in house.records.clone().into_iter().enumerate() {
            let days = NewUpload { readings: vec![], ..full_days(seed as u64, 90) };
            events += days.events.len();
            runtime.block_on(import(&house.store, &actor, record, days));
        }
        let both = house.bytes_on_disk() - before;
        let each = |bytes: u64, data: usize| bytes as f64 / data as f64;
        println!(
            "{}: {count} readings take {readings_only} bytes, {:.2} each; {events} events {:.2} each",
            open.name(),
            each(readings_only, count),
            each(both - readings_only, events),
        );
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().expect("a runtime starts")
}

criterion_group!(benches, room, coding, spans, imports, one_writer, many_writers);
criterion_main!(benches);

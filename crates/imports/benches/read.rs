//! How fast device files are read, in bytes.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

#[path = "../tests/it/generate/mod.rs"]
mod generate;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::tz::TimeZone;
use std::hint::black_box;

fn files() -> Vec<(&'static str, Vec<u8>)> {
    vec![("carelink sections", generate::carelink::sections(90)), ("clarity", generate::clarity::table(900))]
}

fn read(criterion: &mut Criterion) {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let mut group = criterion.benchmark_group("read");
    for (name, bytes) in files() {
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| imports::read("upload", black_box(&bytes), &zone, &mut |_| true).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, read);
criterion_main!(benches);

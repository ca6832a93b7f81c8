//! How many answers of a day of entries a core writes.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use glucose::{Glucose, ReadingKind, Trend};
use nightscout::{EntryParts, write_entries};
use std::hint::black_box;

/// What an uploader sends beside a value.
const FIELDS: &str = r#"{"device":"xDrip-DexcomG6","noise":1}"#;

fn day(fields: Option<&'static str>) -> Vec<EntryParts<'static>> {
    let entry = |place: usize| EntryParts {
        id: "",
        own_id: "d0019ffb3c0d2d00aabbccdd",
        at_ms: 1_795_223_938_989 - place as i64 * 300_000,
        offset_min: 60,
        glucose: Glucose::mg_dl(90 + (place * 7 % 60) as i32),
        kind: ReadingKind::Cgm,
        limit: None,
        trend: Some(Trend::FortyFiveUp),
        device: None,
        app: None,
        fields,
    };
    (0..288).map(entry).collect()
}

fn answers(c: &mut Criterion) {
    let mut group = c.benchmark_group("a day of entries");
    group.throughput(Throughput::Elements(1));
    for (name, fields) in [("plain", None), ("with fields", Some(FIELDS))] {
        let day = day(fields);
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut out = Vec::new();
                write_entries(&mut out, black_box(&day));
                out
            });
        });
    }
    group.finish();
}

criterion_group!(benches, answers);
criterion_main!(benches);

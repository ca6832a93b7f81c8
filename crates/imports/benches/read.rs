//! How fast device files are read, in bytes.

use criterion::{criterion_group, criterion_main};

fn nothing_yet(_criterion: &mut criterion::Criterion) {}

criterion_group!(benches, nothing_yet);
criterion_main!(benches);

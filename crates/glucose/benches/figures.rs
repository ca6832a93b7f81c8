//! How long all figures of one person take, percentile curves, MAGE and episodes among them.
#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

use criterion::{Criterion, criterion_group, criterion_main};
use glucose::{Agp, Figures, Glucose, NewReading, Period, Ranges, Reading, Window};
use jiff::{Timestamp, civil::date, tz::TimeZone};
use std::hint::black_box;

/// Five-minute readings that rise and fall with meals, over a change of the clock (Berlin, 30 March 2025).
fn readings(days: i64) -> Vec<Reading> {
    let start: Timestamp = "2025-03-01T00:00:00+01:00".parse().unwrap();
    let mut noise = 12_345_u32;
    let value = |step: i64| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let hours = step as f64 / 12.0;
        let meals = 45.0 * (hours * 0.785).sin() + 25.0 * (hours * 0.13).cos() + 12.0 * (hours * 5.1).sin();
        Glucose::mg_dl((150.0 + meals) as i32 + (noise >> 29) as i32)
    };
    let mut value = value;
    let at = |step: i64| Timestamp::from_second(start.as_second() + step * 300).unwrap();
    (0..days * 288).map(|step| Reading::unstored(&NewReading::cgm(at(step), 60, value(step)))).collect()
}

fn all_figures(readings: &[Reading], period: &Period, window: &Window) -> (Figures, Agp) {
    (Figures::of(readings, &[], window), Agp::of(readings, period, &window.zone))
}

fn figures(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("figures");
    for days in [14, 90] {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let readings = readings(days);
        let period = Period { first: date(2025, 3, 1), last: date(2025, 3, 1) + jiff::Span::new().days(days - 1) };
        let window = Window::of_days(&period, zone, Ranges::ADULT);
        group.bench_function(format!("{days} days"), |bencher| {
            bencher.iter(|| all_figures(black_box(&readings), &period, &window));
        });
        group.bench_function(format!("{days} days, without the profile"), |bencher| {
            bencher.iter(|| Figures::of(black_box(&readings), &[], &window));
        });
    }
    group.finish();
}

criterion_group!(benches, figures);
criterion_main!(benches);

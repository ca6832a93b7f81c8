//! How long a report takes: figures, charts and paper, after warm-up. The aim for the glucose profile as PDF is 25 ms.

#![expect(clippy::unwrap_used, reason = "benches fail by panicking")]

#[path = "../tests/it/life.rs"]
mod life;

use criterion::{Criterion, criterion_group, criterion_main};
use glucose::{Period, Unit};
use jiff::{civil::date, tz::TimeZone};
use reports::{
    AgpPage, DailyPages, DayView, Order, Paper, Person, Show, Size, agp_chart, agp_page, daily_pages, day_chart,
};
use std::hint::black_box;

fn order(days: u16) -> Order {
    Order {
        person: Person { name: "Anna Kowalska-Müller".to_owned(), born_on: Some(date(1987, 5, 14)) },
        period: Period::ending(date(2026, 3, 15), days),
        zone: TimeZone::get("Europe/Berlin").expect("a zone"),
        show: Show::in_unit(Unit::MgDl),
        paper: Paper::A4,
        made_on: date(2026, 3, 16),
        receipt: None,
    }
}

fn pages(criterion: &mut Criterion) {
    for days in [14, 90] {
        let order = order(days);
        let life = life::life(order.period.first, days, &order.zone, Unit::MgDl);
        let page = AgpPage::of(order.clone(), &life.readings, &life.events);
        criterion.bench_function(&format!("agp pdf, {days} days, computed before"), |bencher| {
            bencher.iter(|| agp_page(black_box(&page)));
        });
        criterion.bench_function(&format!("agp pdf, {days} days, from readings"), |bencher| {
            bencher.iter(|| agp_page(&AgpPage::of(order.clone(), black_box(&life.readings), &life.events)));
        });
        let daily = DailyPages::of(order.clone(), &life.readings, &life.events);
        criterion.bench_function(&format!("daily pdf, {days} days"), |bencher| {
            bencher.iter(|| daily_pages(black_box(&daily)));
        });
        let view = DayView::of_day(order.period.last, &life.readings, &life.events, &order.zone);
        criterion.bench_function(&format!("svg, {days} days"), |bencher| {
            let chart = |page: &AgpPage| agp_chart(&page.agp, &page.order.show, Size::WIDE);
            bencher.iter(|| (chart(black_box(&page)), day_chart(black_box(&view), &page.order.show, Size::WIDE)));
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(std::time::Duration::from_secs(1)).measurement_time(std::time::Duration::from_secs(3));
    targets = pages
}
criterion_main!(benches);

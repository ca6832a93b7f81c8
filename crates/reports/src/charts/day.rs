//! One day or the last hours: readings as dots whose shape tells the range, insulin and carbohydrate below. A gap is a
//! gap: nothing is drawn where nothing was measured.

use super::lanes::{draw_lanes, draw_marks, lanes_height};
use crate::{
    day::DayView,
    scale::{GlucoseAxis, Plot},
    show::Show,
    svg::{Anchor, Canvas, Number, Path, Size, Svg},
};
use glucose::{Band, Reading, ReadingKind};
use std::fmt::Write;
use words::fill;

/// Draws the stretch. The size is that of the glucose part and the hours; lanes for insulin and carbohydrate come below
/// it where there are any. `data-` attributes tell scripts where what is.
pub fn day_chart(day: &DayView, show: &Show, size: Size) -> Svg {
    let plot = Plot::within(size, 44.0, 10.0, 14.0, 24.0);
    let highest = day.readings.iter().map(|reading| reading.glucose.to_mg_dl()).fold(0.0, f64::max);
    let axis = GlucoseAxis::of_values(show, plot, highest);
    let whole = Size { height: size.height + lanes_height(day), ..size };
    let data = data(day, axis, whole);
    let mut canvas = Canvas::with_data("day", whole, show.texts().glucose, &describe_day(day, show), &data);
    axis.draw_target(&mut canvas);
    let lanes_bottom = whole.height - 24.0;
    draw_clock(&mut canvas, day, show, Plot { bottom: lanes_bottom, ..plot }, size.is_narrow());
    axis.draw_ticks(&mut canvas);
    axis.draw_limits(&mut canvas);
    draw_lanes(&mut canvas, day, show, Plot { top: plot.bottom, bottom: lanes_bottom, ..plot });
    draw_readings(&mut canvas, day, axis);
    draw_marks(&mut canvas, day, plot);
    if day.readings.is_empty() {
        let middle = (plot.x(0.5), plot.top + plot.height() * 0.3);
        canvas.text("p-strong", Anchor::Middle, middle, show.texts().no_readings);
    }
    canvas.finish()
}

/// For hover and keyboard: instants of the edges in ms, edges of the plot, its top value, and the readings as
/// `minutes,value` in the reader's unit.
fn data(day: &DayView, axis: GlucoseAxis<'_>, size: Size) -> Vec<(&'static str, String)> {
    let plot = axis.plot;
    let edges = [plot.left, plot.top, plot.right, plot.bottom, size.width, size.height];
    let edges: Vec<String> = edges.iter().map(|edge| Number(*edge).to_string()).collect();
    let mut points = String::with_capacity(day.readings.len() * 8);
    for reading in &day.readings {
        let minutes = (reading.at.as_millisecond() - day.from.as_millisecond()) / 60_000;
        let space = if points.is_empty() { "" } else { " " };
        let value = reading.glucose.display_in(axis.show.unit);
        write!(points, "{space}{minutes},{}", Number(value)).expect("writing to a string cannot fail");
    }
    vec![
        ("from", day.from.as_millisecond().to_string()),
        ("to", day.to.as_millisecond().to_string()),
        ("plot", edges.join(" ")),
        ("top", Number(axis.top).to_string()),
        ("points", points),
    ]
}

fn draw_clock(canvas: &mut Canvas, day: &DayView, show: &Show, plot: Plot, is_narrow: bool) {
    let span = (day.to.as_millisecond() - day.from.as_millisecond()) / 3_600_000;
    let step = match (span, is_narrow) {
        (..=6, false) => 1,
        (..=6, true) | (7..=12, false) => 2,
        (7..=12, true) | (_, false) => 3,
        (_, true) => 6,
    };
    for (at, hour) in day.hours(step) {
        let x = plot.x(day.part(at));
        canvas.line("p-grid", (x, plot.top), (x, plot.bottom));
        let at_end = day.on.is_some() && at == day.to;
        let anchor = if at_end || x > plot.right - 12.0 { Anchor::End } else { Anchor::Middle };
        let hour = if at_end { 24 } else { hour.unsigned_abs() };
        let x = if anchor == Anchor::End { x + 12.0 } else { x.max(plot.left + 10.0) };
        canvas.text("p-axis", anchor, (x, plot.bottom + 15.0), &show.language.hour(hour));
    }
}

/// In range a dot; above a triangle that points up, below one that points down, larger when very high or very low; a
/// scan is a ring, a meter's value a square on its point.
fn draw_readings(canvas: &mut Canvas, day: &DayView, axis: GlucoseAxis<'_>) {
    let at = |reading: &Reading| (axis.plot.x(day.part(reading.at)), axis.y_mg_dl(reading.glucose.to_mg_dl()));
    for band in Band::ALL {
        let mut path = Path::new();
        for reading in day.of_kind(ReadingKind::Cgm).filter(|reading| axis.show.ranges.band(reading.glucose) == band) {
            match corners(band) {
                Some(corners) => path.shape(at(reading), &corners),
                None => path.dot(at(reading)),
            };
        }
        let class = if band == Band::In { "p-dots" } else { Show::band_class(band) };
        canvas.path(class, &path);
    }
    let (mut scans, mut meter) = (Path::new(), Path::new());
    for reading in day.of_kind(ReadingKind::Scan) {
        scans.shape(at(reading), &[(-2.2, -2.2), (2.2, -2.2), (2.2, 2.2), (-2.2, 2.2)]);
    }
    for reading in day.of_kind(ReadingKind::Meter) {
        meter.shape(at(reading), &[(0.0, -5.5), (5.0, 0.0), (0.0, 5.5), (-5.0, 0.0)]);
    }
    canvas.path("p-dots-scan", &scans);
    canvas.path("p-meter", &meter);
}

fn corners(band: Band) -> Option<[(f64, f64); 3]> {
    match band {
        Band::In => None,
        Band::High => Some([(-2.3, 1.8), (0.0, -2.4), (2.3, 1.8)]),
        Band::VeryHigh => Some([(-3.1, 2.4), (0.0, -3.2), (3.1, 2.4)]),
        Band::Low => Some([(-2.3, -1.8), (2.3, -1.8), (0.0, 2.4)]),
        Band::VeryLow => Some([(-3.3, -2.5), (3.3, -2.5), (0.0, 3.4)]),
    }
}

/// The stretch in words: how many readings, from what to what, and the last one.
pub fn describe_day(day: &DayView, show: &Show) -> String {
    let (texts, language) = (show.texts(), show.language);
    let (Some(lowest), Some(highest), Some(last)) = (
        day.readings.iter().min_by(|a, b| a.glucose.to_mg_dl().total_cmp(&b.glucose.to_mg_dl())),
        day.readings.iter().max_by(|a, b| a.glucose.to_mg_dl().total_cmp(&b.glucose.to_mg_dl())),
        day.readings.last(),
    ) else {
        return texts.no_readings.to_owned();
    };
    let time = |reading: &Reading| language.time(day.zone.to_datetime(reading.at).time());
    let count = u64::try_from(day.readings.len()).unwrap_or(u64::MAX);
    let value = |reading: &Reading| format!("{} {}", show.glucose(reading.glucose), show.unit_symbol());
    fill(
        texts.day_told,
        &[
            &language.plural(count, texts.readings),
            &value(lowest),
            &time(lowest),
            &value(highest),
            &time(highest),
            &value(last),
            &time(last),
        ],
    )
}

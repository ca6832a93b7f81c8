//! A line without axes, for lists: the last hours of one person at a glance.

use crate::{
    scale::{GlucoseAxis, Plot},
    show::Show,
    svg::{Canvas, Path, Size, Svg},
};
use glucose::{Band, Reading};
use jiff::Timestamp;
use words::fill;

const SIZE: Size = Size { width: 120.0, height: 32.0 };

/// Longer without a reading, and the line breaks.
const GAP_MS: i64 = 20 * 60_000;

/// Draws the readings between two instants against the target range. They come in order of time.
pub fn sparkline(readings: &[Reading], from: Timestamp, to: Timestamp, show: &Show) -> Svg {
    let plot = Plot::within(SIZE, 1.0, 2.0, 4.0, 2.0);
    let axis = GlucoseAxis::of_profile(show, plot);
    let (start, span) = (from.as_millisecond(), (to.as_millisecond() - from.as_millisecond()).max(1) as f64);
    let mut canvas = Canvas::new("spark", SIZE, show.texts().glucose, &describe_sparkline(readings, from, to, show));
    axis.draw_target(&mut canvas);
    let within: Vec<&Reading> = readings.iter().filter(|reading| reading.at >= from && reading.at <= to).collect();
    let mut path = Path::new();
    let place = |reading: &Reading| {
        let part = (reading.at.as_millisecond() - start) as f64 / span;
        (plot.x(part), axis.y_mg_dl(reading.glucose.to_mg_dl()))
    };
    for run in within.chunk_by(|a, b| b.at.as_millisecond() - a.at.as_millisecond() <= GAP_MS) {
        for (index, reading) in run.iter().enumerate() {
            if index == 0 {
                path.move_to(place(reading))
            } else {
                path.line_to(place(reading))
            };
        }
    }
    canvas.path("p-line", &path);
    if let Some(last) = within.last() {
        let (x, y) = place(last);
        let corners = match show.ranges.band(last.glucose) {
            Band::In => [(-2.5, -2.5), (2.5, -2.5), (2.5, 2.5), (-2.5, 2.5)],
            Band::High | Band::VeryHigh => [(-3.0, 2.5), (0.0, -3.0), (0.0, -3.0), (3.0, 2.5)],
            Band::Low | Band::VeryLow => [(-3.0, -2.5), (3.0, -2.5), (0.0, 3.0), (0.0, 3.0)],
        };
        canvas.path(Show::band_class(show.ranges.band(last.glucose)), Path::new().shape((x, y), &corners));
    }
    canvas.finish()
}

/// The line in words.
pub fn describe_sparkline(readings: &[Reading], from: Timestamp, to: Timestamp, show: &Show) -> String {
    let within: Vec<&Reading> = readings.iter().filter(|reading| reading.at >= from && reading.at <= to).collect();
    let values = || within.iter().map(|reading| reading.glucose.to_mg_dl());
    let (Some(lowest), Some(highest)) = (values().reduce(f64::min), values().reduce(f64::max)) else {
        return show.texts().no_readings.to_owned();
    };
    let highest = format!("{} {}", show.mg_dl(highest), show.unit_symbol());
    fill(show.texts().between, &[&show.mg_dl(lowest), &highest])
}

//! Day by day: a small picture of each day, one beside the other.

use super::curve;
use crate::{
    scale::{GlucoseAxis, Plot},
    show::Show,
    svg::{Anchor, Canvas, Path, Size, Svg},
};
use glucose::DailyProfile;
use jiff::civil::Date;
use words::{Language, fill};

/// Minutes without a reading after which the line breaks.
const GAP: u16 = 30;
const CELL: f64 = 78.0;
const HEAD: f64 = 15.0;

/// Draws every one of these days (`Agp::days`). Wide ones have a week to a row, from Monday to Sunday where the weeks
/// are not whole.
pub fn daily_profiles(days: &[DailyProfile], show: &Show, width: f64) -> Svg {
    let columns: usize = if width < 500.0 { 3 } else { 7 };
    let skipped = skipped_places(days, columns);
    let rows = (days.len() + skipped).div_ceil(columns).max(1);
    let (axis_room, cell_width) = (30.0, (width - 30.5) / columns as f64);
    let size = Size { width, height: rows as f64 * (CELL + HEAD + 4.0) + 4.0 };
    let texts = show.texts();
    let mut canvas = Canvas::new("profiles", size, texts.daily_profiles, &describe_profiles(days, show));
    for (index, day) in days.iter().enumerate() {
        let (row, column) = ((index + skipped) / columns, (index + skipped) % columns);
        let left = axis_room + column as f64 * cell_width;
        let top = row as f64 * (CELL + HEAD + 4.0) + HEAD;
        let plot = Plot { left, top, right: left + cell_width, bottom: top + CELL };
        draw_day(&mut canvas, day, GlucoseAxis::of_profile(show, plot), column == 0 || index == 0);
    }
    canvas.finish()
}

/// Weeks begin on Monday where a row is a week, unless the weeks are whole anyway.
fn skipped_places(days: &[DailyProfile], columns: usize) -> usize {
    match days.first() {
        Some(first) if columns == 7 && days.len() > 7 && !days.len().is_multiple_of(7) => {
            usize::from(first.on.weekday().to_monday_zero_offset().unsigned_abs())
        }
        _ => 0,
    }
}

fn draw_day(canvas: &mut Canvas, day: &DailyProfile, axis: GlucoseAxis<'_>, labelled: bool) {
    let (show, plot) = (axis.show, axis.plot);
    axis.draw_target(canvas);
    let runs = runs(day, axis);
    draw_beyond(canvas, &runs, axis);
    draw_line(canvas, &runs);
    canvas.rect("p-frame", plot.left, plot.top, plot.width(), plot.height());
    canvas.text("p-small", Anchor::Start, (plot.left + 3.0, plot.top - 4.0), &day_name(day.on, show.language));
    if day.points.is_empty() {
        canvas.text("p-small", Anchor::Middle, (plot.x(0.5), plot.top + plot.height() * 0.62), "–");
    }
    if labelled {
        let limits = show.ranges.limits(show.unit);
        for limit in [limits.low, limits.high] {
            canvas.text("p-axis", Anchor::End, (plot.left - 4.0, axis.y(limit) + 4.0), &show.amount(limit));
        }
    }
}

fn day_name(on: Date, language: Language) -> String {
    format!("{} {}", language.short_weekday(on), language.day_and_month(on))
}

/// Readings in a row as places on the chart.
fn runs(day: &DailyProfile, axis: GlucoseAxis<'_>) -> Vec<Vec<(f64, f64)>> {
    let place = |(minute, mg_dl): &(u16, f64)| (axis.plot.x(f64::from(*minute) / 1440.0), axis.y_mg_dl(*mg_dl));
    let unbroken = day.points.chunk_by(|a, b| b.0.abs_diff(a.0) <= GAP && b.0 >= a.0);
    unbroken.map(|run| curve::thinned(&run.iter().map(place).collect::<Vec<_>>())).collect()
}

fn draw_line(canvas: &mut Canvas, runs: &[Vec<(f64, f64)>]) {
    let mut path = Path::new();
    for run in runs {
        for (index, at) in run.iter().enumerate() {
            if index == 0 {
                path.move_to(*at)
            } else {
                path.line_to(*at)
            };
        }
    }
    canvas.path("p-line", &path);
}

/// What is above and below the target range is filled down to it and up to it.
fn draw_beyond(canvas: &mut Canvas, runs: &[Vec<(f64, f64)>], axis: GlucoseAxis<'_>) {
    let limits = axis.show.ranges.limits(axis.show.unit);
    let (high, low) = (axis.y(limits.high), axis.y(limits.low));
    let (mut over, mut under) = (Path::new(), Path::new());
    for run in runs {
        beyond(&mut over, run, high, |y| y < high);
        beyond(&mut under, run, low, |y| y > low);
    }
    canvas.path("p-over", &over);
    canvas.path("p-under", &under);
}

/// Closed areas between a level and the parts of a line that lie beyond it.
fn beyond(path: &mut Path, points: &[(f64, f64)], level: f64, is_beyond: impl Fn(f64) -> bool) {
    let mut open = false;
    let crossing = |a: (f64, f64), b: (f64, f64)| (a.0 + (b.0 - a.0) * (level - a.1) / (b.1 - a.1), level);
    for (index, point) in points.iter().enumerate() {
        let before = index.checked_sub(1).map(|index| points[index]);
        match (is_beyond(point.1), open) {
            (true, false) => {
                path.move_to(before.map_or((point.0, level), |before| crossing(before, *point))).line_to(*point);
                open = true;
            }
            (true, true) => drop(path.line_to(*point)),
            (false, true) => {
                path.line_to(before.map_or((point.0, level), |before| crossing(before, *point))).close();
                open = false;
            }
            (false, false) => {}
        }
    }
    if let (true, Some(last)) = (open, points.last()) {
        path.line_to((last.0, level)).close();
    }
}

/// The days in words.
pub fn describe_profiles(days: &[DailyProfile], show: &Show) -> String {
    let (texts, language) = (show.texts(), show.language);
    if days.is_empty() {
        return texts.no_readings.to_owned();
    }
    let words: Vec<String> = days
        .iter()
        .map(|day| {
            let values = || day.points.iter().map(|(_, mg_dl)| *mg_dl);
            let name = day_name(day.on, language);
            match (values().reduce(f64::min), values().reduce(f64::max)) {
                (Some(lowest), Some(highest)) => {
                    let highest = format!("{} {}", show.mg_dl(highest), show.unit_symbol());
                    fill(texts.day_between, &[&name, &show.mg_dl(lowest), &highest])
                }
                _ => fill(texts.day_without, &[&name]),
            }
        })
        .collect();
    words.join(" ")
}

//! The percentile picture: what the sensor measured at each hour of the day, all days laid over one another.
//! Definition and smoothing: `glucose::Agp`. The look is our own.

use super::curve;
use crate::{
    scale::{GlucoseAxis, Plot, draw_hours},
    show::Show,
    svg::{Anchor, Canvas, Path, Size, Svg},
};
use glucose::{Agp, Percentiles};
use words::fill;

type Pick = fn(&Percentiles) -> f64;

/// The curves with the names they carry at the right.
const CURVES: [(Pick, &str); 5] =
    [(|p| p.p95, "95%"), (|p| p.p75, "75%"), (|p| p.p50, "50%"), (|p| p.p25, "25%"), (|p| p.p5, "5%")];

/// Draws the profile: bands that hold nine tenths and half of the readings, and the median, against the target range.
pub fn agp_chart(agp: &Agp, show: &Show, size: Size) -> Svg {
    let plot = Plot::within(size, 44.0, 10.0, 36.0, 24.0);
    let axis = GlucoseAxis::of_profile(show, plot);
    let texts = show.texts();
    let mut canvas = Canvas::new("agp", size, texts.percentile_chart, &describe_agp(agp, show));
    axis.draw_target(&mut canvas);
    if agp.sufficiency.curves {
        draw_bands(&mut canvas, agp, axis);
    }
    draw_hours(&mut canvas, show, plot, if size.is_narrow() { 6 } else { 3 });
    axis.draw_ticks(&mut canvas);
    axis.draw_limits(&mut canvas);
    if agp.sufficiency.curves {
        draw_median(&mut canvas, agp, axis);
        draw_names(&mut canvas, agp, axis);
    } else {
        let middle = (plot.x(0.5), plot.top + plot.height() * 0.35);
        canvas.text("p-strong", Anchor::Middle, middle, texts.too_few_short);
    }
    canvas.finish()
}

fn draw_bands(canvas: &mut Canvas, agp: &Agp, axis: GlucoseAxis<'_>) {
    let (mut outer, mut inner, mut edge) = (Path::new(), Path::new(), Path::new());
    for run in runs(agp, axis.plot) {
        let points = |pick: Pick| -> Vec<(f64, f64)> { run.iter().map(|(x, p)| (*x, axis.y_mg_dl(pick(p)))).collect() };
        curve::area(&mut outer, &points(|p| p.p95), &points(|p| p.p5));
        curve::area(&mut inner, &points(|p| p.p75), &points(|p| p.p25));
        curve::line(&mut edge, &points(|p| p.p95));
        curve::line(&mut edge, &points(|p| p.p5));
    }
    canvas.path("p-outer", &outer);
    canvas.path("p-edge", &edge);
    canvas.path("p-inner", &inner);
}

fn draw_median(canvas: &mut Canvas, agp: &Agp, axis: GlucoseAxis<'_>) {
    let mut median = Path::new();
    for run in runs(agp, axis.plot) {
        let points: Vec<(f64, f64)> = run.iter().map(|(x, p)| (*x, axis.y_mg_dl(p.p50))).collect();
        curve::line(&mut median, &points);
    }
    canvas.path("p-median", &median);
}

/// Names of the curves at their right ends, kept apart from one another.
fn draw_names(canvas: &mut Canvas, agp: &Agp, axis: GlucoseAxis<'_>) {
    let runs = runs(agp, axis.plot);
    let Some((_, last)) = runs.last().and_then(|run| run.last()) else { return };
    let mut lowest = f64::MIN;
    for (pick, name) in CURVES {
        let y = (axis.y_mg_dl(pick(last)) + 4.0).max(lowest + 11.0);
        lowest = y;
        let class = if name == "50%" { "p-strong" } else { "p-axis" };
        canvas.text(class, Anchor::Start, (axis.plot.right + 5.0, y), name);
    }
}

/// Hours in a row that have readings, each at half past; the ends meet at midnight, half way between 23:30 and 00:30.
fn runs(agp: &Agp, plot: Plot) -> Vec<Vec<(f64, Percentiles)>> {
    let midnight = agp.hours[23].zip(agp.hours[0]).map(|(last, first)| between(&last, &first));
    let hours = agp.hours.iter().enumerate().map(|(hour, value)| ((hour as f64 + 0.5) / 24.0, *value));
    let places = [(0.0, midnight)].into_iter().chain(hours).chain([(1.0, midnight)]);
    let mut runs = vec![Vec::new()];
    for (part, value) in places {
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) => run.push((plot.x(part), value)),
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| run.len() > 1);
    runs
}

fn between(a: &Percentiles, b: &Percentiles) -> Percentiles {
    let mean = |pick: Pick| (pick(a) + pick(b)) / 2.0;
    Percentiles {
        p5: mean(|p| p.p5),
        p25: mean(|p| p.p25),
        p50: mean(|p| p.p50),
        p75: mean(|p| p.p75),
        p95: mean(|p| p.p95),
    }
}

/// The picture in words: how many days and readings, where the median is lowest and highest, where half the readings
/// are furthest apart.
pub fn describe_agp(agp: &Agp, show: &Show) -> String {
    let (texts, language) = (show.texts(), show.language);
    if agp.readings == 0 {
        return texts.no_readings.to_owned();
    }
    let days = language.plural(u64::from(agp.period.days()), texts.days);
    let counted = fill(texts.profile_of, &[&days, &language.plural(agp.readings, texts.readings)]);
    let hours: Vec<(u8, Percentiles)> =
        agp.hours.iter().zip(0..).filter_map(|(value, hour)| value.map(|value| (hour, value))).collect();
    let by = |pick: fn(&Percentiles) -> f64| {
        let mut sorted = hours.clone();
        sorted.sort_by(|a, b| pick(&a.1).total_cmp(&pick(&b.1)));
        sorted
    };
    let (medians, spreads) = (by(|p| p.p50), by(|p| p.p75 - p.p25));
    let (Some(lowest), Some(highest), Some(widest)) = (medians.first(), medians.last(), spreads.last()) else {
        return counted;
    };
    if !agp.sufficiency.curves {
        return format!("{counted} {}", texts.too_few_data);
    }
    let glucose = |mg_dl: f64| show.mg_dl(mg_dl);
    let with_unit = |mg_dl: f64| format!("{} {}", glucose(mg_dl), show.unit_symbol());
    let hour = |hour: u8| language.hour(hour);
    let median = fill(
        texts.median_between,
        &[&with_unit(lowest.1.p50), &hour(lowest.0), &with_unit(highest.1.p50), &hour(highest.0)],
    );
    let spread = fill(texts.widest_at, &[&hour(widest.0), &glucose(widest.1.p25), &with_unit(widest.1.p75)]);
    format!("{counted} {median} {spread}")
}

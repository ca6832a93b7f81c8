//! Below and above the readings of a day: carbohydrate, boluses and basal rates in lanes, and marks for what else
//! happened.

use crate::{
    day::DayView,
    scale::Plot,
    show::Show,
    svg::{Anchor, Canvas, Path},
};
use glucose::{EventKind, event::InsulinKind};
use jiff::Timestamp;

const CARBS_LANE: f64 = 20.0;
const BOLUS_LANE: f64 = 40.0;
const BASAL_LANE: f64 = 31.0;
/// A label closer than this to the one before is left out; the table has it.
const LABEL_ROOM: f64 = 24.0;
/// Grams stand beside their mark.
const GRAMS_ROOM: f64 = 34.0;

struct Lanes {
    carbs: Vec<(Timestamp, f64)>,
    boluses: Vec<(Timestamp, f64, Option<i64>)>,
    injections: Vec<(Timestamp, f64)>,
    basal: Vec<(Timestamp, Timestamp, f64)>,
}

impl Lanes {
    fn of(day: &DayView) -> Self {
        let mut lanes = Self { carbs: vec![], boluses: vec![], injections: vec![], basal: day.basal.clone() };
        for event in &day.events {
            match event.kind {
                EventKind::Carbs { grams, .. } if grams > 0.0 => lanes.carbs.push((event.at, grams)),
                EventKind::Bolus { normal, extended, duration_ms, .. } if normal + extended > 0.0 => {
                    let over = (extended > 0.0).then_some(duration_ms);
                    lanes.boluses.push((event.at, normal + extended, over));
                }
                EventKind::Injection { units, insulin } if units > 0.0 && insulin != InsulinKind::Other => {
                    lanes.injections.push((event.at, units));
                }
                _ => {}
            }
        }
        lanes
    }

    fn has_doses(&self) -> bool {
        !self.boluses.is_empty() || !self.injections.is_empty()
    }

    fn height(&self) -> f64 {
        let lane = |is_there: bool, height: f64| if is_there { height } else { 0.0 };
        let sum = lane(!self.carbs.is_empty(), CARBS_LANE)
            + lane(self.has_doses(), BOLUS_LANE)
            + lane(!self.basal.is_empty(), BASAL_LANE);
        if sum > 0.0 { sum + 6.0 } else { 0.0 }
    }
}

/// How high the lanes of this day are together.
pub(crate) fn lanes_height(day: &DayView) -> f64 {
    Lanes::of(day).height()
}

/// Draws them into this part of the chart.
pub(crate) fn draw_lanes(canvas: &mut Canvas, day: &DayView, show: &Show, plot: Plot) {
    let (lanes, texts) = (Lanes::of(day), show.texts());
    let mut top = plot.top + 6.0;
    let name = |canvas: &mut Canvas, words: &str, y: f64| {
        canvas.text("p-small", Anchor::End, (plot.left - 6.0, y), words);
    };
    if !lanes.carbs.is_empty() {
        let lane = Plot { top, bottom: top + CARBS_LANE, ..plot };
        name(canvas, texts.short_carbs, lane.bottom - 7.0);
        draw_carbs(canvas, day, show, &lanes, lane);
        top = lane.bottom;
    }
    if lanes.has_doses() {
        let lane = Plot { top, bottom: top + BOLUS_LANE, ..plot };
        name(canvas, texts.short_bolus, lane.bottom - 4.0);
        draw_doses(canvas, day, show, &lanes, lane);
        top = lane.bottom;
    }
    if !lanes.basal.is_empty() {
        let lane = Plot { top, bottom: top + BASAL_LANE, ..plot };
        name(canvas, texts.short_basal, lane.bottom - 4.0);
        draw_basal(canvas, day, show, &lanes, lane);
    }
}

fn draw_carbs(canvas: &mut Canvas, day: &DayView, show: &Show, lanes: &Lanes, lane: Plot) {
    let (mut path, mut free_from) = (Path::new(), f64::MIN);
    let y = lane.bottom - 10.0;
    for (at, grams) in &lanes.carbs {
        let x = lane.x(day.part(*at));
        path.shape(
            (x, y),
            &[(-3.5, 0.0), (-2.4, -2.6), (0.0, -3.6), (2.4, -2.6), (3.5, 0.0), (2.4, 2.6), (0.0, 3.6), (-2.4, 2.6)],
        );
        // At the right end the words stand before their mark.
        let (anchor, beside, needed_from) = match x + GRAMS_ROOM <= lane.right {
            true => (Anchor::Start, x + 6.0, x),
            false => (Anchor::End, x - 6.0, x - GRAMS_ROOM),
        };
        if needed_from >= free_from {
            let words = show.texts().grams.replace("{}", &show.language.number(*grams, 0));
            canvas.text("p-carbs-text", anchor, (beside, y + 4.0), &words);
            free_from = x + GRAMS_ROOM;
        }
    }
    canvas.path("p-carbs", &path);
}

fn draw_doses(canvas: &mut Canvas, day: &DayView, show: &Show, lanes: &Lanes, lane: Plot) {
    let doses =
        lanes.boluses.iter().map(|(_, units, _)| *units).chain(lanes.injections.iter().map(|(_, units)| *units));
    let most = doses.fold(1.0, f64::max);
    let (room, mut free_from) = (BOLUS_LANE - 16.0, f64::MIN);
    let (mut bars, mut pens) = (Path::new(), Path::new());
    let bar = |x: f64, units: f64| {
        let height = (units / most * room).max(1.5);
        (lane.bottom - height, [(-1.5, 0.0), (-1.5, -height), (1.5, -height), (1.5, 0.0)], (x, lane.bottom))
    };
    for (at, units, over) in &lanes.boluses {
        let (top, corners, foot) = bar(lane.x(day.part(*at)), *units);
        bars.shape(foot, &corners);
        if let Some(duration) = over {
            let length = *duration as f64 / (day.to.as_millisecond() - day.from.as_millisecond()) as f64 * lane.width();
            let end = length.min(lane.right - foot.0);
            bars.shape((foot.0, top), &[(0.0, 0.0), (end, 0.0), (end, 2.0), (0.0, 2.0)]);
        }
        label(canvas, show, *units, (foot.0, top - 3.0), &mut free_from);
    }
    for (at, units) in &lanes.injections {
        let (top, corners, foot) = bar(lane.x(day.part(*at)), *units);
        pens.shape(foot, &corners);
        label(canvas, show, *units, (foot.0, top - 3.0), &mut free_from);
    }
    canvas.path("p-bolus", &bars);
    canvas.path("p-injection", &pens);
    canvas.line("p-frame", (lane.left, lane.bottom), (lane.right, lane.bottom));
}

fn label(canvas: &mut Canvas, show: &Show, units: f64, at: (f64, f64), free_from: &mut f64) {
    if at.0 >= *free_from {
        canvas.text("p-insulin", Anchor::Middle, at, &show.language.insulin(units));
        *free_from = at.0 + LABEL_ROOM;
    }
}

fn draw_basal(canvas: &mut Canvas, day: &DayView, show: &Show, lanes: &Lanes, lane: Plot) {
    let most = lanes.basal.iter().map(|(_, _, rate)| *rate).fold(0.1, f64::max);
    let room = BASAL_LANE - 12.0;
    let (mut area, mut line, mut end_of_last) = (Path::new(), Path::new(), f64::MIN);
    for (from, to, rate) in &lanes.basal {
        let (left, right) = (lane.x(day.part(*from)), lane.x(day.part(*to)));
        let y = lane.bottom - rate / most * room;
        area.shape(
            (left, lane.bottom),
            &[(0.0, 0.0), (0.0, y - lane.bottom), (right - left, y - lane.bottom), (right - left, 0.0)],
        );
        if left - end_of_last > 0.5 {
            line.move_to((left, y))
        } else {
            line.line_to((left, y))
        };
        line.line_to((right, y));
        end_of_last = right;
    }
    canvas.path("p-basal", &area);
    canvas.path("p-basal-line", &line);
    let words = show.texts().up_to.replace("{}", &show.language.insulin(most));
    canvas.text("p-insulin", Anchor::End, (lane.right, lane.bottom - room - 2.0), &words);
    canvas.line("p-frame", (lane.left, lane.bottom), (lane.right, lane.bottom));
}

/// Small labelled marks along the top: `N` note, `!` alarm, `×` delivery suspended, `S` sensor, `C` set change,
/// `E` exercise.
pub(crate) fn draw_marks(canvas: &mut Canvas, day: &DayView, plot: Plot) {
    let mut free_from = f64::MIN;
    for event in &day.events {
        let Some(sign) = sign(&event.kind) else { continue };
        let x = plot.x(day.part(event.at)).clamp(plot.left + 6.0, plot.right - 6.0);
        if x < free_from {
            continue;
        }
        free_from = x + 13.0;
        canvas.rect("p-mark", x - 6.0, plot.top + 1.0, 12.0, 12.0);
        canvas.text("p-mark-text", Anchor::Middle, (x, plot.top + 10.6), sign);
    }
}

/// The sign of an event on charts and before its row in a table.
pub(crate) fn sign(kind: &EventKind) -> Option<&'static str> {
    match kind {
        EventKind::Note { .. } => Some("N"),
        EventKind::Alarm { cleared: false, .. } => Some("!"),
        EventKind::Suspend { .. } => Some("×"),
        EventKind::Sensor { .. } => Some("S"),
        EventKind::SetChange { .. } => Some("C"),
        EventKind::Exercise { .. } => Some("E"),
        _ => None,
    }
}

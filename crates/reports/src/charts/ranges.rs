//! Time in ranges: one standing bar of five parts, each told in words, numbers and hatching beside its colour.

use super::hatch::hatch;
use crate::{
    range_rows::{RangeRow, range_rows},
    show::Show,
    svg::{Anchor, Canvas, Path, Size, Svg},
};
use glucose::TimeInRange;

const BAR_LEFT: f64 = 2.0;
const BAR_WIDTH: f64 = 48.0;
const WORDS_LEFT: f64 = 78.0;
const ROW: f64 = 40.0;

/// The size of the bar with its words; it fits a phone.
const BAR_SIZE: Size = Size { width: 364.0, height: 5.0 * ROW };

/// Draws the bar of the parts of time, from very high at the top to very low at the bottom.
pub fn time_in_range_bar(times: Option<&TimeInRange>, show: &Show) -> Svg {
    let rows = range_rows(times, show);
    let size = Size { height: ROW * rows.len() as f64, ..BAR_SIZE };
    let texts = show.texts();
    let mut canvas = Canvas::new("ranges", size, texts.time_in_range, &describe_ranges(times, show));
    let mut top = 0.0;
    for (index, row) in rows.iter().enumerate() {
        let middle_of_row = (index as f64 + 0.5) * ROW;
        let height = row.share / 100.0 * size.height;
        if height > 0.0 {
            draw_part(&mut canvas, row, top, height);
            draw_leader(&mut canvas, top + height / 2.0, middle_of_row);
        }
        draw_words(&mut canvas, row, middle_of_row, size.width - 2.0);
        top += height;
    }
    canvas.rect("p-frame", BAR_LEFT, 0.5, BAR_WIDTH, size.height - 1.0);
    canvas.finish()
}

/// The bar alone, for where [`range_rows`] stand beside it as text of the page's own size.
pub fn plain_range_bar(times: Option<&TimeInRange>, show: &Show) -> Svg {
    let size = Size { width: BAR_LEFT * 2.0 + BAR_WIDTH, ..BAR_SIZE };
    let mut canvas = Canvas::new("range-bar", size, show.texts().time_in_range, &describe_ranges(times, show));
    let mut top = 0.0;
    for row in range_rows(times, show) {
        let height = row.share / 100.0 * size.height;
        if height > 0.0 {
            draw_part(&mut canvas, &row, top, height);
        }
        top += height;
    }
    canvas.rect("p-frame", BAR_LEFT, 0.5, BAR_WIDTH, size.height - 1.0);
    canvas.finish()
}

/// A part of little time is still seen: at least a unit and a half high.
fn draw_part(canvas: &mut Canvas, row: &RangeRow, top: f64, height: f64) {
    let (top, shown) = if height < 1.5 { ((top - 1.5).max(0.0), 1.5) } else { (top, height) };
    canvas.rect(Show::band_class(row.band), BAR_LEFT, top, BAR_WIDTH, shown);
    if shown > 6.0 {
        hatch(canvas, row.band, (BAR_LEFT, top, BAR_WIDTH, shown));
    }
}

fn draw_leader(canvas: &mut Canvas, from: f64, to: f64) {
    let start = BAR_LEFT + BAR_WIDTH;
    let path = &mut Path::new();
    path.move_to((start + 1.0, from)).line_to((start + 10.0, from));
    path.line_to((start + 20.0, to)).line_to((WORDS_LEFT - 6.0, to));
    canvas.path("p-leader", path);
}

fn draw_words(canvas: &mut Canvas, row: &RangeRow, middle: f64, right: f64) {
    canvas.text("p-strong", Anchor::Start, (WORDS_LEFT, middle - 2.0), row.name);
    canvas.text("p-big", Anchor::End, (right - 84.0, middle - 1.0), &row.percent);
    canvas.text("p-small", Anchor::End, (right, middle - 2.0), &row.a_day);
    let goal = row.goal.as_ref().map(|goal| format!(" · {}", goal.words)).unwrap_or_default();
    canvas.text("p-small", Anchor::Start, (WORDS_LEFT, middle + 12.0), &format!("{}{goal}", row.limits));
}

/// The bar in words.
pub fn describe_ranges(times: Option<&TimeInRange>, show: &Show) -> String {
    if times.is_none() {
        return show.texts().no_readings.to_owned();
    }
    let rows = range_rows(times, show);
    let parts: Vec<String> = rows
        .iter()
        .map(|row| {
            let goal = row.goal.as_ref().map(|goal| format!(", {}", goal.words)).unwrap_or_default();
            format!("{} ({}): {}{goal}.", row.name, row.limits, row.percent)
        })
        .collect();
    parts.join(" ")
}

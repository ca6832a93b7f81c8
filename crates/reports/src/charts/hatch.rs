//! Hatching, so that a band of the range bar is known without its colour. Drawn as lines within the rectangle:
//! patterns would need ids, which must not be twice on a page.

use crate::svg::{Canvas, Path};
use glucose::Band;

/// A rectangle: left, top, width, height.
type Rectangle = (f64, f64, f64, f64);

/// Hatches a rectangle in the way of a band: in range is plain; high leans one way, low the other; very high and very
/// low are hatched more closely.
pub(crate) fn hatch(canvas: &mut Canvas, band: Band, rectangle: Rectangle) {
    let (step, rising) = match band {
        Band::In => return,
        Band::High => (10.0, true),
        Band::VeryHigh => (5.0, true),
        Band::Low => (10.0, false),
        Band::VeryLow => (5.0, false),
    };
    let mut path = Path::new();
    let (_, _, width, height) = rectangle;
    let mut along = step;
    while along < width + height {
        let (from, to) = diagonal(rectangle, along, rising);
        path.move_to(from).line_to(to);
        along += step;
    }
    canvas.path("p-hatch", &path);
}

/// The part within the rectangle of the diagonal that starts `along` its upper and then its right (or left) side.
fn diagonal((left, top, width, height): Rectangle, along: f64, rising: bool) -> ((f64, f64), (f64, f64)) {
    let from = (along.min(width), (along - width).max(0.0));
    let to = ((along - height).max(0.0), along.min(height));
    let place = |(x, y): (f64, f64)| (if rising { left + x } else { left + width - x }, top + y);
    (place(from), place(to))
}

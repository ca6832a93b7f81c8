//! Smooth curves through points, as profiles of the day are drawn.

use crate::svg::Path;

/// How far the tangents reach, in parts of the distance between the neighbours. Catmull-Rom has a sixth; less would look broken,
/// more would leave the points.
const TENSION: f64 = 1.0 / 7.0;

type Point = (f64, f64);

/// A line through the points.
pub(crate) fn line(path: &mut Path, points: &[Point]) {
    if let Some(first) = points.first() {
        path.move_to(*first);
        follow(path, points);
    }
}

/// The area between an upper and a lower line over the same places.
pub(crate) fn area(path: &mut Path, upper: &[Point], lower: &[Point]) {
    let Some(first) = upper.first() else { return };
    let back: Vec<Point> = lower.iter().rev().copied().collect();
    path.move_to(*first);
    follow(path, upper);
    if let Some(turn) = back.first() {
        path.line_to(*turn);
        follow(path, &back);
    }
    path.close();
}

fn follow(path: &mut Path, points: &[Point]) {
    let at = |index: usize| points[index.min(points.len() - 1)];
    for index in 1..points.len() {
        let (before, from, to, after) = (at(index.saturating_sub(2)), at(index - 1), at(index), at(index + 1));
        let first = (from.0 + (to.0 - before.0) * TENSION, from.1 + (to.1 - before.1) * TENSION);
        let second = (to.0 - (after.0 - from.0) * TENSION, to.1 - (after.1 - from.1) * TENSION);
        path.curve_to(first, second, to);
    }
}

/// A line through points from left to right without those that it passes within a quarter of a unit anyway.
pub(crate) fn thinned(points: &[Point]) -> Vec<Point> {
    const CLOSE: f64 = 0.25;
    let Some((first, rest)) = points.split_first() else { return Vec::new() };
    let mut kept = vec![*first];
    let (mut anchor, mut last, mut slopes) = (*first, *first, (f64::MIN, f64::MAX));
    for point in rest {
        let slope = |anchor: Point, y: f64| (y - anchor.1) / (point.0 - anchor.0).max(1e-6);
        let here = slope(anchor, point.1);
        if here < slopes.0 || here > slopes.1 {
            kept.push(last);
            anchor = last;
            slopes = (f64::MIN, f64::MAX);
        }
        let within = (slope(anchor, point.1 - CLOSE), slope(anchor, point.1 + CLOSE));
        slopes = (slopes.0.max(within.0), slopes.1.min(within.1));
        last = *point;
    }
    if !rest.is_empty() {
        kept.push(last);
    }
    kept
}

//! Mean amplitude of glycemic excursions (Service 1970) by moving averages (Fernandes 2022, J Diabetes Sci Technol,
//! doi 10.1177/19322968211061165), as iglu 4.2.1 and later define it (metrics 1.6).
//!
//! On steps of five minutes with gaps up to 45 minutes filled, the trace is split where more than 180 minutes are
//! missing. In each part the crossings of a short and a long moving average bound where turning points are looked for;
//! excursions between turning points count when they are higher than one SD of the part.

use crate::{excursions::Part, grid::Grid, wall_clock::MINUTE_MS};

/// The four readings of MAGE in mg/dL; parts of the trace are weighed by their length.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Mage {
    /// Mean of rises and falls: the one to report.
    pub avg: Option<f64>,
    /// Rises, nadir to peak.
    pub plus: Option<f64>,
    /// Falls, peak to nadir.
    pub minus: Option<f64>,
    /// The direction of the first excursion, as Service 1970 counted.
    pub service: Option<f64>,
    /// The greater of rises and falls.
    pub max: Option<f64>,
}

/// The trace is split where this many minutes are missing.
const SPLIT_AFTER_MIN: usize = 180;

impl Mage {
    /// `fine` is on steps of five minutes.
    pub(crate) fn of(fine: &Grid) -> Self {
        let parts: Vec<Part> =
            parts(&fine.values, (fine.step / MINUTE_MS) as usize).into_iter().filter_map(Part::of).collect();
        let over = |lines: fn(&Part) -> [Option<f64>; 2]| weighed(&parts, lines);
        Self {
            avg: over(|part| [part.plus, part.minus]),
            plus: over(|part| [part.plus, None]),
            minus: over(|part| [part.minus, None]),
            service: over(|part| [if part.is_plus_first { part.plus } else { part.minus }, None]),
            max: over(|part| [greater(part.plus, part.minus), None]),
        }
    }
}

/// The mean of the parts' heights, each weighed by its part's length; what a part does not have is left out.
fn weighed(parts: &[Part], lines: fn(&Part) -> [Option<f64>; 2]) -> Option<f64> {
    let heights = parts.iter().flat_map(|part| lines(part).map(|height| height.map(|height| (height, part.weight))));
    let (sum, weight) =
        heights.flatten().fold((0.0, 0.0), |(sum, all), (height, weight)| (sum + height * weight, all + weight));
    (weight > 0.0).then(|| sum / weight)
}

/// The parts of the trace between long gaps, each from a value to a value.
fn parts(values: &[f64], step_min: usize) -> Vec<&[f64]> {
    let longest_gap = SPLIT_AFTER_MIN / step_min;
    let (mut list, mut start, mut last): (Vec<&[f64]>, usize, Option<usize>) = (Vec::new(), 0, None);
    for (index, _) in values.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
        match last {
            None => start = index,
            Some(before) if index - before - 1 > longest_gap => {
                list.push(&values[start..=before]);
                start = index;
            }
            Some(_) => {}
        }
        last = Some(index);
    }
    list.extend(last.map(|end| &values[start..=end]));
    list
}

fn greater(one: Option<f64>, two: Option<f64>) -> Option<f64> {
    match (one, two) {
        (Some(one), Some(two)) => Some(one.max(two)),
        (one, two) => one.or(two),
    }
}

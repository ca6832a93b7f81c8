//! Personal glycemic state: five measures made into one score (Hirsch 2017, Diabetes Technol Ther 19(S3):S38; known to
//! us through iglu's code, not the paper's text).

use crate::{episodes::Lows, grid::Grid, samples::Samples, shares::Shares, summary::Summary};

/// Low episodes count from this many minutes on …
const EPISODE_MINUTES: i64 = 20;

/// … and end after this many.
const RECOVERY_MINUTES: i64 = 30;

/// None where one of its parts is missing. Episodes are counted a week of recorded time, which iglu measures on the grid.
pub(crate) fn score(
    summary: Option<Summary>,
    shares: Option<Shares>,
    gvp: Option<f64>,
    (samples, lows): (&Samples<'_>, &Lows),
    grid: &Grid,
) -> Option<f64> {
    let (very_low, low) = lows.count(samples, EPISODE_MINUTES, RECOVERY_MINUTES);
    let weeks = grid.recorded_days() / 7.0;
    let parts = Parts {
        gvp: gvp?,
        in_range: shares?.in_70_180,
        mean: summary?.mean,
        very_low_a_week: very_low as f64 / weeks,
        low_a_week: low as f64 / weeks,
    };
    Some(parts.score())
}

/// What the score is made of.
struct Parts {
    /// Glycemic variability percentage.
    gvp: f64,
    /// Percent in 70–180 mg/dL.
    in_range: f64,
    /// mg/dL.
    mean: f64,
    /// Low episodes a week that went below 54 mg/dL …
    very_low_a_week: f64,
    /// … and that stayed between 54 and 70.
    low_a_week: f64,
}

impl Parts {
    fn score(&self) -> f64 {
        let rising = |slope: f64, value: f64, middle: f64| 1.0 / (1.0 + (-slope * (value - middle)).exp());
        let variability = 1.0 + 9.0 * rising(0.049, self.gvp, 65.47);
        let range = 1.0 + 9.0 * rising(-0.0833, self.in_range, 55.04);
        let mean = 1.0 + 9.0 * (rising(-0.1139, self.mean, 72.08) + rising(0.09195, self.mean, 157.57));
        let very_low = 0.5 + 4.5 * (1.0 - (-0.81093 * self.very_low_a_week).exp());
        let low = if self.low_a_week <= 7.65 { 0.5714 * self.low_a_week + 0.625 } else { 5.0 };
        variability + range + mean + very_low + low
    }
}

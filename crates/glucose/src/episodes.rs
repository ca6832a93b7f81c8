//! Low and high episodes: when they began and ended, and how far they went (metrics 1.7).

use jiff::Timestamp;

/// Which limit an episode crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Under 70 mg/dL (3.9 mmol/L).
    Low,
    /// Under 54 mg/dL (3.0 mmol/L).
    VeryLow,
    /// Above 180 mg/dL (10.0 mmol/L).
    High,
    /// Above 250 mg/dL (13.9 mmol/L).
    VeryHigh,
}

/// One episode: at least 15 minutes beyond a limit, until at least 15 minutes back within it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Episode {
    /// The limit it crossed. A low episode that reached very low is listed once with `reached: VeryLow`.
    pub level: Level,
    /// The furthest level it reached for 15 minutes.
    pub reached: Level,
    /// The first reading beyond the limit.
    pub start: Timestamp,
    /// The first reading of the recovery, or the end of the data.
    pub end: Timestamp,
    /// The lowest or highest value, mg/dL.
    pub extreme: f64,
    /// When it was reached.
    pub extreme_at: Timestamp,
    /// Longer than 120 minutes below 70 mg/dL; for high ones: above 250 mg/dL for 90 of 120 minutes.
    pub extended: bool,
}

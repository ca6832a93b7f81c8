//! Measures what only the whole program can tell: its start, its size at rest, its pages, its bytes on disk, whether the
//! time of its answers tells strangers anything, how fast apps are answered, dashboards and a clinic's list are read, how soon open
//! streams end, and what ten thousand of them cost.

mod apps;
mod asker;
mod clinic;
mod crowd;
mod dashboard;
mod export;
mod live;
mod mann_whitney;
mod pages;
mod sign_in;
mod start;
mod streams;

pub use apps::apps;
pub use clinic::clinic;
pub use dashboard::dashboard;
pub use export::export;
pub use live::live;
pub use pages::{disk, pages};
pub use sign_in::sign_in;
pub use start::start;
pub use streams::streams;

/// One measured figure.
pub struct Measured {
    pub what: String,
    pub value: f64,
    pub unit: &'static str,
    /// What it is to be, at most.
    pub goal: Option<f64>,
}

impl Measured {
    pub fn new(what: impl Into<String>, value: f64, unit: &'static str, goal: Option<f64>) -> Self {
        Self { what: what.into(), value, unit, goal }
    }
}

/// The middle one.
fn median(values: Vec<f64>) -> f64 {
    percentile(values, 0.5)
}

/// The one below which lies this part of all; the largest for 1.
fn percentile(mut values: Vec<f64>, part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = (values.len() as f64 * part) as usize;
    values.get(place.min(values.len().saturating_sub(1))).copied().unwrap_or_default()
}

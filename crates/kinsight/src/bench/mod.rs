//! Measures what only the whole program can tell: its start, its size at rest, its pages, its bytes on disk, and
//! whether the time of its answers tells strangers anything.

mod export;
mod mann_whitney;
mod pages;
mod sign_in;
mod start;

pub use export::export;
pub use pages::{disk, pages};
pub use sign_in::sign_in;
pub use start::start;

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
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

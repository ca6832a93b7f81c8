//! Figures against published values, hand-worked examples and properties.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod alerts;
mod curves;
mod episodes;
mod insulin;
mod measures;
mod properties;
mod ranges;
mod reference;
mod synth;
mod time;

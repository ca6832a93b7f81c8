//! Figures against published values, hand-worked examples and properties.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod reference;
mod synth;

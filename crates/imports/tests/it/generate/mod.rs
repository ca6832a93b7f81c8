//! Synthetic files of any length; the benchmarks use them too.

pub mod carelink;
pub mod clarity;

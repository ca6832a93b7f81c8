//! What apps say in, what they expect out.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod anything;
mod entries;
mod frame;
mod meaning;
mod preparing;
mod queries;
mod recorded;
mod searches;
mod times;
mod version_3;

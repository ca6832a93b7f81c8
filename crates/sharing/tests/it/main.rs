//! Everything that decides about access, told as tables.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod people;
mod policy;

//! Files in, what was read from them out.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod frame;
mod refused;
mod samples;

//! Files in, what was read from them out.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod carelink;
mod frame;
mod fuzz_corpus;
mod generate;
mod json;
mod others;
mod pulled;
mod refused;
mod samples;
mod slow_files;

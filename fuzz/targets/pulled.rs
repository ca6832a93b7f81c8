//! Fuzzes `pulled`: see `imports::fuzz_targets`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| imports::fuzz_targets::run("pulled", bytes));

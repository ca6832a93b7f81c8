//! Fuzzes `app_query`: see `nightscout::fuzz_targets`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| nightscout::fuzz_targets::run("app_query", bytes));

//! Fuzzes `app_search`: see `nightscout::fuzz_targets`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| nightscout::fuzz_targets::run("app_search", bytes));

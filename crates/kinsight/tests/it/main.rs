//! The house's own rules, and the program as a person uses it.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod analyze;
mod breached;
mod flags;
mod hardening;
mod house;
mod houses;
mod nats;
mod nodes;
mod nodes_alerts;
mod program;
mod report;
mod security_page;
mod serving;
mod sources;
mod uploading;

//! Everything that decides about access, told as tables.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod alerting;
mod check_up;
mod invitation;
mod lasting;
mod link;
mod people;
mod policy;
mod weekly_pause;

//! Charts and pages as people get them.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod charts;
mod days;
mod life;
mod link_letter;
mod pages;
mod paper;
mod rows;
mod support;

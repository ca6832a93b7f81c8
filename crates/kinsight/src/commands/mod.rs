//! One file for each thing the program can be asked to do.

pub mod admin;
pub mod admin_flags;
pub mod analyze;
pub mod audit;
pub mod bench;
mod breached;
pub mod demo;
pub mod report;
pub mod second_step_loss;
pub mod serve;
pub mod upload;

use anyhow::{Context, Result};
use std::io::{ErrorKind, Write};
use tokio::runtime::Runtime;

/// To standard output; a reader that has seen enough (`| head`) is no failure.
pub fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome.context("cannot write to standard output"),
    }
}

pub fn runtime() -> Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start")
}

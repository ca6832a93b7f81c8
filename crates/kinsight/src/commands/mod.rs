//! One file for each thing the program can be asked to do.

pub mod analyze;

use anyhow::{Context, Result};
use std::io::{ErrorKind, Write};

/// To standard output; a reader that has seen enough (`| head`) is no failure.
pub fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome.context("cannot write to standard output"),
    }
}

//! The binary: reads what it was asked for, and hands over to a command. What the commands do lives in the rooms below.

mod clock;
mod commands;
mod device_file;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Keep what pumps, sensors and meters recorded, and share it with exactly the people you choose.
///
/// Kinsight shows data. It never doses and never changes a device.
#[derive(Parser)]
#[command(name = "kinsight", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Analyze(commands::analyze::Analyze),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Analyze(command) => command.run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kinsight: {error:#}");
            ExitCode::FAILURE
        }
    }
}

//! The binary: reads what it was asked for, and hands over to a command. What the commands do lives in the rooms below.

mod bench;
mod clock;
mod commands;
mod demo;
mod device_file;
mod handles;
mod mail;
mod outbox;
mod server;
mod settings;
mod sms;
mod telemetry;

use clap::{Parser, Subcommand};
use std::process::ExitCode;
use tikv_jemallocator::Jemalloc;

/// Of everything, the embedded database too. Measured against the system’s: a quarter less memory under load, half at rest.
#[global_allocator]
static MEMORY: Jemalloc = Jemalloc;

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
    Serve(Box<commands::serve::Serve>),
    Demo(commands::demo::Demo),
    Analyze(commands::analyze::Analyze),
    Report(commands::report::Report),
    Upload(commands::upload::UploadFiles),
    Admin(commands::admin::Admin),
    Audit(commands::audit::Audit),
    Bench(commands::bench::Bench),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(command) => command.run(),
        Command::Demo(command) => command.run(),
        Command::Analyze(command) => command.run(),
        Command::Report(command) => command.run(),
        Command::Upload(command) => command.run(),
        Command::Admin(command) => command.run(),
        Command::Audit(command) => command.run(),
        Command::Bench(command) => command.run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kinsight: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory as _;

    #[test]
    fn flags_do_not_contradict_each_other() {
        Cli::command().debug_assert();
    }
}

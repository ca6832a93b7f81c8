//! `kinsight bench`: the figures that no benchmark of a single room can tell.

use super::serve;
use crate::bench::{self, Measured};
use crate::settings::{Given, Settings};
use anyhow::{Context, Result};
use std::fmt::Write as _;

/// Measure start, memory, pages and bytes on disk, on data made up for it.
#[derive(clap::Args)]
pub struct Bench {
    /// Measure with a PostgreSQL server; the database must be empty [default: the embedded database]
    #[arg(long, value_name = "URL", hide_env_values = true)]
    database: Option<String>,
}

impl Bench {
    pub fn run(self) -> Result<()> {
        let folder = tempfile::Builder::new().prefix("kinsight-bench-").tempdir().context("no temporary folder")?;
        let given = Given { data: Some(folder.path().to_owned()), database: self.database, ..Given::default() };
        let settings = Settings::of(given);
        let mut measured = super::runtime()?.block_on(async {
            let (seeded, mut measured) = bench::disk(&settings).await?;
            let (store, _) = serve::open_quietly(&settings)?;
            measured.extend(bench::pages(&settings, &store, &seeded).await?);
            measured.extend(bench::export(&settings, &store, &seeded).await?);
            anyhow::Ok(measured)
        })?;
        if settings.given.database.is_none() {
            measured.extend(bench::start(&settings.data)?);
        }
        super::print(&table(&measured))
    }
}

fn table(measured: &[Measured]) -> String {
    let mut text = String::new();
    for Measured { what, value, unit, goal } in measured {
        let goal = goal.map_or(String::new(), |goal| format!("   goal: at most {goal} {unit}"));
        let _ = writeln!(text, "{what:<52} {value:>12.2} {unit:<6}{goal}");
    }
    text
}

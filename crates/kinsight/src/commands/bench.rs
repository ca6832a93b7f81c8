//! `kinsight bench`: the figures that no benchmark of a single room can tell.

use super::serve;
use crate::bench::{self, Measured};
use crate::settings::{Given, Settings};
use anyhow::{Context, Result};
use std::fmt::Write as _;

/// Measure start, memory, pages, bytes on disk, sign-ins, apps, dashboards, live streams and a clinic's list, on data made up for it.
#[derive(clap::Args)]
pub struct Bench {
    /// Measure with a PostgreSQL server; the database must be empty [default: the embedded database]
    #[arg(long, value_name = "URL", hide_env_values = true)]
    database: Option<String>,
    /// Measure one part alone
    #[arg(long, value_name = "PART")]
    only: Option<Part>,
    /// How many patients the clinic has whose list is measured
    #[arg(long, value_name = "NUMBER", default_value_t = 10_000)]
    patients: usize,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Start, memory, pages and bytes on disk
    Pages,
    /// Whether time tells known addresses from unknown ones
    SignIn,
    /// How fast phone apps are answered (embedded database)
    Apps,
    /// How fast care partners and owners read dashboards (embedded database)
    Dashboard,
    /// How soon a thousand open streams end with their access (embedded database)
    Streams,
    /// How soon a value is on ten thousand open streams and on apps' sockets, and what they cost (embedded database)
    Live,
    /// How fast a clinic's list of patients is sorted, filtered and searched
    Clinic,
}

impl Bench {
    pub fn run(self) -> Result<()> {
        let mut measured = Vec::new();
        let wanted = |part| self.only.is_none_or(|only| only == part);
        if wanted(Part::Pages) {
            measured.extend(Self::pages(self.database.clone())?);
        }
        if wanted(Part::SignIn) {
            // Beside the pages it has a database of its own: two parts do not fit into one that must be empty.
            measured.extend(Self::sign_in(self.database.clone().filter(|_| self.only.is_some()))?);
        }
        if wanted(Part::Apps) {
            let folder = folder()?;
            measured.extend(bench::apps(&embedded(&folder))?);
        }
        if wanted(Part::Dashboard) {
            let folder = folder()?;
            measured.extend(bench::dashboard(&embedded(&folder))?);
        }
        if wanted(Part::Streams) {
            let folder = folder()?;
            measured.extend(super::runtime()?.block_on(bench::streams(&embedded(&folder)))?);
        }
        if wanted(Part::Live) {
            let folder = folder()?;
            measured.extend(bench::live(&embedded(&folder))?);
        }
        if wanted(Part::Clinic) {
            let folder = folder()?;
            // As for sign-ins: alone it may have the empty database.
            let database = self.database.clone().filter(|_| self.only.is_some());
            let given = Given { data: Some(folder.path().to_owned()), database, ..Given::default() };
            measured.extend(super::runtime()?.block_on(bench::clinic(&Settings::of(given), self.patients))?);
        }
        super::print(&table(&measured))
    }

    fn sign_in(database: Option<String>) -> Result<Vec<Measured>> {
        let folder = folder()?;
        let given = Given { data: Some(folder.path().to_owned()), database, ..Given::default() };
        super::runtime()?.block_on(bench::sign_in(&Settings::of(given)))
    }

    fn pages(database: Option<String>) -> Result<Vec<Measured>> {
        let folder = folder()?;
        let given = Given { data: Some(folder.path().to_owned()), database, ..Given::default() };
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
        Ok(measured)
    }
}

fn embedded(folder: &tempfile::TempDir) -> Settings {
    Settings::of(Given { data: Some(folder.path().to_owned()), ..Given::default() })
}

fn folder() -> Result<tempfile::TempDir> {
    tempfile::Builder::new().prefix("kinsight-bench-").tempdir().context("no temporary folder")
}

fn table(measured: &[Measured]) -> String {
    let mut text = String::new();
    for Measured { what, value, unit, goal } in measured {
        let goal = goal.map_or(String::new(), |goal| format!("   goal: at most {goal} {unit}"));
        let _ = writeln!(text, "{what:<58} {value:>12.2} {unit:<6}{goal}");
    }
    text
}

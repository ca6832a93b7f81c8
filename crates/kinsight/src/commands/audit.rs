//! `kinsight audit verify`: proves that no line of the history is missing or changed.

use crate::settings::Given;
use anyhow::{Context, Result, bail};
use store::{AuditReport, Store};

/// Check the histories of records and accounts.
#[derive(clap::Args)]
pub struct Audit {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Read every chain from its first line to its anchored head, and name the first line that does not hold
    Verify {
        #[command(flatten)]
        given: Box<Given>,
    },
}

impl Audit {
    pub fn run(self) -> Result<()> {
        let What::Verify { given } = self.what;
        let settings = given.decide()?;
        if !settings.has_data() {
            bail!("there are no data in {}; --data names the folder", settings.data.display());
        }
        let (store, _) = Store::open(settings.store()).context("cannot open the data")?;
        let report = super::runtime()?.block_on(store.verify_audit()).context("cannot read the history")?;
        super::print(&format!(
            "{} lines in {} chains, {} anchored heads",
            report.lines, report.chains, report.anchored
        ))?;
        judge(&report)
    }
}

fn judge(report: &AuditReport) -> Result<()> {
    for broken in &report.broken {
        eprintln!("chain {}, line {}: {}", broken.chain, broken.number, broken.why);
    }
    if report.broken.is_empty() {
        super::print("Nothing is missing or changed.")
    } else {
        bail!("the history does not hold")
    }
}

//! `kinsight report agp|daily FILE -o OUT.pdf`: a report of a device file, without a server.

use crate::clock;
use crate::device_file::{Contents, DeviceFile};
use anyhow::{Context, Result, bail};
use glucose::{Period, Unit};
use reports::{AgpPage, DailyPages, Order, Paper, Pdf, Person, Show, agp_page, daily_pages};
use std::path::PathBuf;

/// The AGP is made of two weeks unless told otherwise, the daily review of one.
const AGP_DAYS: u16 = 14;
const DAILY_DAYS: u16 = 7;

/// Write a report of a device file as PDF.
#[derive(clap::Args)]
pub struct Report {
    which: Which,
    #[command(flatten)]
    file: DeviceFile,
    /// The PDF to write
    #[arg(short, long, value_name = "OUT.pdf")]
    out: PathBuf,
    /// The unit to show [default: the one in the file]
    #[arg(long)]
    unit: Option<UnitName>,
    #[arg(long, default_value = "a4")]
    paper: PaperName,
    /// Whose report it is, printed at the head [default: no name]
    #[arg(long, default_value = "")]
    name: String,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Which {
    /// The one-page ambulatory glucose profile
    Agp,
    /// Day by day
    Daily,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum UnitName {
    #[value(name = "mg/dl", alias = "mg/dL")]
    MgDl,
    #[value(name = "mmol/l", alias = "mmol/L")]
    MmolL,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum PaperName {
    A4,
    Letter,
}

impl Report {
    pub fn run(mut self) -> Result<()> {
        let usual = match self.which {
            Which::Agp => AGP_DAYS,
            Which::Daily => DAILY_DAYS,
        };
        self.file.days.get_or_insert(usual);
        let contents = self.file.read()?;
        let Some(period) = contents.period else { bail!("there is nothing in the file that a report could show") };
        let pdf = self.draw(&contents, period).context("the report was not drawn")?;
        std::fs::write(&self.out, pdf.bytes()).with_context(|| format!("cannot write {}", self.out.display()))?;
        super::print(&format!("{}: {} to {}", self.out.display(), period.first, period.last))
    }

    fn draw(&self, contents: &Contents, period: Period) -> Result<Pdf> {
        let order = self.order(contents, period);
        let (readings, events) = (&contents.readings, &contents.events);
        Ok(match self.which {
            Which::Agp => agp_page(&AgpPage::of(order, readings, events))?,
            Which::Daily => daily_pages(&DailyPages::of(order, readings, events))?,
        })
    }

    fn order(&self, contents: &Contents, period: Period) -> Order {
        let delivered = contents.readings.first().map_or(Unit::MgDl, |reading| reading.glucose.unit());
        let unit = match self.unit {
            Some(UnitName::MgDl) => Unit::MgDl,
            Some(UnitName::MmolL) => Unit::MmolL,
            None => delivered,
        };
        let paper = match self.paper {
            PaperName::A4 => Paper::A4,
            PaperName::Letter => Paper::Letter,
        };
        Order {
            person: Person { name: self.name.clone(), born_on: None },
            period,
            zone: contents.zone.clone(),
            show: Show::in_unit(unit),
            paper,
            made_on: contents.zone.to_datetime(clock::now()).date(),
            receipt: None,
        }
    }
}

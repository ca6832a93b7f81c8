//! The only way to take a report away: whoever prepares one leaves a receipt, and the patient is told.

use crate::{
    access::Access,
    downloads,
    error::{Error, Invalid},
    receipts::Receipt,
    records::Record,
    rights::Download,
};
use glucose::{Event, Period, Reading};
use jiff::Timestamp;

/// Which report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// The ambulatory glucose profile.
    Agp(Period),
    /// Day by day.
    Daily(Period),
}

impl Report {
    /// Its days.
    pub fn period(self) -> Period {
        match self {
            Self::Agp(period) | Self::Daily(period) => period,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Agp(_) => "agp",
            Self::Daily(_) => "daily",
        }
    }
}

/// Everything that a report is drawn from.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// Whose.
    pub record: Record,
    /// The readings of the period, oldest first.
    pub readings: Vec<Reading>,
    /// The events of the period, oldest first, as far as visible.
    pub events: Vec<Event>,
    /// Printed on the report, and leads back to the line of the view history.
    pub receipt: Receipt,
    /// When.
    pub made_at: Timestamp,
}

impl Access<'_, Download> {
    /// Reads what a report needs, writes the report log, and tells the patient when somebody else takes it.
    pub fn prepare_report(&mut self, report: Report) -> Result<Prepared, Error> {
        let period = report.period();
        if period.first > period.last || period.days() > 3660 {
            return Err(Error::Invalid(Invalid::Period));
        }
        let record = self.record()?;
        let (from, to) = period.instants(&record.zone);
        let (readings, events) = (self.readings_within(from, to)?, self.events_within(from, to)?);
        let what = format!("{} {} {}", report.name(), period.first, period.last);
        let receipt = self.give_receipt("prepared a report", &what)?;
        let (tx, inside, entered) = self.parts();
        downloads::tell(tx, inside, &entered, report, &receipt.number)?;
        let made_at = entered.now;
        Ok(Prepared { record, readings, events, receipt, made_at })
    }
}

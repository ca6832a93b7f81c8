//! The only way to take a report away: whoever prepares one leaves a receipt, and the patient is told.

use crate::{
    access::Access,
    db::{params, statements},
    downloads,
    error::{Error, Invalid},
    keys::random,
    records::Record,
    rights::Download,
};
use glucose::{Event, Period, Reading};
use jiff::Timestamp;

statements! {
    LOG = "insert into reports_log (record, receipt, at, who, what) values ($1, $2, $3, $4, $5)";
}

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

/// The number of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Three groups of four characters.
    pub number: String,
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
        let number = receipt_number()?;
        let what = format!("{} {} {}", report.name(), period.first, period.last);
        let (tx, inside, entered) = self.parts();
        let who = crate::audit::who_text(entered.who);
        tx.execute(LOG, params![entered.record, number.as_str(), entered.now, who, what.as_str()])?;
        downloads::tell(tx, inside, &entered, report, &number)?;
        let made_at = entered.now;
        self.audit("prepared a report", &format!("{what}, receipt {number}"))?;
        Ok(Prepared { record, readings, events, receipt: Receipt { number }, made_at })
    }
}

/// Twelve characters that nobody mistakes for others: 60 bits.
pub(crate) fn receipt_number() -> Result<String, Error> {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let bytes = random::<12>()?;
    let letters: Vec<char> = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
    Ok(letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

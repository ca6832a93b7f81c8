//! What somebody asks for when they ask for a report on paper.

use crate::{pdf::Paper, show::Show};
use glucose::Period;
use jiff::{civil::Date, tz::TimeZone};

/// Whose report it is.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Person {
    pub name: String,
    pub born_on: Option<Date>,
}

/// A report, as it was asked for. The same order and data give the same bytes.
#[derive(Clone, Debug)]
pub struct Order {
    pub person: Person,
    pub period: Period,
    /// The record's zone: its days and hours.
    pub zone: TimeZone,
    pub show: Show,
    pub paper: Paper,
    /// Printed at the foot, and the date of the file.
    pub made_on: Date,
    /// A line that says for whom it was made; the only thing that may differ between two makings.
    pub receipt: Option<String>,
}

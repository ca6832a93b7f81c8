//! What a file held.

use crate::Problem;
use glucose::{NewEvent, NewReading};
use jiff::civil::Date;

/// The formats we read, as they are named on pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    CareLinkPersonal,
    CareLink,
    Clarity,
    LibreView,
    NightscoutEntries,
    NightscoutTreatments,
    NightscoutProfile,
    NightscoutDeviceStatus,
    Tidepool,
    PlainCsv,
}

impl Format {
    pub fn name(self) -> &'static str {
        match self {
            Format::CareLinkPersonal => "CareLink Personal CSV (one table)",
            Format::CareLink => "CareLink CSV (sections)",
            Format::Clarity => "Dexcom Clarity CSV",
            Format::LibreView => "LibreView CSV",
            Format::NightscoutEntries => "Nightscout entries",
            Format::NightscoutTreatments => "Nightscout treatments",
            Format::NightscoutProfile => "Nightscout profile",
            Format::NightscoutDeviceStatus => "Nightscout device status",
            Format::Tidepool => "Tidepool JSON",
            Format::PlainCsv => "CSV with a time and a glucose column",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeviceKind {
    Pump,
    Sensor,
    Meter,
    App,
    Unknown,
}

/// A device that the file names. `serial` identifies it when a file of another person is suspected.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Device {
    pub name: String,
    pub serial: Option<String>,
    pub kind: DeviceKind,
}

/// Whose data the file says it holds.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Person {
    pub name: Option<String>,
    pub born_on: Option<Date>,
}

/// What a file held, oldest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    pub format: Format,
    /// Datum `device` fields are indexes into this list.
    pub devices: Vec<Device>,
    pub person: Option<Person>,
    pub readings: Vec<NewReading>,
    pub events: Vec<NewEvent>,
    /// Rows that could not be read, or were set aside (bogus dates), and why; in file order.
    pub problems: Vec<Problem>,
    /// How many problems there were in all; `problems` keeps the first thousand.
    pub problem_count: usize,
    /// Rows looked at.
    pub rows: usize,
    /// What a person should know besides: hours that occurred twice and how they were told apart,
    /// clock changes, columns that nobody knows (names only, never values).
    pub remarks: Vec<String>,
}

impl Import {
    pub fn new(format: Format) -> Self {
        Self {
            format,
            devices: Vec::new(),
            person: None,
            readings: Vec::new(),
            events: Vec::new(),
            problems: Vec::new(),
            problem_count: 0,
            rows: 0,
            remarks: Vec::new(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub bytes_read: usize,
    pub bytes_total: usize,
}

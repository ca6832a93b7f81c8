//! What a file held.

use crate::Problem;
use glucose::{NewEvent, NewReading};
use jiff::{Timestamp, civil::Date};

/// How many problems are kept with their words; the rest are counted.
const MOST_PROBLEMS: usize = 1000;
const MOST_REMARKS: usize = 100;
const MOST_DEVICES: usize = 100;

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

    /// Notes a row that was not taken.
    pub(crate) fn problem(&mut self, line: usize, column: &str, why: impl Into<String>) {
        self.add(Problem { line, column: short(column), why: short(&why.into()), quarantined: false });
    }

    /// Notes a row that was set aside for its date.
    pub(crate) fn quarantine(&mut self, line: usize, column: &str, why: impl Into<String>) {
        self.add(Problem { line, column: short(column), why: short(&why.into()), quarantined: true });
    }

    fn add(&mut self, problem: Problem) {
        self.problem_count += 1;
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(problem);
        }
    }

    /// Says something once.
    pub(crate) fn remark(&mut self, words: impl Into<String>) {
        let words = words.into();
        if self.remarks.len() < MOST_REMARKS && !self.remarks.contains(&words) {
            self.remarks.push(words);
        }
    }

    /// Says which columns were not read, by name only.
    pub(crate) fn remark_unknown_columns(&mut self, names: &[&str]) {
        if !names.is_empty() {
            let names: Vec<String> = names.iter().take(20).map(|name| short(name)).collect();
            self.remark(format!("Columns that were not read: {}.", names.join(", ")));
        }
    }

    /// The index of a device, which is added when it is new. Names and serials are those of the file.
    pub(crate) fn device(&mut self, name: &str, serial: Option<&str>, kind: DeviceKind) -> Option<u16> {
        let wanted = Device { name: name.trim().to_owned(), serial: serial.map(|s| s.trim().to_owned()), kind };
        let index = self.devices.iter().position(|device| *device == wanted).or_else(|| {
            (self.devices.len() < MOST_DEVICES).then(|| {
                self.devices.push(wanted);
                self.devices.len() - 1
            })
        });
        index.and_then(|index| u16::try_from(index).ok())
    }

    /// Another file of the same delivery and format joins this one.
    pub(crate) fn joined_with(mut self, mut other: Self) -> Self {
        let places: Vec<Option<u16>> = other
            .devices
            .iter()
            .map(|device| self.device(&device.name, device.serial.as_deref(), device.kind))
            .collect();
        let place = |device: &mut Option<u16>| {
            *device = device.and_then(|old| places.get(usize::from(old)).copied().flatten());
        };
        other.readings.iter_mut().for_each(|reading| place(&mut reading.device));
        other.events.iter_mut().for_each(|event| place(&mut event.device));
        self.readings.append(&mut other.readings);
        self.events.append(&mut other.events);
        self.person = self.person.or(other.person);
        self.problem_count += other.problem_count;
        let room = MOST_PROBLEMS - self.problems.len();
        self.problems.extend(other.problems.into_iter().take(room));
        self.rows += other.rows;
        other.remarks.into_iter().for_each(|words| self.remark(words));
        self.finished()
    }

    /// Oldest first, and what the file holds twice only once. Equal means equal in every respect (instant, device,
    /// kind, value, the sender's own id), so two boluses of one size in two minutes stay two.
    pub(crate) fn finished(mut self) -> Self {
        let held = self.readings.len() + self.events.len();
        self.readings.sort_by_key(|reading| reading.at);
        self.events.sort_by_key(|event| event.at);
        drop_repeats(&mut self.readings, |reading| reading.at);
        drop_repeats(&mut self.events, |event| event.at);
        let repeats = held - self.readings.len() - self.events.len();
        if repeats > 0 {
            self.remark(format!("{repeats} entries stood in the file more than once and were taken once."));
        }
        self
    }
}

/// Drops what equals an earlier one of the same instant.
fn drop_repeats<T: PartialEq>(sorted: &mut Vec<T>, at: impl Fn(&T) -> Timestamp) {
    if sorted.windows(2).all(|pair| at(&pair[0]) != at(&pair[1])) {
        return;
    }
    let mut kept: Vec<T> = Vec::with_capacity(sorted.len());
    for next in sorted.drain(..) {
        let moment = at(&next);
        let is_repeat = kept.iter().rev().take_while(|one| at(one) == moment).take(64).any(|one| *one == next);
        if !is_repeat {
            kept.push(next);
        }
    }
    *sorted = kept;
}

/// At most 40 characters of a file's words, 120 of ours.
fn short(words: &str) -> String {
    words.chars().take(120).collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub bytes_read: usize,
    pub bytes_total: usize,
}

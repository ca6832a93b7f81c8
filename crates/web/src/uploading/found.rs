//! What a file held, in the words of the result page.

use imports::Import;
use jiff::Timestamp;

/// Problems shown on a page; the rest is counted.
const PROBLEMS_SHOWN: usize = 200;

#[derive(Clone, Debug)]
pub struct Found {
    pub format: &'static str,
    pub rows: usize,
    pub readings: usize,
    pub events: usize,
    pub devices: Vec<String>,
    pub person: Option<String>,
    pub first_at: Option<Timestamp>,
    pub last_at: Option<Timestamp>,
    pub problems: Vec<imports::Problem>,
    pub problem_count: usize,
    pub remarks: Vec<String>,
}

impl Found {
    pub fn in_import(import: &Import) -> Self {
        let moments = || {
            let readings = import.readings.iter().map(|reading| reading.at);
            readings.chain(import.events.iter().map(|event| event.at))
        };
        Self {
            format: import.format.name(),
            rows: import.rows,
            readings: import.readings.len(),
            events: import.events.len(),
            devices: import.devices.iter().map(device_words).collect(),
            person: import.person.as_ref().and_then(|person| person.name.clone()),
            first_at: moments().min(),
            last_at: moments().max(),
            problems: import.problems.iter().take(PROBLEMS_SHOWN).cloned().collect(),
            problem_count: import.problem_count,
            remarks: import.remarks.clone(),
        }
    }

    pub fn more_problems(&self) -> usize {
        self.problem_count.saturating_sub(self.problems.len())
    }
}

fn device_words(device: &imports::Device) -> String {
    match &device.serial {
        Some(serial) => format!("{} ({serial})", device.name),
        None => device.name.clone(),
    }
}

//! A device file on the command line: read, and cut to the days that were asked for.

use anyhow::{Context, Result, bail};
use glucose::{Event, Period, Ranges, Reading, Window, local_day};
use imports::{Import, LARGEST_FILE};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Which file, and how to read it.
#[derive(clap::Args)]
pub struct DeviceFile {
    /// A device export: CareLink, Clarity, LibreView, Nightscout, Tidepool, or a CSV with a time and a glucose column
    pub file: PathBuf,
    /// The time zone whose wall clock the device showed, such as Europe/Berlin
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = zone)]
    pub tz: TimeZone,
    /// Only the last N days, ending with the day of the last reading
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=3660))]
    pub days: Option<u16>,
}

/// What the file held, and the days that were asked for. Nothing is left out: a basal rate that began before them counts.
pub struct Contents {
    pub import: Import,
    pub readings: Vec<Reading>,
    pub events: Vec<Event>,
    /// `None` when the file held neither readings nor events.
    pub period: Option<Period>,
    pub zone: TimeZone,
}

/// A zone by its IANA name, with a way on when there is none of that name.
pub fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| format!("no time zone is called '{name}'; names look like Europe/Berlin or UTC"))
}

impl DeviceFile {
    pub fn read(&self) -> Result<Contents> {
        let bytes = bytes_of(&self.file)?;
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        let import = imports::read(&name, &bytes, &self.tz, &mut |_| true).with_context(|| self.what())?;
        let readings: Vec<Reading> = import.readings.iter().map(Reading::unstored).collect();
        let events: Vec<Event> = import.events.iter().map(Event::unstored).collect();
        let period = self.period(&readings, &events);
        Ok(Contents { import, readings, events, period, zone: self.tz.clone() })
    }

    fn what(&self) -> String {
        format!("{} was not read", self.file.display())
    }

    /// From the first to the last local day of the readings, or of the events when there are none.
    fn period(&self, readings: &[Reading], events: &[Event]) -> Option<Period> {
        let day = |at: Timestamp| local_day(at, &self.tz);
        let of = |at: &mut dyn Iterator<Item = Timestamp>| -> Option<(Date, Date)> {
            let (first, last) = at.fold(None, |span: Option<(Timestamp, Timestamp)>, at| {
                Some(span.map_or((at, at), |(first, last)| (first.min(at), last.max(at))))
            })?;
            Some((day(first), day(last)))
        };
        let (first, last) = of(&mut readings.iter().map(|reading| reading.at))
            .or_else(|| of(&mut events.iter().map(|event| event.at)))?;
        Some(self.days.map_or(Period { first, last }, |days| Period::ending(last, days)))
    }
}

impl Contents {
    pub fn window(&self) -> Window {
        let empty = Period { first: Date::constant(1970, 1, 1), last: Date::constant(1970, 1, 1) };
        Window::of_days(&self.period.unwrap_or(empty), self.zone.clone(), Ranges::ADULT)
    }

    /// When the readings of the days asked for were measured, in the file's order.
    pub fn readings_at(&self) -> impl Iterator<Item = Timestamp> {
        let window = self.window();
        self.readings.iter().map(|reading| reading.at).filter(move |at| (window.from..window.to).contains(at))
    }

    /// When the events of the days asked for began.
    pub fn events_at(&self) -> impl Iterator<Item = Timestamp> {
        let window = self.window();
        self.events.iter().map(|event| event.at).filter(move |at| (window.from..window.to).contains(at))
    }
}

/// The file's bytes, at most one more than can be taken, so that a huge file costs no memory to refuse.
pub fn bytes_of(path: &Path) -> Result<Vec<u8>> {
    if path.is_dir() {
        bail!("{} is a folder; name the files in it one by one", path.display());
    }
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut bytes = Vec::new();
    file.take(LARGEST_FILE as u64 + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("cannot read {}", path.display()))?;
    Ok(bytes)
}

//! What the readers of answers put their finds into: ids are given here, and what cannot be is left out here.

use super::{Pulled, Refused, STALE_AFTER_MS, Service};
use crate::{Device, DeviceKind, iso, iso::Offsets};
use glucose::{EventKind, Given, NewEvent, NewReading, ReadingKind};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, error::Category};
use std::collections::HashMap;

/// Clocks may be so far ahead of ours.
const AHEAD_MS: i64 = 5 * 60_000;

pub(super) struct Gather<'z> {
    pub service: Service,
    pub zone: &'z TimeZone,
    pub pulled: Pulled,
    /// When the service last heard from the device, where it says so.
    pub heard_at: Option<Timestamp>,
    now: Timestamp,
    offsets: Offsets<'z>,
    readings: HashMap<(&'static str, i64), Vec<NewReading>>,
    events: HashMap<(&'static str, i64), Vec<NewEvent>>,
    ahead: usize,
    bogus: usize,
}

impl<'z> Gather<'z> {
    pub fn new(service: Service, zone: &'z TimeZone, now: Timestamp) -> Self {
        Self {
            service,
            zone,
            pulled: Pulled::default(),
            heard_at: None,
            now,
            offsets: Offsets::new(zone),
            readings: HashMap::new(),
            events: HashMap::new(),
            ahead: 0,
            bogus: 0,
        }
    }

    /// The answer as JSON.
    pub fn json(&self, text: &str) -> Result<Value, Refused> {
        serde_json::from_str(text).map_err(|error| match error.classify() {
            Category::Eof if !text.is_empty() => Refused::CutOff { service: self.service.name() },
            _ => Refused::NotJson { service: self.service.name() },
        })
    }

    pub fn no_values(&self) -> Refused {
        Refused::NoValues { service: self.service.name() }
    }

    pub fn said(&self, code: String) -> Refused {
        Refused::Said { service: self.service.name(), code }
    }

    /// The zone's wall clock minus UTC, in minutes.
    pub fn offset_at(&mut self, at: Timestamp) -> i16 {
        self.offsets.at(at)
    }

    pub fn device(&mut self, name: &str, serial: Option<&str>, kind: DeviceKind) -> Option<u16> {
        let device = Device { name: name.to_owned(), serial: serial.map(str::to_owned), kind };
        self.pulled.devices.push(device);
        u16::try_from(self.pulled.devices.len() - 1).ok()
    }

    pub fn remark(&mut self, words: impl Into<String>) {
        self.pulled.remarks.push(words.into());
    }

    /// Takes a reading. Of two sensor values of one instant the first stays.
    pub fn reading(&mut self, mut reading: NewReading) {
        if !self.is_sane(reading.at) {
            return;
        }
        let what = word_of_reading(reading.kind);
        let same = self.readings.entry((what, reading.at.as_millisecond())).or_default();
        if same.contains(&reading) || (reading.kind == ReadingKind::Cgm && !same.is_empty()) {
            return;
        }
        same.push(reading.clone());
        give_id(&mut reading.given, self.service, what, reading.at, same.len());
        self.pulled.readings.push(reading);
    }

    /// Takes an event.
    pub fn event(&mut self, mut event: NewEvent) {
        if !self.is_sane(event.at) {
            return;
        }
        let what = word_of_event(&event.kind);
        let same = self.events.entry((what, event.at.as_millisecond())).or_default();
        if same.contains(&event) {
            return;
        }
        same.push(event.clone());
        give_id(&mut event.given, self.service, what, event.at, same.len());
        self.pulled.events.push(event);
    }

    fn is_sane(&mut self, at: Timestamp) -> bool {
        let (bogus, ahead) = (iso::is_bogus(at), at.as_millisecond() - self.now.as_millisecond() > AHEAD_MS);
        self.bogus += usize::from(bogus);
        self.ahead += usize::from(ahead && !bogus);
        !bogus && !ahead
    }

    pub fn finished(mut self) -> Pulled {
        let (ahead, bogus) = (self.ahead, self.bogus);
        if ahead > 0 {
            self.remark(format!("Left out, because their time is still to come: {ahead}."));
        }
        if bogus > 0 {
            self.remark(format!("Left out, because no clock had been set: {bogus}."));
        }
        let mut pulled = self.pulled;
        pulled.readings.sort_by_key(|reading| reading.at);
        pulled.events.sort_by_key(|event| event.at);
        let sensor = |reading: &&NewReading| reading.kind == ReadingKind::Cgm;
        pulled.newest_at = pulled.readings.iter().rev().find(sensor).map(|reading| reading.at);
        let is_old = |at: Timestamp| self.now.as_millisecond() - at.as_millisecond() > STALE_AFTER_MS;
        pulled.stale = self.heard_at.or(pulled.newest_at).is_none_or(is_old);
        pulled
    }
}

/// The sender's own id stays. `nth` tells apart what is of one kind and instant.
fn give_id(given: &mut Option<Box<Given>>, service: Service, what: &str, at: Timestamp, nth: usize) {
    let given = given.get_or_insert_default();
    if given.id.is_none() {
        let nth = if nth > 1 { format!("-{nth}") } else { String::new() };
        given.id = Some(format!("{}-{what}-{}{nth}", service.word(), at.as_millisecond()));
    }
}

fn word_of_reading(kind: ReadingKind) -> &'static str {
    match kind {
        ReadingKind::Cgm => "sensor",
        ReadingKind::Scan => "scan",
        ReadingKind::Meter => "meter",
    }
}

fn word_of_event(kind: &EventKind) -> &'static str {
    match kind {
        EventKind::Bolus { .. } => "bolus",
        EventKind::Basal { .. } => "basal",
        EventKind::Carbs { .. } => "carbs",
        EventKind::Calibration { .. } => "calibration",
        EventKind::Mode { .. } => "mode",
        EventKind::Suspend { .. } => "suspend",
        EventKind::Resume => "resume",
        EventKind::Status { .. } => "status",
        _ => "event",
    }
}

//! Nightscout's collections as JSON: entries, treatments, profiles, device status; and `entries.csv`.
//!
//! Ids, the app that wrote a document and fields we have no place for are kept, because phone apps ask for them back.

mod combo;
mod devicestatus;
mod door;
mod entries;
mod insulin;
mod notes;
mod profile;
mod table;
mod targets;
mod temp_basals;
mod treatments;
mod when;

pub use door::{instant_of_number, instant_of_text, is_no_instant, meaning};
pub use entries::{LOWEST, limit_of, trend_of};

use crate::{Context, DeviceKind, Format, Import, Refused, json, json::Fields, json::Peek};
use glucose::{EventKind, Given, NewEvent, NewReading};
use jiff::Timestamp;
use when::When;

/// Strings of which one stands on every line at which such an export begins (inside a table).
pub(crate) const MARKS: &[&str] = &["[{\""];

/// Whether a line is where such an export begins.
pub(crate) fn begins(line: &str) -> bool {
    let start = line.trim_start();
    start.starts_with('[') && recognises_json(start).is_some()
}

/// Which of Nightscout's collections the beginning of a JSON text shows.
pub(crate) fn recognises_json(head: &str) -> Option<Format> {
    let peek = Peek::at(head);
    if peek.has("eventType") {
        return Some(Format::NightscoutTreatments);
    }
    if peek.has_any(&["sgv", "mbg"]) || (peek.says("type", &["sgv", "mbg", "cal"]) && peek.has("date")) {
        return Some(Format::NightscoutEntries);
    }
    if peek.has("store") && peek.has_any(&["defaultProfile", "startDate", "mills"]) {
        return Some(Format::NightscoutProfile);
    }
    let parts = ["openaps", "loop", "pump", "uploader", "uploaderBattery", "connect", "override"];
    if peek.has_any(&parts) && peek.has_any(&["created_at", "device", "date"]) {
        return Some(Format::NightscoutDeviceStatus);
    }
    let is_treatment = peek.has("created_at") && peek.has_any(&["insulin", "carbs", "enteredBy", "notes"]);
    is_treatment.then_some(Format::NightscoutTreatments)
}

/// Whether the beginning of a text is `entries.csv`.
pub(crate) fn recognises_table(head: &str) -> Option<Format> {
    table::recognises(head).then_some(Format::NightscoutEntries)
}

pub(crate) fn read(text: &str, format: Format, cx: &mut Context<'_>) -> Result<Import, Refused> {
    if !text.trim_start().starts_with(['[', '{']) {
        return table::read(text, cx);
    }
    let mut reader = Reader::new(format, cx);
    json::each(text, format, cx, |number, value| {
        reader.import.rows += 1;
        match Fields::of(value) {
            Some(fields) => reader.take(number, fields),
            None => reader.import.problem(number, "", "This element is no JSON object."),
        }
    })?;
    Ok(reader.finished())
}

/// What all the collections need.
struct Reader<'z> {
    import: Import,
    when: When<'z>,
    format: Format,
    /// Number of the document, for problems.
    number: usize,
    deleted: usize,
}

impl<'z> Reader<'z> {
    fn new(format: Format, cx: &Context<'z>) -> Self {
        Self { import: Import::new(format), when: When::new(cx.zone), format, number: 0, deleted: 0 }
    }

    fn take(&mut self, number: usize, mut fields: Fields) {
        self.number = number;
        if fields.flag("isValid") == Some(false) {
            self.deleted += 1;
            return;
        }
        let Some((at, offset_min)) = self.when.of(&mut fields, self.format) else {
            return self.problem("", "This has no date that can be read.");
        };
        if crate::iso::is_bogus(at) {
            return self.import.quarantine(number, "", "This date cannot be right: no clock had been set.");
        }
        let device = fields.text("device").and_then(|name| self.import.device(&name, None, DeviceKind::Unknown));
        let document = Document { at, offset_min, device, given: given(&mut fields), fields };
        match self.format {
            Format::NightscoutEntries => self.take_entry(document),
            Format::NightscoutTreatments => self.take_treatment(document),
            Format::NightscoutProfile => self.take_profile(document),
            _ => self.take_status(document),
        }
    }

    fn problem(&mut self, field: &str, why: &str) {
        self.import.problem(self.number, field, why);
    }

    fn finished(mut self) -> Import {
        temp_basals::end_by_the_next(&mut self.import.events);
        if self.deleted > 0 {
            self.import.remark(format!("Documents marked as deleted, left out: {}.", self.deleted));
        }
        self.import
    }
}

/// One document with what every one has.
struct Document {
    at: Timestamp,
    offset_min: i16,
    device: Option<u16>,
    given: Given,
    fields: Fields,
}

impl Document {
    /// What else came, to be put beside the first datum of the document.
    fn given(&mut self) -> Option<Box<Given>> {
        let mut given = std::mem::take(&mut self.given);
        given.fields = std::mem::take(&mut self.fields).rest();
        (given != Given::default()).then(|| Box::new(given))
    }

    fn event(&self, kind: EventKind) -> NewEvent {
        NewEvent { device: self.device, ..NewEvent::new(self.at, self.offset_min, kind) }
    }

    fn reading(&self, reading: NewReading) -> NewReading {
        NewReading { device: self.device, ..reading }
    }
}

/// Id and app, as far as the document has them.
fn given(fields: &mut Fields) -> Given {
    let id = ["identifier", "_id", "syncIdentifier"].iter().find_map(|key| fields.id(key));
    let app = fields.text("app").or_else(|| fields.text("enteredBy"));
    Given { id, app, fields: None }
}

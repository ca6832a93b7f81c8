//! Sensor and finger values, there and back: an entry that is a glucose value becomes a reading, and a reading answers as
//! the entry that was sent.
//!
//! **Invariant:** every field that came in goes out again (`tests/it/entries.rs`). What can be derived from the reading is
//! derived; only what differs from that is kept beside it.

mod deltas;
mod fast;
mod table;

pub use deltas::add_deltas;
pub use fast::{write_before, write_each, write_entries};
pub use table::{write_csv, write_tsv};

use crate::{
    Document, Moment,
    document::{text, words},
    is_object_id,
    times::iso,
};
use glucose::{Given, Glucose, Limit, NewReading, ReadingKind, Trend, Unit};
use imports::nightscout::{LOWEST, limit_of, trend_of};
use jiff::tz::TimeZone;
use serde_json::Value;

/// An entry as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// A glucose value.
    Reading(Box<NewReading>),
    /// A calibration, an error code of a sensor, or what is not known here.
    Other(Document),
}

/// A kept reading, with what makes an entry of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EntryParts<'a> {
    /// The sender's id, or the same as `own_id`.
    pub id: &'a str,
    /// The 24 hex digits it has here.
    pub own_id: &'a str,
    pub at_ms: i64,
    pub offset_min: i16,
    pub glucose: Glucose,
    pub kind: ReadingKind,
    pub limit: Option<Limit>,
    pub trend: Option<Trend>,
    pub device: Option<&'a str>,
    pub app: Option<&'a str>,
    /// What came beside it: one JSON object.
    pub fields: Option<&'a str>,
}

/// The longest id, and name of an app, that is kept as one.
const LONGEST: usize = 64;
/// An offset beyond this is none.
const MOST_MINUTES: i64 = 18 * 60;

/// A glucose value that waits for the clock of its record.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    reading: NewReading,
    /// The entry itself said how its clock was set.
    says_offset: bool,
}

impl Measured {
    /// The value in an entry that was prepared.
    pub fn of(document: &Document) -> Option<Self> {
        let (mut reading, says_offset) = reading(document)?;
        reading.given = given(&reading, document).map(Box::new);
        Some(Self { reading, says_offset })
    }

    /// By the clock of the record, where the entry says nothing of one.
    pub fn by(mut self, zone: &TimeZone) -> NewReading {
        if !self.says_offset {
            self.reading.offset_min = (zone.to_offset(self.reading.at).seconds() / 60) as i16;
        }
        self.reading
    }
}

/// Of an entry that was prepared. `zone` is the record's.
pub fn entry(document: Document, zone: &TimeZone) -> Entry {
    match Measured::of(&document) {
        Some(measured) => Entry::Reading(Box::new(measured.by(zone))),
        None => Entry::Other(document),
    }
}

/// With whether it says itself how its clock was set.
fn reading(document: &Document) -> Option<(NewReading, bool)> {
    if document.get("isValid").and_then(Value::as_bool) == Some(false) {
        return None;
    }
    let kind = text(document, "type")?;
    let value = document.get(kind).and_then(Value::as_f64)?;
    let at = document.get("date").and_then(Moment::of)?.timestamp();
    let glucose = Glucose::new(value, Unit::MgDl)?;
    let stated = document.get("utcOffset").and_then(Value::as_i64);
    let stated = stated.filter(|minutes| *minutes != 0 && minutes.abs() <= MOST_MINUTES);
    let offset = stated.unwrap_or_default() as i16;
    let reading = match kind {
        "sgv" if value >= LOWEST => {
            let trend = text(document, "direction").and_then(trend_of);
            NewReading { limit: limit_of(value), trend, ..NewReading::cgm(at, offset, glucose) }
        }
        "mbg" => NewReading::meter(at, offset, glucose),
        _ => return None,
    };
    Some((reading, stated.is_some()))
}

/// Id, app, and every field that the reading would not give back by itself. The record's clock is no part of it: an entry
/// either says its own, or says none.
fn given(reading: &NewReading, document: &Document) -> Option<Given> {
    let short = |name: &&str| words(document, name).is_some_and(|text| text.chars().count() <= LONGEST);
    let id = ["identifier", "_id"].into_iter().find(short).and_then(|name| text(document, name)).map(str::to_owned);
    let app = short(&"app").then(|| text(document, "app").map(str::to_owned)).flatten();
    let parts = EntryParts {
        id: id.as_deref().unwrap_or_default(),
        own_id: "",
        at_ms: reading.at.as_millisecond(),
        offset_min: reading.offset_min,
        glucose: reading.glucose,
        kind: reading.kind,
        limit: reading.limit,
        trend: reading.trend,
        device: None,
        app: app.as_deref(),
        fields: None,
    };
    let at = iso(parts.at_ms);
    // An app that writes UTC says zero whatever its wall clock shows; the stamps are the server's.
    let says_utc = |name: &str, value: &Value| name == "utcOffset" && value.as_f64() == Some(0.0);
    let is_stamp = |name: &str| matches!(name, "srvCreated" | "srvModified");
    let rest = document
        .iter()
        .filter(|(name, value)| !parts.derives(name, value, &at) && !says_utc(name, value) && !is_stamp(name));
    let rest: Document = rest.map(|(name, value)| (name.clone(), value.clone())).collect();
    let fields = (!rest.is_empty()).then(|| Value::Object(rest).to_string());
    let given = Given { id, app, fields };
    (given != Given::default()).then_some(given)
}

/// The entry of a reading: what is derived, and over it what came.
pub fn entry_of(parts: &EntryParts<'_>) -> Document {
    let mut entry = Document::new();
    let (hex, identifier) = parts.ids();
    let mut put = |name: &str, value: Value| drop(entry.insert(name.to_owned(), value));
    let at = iso(parts.at_ms);
    put("_id", hex.into());
    if let Some(identifier) = identifier {
        put("identifier", identifier.into());
    }
    put("sysTime", at.as_str().into());
    put("type", parts.kind_name().into());
    put("date", parts.at_ms.into());
    put("dateString", at.into());
    if let Some(direction) = parts.direction() {
        put("direction", direction.into());
    }
    put(parts.kind_name(), parts.mg_dl().into());
    put("utcOffset", parts.offset_min.into());
    put("mills", parts.at_ms.into());
    for (name, value) in [("device", parts.device), ("app", parts.app)] {
        if let Some(value) = value {
            put(name, value.into());
        }
    }
    if let Some(Ok(Value::Object(fields))) = parts.fields.map(serde_json::from_str) {
        entry.extend(fields);
    }
    entry
}

impl EntryParts<'_> {
    /// `_id`, and `identifier` where the sender's id cannot be one.
    fn ids(&self) -> (&str, Option<&str>) {
        match is_object_id(self.id) {
            true => (self.id, None),
            false => (self.own_id, (!self.id.is_empty()).then_some(self.id)),
        }
    }

    /// Whether [`entry_of`] says just this of a field by itself; `at` is the instant in words.
    fn derives(&self, name: &str, value: &Value, at: &str) -> bool {
        let (hex, identifier) = self.ids();
        match name {
            "_id" => value == hex,
            "identifier" => identifier.is_some_and(|identifier| value == identifier),
            "sysTime" | "dateString" => value == at,
            "type" => value == self.kind_name(),
            "date" | "mills" => value.as_i64() == Some(self.at_ms),
            "direction" => self.direction().is_some_and(|direction| value == direction),
            "utcOffset" => value.as_i64() == Some(i64::from(self.offset_min)),
            "device" => self.device.is_some_and(|device| value == device),
            "app" => self.app.is_some_and(|app| value == app),
            name => name == self.kind_name() && value.as_i64() == Some(self.mg_dl()),
        }
    }

    fn kind_name(&self) -> &'static str {
        if self.kind == ReadingKind::Meter { "mbg" } else { "sgv" }
    }

    /// Whole mg/dL; 39 and 401 are what LOW and HIGH are sent as.
    fn mg_dl(&self) -> i64 {
        let value = self.glucose.to_mg_dl().round() as i64;
        match self.limit {
            Some(Limit::Below) => value.min(39),
            Some(Limit::Above) => value.max(401),
            None => value,
        }
    }

    fn direction(&self) -> Option<&'static str> {
        self.trend.filter(|_| self.kind != ReadingKind::Meter).map(direction_name)
    }
}

/// As apps call an arrow.
pub fn direction_name(trend: Trend) -> &'static str {
    match trend {
        Trend::TripleUp => "TripleUp",
        Trend::DoubleUp => "DoubleUp",
        Trend::SingleUp => "SingleUp",
        Trend::FortyFiveUp => "FortyFiveUp",
        Trend::Flat => "Flat",
        Trend::FortyFiveDown => "FortyFiveDown",
        Trend::SingleDown => "SingleDown",
        Trend::DoubleDown => "DoubleDown",
        Trend::TripleDown => "TripleDown",
    }
}

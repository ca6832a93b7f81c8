//! One glucose value at one instant.

use crate::units::Glucose;
use jiff::Timestamp;

/// How a value was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ReadingKind {
    /// From a sensor, on its own rhythm.
    Cgm,
    /// From a sensor, when the person scanned it (FreeStyle Libre); left out of CGM figures, whose rhythm it breaks.
    Scan,
    /// From a finger, by a meter or typed in.
    Meter,
}

/// The device showed LOW or HIGH, or its end value, rather than a measured number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Limit {
    /// At or below what the device can measure.
    Below,
    /// At or above what the device can measure.
    Above,
}

/// Direction and speed of change, as the device's arrow said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the field's own")]
pub enum Trend {
    TripleUp,
    DoubleUp,
    SingleUp,
    FortyFiveUp,
    Flat,
    FortyFiveDown,
    SingleDown,
    DoubleDown,
    TripleDown,
}

/// What the sender gave beyond the datum itself; kept as it came, because phone apps ask for it back.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Given {
    /// The sender's own id: 24 hex digits, a UUID or free text of up to 64 characters.
    pub id: Option<String>,
    /// The app that wrote it.
    pub app: Option<String>,
    /// Fields we have no place for: one JSON object, as text.
    pub fields: Option<String>,
}

/// A reading as a device, app or file brings it.
#[derive(Clone, Debug, PartialEq)]
pub struct NewReading {
    /// When, in UTC.
    pub at: Timestamp,
    /// The device's wall clock minus UTC, in minutes.
    pub offset_min: i16,
    /// How much.
    pub glucose: Glucose,
    /// How it was measured.
    pub kind: ReadingKind,
    /// The device's end of scale, when it was reached.
    pub limit: Option<Limit>,
    /// The device's arrow, when it gave one.
    pub trend: Option<Trend>,
    /// Which of the delivery's devices (index into its list).
    pub device: Option<u16>,
    /// What else came with it.
    pub given: Option<Box<Given>>,
}

impl NewReading {
    /// A plain sensor reading.
    pub fn cgm(at: Timestamp, offset_min: i16, glucose: Glucose) -> Self {
        Self { at, offset_min, glucose, kind: ReadingKind::Cgm, limit: None, trend: None, device: None, given: None }
    }

    /// A plain meter reading.
    pub fn meter(at: Timestamp, offset_min: i16, glucose: Glucose) -> Self {
        Self { kind: ReadingKind::Meter, ..Self::cgm(at, offset_min, glucose) }
    }
}

/// Where a kept datum came from: the record's own number of the upload that first brought it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Provenance {
    /// The upload's number within the record; 0 for data that were never stored (a file on the command line).
    pub upload: u32,
}

/// A reading as it is kept and shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// When, in UTC.
    pub at: Timestamp,
    /// The device's wall clock minus UTC, in minutes.
    pub offset_min: i16,
    /// How much.
    pub glucose: Glucose,
    /// How it was measured.
    pub kind: ReadingKind,
    /// The device's end of scale, when it was reached.
    pub limit: Option<Limit>,
    /// The device's arrow, when it gave one.
    pub trend: Option<Trend>,
    /// Where it came from.
    pub from: Provenance,
}

impl Reading {
    /// A reading that was not stored, from what a file brought.
    pub fn unstored(new: &NewReading) -> Self {
        Self {
            at: new.at,
            offset_min: new.offset_min,
            glucose: new.glucose,
            kind: new.kind,
            limit: new.limit,
            trend: new.trend,
            from: Provenance::default(),
        }
    }
}

//! Anything else that a device or person noted: insulin, carbohydrate, alarms, set changes, notes.

use crate::reading::{Given, Provenance};
use jiff::Timestamp;

/// Milliseconds, for durations inside events.
pub type Millis = i64;

/// How a bolus came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BolusOrigin {
    /// Typed in or by quick button.
    Manual,
    /// Through the pump's calculator (wizard).
    Calculator,
    /// By the device itself: an automatic correction. Counts as bolus (metrics 1.9).
    Automatic,
    /// The file does not say.
    Unknown,
}

/// How basal insulin was being given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BasalDelivery {
    /// By the programmed pattern.
    Scheduled,
    /// By a temporary rate.
    Temporary,
    /// By the closed loop.
    Automated,
    /// Not at all.
    Suspended,
}

/// Insulin given by pen or syringe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the field's own")]
pub enum InsulinKind {
    Rapid,
    Long,
    Other,
}

/// What happened. Units of insulin are in U, carbohydrate in grams, durations in milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    /// Insulin given at once or over a while. Delivered amounts, not programmed ones.
    Bolus {
        /// Delivered at once.
        normal: f64,
        /// Delivered over `duration_ms`.
        extended: f64,
        /// How long the extended part took.
        duration_ms: Millis,
        /// What was programmed in all, when it differs from what was delivered.
        programmed: Option<f64>,
        /// How it came about.
        origin: BolusOrigin,
    },
    /// Basal insulin at one rate (U/h) for a while.
    Basal {
        /// U/h; 0 while suspended.
        rate: f64,
        /// How long; `None` while it is not yet known (until the next segment).
        duration_ms: Option<Millis>,
        /// How it was being given.
        delivery: BasalDelivery,
    },
    /// A whole local day's automatic insulin, where the device tells no more (CareLink's aggregated section).
    AutoInsulinDay {
        /// Basal and automatic corrections together.
        units: f64,
    },
    /// The device's own daily total. Derived: shown and checked against, never added up.
    DailyTotal {
        /// All insulin of the local day.
        units: f64,
    },
    /// Pen or syringe.
    Injection {
        /// How much.
        units: f64,
        /// Which.
        insulin: InsulinKind,
    },
    /// Food or drink.
    Carbs {
        /// Carbohydrate.
        grams: f64,
        /// Fat, when given.
        fat: Option<f64>,
        /// Protein, when given.
        protein: Option<f64>,
    },
    /// What the pump's calculator advised, and from what.
    Calculation {
        /// Its advice in all.
        advised: Option<f64>,
        /// Insulin on board by the device's own curve ("active insulin"); shown, never recomputed.
        on_board: Option<f64>,
        /// Carbohydrate typed in.
        carbs: Option<f64>,
        /// Whether what it advised was delivered.
        delivered: bool,
    },
    /// A finger value used to calibrate the sensor.
    Calibration {
        /// As delivered.
        glucose: crate::Glucose,
    },
    /// An alarm or alert of the device.
    Alarm {
        /// The device's words.
        text: String,
        /// The device's number, when it gave one.
        code: Option<i32>,
        /// It was cleared by the person, rather than raised.
        cleared: bool,
    },
    /// Insulin delivery stopped.
    Suspend {
        /// The device's words.
        reason: String,
    },
    /// Insulin delivery went on.
    Resume,
    /// The loop was switched on or off, or another mode began.
    Mode {
        /// The device's words.
        name: String,
        /// Whether the loop doses by itself in this mode.
        automated: Option<bool>,
    },
    /// Sensor started, stopped, changed, or gave no value.
    Sensor {
        /// The device's words: `start`, `stop`, `change`, `warm-up`, or its error.
        what: String,
    },
    /// Infusion set, reservoir, cannula or tubing.
    SetChange {
        /// `rewind`, `tubing`, `cannula`, `reservoir`, `site`, `battery`.
        what: String,
        /// Insulin used for filling; not a dose.
        units: Option<f64>,
    },
    /// Movement.
    Exercise {
        /// How long.
        duration_ms: Option<Millis>,
        /// How hard, in the sender's words.
        intensity: String,
    },
    /// Blood ketone.
    Ketone {
        /// mmol/L.
        mmol_l: f64,
    },
    /// Words of the person.
    Note {
        /// As written.
        text: String,
    },
    /// The device's clock was set.
    ClockChange {
        /// By how much, in milliseconds (positive: forward).
        by_ms: Millis,
    },
    /// A temporary glucose target or override.
    Target {
        /// mg/dL, when given.
        low: Option<f64>,
        /// mg/dL, when given.
        high: Option<f64>,
        /// How long; 0 ends one.
        duration_ms: Option<Millis>,
        /// In the sender's words.
        reason: String,
    },
    /// Settings of a device or a therapy profile: one JSON object, as text.
    Settings {
        /// The name of the profile, where it has one.
        name: String,
        /// As it came.
        json: String,
    },
    /// What a device said of itself just then.
    Status {
        /// U, by the device's own reckoning.
        on_board: Option<f64>,
        /// g, by the device's own reckoning.
        carbs_on_board: Option<f64>,
        /// U.
        reservoir: Option<f64>,
        /// Percent.
        battery: Option<f64>,
        /// All of it, as it came: one JSON object, as text.
        json: String,
    },
    /// Something else that the sender named.
    Other {
        /// The sender's name for it.
        name: String,
        /// The sender's words.
        text: String,
    },
}

/// An event as a device, app or file brings it.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    /// When, in UTC.
    pub at: Timestamp,
    /// The device's wall clock minus UTC, in minutes.
    pub offset_min: i16,
    /// What.
    pub kind: EventKind,
    /// Which of the delivery's devices (index into its list).
    pub device: Option<u16>,
    /// What else came with it.
    pub given: Option<Box<Given>>,
}

impl NewEvent {
    /// An event with nothing beside it.
    pub fn new(at: Timestamp, offset_min: i16, kind: EventKind) -> Self {
        Self { at, offset_min, kind, device: None, given: None }
    }
}

/// An event as it is kept and shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When, in UTC.
    pub at: Timestamp,
    /// The device's wall clock minus UTC, in minutes.
    pub offset_min: i16,
    /// What.
    pub kind: EventKind,
    /// Where it came from.
    pub from: Provenance,
}

impl Event {
    /// An event that was not stored, from what a file brought.
    pub fn unstored(new: &NewEvent) -> Self {
        Self { at: new.at, offset_min: new.offset_min, kind: new.kind.clone(), from: Provenance::default() }
    }
}

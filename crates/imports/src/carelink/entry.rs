//! One log record of a CareLink device, whichever generation wrote it. A row holds one or two of them.

use crate::wall::Wall;
use glucose::{Glucose, Limit};
use jiff::Timestamp;

/// The part of a bolus that a row tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Normal,
    Square,
    DualNormal,
    DualSquare,
}

impl Part {
    pub fn is_dual(self) -> bool {
        matches!(self, Part::DualNormal | Part::DualSquare)
    }

    pub fn is_square(self) -> bool {
        matches!(self, Part::Square | Part::DualSquare)
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct BolusRow<'t> {
    pub part: Part,
    pub selected: Option<f64>,
    pub delivered: Option<f64>,
    pub duration_ms: Option<i64>,
    pub number: Option<u32>,
    pub source: &'t str,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct WizardRow {
    pub advised: Option<f64>,
    pub carbs: Option<f64>,
    pub exchanges: Option<f64>,
    pub on_board: Option<f64>,
    /// `Delivered`, `Not Delivered`, or not said.
    pub delivered: Option<bool>,
    /// The pump shows targets and sensitivity in manual mode only.
    pub manual_mode: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum TempBasal {
    Rate(f64),
    Percent(f64),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum What<'t> {
    /// A finger value received or typed in, with what the device says of it.
    Finger {
        value: Glucose,
        source: &'t str,
    },
    /// A value used to calibrate the sensor.
    Calibration(Glucose),
    Basal(f64),
    Temp {
        amount: TempBasal,
        duration_ms: i64,
    },
    Bolus(BolusRow<'t>),
    Cancelled {
        number: Option<u32>,
    },
    Wizard(WizardRow),
    Prime {
        kind: &'t str,
        units: Option<f64>,
    },
    Rewind,
    /// The device's word; `NORMAL_PUMPING` and `Resume` end one.
    Suspend(&'t str),
    Alert {
        text: &'t str,
        code: Option<i32>,
    },
    Cleared {
        text: &'t str,
        code: Option<i32>,
    },
    /// A line of the app's log book.
    Marker(&'t str),
    /// Why the sensor gave no value.
    Exception(&'t str),
    /// Devices that were joined, parted or updated.
    Network(&'t str),
    ClockSet(Wall),
    DailyTotal(f64),
}

/// As read: at a wall time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'t> {
    pub wall: Wall,
    pub line: u32,
    pub what: What<'t>,
}

/// A sensor value, as read. Kept apart from the others because there are so many.
#[derive(Clone, Copy, Debug)]
pub(super) struct SensorRow {
    pub wall: Wall,
    pub line: u32,
    pub glucose: Glucose,
    pub limit: Option<Limit>,
}

/// An entry at its instant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sited<'t> {
    pub at: Timestamp,
    pub offset_min: i16,
    pub line: u32,
    pub what: What<'t>,
}

/// What one device logged, oldest first.
#[derive(Default)]
pub(super) struct DeviceLog<'t> {
    pub device: Option<u16>,
    pub entries: Vec<Entry<'t>>,
    pub sensor: Vec<SensorRow>,
    /// Whole days of automatic insulin: midnight, units, line.
    pub auto_days: Vec<(Wall, f64, u32)>,
    /// Basal rows tell the rate that was given, temporary or not (generation 2); else they tell the programmed one.
    pub rates_are_effective: bool,
}

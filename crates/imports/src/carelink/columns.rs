//! What the columns of generation 2 mean, by name. The header is English in every locale.

use crate::{Import, columns::Columns};
use glucose::Unit;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Ignored,
    NewDeviceTime,
    FingerSource,
    Finger,
    Basal,
    TempAmount,
    TempType,
    TempDuration,
    BolusType,
    Selected,
    Delivered,
    BolusDuration,
    PrimeType,
    PrimeVolume,
    Alert,
    Cleared,
    Suspend,
    Rewind,
    Estimate,
    Target,
    Carbs,
    ActiveInsulin,
    WizardStatus,
    Calibration,
    SensorGlucose,
    Marker,
    BolusNumber,
    Cancellation,
    BolusSource,
    Network,
    Exception,
    DailyTotal,
}

const NAMES: &[(&str, Role)] = &[
    ("index", Role::Ignored),
    ("date", Role::Ignored),
    ("time", Role::Ignored),
    ("timestamp", Role::Ignored),
    ("new device time", Role::NewDeviceTime),
    ("bg source", Role::FingerSource),
    ("bg reading", Role::Finger),
    ("linked bg meter id", Role::Ignored),
    ("basal rate", Role::Basal),
    ("temp basal amount", Role::TempAmount),
    ("temp basal type", Role::TempType),
    ("temp basal duration", Role::TempDuration),
    ("bolus type", Role::BolusType),
    ("bolus volume selected", Role::Selected),
    ("bolus volume delivered", Role::Delivered),
    ("bolus duration", Role::BolusDuration),
    ("programmed bolus duration", Role::BolusDuration),
    ("prime type", Role::PrimeType),
    ("prime volume delivered", Role::PrimeVolume),
    ("estimated reservoir volume after fill", Role::Ignored),
    ("alarm", Role::Alert),
    ("alert", Role::Alert),
    ("user cleared alerts", Role::Cleared),
    ("suspend", Role::Suspend),
    ("rewind", Role::Rewind),
    ("bwz estimate", Role::Estimate),
    ("bwz target high bg", Role::Target),
    ("bwz target low bg", Role::Ignored),
    ("bwz carb ratio", Role::Ignored),
    ("bwz insulin sensitivity", Role::Ignored),
    ("bwz carb input", Role::Carbs),
    ("bwz bg input", Role::Ignored),
    ("bwz bg/sg input", Role::Ignored),
    ("bwz correction estimate", Role::Ignored),
    ("bwz food estimate", Role::Ignored),
    ("bwz active insulin", Role::ActiveInsulin),
    ("bwz status", Role::WizardStatus),
    ("sensor calibration bg", Role::Calibration),
    ("sensor glucose", Role::SensorGlucose),
    ("isig value", Role::Ignored),
    ("event marker", Role::Marker),
    ("bolus number", Role::BolusNumber),
    ("bolus cancellation reason", Role::Cancellation),
    ("bwz unabsorbed insulin total", Role::Ignored),
    ("final bolus estimate", Role::Ignored),
    ("scroll step size", Role::Ignored),
    ("insulin action curve time", Role::Ignored),
    ("sensor calibration rejected reason", Role::Ignored),
    ("preset bolus", Role::Ignored),
    ("bolus source", Role::BolusSource),
    ("ble network device", Role::Network),
    ("device update event", Role::Network),
    ("network device associated reason", Role::Network),
    ("network device disassociated reason", Role::Network),
    ("network device disconnected reason", Role::Network),
    ("sensor exception", Role::Exception),
    ("preset temp basal name", Role::Ignored),
    ("sensor state", Role::Ignored),
    ("daily insulin total", Role::DailyTotal),
];

/// One section's header.
pub(super) struct Header {
    pub names: Columns,
    pub roles: Vec<Role>,
    pub date: usize,
    pub time: usize,
    finger_unit: Unit,
    calibration_unit: Unit,
    pub sensor_unit: Unit,
    pub carbs_are_exchanges: bool,
}

impl Header {
    /// `None` when the columns without which nothing can be read are missing.
    pub fn of(names: Columns, import: &mut Import) -> Option<Self> {
        let roles: Vec<Role> = (0..names.len()).map(|index| role_of(names.key(index))).collect();
        let known: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
        import.remark_unknown_columns(&names.unknown(&known));
        let unit = |name: &str| names.find(name).and_then(|index| names.glucose_unit(index)).unwrap_or_default();
        let carb_unit = names.find("bwz carb input").and_then(|index| names.unit(index)).unwrap_or_default();
        Some(Self {
            date: names.find("date")?,
            time: names.find("time")?,
            finger_unit: unit("bg reading"),
            calibration_unit: unit("sensor calibration bg"),
            sensor_unit: unit("sensor glucose"),
            carbs_are_exchanges: carb_unit.to_ascii_lowercase().starts_with("ex"),
            roles,
            names,
        })
    }

    /// The unit of a column that holds a glucose value from a finger.
    pub fn unit_of(&self, role: Role) -> Unit {
        if role == Role::Calibration { self.calibration_unit } else { self.finger_unit }
    }

    /// The name of a role's column, as the file has it.
    pub fn name_of(&self, role: Role) -> &str {
        self.roles.iter().position(|one| *one == role).map_or("", |index| self.names.name(index))
    }
}

fn role_of(key: &str) -> Role {
    NAMES.iter().find(|(name, _)| *name == key).map_or(Role::Ignored, |(_, role)| *role)
}

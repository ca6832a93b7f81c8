//! The devices that a simulated person wears.

/// What kind of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SimulatedDeviceKind {
    /// Gives insulin.
    Pump,
    /// Measures all the time.
    Sensor,
    /// Measures from a finger.
    Meter,
}

/// A device as a delivery names it; data refer to it by its place in [`crate::Life::devices`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimulatedDevice {
    /// Maker and model: invented ones.
    pub name: &'static str,
    /// Its number.
    pub serial: String,
    /// What it is.
    pub kind: SimulatedDeviceKind,
}

/// Places in the list.
pub(crate) const SENSOR: u16 = 0;
pub(crate) const METER: u16 = 1;
pub(crate) const FIRST_PUMP: u16 = 2;
pub(crate) const SECOND_PUMP: u16 = 3;

pub(crate) fn of(seed: u64) -> Vec<SimulatedDevice> {
    let device = |name, kind, salt: u64| SimulatedDevice {
        name,
        serial: format!("SIM{:06}", (seed.wrapping_mul(2_654_435_761) ^ salt.wrapping_mul(97_613)) % 1_000_000),
        kind,
    };
    vec![
        device("Demo sensor", SimulatedDeviceKind::Sensor, 1),
        device("Demo meter", SimulatedDeviceKind::Meter, 2),
        device("Demo pump", SimulatedDeviceKind::Pump, 3),
        device("Demo pump 2", SimulatedDeviceKind::Pump, 4),
    ]
}

//! A finger value comes as up to five rows of one value within seconds. Together they are one reading, and one
//! calibration when the sensor was given it.

use super::entry::{Sited, What};
use crate::Import;
use glucose::{EventKind, Glucose, NewEvent, NewReading};

/// Rows of one value so near are one measurement.
const TOGETHER_MS: i64 = 60_000;
/// What came of a calibration may take this long.
const CALIBRATED_MS: i64 = 5 * 60_000;

struct Group {
    value: Glucose,
    first_ms: i64,
    last_ms: i64,
    reading: NewReading,
    calibration: Option<NewEvent>,
}

/// `has_sensor`: pumps without a sensor write calibration values all the same; nothing is calibrated then.
pub(super) fn join(sited: &[Sited<'_>], has_sensor: bool, import: &mut Import) {
    let mut groups: Vec<Group> = Vec::new();
    for one in sited {
        let (value, calibrates) = match one.what {
            What::Finger { value, source } => (value, is_calibration(source)),
            What::Calibration(value) => (value, true),
            _ => continue,
        };
        let at_ms = one.at.as_millisecond();
        let near = |group: &&mut Group| {
            group.value == value
                && (at_ms - group.last_ms <= TOGETHER_MS || (calibrates && at_ms - group.first_ms <= CALIBRATED_MS))
        };
        let calibration = (calibrates && has_sensor)
            .then(|| NewEvent::new(one.at, one.offset_min, EventKind::Calibration { glucose: value }));
        match groups.iter_mut().rev().take(8).find(near) {
            Some(group) => {
                group.last_ms = at_ms;
                group.calibration = group.calibration.take().or(calibration);
            }
            None => groups.push(Group {
                value,
                first_ms: at_ms,
                last_ms: at_ms,
                reading: NewReading::meter(one.at, one.offset_min, value),
                calibration,
            }),
        }
    }
    for group in groups {
        import.readings.push(group.reading);
        import.events.extend(group.calibration);
    }
}

fn is_calibration(source: &str) -> bool {
    source == "BG_SENT_FOR_CALIB" || source == "ENTERED_IN_SENSOR_CALIB" || source.starts_with("BG_SI_")
}

//! Finger values. One that the sensor was given comes as a value and as a calibration, up to minutes apart.

use super::{
    Gather, Message, Node,
    markers::{is_at_edge, values_of},
};
use glucose::{EventKind, Glucose, NewEvent, NewReading, Unit};
use jiff::Timestamp;

/// A value and a calibration of one amount so near are one measurement.
const TOGETHER_MS: i64 = 5 * 60_000;

struct Finger {
    at: Timestamp,
    offset_min: i16,
    glucose: Glucose,
    /// Whether the sensor took it, where it was given.
    calibrates: Option<bool>,
    /// What it belongs to may be older than the message's day: read from an earlier message then.
    is_at_edge: bool,
}

pub(super) fn read(message: &Message<'_, '_>, gather: &mut Gather<'_>) {
    let mut fingers: Vec<Finger> = Vec::new();
    for marker in message.data.list("markers") {
        fingers.extend(message.finger(marker, gather));
    }
    fingers.sort_by_key(|finger| (finger.at, finger.calibrates.is_some()));
    let mut taken: Vec<(Timestamp, Glucose)> = Vec::new();
    for finger in fingers {
        if finger.calibrates == Some(true) {
            let kind = EventKind::Calibration { glucose: finger.glucose };
            gather.event(NewEvent { device: message.device, ..NewEvent::new(finger.at, finger.offset_min, kind) });
        }
        if finger.calibrates.is_some() && (finger.is_at_edge || is_taken(&taken, &finger)) {
            continue;
        }
        taken.push((finger.at, finger.glucose));
        let reading = NewReading::meter(finger.at, finger.offset_min, finger.glucose);
        gather.reading(NewReading { device: message.device, ..reading });
    }
}

fn is_taken(taken: &[(Timestamp, Glucose)], finger: &Finger) -> bool {
    let since = |at: Timestamp| finger.at.as_millisecond() - at.as_millisecond();
    let near = taken.iter().rev().take_while(|(at, _)| since(*at) <= TOGETHER_MS);
    near.into_iter().any(|(_, glucose)| *glucose == finger.glucose)
}

impl Message<'_, '_> {
    fn finger(&self, marker: Node<'_>, gather: &mut Gather<'_>) -> Option<Finger> {
        let values = values_of(marker);
        let calibrates = match marker.text("type")? {
            "BG_READING" | "BG" => None,
            "CALIBRATION" => Some(values.flag("calibrationSuccess").unwrap_or(true)),
            _ => return None,
        };
        if self.clock.is_before(marker, None) {
            return None;
        }
        let value = values.first_number(&["unitValue", "value"])?;
        let unit = match values.first_text(&["bgUnits", "bgunits"]) {
            Some(unit) if unit.contains("MMOL") => Unit::MmolL,
            Some(_) => Unit::MgDl,
            None => self.unit_of(value),
        };
        let (at, offset_min) = self.clock.place(marker, gather)?;
        let glucose = Glucose::new(value, unit)?;
        Some(Finger { at, offset_min, glucose, calibrates, is_at_edge: is_at_edge(self, marker) })
    }
}

//! CareLink's message for care partners: the last day of a pump, and its state. Three forms: of 2015 (times in words), of
//! 2021 (flat markers), and of today (`patientData`, markers with `data.dataValues`, numbers often as strings).
//!
//! All times in it are the pump's wall clock, whatever zone they name.

mod fingers;
mod markers;
mod pump_clock;
mod sensor;
mod state;

use super::{Refused, gather::Gather, node::Node};
use crate::{DeviceKind, iso};
use glucose::Unit;
use jiff::Timestamp;
use pump_clock::PumpClock;

/// What every part of the message is read with.
struct Message<'m, 'z> {
    data: Node<'m>,
    clock: PumpClock<'z>,
    /// The account shows mmol/L.
    is_mmol: bool,
    device: Option<u16>,
}

pub(super) fn read(text: &str, gather: &mut Gather<'_>) -> Result<(), Refused> {
    let answer = gather.json(text)?;
    let root = Node(&answer);
    let data = root.get("patientData").unwrap_or(root);
    if !["sgs", "lastSG", "markers"].iter().any(|key| data.get(key).is_some()) {
        let code = ["status", "error", "errorCode"].iter().find_map(|key| root.code(key));
        return Err(code.map_or_else(|| gather.no_values(), |code| gather.said(code)));
    }
    gather.heard_at = heard_at(data);
    if data.flag("conduitMedicalDeviceInRange") == Some(false) {
        gather.remark("The pump is out of the phone's range. Its times cannot be trusted then: nothing was taken.");
        return Ok(());
    }
    let message = Message {
        data,
        clock: PumpClock::new(data, gather),
        is_mmol: data.first_text(&["bgUnits", "bgunits"]).is_some_and(|unit| unit.contains("MMOL")),
        device: device(data, gather),
    };
    sensor::read(&message, gather);
    markers::read(&message, gather);
    fingers::read(&message, gather);
    state::read(&message, gather);
    message.clock.remarks(gather);
    Ok(())
}

/// When the server last heard from the pump. Zero is never.
fn heard_at(data: Node<'_>) -> Option<Timestamp> {
    const NAMES: [&str; 3] =
        ["lastMedicalDeviceDataUpdateServerTime", "lastConduitUpdateServerDateTime", "lastConduitUpdateServerTime"];
    NAMES.iter().find_map(|name| instant(data, name))
}

/// Milliseconds of UTC.
fn instant(data: Node<'_>, name: &str) -> Option<Timestamp> {
    iso::from_epoch(data.number(name)?).filter(|at| !iso::is_bogus(*at))
}

fn device(data: Node<'_>, gather: &mut Gather<'_>) -> Option<u16> {
    let about = data.get("medicalDeviceInformation").unwrap_or(data);
    let model = about.first_text(&["modelNumber", "pumpModelNumber"]);
    let name = model.or_else(|| data.text("medicalDeviceFamily")).unwrap_or("pump");
    let serial = about.first_text(&["deviceSerialNumber", "medicalDeviceSerialNumber"]);
    let name: String = format!("MiniMed {name}").chars().take(64).collect();
    let is_pump = data.text("medicalDeviceFamily") != Some("GUARDIAN");
    gather.device(
        &name,
        serial.filter(|serial| serial.len() <= 64),
        if is_pump { DeviceKind::Pump } else { DeviceKind::Sensor },
    )
}

impl Message<'_, '_> {
    /// Accounts in mmol/L get sensor values in mg/dL all the same, and finger values in either.
    fn unit_of(&self, value: f64) -> Unit {
        const MOST_MMOL_L: f64 = 35.0;
        if self.is_mmol && value <= MOST_MMOL_L { Unit::MmolL } else { Unit::MgDl }
    }
}

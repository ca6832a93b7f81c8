//! Which devices the objects name; uploads tell their names and serials, before or after.

use crate::{Device, DeviceKind, Import, json::Fields};
use serde_json::Value;
use std::collections::HashMap;

#[derive(Default)]
pub(super) struct Devices {
    by_id: HashMap<String, Option<u16>>,
}

impl Devices {
    /// An upload says what its device is.
    pub fn learn(&mut self, fields: &Fields, import: &mut Import) {
        let makers = names(fields, "deviceManufacturers");
        let model = fields.look_text(&["deviceModel"]).unwrap_or_default();
        let name = format!("{} {model}", makers.first().copied().unwrap_or_default()).trim().to_owned();
        let serial = fields.look_text(&["deviceSerialNumber"]).map(str::to_owned);
        let kind = kind_of(&names(fields, "deviceTags"));
        let Some(id) = fields.look_text(&["deviceId"]) else { return };
        if name.is_empty() {
            return;
        }
        match self.by_id.get(id).copied().flatten() {
            Some(index) => import.devices[usize::from(index)] = Device { name, serial, kind },
            None => {
                let index = import.device(&name, serial.as_deref(), kind);
                self.by_id.insert(id.to_owned(), index);
            }
        }
    }

    /// The device of an object: by its id, or by what a phone's health store said of it.
    pub fn of(&mut self, fields: &Fields, datum: &str, import: &mut Import) -> Option<u16> {
        let phone = || fields.look_text(&["origin", "payload", "device", "name"]);
        let id = fields.look_text(&["deviceId"]).or_else(phone)?;
        if let Some(index) = self.by_id.get(id) {
            return *index;
        }
        let kind = match datum {
            "cbg" => DeviceKind::Sensor,
            "smbg" | "bloodKetone" => DeviceKind::Meter,
            "basal" | "bolus" | "wizard" | "pumpSettings" => DeviceKind::Pump,
            _ => DeviceKind::Unknown,
        };
        let index = import.device(id, None, kind);
        self.by_id.insert(id.to_owned(), index);
        index
    }
}

fn names<'f>(fields: &'f Fields, key: &str) -> Vec<&'f str> {
    let list = fields.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).collect()
}

fn kind_of(tags: &[&str]) -> DeviceKind {
    let has = |tag: &str| tags.contains(&tag);
    if has("insulin-pump") {
        DeviceKind::Pump
    } else if has("cgm") {
        DeviceKind::Sensor
    } else if has("bgm") {
        DeviceKind::Meter
    } else {
        DeviceKind::Unknown
    }
}

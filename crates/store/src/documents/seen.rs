//! What of a document may be seen, and under which names it is found. Pure.
//!
//! **Invariant:** whoever sees every kind of data gets a document as it was sent; everybody else gets fields of the kinds
//! that were granted and no others, so that a field nobody here knows is never shown to more people than was meant
//! (`tests/it/documents.rs`).

use super::{Document, Entry};
use crate::chunk::{Collection, DocumentDatum};
use serde_json::{Map, Value};
use sharing::Visibility;

/// Fields that say when, by whom and under which id, and nothing of what.
const FRAME: &[&str] = &[
    "_id",
    "identifier",
    "created_at",
    "date",
    "dateString",
    "sysTime",
    "timestamp",
    "mills",
    "utcOffset",
    "srvCreated",
    "srvModified",
    "subject",
    "modifiedBy",
    "isValid",
    "isReadOnly",
    "app",
    "enteredBy",
    "uuid",
    "NSCLIENT_ID",
    "type",
];
const INSULIN: &[&str] = &[
    "insulin",
    "absolute",
    "rate",
    "percent",
    "duration",
    "durationInMilliseconds",
    "endmills",
    "splitNow",
    "splitExt",
    "relative",
    "enteredinsulin",
    "programmed",
    "unabsorbed",
    "insulinType",
    "insulinInjections",
    "bolusType",
    "automatic",
    "isSMB",
    "amount",
    "temp",
];
const CARBS: &[&str] = &["carbs", "protein", "fat", "foodType", "absorptionTime", "carbsReq"];
const NOTES: &[&str] = &["notes", "reason", "exercise", "steps", "bpm"];
const DEVICES: &[&str] = &[
    "device",
    "pumpId",
    "pumpType",
    "pumpSerial",
    "endId",
    "targetTop",
    "targetBottom",
    "units",
    "glucose",
    "glucoseType",
    "sensorCode",
    "transmitterId",
];
/// What a sensor value may come with, which tells of the sensor alone.
const SENSOR: &[&str] = &[
    "_id",
    "identifier",
    "device",
    "date",
    "dateString",
    "sysTime",
    "utcOffset",
    "type",
    "direction",
    "delta",
    "noise",
    "filtered",
    "unfiltered",
    "rssi",
    "trend",
    "trendRate",
    "glucose",
    "isValid",
    "app",
    "rawbg",
    "state",
];

/// The document, or what is left of it, with this visibility.
pub(super) fn document(mut document: Document, visible: Visibility) -> Option<Document> {
    if visible == Visibility::ALL {
        return Some(document);
    }
    let fields = fields(&document.json)?;
    document.json = shown(document.collection, fields, visible)?;
    Some(document)
}

fn shown(collection: Collection, fields: Map<String, Value>, visible: Visibility) -> Option<String> {
    let kept = match collection {
        Collection::Treatments => treatment(fields, visible)?,
        Collection::DeviceStatus => status(fields, visible)?,
        Collection::Food if visible.carbs => fields,
        Collection::Activity if visible.notes => fields,
        Collection::Entries => only(fields, |name| SENSOR.contains(&name) || FRAME.contains(&name)),
        // A profile tells insulin, carbohydrate and the device's settings all at once.
        Collection::Profile if visible.devices && visible.insulin && visible.carbs => fields,
        Collection::Profile | Collection::Food | Collection::Activity | Collection::Settings => return None,
    };
    serde_json::to_string(&kept).ok()
}

fn treatment(fields: Map<String, Value>, visible: Visibility) -> Option<Map<String, Value>> {
    let granted = |name: &str| {
        visible.insulin && INSULIN.contains(&name)
            || visible.carbs && CARBS.contains(&name)
            || visible.notes && NOTES.contains(&name)
            || visible.devices && DEVICES.contains(&name)
    };
    let told = |name: &str, value: &Value| granted(name) && !value.is_null();
    if !fields.iter().any(|(name, value)| told(name, value) && name != "duration" && name != "device") {
        return None;
    }
    let kind = [("insulin", "Correction Bolus"), ("absolute", "Temp Basal"), ("carbs", "Carb Correction")];
    let kind =
        kind.iter().find(|(name, _)| fields.contains_key(*name) && granted(name)).map_or("Note", |(_, kind)| kind);
    let mut kept = only(fields, |name| FRAME.contains(&name) && name != "enteredBy" || granted(name));
    // The name of the whole may tell of what is not shown.
    kept.insert("eventType".to_owned(), kind.into());
    Some(kept)
}

fn status(fields: Map<String, Value>, visible: Visibility) -> Option<Map<String, Value>> {
    if !visible.devices {
        return None;
    }
    let mut kept = only(fields, |name| {
        FRAME.contains(&name) || ["device", "uploader", "uploaderBattery", "isCharging", "pump"].contains(&name)
    });
    // Of a pump only what says nothing of the insulin in it.
    if let Some(Value::Object(pump)) = kept.get_mut("pump") {
        pump.retain(|name, _| ["clock", "battery", "status", "manufacturer", "model"].contains(&name.as_str()));
    }
    Some(kept)
}

fn only(fields: Map<String, Value>, keep: impl Fn(&str) -> bool) -> Map<String, Value> {
    fields.into_iter().filter(|(name, _)| keep(name)).collect()
}

/// The entry, with what may be seen of what came beside it.
pub(super) fn entry(mut entry: Entry, visible: Visibility) -> Entry {
    if visible != Visibility::ALL {
        let kept = entry.fields.as_deref().and_then(fields).map(|fields| only(fields, |name| SENSOR.contains(&name)));
        entry.fields = kept.and_then(|kept| serde_json::to_string(&kept).ok());
    }
    entry
}

fn fields(json: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(json).ok()
}

/// Under what a document's day is found: its id, and what it calls itself.
pub(crate) fn names<const SHELF: u8>(document: &DocumentDatum<SHELF>) -> Vec<String> {
    let mut names: Vec<String> = document.common.given_id().map(str::to_owned).into_iter().collect();
    for name in own_names(&document.json) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.into_iter().map(|name| name_in(document.collection, &name)).collect()
}

/// Ids of different collections may be the same.
pub(super) fn name_in(collection: Collection, name: &str) -> String {
    format!("{} {name}", collection.number())
}

/// Whether a document is known by this name.
pub(super) fn is_named<const SHELF: u8>(document: &DocumentDatum<SHELF>, name: &str) -> bool {
    document.common.given_id() == Some(name)
        || document.json.contains(name) && own_names(&document.json).contains(&name.to_owned())
}

fn own_names(json: &str) -> Vec<String> {
    let Some(fields) = fields(json) else { return Vec::new() };
    ["_id", "identifier"].iter().filter_map(|name| fields.get(*name)?.as_str().map(str::to_owned)).collect()
}

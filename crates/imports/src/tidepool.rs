//! Tidepool's data as JSON: glucose always in mmol/L, times in UTC with the device's offset beside them.
//!
//! Ids are not kept: the same datum comes from several uploads with different ones, so its content is what it is.

mod devices;
mod events;
mod insulin;

use crate::{Context, Format, Import, Refused, iso::Iso, iso::Offsets, json, json::Fields, json::Peek};
use devices::Devices;
use glucose::{EventKind, Given, Glucose, Limit, MG_DL_PER_MMOL_L, NewEvent, NewReading, Unit};
use jiff::Timestamp;
use std::collections::HashSet;

/// Strings of which one stands on every line at which such an export begins.
pub(crate) const MARKS: &[&str] = &["[{\""];

const KINDS: &[&str] = &[
    "cbg",
    "smbg",
    "basal",
    "bolus",
    "wizard",
    "food",
    "physicalActivity",
    "deviceEvent",
    "pumpSettings",
    "cgmSettings",
    "upload",
    "bloodKetone",
    "insulin",
    "reportedState",
    "water",
    "dosingDecision",
    "controllerStatus",
    "controllerSettings",
    "pumpStatus",
];

/// Whether a line is where such an export begins.
pub(crate) fn begins(line: &str) -> bool {
    let start = line.trim_start();
    start.starts_with('[') && recognises(start)
}

/// Whether the beginning of a text looks like this format.
pub(crate) fn recognises(head: &str) -> bool {
    let peek = Peek::at(head);
    peek.says("type", KINDS) && peek.has_any(&["uploadId", "deviceTime", "deviceId"]) && peek.has("time")
}

pub(crate) fn read(text: &str, cx: &mut Context<'_>) -> Result<Import, Refused> {
    let mut reader = Reader {
        import: Import::new(Format::Tidepool),
        offsets: Offsets::new(cx.zone),
        devices: Devices::default(),
        calculated: HashSet::new(),
        boluses: Vec::new(),
        left_out: 0,
        number: 0,
    };
    json::each(text, Format::Tidepool, cx, |number, value| {
        reader.number = number;
        reader.import.rows += 1;
        match Fields::of(value) {
            Some(fields) => reader.take(fields),
            None => reader.problem("", "This element is no JSON object."),
        }
    })?;
    Ok(reader.finished())
}

struct Reader<'z> {
    import: Import,
    offsets: Offsets<'z>,
    devices: Devices,
    /// Ids of boluses that a calculator asked for.
    calculated: HashSet<String>,
    /// Where boluses stand among the events, with their ids.
    boluses: Vec<(usize, String)>,
    left_out: usize,
    /// Number of the object, for problems.
    number: usize,
}

/// One object with what every one has.
struct Datum {
    at: Timestamp,
    offset_min: i16,
    device: Option<u16>,
    fields: Fields,
}

impl Reader<'_> {
    fn take(&mut self, mut fields: Fields) {
        let Some(kind) = fields.text("type") else {
            return self.problem("type", "This object does not say what it is.");
        };
        if kind == "upload" {
            return self.devices.learn(&fields, &mut self.import);
        }
        let time = fields.look_text(&["time"]).and_then(Iso::parse);
        let Some(at) = time.and_then(|time| Iso { offset: time.offset.or(Some(0)), ..time }.instant()) else {
            return self.problem("time", "This is no time.");
        };
        if crate::iso::is_bogus(at) {
            return self.import.quarantine(self.number, "time", "This date cannot be right: no clock had been set.");
        }
        let stated = fields.look_number(&["timezoneOffset"]).filter(|minutes| minutes.abs() <= 1080.0);
        let offset_min = stated.map_or_else(|| self.offsets.at(at), |minutes| minutes as i16);
        let device = self.devices.of(&fields, &kind, &mut self.import);
        self.take_kind(&kind, Datum { at, offset_min, device, fields });
    }

    fn take_kind(&mut self, kind: &str, datum: Datum) {
        match kind {
            "cbg" | "smbg" => self.take_glucose(kind, &datum),
            "basal" => self.take_basal(&datum),
            "bolus" => self.take_bolus(&datum),
            "wizard" => self.take_wizard(&datum),
            "insulin" => self.take_injection(&datum),
            "food" => self.take_food(datum),
            "physicalActivity" => self.take_activity(&datum),
            "bloodKetone" => self.take_ketone(&datum),
            "deviceEvent" => self.take_device_event(&datum),
            "pumpSettings" | "cgmSettings" => self.take_settings(kind, datum),
            "reportedState" => self.take_reported(&datum),
            known if KINDS.contains(&known) => self.left_out += 1,
            _ => self.problem("type", "This kind of object is not known."),
        }
    }

    fn take_glucose(&mut self, kind: &str, datum: &Datum) {
        let Some(glucose) = datum.fields.look_number(&["value"]).and_then(glucose_of) else {
            return self.problem("value", "This is no glucose value.");
        };
        let reading = match kind {
            "cbg" => NewReading::cgm(datum.at, datum.offset_min, glucose),
            _ => NewReading::meter(datum.at, datum.offset_min, glucose),
        };
        self.import.readings.push(NewReading { limit: limit_of(&datum.fields), device: datum.device, ..reading });
    }

    fn problem(&mut self, field: &str, why: &str) {
        self.import.problem(self.number, field, why);
    }

    fn emit(&mut self, datum: &Datum, kind: EventKind) {
        self.emit_at(datum, datum.at, kind, None);
    }

    fn emit_at(&mut self, datum: &Datum, at: Timestamp, kind: EventKind, fields: Option<String>) {
        let given = fields.map(|fields| Box::new(Given { fields: Some(fields), ..Given::default() }));
        self.import.events.push(NewEvent { at, offset_min: datum.offset_min, kind, device: datum.device, given });
    }

    fn finished(mut self) -> Import {
        self.name_origins();
        if self.left_out > 0 {
            self.import.remark(format!("Objects on the inner working of a loop, left out: {}.", self.left_out));
        }
        self.drop_repeats();
        self.import
    }

    /// What came through several uploads is one datum, whichever device it names.
    fn drop_repeats(&mut self) {
        let held = self.import.readings.len();
        let mut seen = HashSet::with_capacity(held);
        self.import.readings.retain(|reading| seen.insert((reading.at, reading.kind, reading.glucose)));
        let repeats = held - self.import.readings.len();
        if repeats > 0 {
            self.import.remark(format!("Readings that came through more than one upload, taken once: {repeats}."));
        }
    }
}

/// Values are in mmol/L whatever the device showed. The image of a whole mg/dL is that; a step of 0.1 mmol/L is one.
fn glucose_of(mmol_l: f64) -> Option<Glucose> {
    let tenths = mmol_l * 10.0;
    let mg_dl = mmol_l * MG_DL_PER_MMOL_L;
    let is_native = (tenths - tenths.round()).abs() < 1e-6;
    if !is_native && (mg_dl - mg_dl.round()).abs() <= 0.01 {
        return Glucose::new(mg_dl.round(), Unit::MgDl);
    }
    Glucose::new(mmol_l, Unit::MmolL)
}

fn limit_of(fields: &Fields) -> Option<Limit> {
    let annotations = fields.get("annotations")?.as_array()?;
    let out = annotations.iter().find(|note| note.get("code").and_then(|c| c.as_str()) == Some("bg/out-of-range"))?;
    match out.get("value")?.as_str()? {
        "low" => Some(Limit::Below),
        "high" => Some(Limit::Above),
        _ => None,
    }
}

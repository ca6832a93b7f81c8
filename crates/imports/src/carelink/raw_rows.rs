//! One row of generation 1 becomes a log entry. About 120 raw types exist; those not named here are skipped quietly.

use super::{
    entry::{BolusRow, Part, SensorRow, TempBasal, What, WizardRow},
    order::Place,
    rows::{alert_code, amount, not_a},
};
use crate::{
    Import,
    columns::Columns,
    number,
    table::Row,
    wall::{DateOrder, Wall, parse_duration},
};
use glucose::{Glucose, Limit, Unit};

/// Column indexes. The public columns are a projection of `Raw-Type` and `Raw-Values`.
pub(super) struct RawColumns {
    pub date: usize,
    time: usize,
    pub device: Option<usize>,
    raw_type: usize,
    raw_values: usize,
    upload: Option<usize>,
    seq: Option<usize>,
    names: Columns,
    unit: Unit,
}

impl RawColumns {
    pub fn of(names: Columns, import: &mut Import) -> Option<Self> {
        import.remark_unknown_columns(&names.unknown(KNOWN));
        let unit_of = |name: &str| names.find(name).and_then(|index| names.glucose_unit(index));
        Some(Self {
            date: names.find("date")?,
            time: names.find("time")?,
            device: names.find("raw-device type"),
            raw_type: names.find("raw-type")?,
            raw_values: names.find("raw-values")?,
            upload: names.find("raw-upload id"),
            seq: names.find("raw-seq num"),
            unit: unit_of("sensor glucose").or(unit_of("bg reading")).unwrap_or_default(),
            names,
        })
    }

    pub fn wall(&self, row: &Row<'_>, order: DateOrder) -> Option<Wall> {
        Wall::parse(order, row.get(self.date), row.get(self.time))
    }

    pub fn width(&self) -> usize {
        self.names.len()
    }
}

const KNOWN: &[&str] = &[
    "index",
    "date",
    "time",
    "timestamp",
    "new device time",
    "bg reading",
    "linked bg meter id",
    "temp basal amount",
    "temp basal type",
    "temp basal duration",
    "bolus type",
    "bolus volume selected",
    "bolus volume delivered",
    "programmed bolus duration",
    "bolus duration",
    "prime type",
    "prime volume delivered",
    "suspend",
    "rewind",
    "bwz estimate",
    "bwz target high bg",
    "bwz target low bg",
    "bwz carb ratio",
    "bwz insulin sensitivity",
    "bwz carb input",
    "bwz bg input",
    "bwz correction estimate",
    "bwz food estimate",
    "bwz active insulin",
    "alarm",
    "sensor calibration bg",
    "sensor glucose",
    "isig value",
    "daily insulin total",
    "raw-type",
    "raw-values",
    "raw-id",
    "raw-upload id",
    "raw-seq num",
    "raw-device type",
];

pub(super) struct RawRow<'r, 't> {
    pub row: &'r Row<'t>,
    pub columns: &'r RawColumns,
    pub order: DateOrder,
}

impl<'t> RawRow<'_, 't> {
    pub fn place(&self) -> Place {
        let number = |column: Option<usize>| self.row.at(column).parse::<i64>().unwrap_or(0);
        Place { upload: number(self.columns.upload).unsigned_abs(), seq: number(self.columns.seq) }
    }

    fn kind(&self) -> &'t str {
        self.row.get(self.columns.raw_type)
    }

    /// The cell of a public column.
    fn cell(&self, name: &str) -> &'t str {
        self.row.at(self.columns.names.find(name))
    }

    /// A value inside `Raw-Values`: `AMOUNT=99, ORIGIN_TYPE=rf`.
    fn raw(&self, key: &str) -> &'t str {
        let pairs = self.row.get(self.columns.raw_values).split(", ");
        pairs.filter_map(|pair| pair.split_once('=')).find_map(|(k, v)| (k == key).then_some(v)).unwrap_or_default()
    }

    /// A public cell, or the raw value when the cell is empty.
    fn either(&self, name: &str, key: &str) -> &'t str {
        let cell = self.cell(name);
        if cell.is_empty() { self.raw(key) } else { cell }
    }

    pub fn sensor(&self, wall: Wall, line: u32, import: &mut Import) -> Option<SensorRow> {
        let limit = match self.kind() {
            "GlucoseSensorData" => None,
            "GlucoseSensorDataLow" => Some(Limit::Below),
            "GlucoseSensorDataHigh" => Some(Limit::Above),
            _ => return None,
        };
        let glucose = self.glucose("sensor glucose", import)?;
        Some(SensorRow { wall, line, glucose, limit })
    }

    /// The sensor log's copy of a calibration.
    pub fn sensor_calibration(&self) -> Option<Glucose> {
        (self.kind() == "CalBGForGH").then(|| number::glucose(self.raw("AMOUNT"), Unit::MgDl)).flatten()
    }

    pub fn what(&self, import: &mut Import) -> Option<What<'t>> {
        match self.kind() {
            "BGReceived" | "BGCapturedOnPump" => {
                Some(What::Finger { value: self.glucose("bg reading", import)?, source: "" })
            }
            "CalBGForPH" => Some(What::Calibration(self.glucose("sensor calibration bg", import)?)),
            "BolusNormal" | "BolusSquare" => self.bolus(import),
            "BolusWizardBolusEstimate" => Some(self.wizard()),
            "BasalProfileStart" => Some(What::Basal(self.number("RATE", self.raw("RATE"), import)?)),
            "ChangeTempBasal" | "ChangeTempBasalPercent" => self.temp(import),
            "ResultDailyTotal" => {
                let text = self.raw("AMOUNT");
                let text = if text.is_empty() { self.cell("daily insulin total") } else { text };
                Some(What::DailyTotal(self.number("Daily Insulin Total (U)", text, import)?))
            }
            "Prime" => {
                let units = amount(self.either("prime volume delivered", "AMOUNT"));
                Some(What::Prime { kind: self.either("prime type", "PRIME_TYPE"), units })
            }
            "Rewind" => Some(What::Rewind),
            "ChangeSuspendEnable" | "ChangeSuspendState" => Some(self.suspend()),
            "ChangeTime" => self.clock_set(import),
            kind => self.notice(kind),
        }
    }

    /// Alarms, and what the sensor said instead of a value.
    fn notice(&self, kind: &str) -> Option<What<'t>> {
        let said = |key: &str, otherwise: &'t str| {
            let text = self.raw(key);
            What::Exception(if text.is_empty() { otherwise } else { text })
        };
        Some(match kind {
            "AlarmPump" | "AlarmSensor" => self.alarm(),
            "ClearAlarm" => What::Cleared { text: "", code: self.raw("ALARM_TYPE").parse().ok() },
            "JournalEntryPumpLowReservoir" => What::Alert { text: "Low reservoir", code: None },
            "JournalEntryPumpLowBattery" => What::Alert { text: "Low battery", code: None },
            "JournalEntryExerciseMarker" => What::Marker("Exercise"),
            "SensorError" => said("ERROR_TYPE", "error"),
            "SensorStatus" => said("STATUS_TYPE", "status"),
            "SensorWeakSignal" => What::Exception("weak signal"),
            "SensorPacket" if self.raw("PACKET_TYPE") == "init" => What::Exception("SENSOR_INIT_CODE"),
            "SensorSync" if self.raw("SYNC_TYPE") == "new" => What::Exception("start"),
            _ => return None,
        })
    }

    /// `No Delivery (4)` is `No Delivery`, code 4.
    fn alarm(&self) -> What<'t> {
        let cell = self.cell("alarm");
        let code = alert_code(cell).or_else(|| self.raw("ALARM_TYPE").parse().ok());
        let text = match cell.rsplit_once(" (") {
            Some((name, _)) if cell.ends_with(')') => name,
            _ => cell,
        };
        What::Alert { text: if text.is_empty() { "Alarm" } else { text }, code }
    }

    fn bolus(&self, import: &mut Import) -> Option<What<'t>> {
        let word = self.cell("bolus type").to_ascii_lowercase();
        let is_dual = word.contains("dual") || self.raw("IS_DUAL_COMPONENT") == "true";
        let part = match (self.kind() == "BolusSquare", is_dual) {
            (false, false) => Part::Normal,
            (false, true) => Part::DualNormal,
            (true, false) => Part::Square,
            (true, true) => Part::DualSquare,
        };
        let duration = self.cell("programmed bolus duration");
        let duration = if duration.is_empty() { self.cell("bolus duration") } else { duration };
        let delivered = self.either("bolus volume delivered", "AMOUNT");
        let delivered = self.number("Bolus Volume Delivered (U)", delivered, import)?;
        Some(What::Bolus(BolusRow {
            part,
            selected: amount(self.either("bolus volume selected", "PROGRAMMED_AMOUNT")),
            delivered: Some(delivered),
            duration_ms: parse_duration(duration).or_else(|| self.raw("DURATION").parse().ok()),
            number: None,
            source: "",
        }))
    }

    fn wizard(&self) -> What<'t> {
        let carbs = amount(self.either("bwz carb input", "CARB_INPUT"));
        let exchanges = self.raw("CARB_UNITS").starts_with("exch");
        What::Wizard(WizardRow {
            advised: number::parse(self.either("bwz estimate", "BOLUS_ESTIMATE")),
            carbs: carbs.filter(|_| !exchanges),
            exchanges: carbs.filter(|_| exchanges),
            on_board: number::parse(self.cell("bwz active insulin")),
            delivered: None,
            manual_mode: true,
        })
    }

    fn temp(&self, import: &mut Import) -> Option<What<'t>> {
        let is_percent = self.kind() == "ChangeTempBasalPercent" || self.cell("temp basal type") == "Percent";
        let key = if is_percent { "PERCENT_OF_RATE" } else { "RATE" };
        let value = self.number("Temp Basal Amount (U/h)", self.either("temp basal amount", key), import)?;
        let duration = parse_duration(self.cell("temp basal duration")).or_else(|| self.raw("DURATION").parse().ok());
        let amount = if is_percent { TempBasal::Percent(value) } else { TempBasal::Rate(value) };
        Some(What::Temp { amount, duration_ms: duration.filter(|ms| (0..=7 * 86_400_000).contains(ms))? })
    }

    fn suspend(&self) -> What<'t> {
        let word = self.either("suspend", "ENABLE");
        What::Suspend(if word == "normal_pumping" { "NORMAL_PUMPING" } else { word })
    }

    fn clock_set(&self, import: &mut Import) -> Option<What<'t>> {
        let text = self.cell("new device time");
        let wall = Wall::parse_both(self.order, text);
        if wall.is_none() && !text.is_empty() {
            import.problem(self.row.line, "New Device Time", not_a("date and time", text));
        }
        wall.map(What::ClockSet)
    }

    fn glucose(&self, column: &str, import: &mut Import) -> Option<Glucose> {
        let (cell, unit) = (self.cell(column), self.columns.unit);
        // Raw values are in mg/dL whatever the account shows.
        let value = match cell {
            "" => number::glucose(self.raw("AMOUNT"), Unit::MgDl),
            cell => number::glucose(cell, unit),
        };
        if value.is_none() {
            let index = self.columns.names.find(column).unwrap_or(usize::MAX);
            import.problem(self.row.line, self.columns.names.name(index), not_a("glucose value", cell));
        }
        value
    }

    fn number(&self, column: &str, text: &str, import: &mut Import) -> Option<f64> {
        let value = amount(text);
        if value.is_none() {
            import.problem(self.row.line, column, not_a("amount", text));
        }
        value
    }
}
